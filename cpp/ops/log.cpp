#include <cmath>

#include "ops/elementwise.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const auto of_float = [](float x) { return std::log(x); };
  if (c.input_dtype(0) == DType::kFloat32) return map_kernel<float>(c, of_float);
  if (is_floating(c.input_dtype(0))) return float_function_kernel(c, of_float);
  require_dtype(c, 0, {DType::kInt8, DType::kInt16});
  const ScaleZero out = output_scale(c);
  const float lowest = static_cast<float>(quantized_type_range(c.output_dtype(0)).min - out.zero) * out.scale;
  const auto logarithm = [lowest](float x) { return x <= 0 ? lowest : std::log(x); };
  if (c.input_dtype(0) == DType::kInt8) return real_table_kernel(c, logarithm);
  require_zero_points_of_zero(c, {0});
  return real_table16_kernel(c, logarithm);
}

}  // namespace

extern const OpDef kLog;
const OpDef kLog = {
    .code = BuiltinOp::kLog,
    .max_version = 2,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, bfloat16, int8, int16",
};

}  // namespace litewright
