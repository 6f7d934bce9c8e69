// The functions of kernel.h as loops that the compiler turns into the including file's instructions.
#pragma once

#include "kernels/quantize/kernel.h"

namespace litewright {
namespace {

// 1.5 * 2^23: added to a float below 2^22, it leaves the nearest integer in the low bits.
constexpr float kMagic = 12582912.0f;
constexpr int32_t kMagicBits = 0x4B400000;

template <class T>
void quantize(const float* in, T* out, int64_t n, float scale, int32_t zero, int32_t low, int32_t high) {
  const float least = static_cast<float>(low - zero), most = static_cast<float>(high - zero);
  for (int64_t i = 0; i < n; ++i) {
    float v = in[i] * scale;
    v = v > least ? v : least;
    v = v < most ? v : most;
    out[i] = static_cast<T>(__builtin_bit_cast(int32_t, v + kMagic) - kMagicBits + zero);
  }
}

template <class T>
void dequantize(const T* in, float* out, int64_t n, float scale, int32_t zero) {
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<float>(in[i] - zero) * scale;
}

#define LITEWRIGHT_QUANTIZE_FUNCTIONS                                                              \
  quantize<int8_t>, quantize<uint8_t>, quantize<int16_t>, dequantize<int8_t>, dequantize<uint8_t>, \
      dequantize<int16_t>

}  // namespace
}  // namespace litewright
