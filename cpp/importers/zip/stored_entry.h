// Where the bytes of an uncompressed entry lie in a zip archive, which libzip does not tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/bytes.h"

namespace litewright::zip {

struct StoredEntry {
  Bytes bytes;  // shares the archive's
  uint32_t crc;
};

// Nothing if `entry` is compressed, encrypted, missing, or the archive is of the kind for more than 4 GB.
std::optional<StoredEntry> find_stored(const Bytes& archive, const std::string& entry);

// Whether the bytes have this CRC-32; computed by several threads. `mapped`: pages are let go again.
bool has_crc(const Bytes& bytes, uint32_t crc, bool mapped);

}  // namespace litewright::zip
