// What SOFTMAX and its relatives share: rows along the last dimension, and exponentials in fixed point.
#pragma once

#include <algorithm>

#include "ops/elementwise.h"
#include "ops/fixed_point_math.h"

namespace litewright {

struct Rows {
  int64_t rows, depth;
};
inline Rows rows_of(const NodeContext& c) {
  const Shape& shape = c.input_shape(0);
  return {elements_between(shape, 0, shape.size() - 1), shape.back()};
}
inline int64_t row_grain(int64_t depth) { return std::max<int64_t>(1, 4096 / std::max<int64_t>(1, depth)); }

// One row after the other: row(in, out, depth).
template <class In, class Out, class Row>
Kernel row_kernel(const NodeContext& c, Row row) {
  return [shape = rows_of(c), row](RunContext& r) {
    const In* in = r.in<In>(0);
    Out* out = r.out<Out>(0);
    for_ranges(
        r, shape.rows,
        [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end && shape.depth > 0; ++i) {
            row(in + i * shape.depth, out + i * shape.depth, shape.depth);
          }
        },
        row_grain(shape.depth));
    return Status();
  };
}

// e^(difference * scale * beta) of stored values' differences that are not positive, without integer bits.
struct FixedExponential {
  QuantizedMultiplier m;  // to 5 integer bits
  int32_t least;          // differences below count as nothing
  int32_t scaled(int32_t difference) const {
    return saturating_rounding_doubling_high_mul(shift_left_wrapping(difference, m.shift), m.multiplier);
  }
  int32_t operator()(int32_t difference) const { return fixed_exp_on_negative(scaled(difference), 5); }
};
FixedExponential fixed_exponential(const NodeContext& c, float beta);

// The sum of exponentials of a row's differences from `most`, with 12 integer bits.
template <class T>
int32_t fixed_sum(const FixedExponential& exponential, const T* in, int64_t depth, int32_t most) {
  int32_t sum = 0;
  for (int64_t i = 0; i < depth; ++i) {
    if (in[i] - most >= exponential.least) {
      sum += rounding_divide_by_power_of_two(exponential(in[i] - most), 12);
    }
  }
  return sum;
}

}  // namespace litewright
