// FarmHash's 64-bit fingerprint of a string of bytes.
#pragma once

#include <cstdint>
#include <span>

namespace litewright {

uint64_t fingerprint64(std::span<const uint8_t> bytes);

}  // namespace litewright
