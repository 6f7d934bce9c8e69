// Files mapped into memory.
#pragma once

#include <string>

#include "core/bytes.h"

namespace litewright {

// The file's bytes; nothing is read until it is used. Error (kInvalidArgument) if it cannot be opened, is
// empty or no file.
Bytes map_file(const std::string& path);

// Lets go of the memory behind bytes of a mapped file until they are read again.
void release_pages(const Bytes& mapped);

}  // namespace litewright
