// Between floats and integers, one implementation per instruction set.
#pragma once

#include <cstdint>

#include "core/cpu.h"

namespace litewright {

// out = clamp(round(in * scale), low - zero, high - zero) + zero, halves to even.
template <class T>
using QuantizeFunction = void (*)(const float* in, T* out, int64_t n, float scale, int32_t zero, int32_t low,
                                  int32_t high);
// out = (in - zero) * scale
template <class T>
using DequantizeFunction = void (*)(const T* in, float* out, int64_t n, float scale, int32_t zero);

struct QuantizeVariant {
  const char* name;
  Isa isa;
  QuantizeFunction<int8_t> to_s8;
  QuantizeFunction<uint8_t> to_u8;
  QuantizeFunction<int16_t> to_s16;
  DequantizeFunction<int8_t> from_s8;
  DequantizeFunction<uint8_t> from_u8;
  DequantizeFunction<int16_t> from_s16;
};

extern const QuantizeVariant kQuantizePortable, kQuantizeAvx2, kQuantizeAvx512;

// The best for `isa`.
const QuantizeVariant& quantize_variant(Isa isa);

}  // namespace litewright
