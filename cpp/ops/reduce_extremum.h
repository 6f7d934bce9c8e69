// REDUCE_MAX and REDUCE_MIN.
#pragma once

#include <limits>

#include "ops/reduce.h"

namespace litewright {

template <class T, bool kMaximum>
Kernel extremum_of(PrepareContext& c, T initial) {
  return step_kernel<T>(
      c, initial, [](T best, T x) { return (kMaximum ? x > best : x < best) ? x : best; },
      [](T best) { return best; });
}

// The start of a reduction of nothing: the type's lowest finite value for maxima, the highest for minima.
template <class T, bool kMaximum>
constexpr T kExtremumOfNothing = kMaximum ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();

// The reference starts floats with a finite value even where there are elements, all of them infinite.
template <bool kMaximum>
Kernel float_extremum(PrepareContext& c) {
  const bool finite = c.reference() || num_elements(c.input_shape(0)) == 0;
  const float infinite =
      kMaximum ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::infinity();
  return extremum_of<float, kMaximum>(c, finite ? kExtremumOfNothing<float, kMaximum> : infinite);
}

template <bool kMaximum>
Kernel reduce_extremum_kernel(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return float_extremum<kMaximum>(c);
    case DType::kInt8:
      return extremum_of<int8_t, kMaximum>(c, kExtremumOfNothing<int8_t, kMaximum>);
    case DType::kUInt8:
      return extremum_of<uint8_t, kMaximum>(c, kExtremumOfNothing<uint8_t, kMaximum>);
    case DType::kInt16:
      return extremum_of<int16_t, kMaximum>(c, kExtremumOfNothing<int16_t, kMaximum>);
    case DType::kInt32:
      return extremum_of<int32_t, kMaximum>(c, kExtremumOfNothing<int32_t, kMaximum>);
    case DType::kInt64:
      return extremum_of<int64_t, kMaximum>(c, kExtremumOfNothing<int64_t, kMaximum>);
    default:
      refuse_dtype(c);
  }
}

}  // namespace litewright
