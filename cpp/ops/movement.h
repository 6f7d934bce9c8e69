// What operators share that only move the elements of one input: reshaping, transposing, slicing, tiling.
#pragma once

#include "ops/copy_plan.h"
#include "ops/op_def.h"
#include "ops/strings.h"

namespace litewright {

// The shape of a result and where its elements come from.
struct Movement {
  Shape shape;
  Walk walk;
};

// The walk that copies all elements of `shape` in order.
Walk dense_walk(const Shape& shape);

// An output of these elements: strings get their memory when the operator runs.
void set_moved_output(InferContext& c, int output, DType dtype, Shape shape);

// Output 0 = input `input`, moved. Works for every dtype, strings included.
Kernel movement_kernel(const PrepareContext& c, int input, const Movement& movement);

// Output 0 = input `input` with another shape.
Kernel reshape_kernel(const PrepareContext& c, int input, const Shape& shape);

// `operand` as an axis of `rank` dimensions; an Error that names `what` if it is outside.
int checked_axis(const NodeContext& c, int64_t axis, int rank, const char* what = "axis");
// Integers as dimensions; an Error if one is negative or too large.
Shape checked_shape(const NodeContext& c, const std::vector<int64_t>& dims);

// The rules that the operators here have in common.
inline QuantRule same_scale_rule(bool int16 = true) {
  return {.output = QuantRule::kSameAsInput, .int16 = int16};
}
inline QuantRule not_quantized_rule() { return {.output = QuantRule::kNotQuantized, .int16 = true}; }

}  // namespace litewright
