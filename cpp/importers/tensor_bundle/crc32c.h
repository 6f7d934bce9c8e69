// The checksum of TensorFlow's containers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace litewright {

// CRC-32C (Castagnoli).
uint32_t crc32c(std::span<const uint8_t> bytes);
// As it is stored: rotated by 15 bits and shifted by a constant.
inline uint32_t mask_crc32c(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace litewright
