// Files mapped into memory.
#pragma once

#include <string>

#include "core/bytes.h"

namespace litewright {

// The file's bytes; nothing is read until it is used. Error (kInvalidArgument) if it cannot be opened, is
// empty or no file.
Bytes map_file(const std::string& path);

// Gives back the memory of a part of a mapped file that will hardly be read again; it comes back when it is.
// Does nothing to other memory.
void release_mapped(const uint8_t* data, size_t size);

}  // namespace litewright
