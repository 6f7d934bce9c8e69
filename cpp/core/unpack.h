// Elements smaller than a byte: in files packed, low bits first; in memory one int8 (uint8 for unsigned)
// each.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/dtype.h"

namespace litewright {

// The first `count` elements of `packed`; missing ones are 0.
std::vector<uint8_t> unpack_sub_byte(DType dtype, int64_t count, const Bytes& packed);
std::vector<uint8_t> pack_sub_byte(DType dtype, const uint8_t* values, int64_t count);

}  // namespace litewright
