// Files mapped into memory.
#pragma once

#include <string>

#include "core/bytes.h"

namespace litewright {

// The file's bytes; nothing is read until it is used. Error (kInvalidArgument) if it cannot be opened, is
// empty or no file.
Bytes map_file(const std::string& path);

}  // namespace litewright
