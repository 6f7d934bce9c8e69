// Files that appear whole or not at all.
#pragma once

#include <string>
#include <vector>

#include "core/bytes.h"

namespace litewright {

// Writes the pieces one after the other into a temporary file beside `path`, then gives it that name. Error
// (kIo) if anything fails; then `path` is as it was and the temporary file is gone.
void write_file(const std::string& path, const std::vector<Bytes>& pieces);

}  // namespace litewright
