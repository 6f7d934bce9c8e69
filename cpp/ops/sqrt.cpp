#include <algorithm>
#include <cmath>

#include "ops/elementwise.h"

namespace litewright {
namespace {

// Rounds toward zero, as the reference does.
template <class T>
Kernel quantized(const NodeContext& c) {
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const IntRange range = quantized_type_range(c.output_dtype(0));
  Kernel root = map_kernel<T>(c, [=](T stored) {
    const float real = std::sqrt(in.scale * static_cast<float>(stored - in.zero)) / out.scale;
    return static_cast<T>(clamp_to(static_cast<int64_t>(std::min(real, 1e9f)) + out.zero, range));
  });
  return refuse_below<T>(c, in.zero, "Sqrt is only defined for non-negative values", std::move(root));
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kInt8:
      return quantized<int8_t>(c);
    case DType::kInt16:
      require_zero_points_of_zero(c, {0});
      return quantized<int16_t>(c);
    default:
      return float_kernel(c, UnaryOp::kSqrt);
  }
}

}  // namespace

extern const OpDef kSqrt;
const OpDef kSqrt = {
    .code = BuiltinOp::kSqrt,
    .max_version = 2,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, bfloat16, int8, int16",
    .fast_path = true,
};

}  // namespace litewright
