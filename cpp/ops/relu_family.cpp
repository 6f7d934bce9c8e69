#include "ops/relu_family.h"

namespace litewright {

QuantizedMultiplier input_to_output(const NodeContext& c) {
  return quantize_multiplier(static_cast<double>(input_scale(c).scale / output_scale(c).scale));
}

Kernel bounded_kernel(const PrepareContext& c, float low, float high, bool int16) {
  if (is_floating(c.input_dtype(0))) return float_kernel(c, UnaryOp::kClamp, low, high);
  require_dtype(c, 0, {DType::kInt8, DType::kUInt8, DType::kInt16});
  if (c.input_dtype(0) == DType::kInt16 && !int16) refuse_dtype(c);
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const QuantizedMultiplier m = input_to_output(c);
  const IntRange type = quantized_type_range(c.output_dtype(0));
  const auto bound = [&](float x, int32_t none) {
    if (std::isinf(x)) return none;
    return clamp_to(static_cast<int64_t>(std::round(x / out.scale)) + out.zero, type);
  };
  const IntRange range = {bound(low, type.min), bound(high, type.max)};
  const auto rescale = [=](int32_t stored) {
    return clamp_to(int64_t{multiply_by_quantized_multiplier(stored - in.zero, m)} + out.zero, range);
  };
  if (c.input_dtype(0) != DType::kInt16) return table_kernel(c, rescale);
  require_zero_points_of_zero(c, {0});
  return map_kernel<int16_t>(c, [rescale](int16_t stored) { return static_cast<int16_t>(rescale(stored)); });
}

}  // namespace litewright
