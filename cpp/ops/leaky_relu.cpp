#include "ops/relu_family.h"

namespace litewright {
namespace {

Kernel prepare(PrepareContext& c) {
  const float alpha = c.options<LeakyReluOptions>().alpha;
  if (is_floating(c.input_dtype(0))) return float_kernel(c, UnaryOp::kLeakyRelu, alpha);
  require_dtype(c, 0, {DType::kInt8, DType::kUInt8, DType::kInt16});
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const IntRange range = quantized_type_range(c.output_dtype(0));
  const QuantizedMultiplier identity = input_to_output(c);
  const QuantizedMultiplier negative =
      quantize_multiplier(static_cast<double>(in.scale * std::abs(alpha) / out.scale));
  const auto rescale = [=](int32_t stored) {
    const int32_t value = stored - in.zero;
    const int32_t scaled = multiply_by_quantized_multiplier(value, value >= 0 ? identity : negative);
    return clamp_to(int64_t{value < 0 && alpha < 0 ? -scaled : scaled} + out.zero, range);
  };
  if (c.input_dtype(0) != DType::kInt16) return table_kernel(c, rescale);
  require_zero_points_of_zero(c, {0});
  return map_kernel<int16_t>(c, [rescale](int16_t stored) { return static_cast<int16_t>(rescale(stored)); });
}

}  // namespace

extern const OpDef kLeakyRelu;
const OpDef kLeakyRelu = {
    .code = BuiltinOp::kLeakyRelu,
    .max_version = 2,
    .inputs = {{"x"}},
    .options = &schema_of<LeakyReluOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, bfloat16, int8, uint8, int16",
    .fast_path = true,
};

}  // namespace litewright
