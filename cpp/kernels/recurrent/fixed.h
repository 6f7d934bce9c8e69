// What integer LSTMs do to rows, in the reference's fixed-point arithmetic: loops that the compiler
// vectorises.
#pragma once

#include "kernels/recurrent/recurrent.h"

namespace litewright {
namespace {

// round(x / 2^exponent), halves away from zero.
inline int32_t rounding_shift(int32_t x, int exponent) {
  const auto mask = static_cast<int32_t>((1u << exponent) - 1);
  const int32_t remainder = x & mask, threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}
// x * scale, rounded at the high multiplication and at the right shift.
inline int32_t fixed_multiply(int32_t x, const FixedScale& scale) {
  const auto shifted = static_cast<int32_t>(static_cast<uint32_t>(x) << scale.left);
  const int64_t product = static_cast<int64_t>(shifted) * scale.multiplier;
  return rounding_shift(static_cast<int32_t>((product + (static_cast<int64_t>(1) << 30)) >> 31), scale.right);
}
inline int32_t bounded(int32_t x, int32_t lo, int32_t hi) { return x < lo ? lo : x > hi ? hi : x; }

void rescale_gate(int64_t n, const int32_t* __restrict x, const FixedScale& x_scale,
                  const int32_t* __restrict y, const FixedScale& y_scale, int16_t* __restrict out) {
  const FixedScale a = x_scale, b = y_scale;
  for (int64_t j = 0; j < n; ++j) {
    const int32_t first = bounded(fixed_multiply(x[j], a), -32768, 32767);
    out[j] = static_cast<int16_t>(bounded(fixed_multiply(y[j], b) + first, -32768, 32767));
  }
}

void integer_cell(int64_t n, const int16_t* __restrict i, const int16_t* __restrict f,
                  const int16_t* __restrict g, int shift, int16_t* __restrict cell) {
  for (int64_t j = 0; j < n; ++j) {
    const auto kept = static_cast<int16_t>(rounding_shift(static_cast<int32_t>(f[j]) * cell[j], 15));
    const auto added = static_cast<int16_t>(rounding_shift(static_cast<int32_t>(i[j]) * g[j], shift));
    cell[j] = static_cast<int16_t>(bounded(static_cast<int32_t>(kept) + added, -32768, 32767));
  }
}

void integer_hidden(int64_t n, const int16_t* __restrict o, const int16_t* __restrict cell_tanh,
                    const FixedScale& scale, int32_t zero, int8_t* __restrict out) {
  const FixedScale a = scale;
  for (int64_t j = 0; j < n; ++j) {
    const int32_t product = static_cast<int32_t>(o[j]) * cell_tanh[j];
    out[j] = static_cast<int8_t>(bounded(fixed_multiply(product, a) + zero, -128, 127));
  }
}

}  // namespace
}  // namespace litewright
