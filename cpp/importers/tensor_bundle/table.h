// Sorted tables of LevelDB's format: blocks of keys and values, an index block, a footer.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace litewright {

// All entries of an uncompressed table. Every offset and length is checked, and every block's checksum. Error
// (kInvalidModel) if the bytes are no such table.
std::map<std::string, std::string> read_table(std::span<const uint8_t> bytes);

}  // namespace litewright
