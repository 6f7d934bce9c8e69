#include <cmath>
#include <cstdlib>

#include "ops/relu_family.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const DType dtype = c.input_dtype(0);
  if (is_floating(dtype)) return float_kernel(c, UnaryOp::kAbs);
  if (dtype == DType::kInt32) {
    return map_kernel<int32_t>(
        c, [](int32_t x) { return x < 0 ? static_cast<int32_t>(0u - static_cast<uint32_t>(x)) : x; });
  }
  require_dtype(c, 0, {DType::kInt8, DType::kInt16});
  if (dtype == DType::kInt16 && !c.input_quantization(0).quantized()) {
    return map_kernel<int16_t>(c, [](int16_t x) { return static_cast<int16_t>(std::abs(x)); });
  }
  if (dtype == DType::kInt16) require_zero_points_of_zero(c, {0});
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const IntRange range = quantized_type_range(dtype);
  const auto rescale = [=, m = input_to_output(c)](int32_t stored) {
    return clamp_to(int64_t{multiply_by_quantized_multiplier(std::abs(stored - in.zero), m)} + out.zero,
                    range);
  };
  if (dtype == DType::kInt8) return table_kernel(c, rescale);
  return map_kernel<int16_t>(c, [rescale](int16_t stored) { return static_cast<int16_t>(rescale(stored)); });
}

}  // namespace

extern const OpDef kAbs;
const OpDef kAbs = {
    .code = BuiltinOp::kAbs,
    .max_version = 5,
    .inputs = {{"x"}},
    .options = &schema_of<AbsOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, bfloat16, int8, int16, int32",
    .fast_path = true,
};

}  // namespace litewright
