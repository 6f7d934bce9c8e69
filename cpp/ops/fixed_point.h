// The reference's integer arithmetic: real multipliers as fixed-point numbers, and the ranges of quantized
// results. Every function gives the same bits on every processor.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/dtype.h"
#include "core/error.h"
#include "graph/graph.h"
#include "ops/option_structs.h"

namespace litewright {

// The real number multiplier * 2^(shift - 31); multiplier is 0 or its magnitude has its highest bit at 2^30.
struct QuantizedMultiplier {
  int32_t multiplier = 0;
  int shift = 0;
};

// The nearest representable one; 0 for what is below 2^-32. Error if the number is negative, infinite or NaN,
// or >= 2^31.
QuantizedMultiplier quantize_multiplier(double real);

// The nearest integer, halves away from zero.
inline double round_half_away(double x) { return std::round(x); }

// round(a * b / 2^31), halves upward; saturates for INT32_MIN^2.
inline int32_t saturating_rounding_doubling_high_mul(int32_t a, int32_t b) {
  if (a == b && a == std::numeric_limits<int32_t>::min()) return std::numeric_limits<int32_t>::max();
  const int64_t product = static_cast<int64_t>(a) * b;
  const int64_t nudge = product >= 0 ? int64_t{1} << 30 : 1 - (int64_t{1} << 30);
  return static_cast<int32_t>((product + nudge) / (int64_t{1} << 31));
}
// The same for 16 bits: round(a * b / 2^15).
inline int16_t saturating_rounding_doubling_high_mul(int16_t a, int16_t b) {
  if (a == b && a == std::numeric_limits<int16_t>::min()) return std::numeric_limits<int16_t>::max();
  const int32_t product = static_cast<int32_t>(a) * b;
  const int32_t nudge = product >= 0 ? 1 << 14 : 1 - (1 << 14);
  return static_cast<int16_t>((product + nudge) / (1 << 15));
}

// round(x / 2^exponent), halves away from zero; exponent in [0, 31].
template <class T>
T rounding_divide_by_power_of_two(T x, int exponent) {
  const T mask = static_cast<T>((int64_t{1} << exponent) - 1);
  const T remainder = x & mask;
  const T threshold = static_cast<T>((mask >> 1) + (x < 0 ? 1 : 0));
  return static_cast<T>((x >> exponent) + (remainder > threshold ? 1 : 0));
}

// x * 2^exponent, wrapping around.
inline int32_t shift_left_wrapping(int32_t x, int exponent) {
  return static_cast<int32_t>(static_cast<uint32_t>(x) << exponent);
}

// x * m as the reference rounds it: once at the high multiplication, once at the right shift.
inline int32_t multiply_by_quantized_multiplier(int32_t x, QuantizedMultiplier m) {
  const int left = m.shift > 0 ? m.shift : 0;
  const int right = m.shift > 0 ? 0 : -m.shift;
  return rounding_divide_by_power_of_two(
      saturating_rounding_doubling_high_mul(shift_left_wrapping(x, left), m.multiplier), right);
}
// The multiplier in 16 bits.
inline int32_t reduced_multiplier(QuantizedMultiplier m) {
  return m.multiplier < 0x7FFF0000 ? (m.multiplier + (1 << 15)) >> 16 : 0x7FFF;
}
// The same for accumulators of 16-bit activations, |x| < 2^47, m.shift <= 14: 16 bits of the multiplier,
// halves upward.
inline int32_t multiply_by_quantized_multiplier_int64(int64_t x, QuantizedMultiplier m) {
  const int total_shift = 15 - m.shift;
  return static_cast<int32_t>((x * reduced_multiplier(m) + (int64_t{1} << (total_shift - 1))) >> total_shift);
}

// The stored values a quantized type holds. Error for other types.
struct IntRange {
  int32_t min, max;
};
IntRange quantized_type_range(DType dtype);

// The stored values that remain after a fused activation; RELU, RELU6 and RELU_N1_TO_1 narrow the type's
// range, others do not.
IntRange quantized_activation_range(Activation activation, DType dtype, const Quantization& quantization);

// The real values that remain after RELU, RELU6, RELU_N1_TO_1 or none.
template <class T>
struct ValueRange {
  T min, max;
};
template <class T>
ValueRange<T> activation_range(Activation activation) {
  constexpr T kLowest = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                             : std::numeric_limits<T>::lowest();
  constexpr T kHighest = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                              : std::numeric_limits<T>::max();
  switch (activation) {
    case Activation::kRelu:
      return {T(0), kHighest};
    case Activation::kRelu6:
      return {T(0), T(6)};
    case Activation::kReluN1To1:
      return {T(-1), T(1)};
    default:
      return {kLowest, kHighest};
  }
}

// The one scale and zero point of a quantized tensor. Error if it has none or several, or a scale that is not
// positive.
struct ScaleZero {
  float scale;
  int32_t zero;
};
ScaleZero per_tensor_quantization(const Tensor& tensor);

}  // namespace litewright
