#include "core/unpack.h"

namespace litewright {

std::vector<uint8_t> unpack_sub_byte(DType dtype, int64_t count, const Bytes& packed) {
  const int bits = dtype_bits(dtype);
  const int per_byte = 8 / bits;
  const bool is_signed = dtype != DType::kUInt4;
  std::vector<uint8_t> values(count);
  for (int64_t i = 0; i < count && i / per_byte < static_cast<int64_t>(packed.size()); ++i) {
    const int shift =
        8 - bits - static_cast<int>(i % per_byte) * bits;  // moves the element to the top of the byte
    const uint8_t top = static_cast<uint8_t>(packed.data()[i / per_byte] << shift);
    values[i] = is_signed ? static_cast<uint8_t>(static_cast<int8_t>(top) >> (8 - bits))
                          : static_cast<uint8_t>(top >> (8 - bits));
  }
  return values;
}

std::vector<uint8_t> pack_sub_byte(DType dtype, const uint8_t* values, int64_t count) {
  const int bits = dtype_bits(dtype);
  const int per_byte = 8 / bits;
  const uint8_t mask = static_cast<uint8_t>((1 << bits) - 1);
  std::vector<uint8_t> packed((count + per_byte - 1) / per_byte);
  for (int64_t i = 0; i < count; ++i) {
    packed[i / per_byte] =
        static_cast<uint8_t>(packed[i / per_byte] | ((values[i] & mask) << (i % per_byte * bits)));
  }
  return packed;
}

}  // namespace litewright
