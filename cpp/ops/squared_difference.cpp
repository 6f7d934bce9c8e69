#include "ops/binary.h"

namespace litewright {
namespace {

Kernel quantized(const NodeContext& c) {
  const ScaleZero a = input_scale(c, 0), b = input_scale(c, 1), out = output_scale(c);
  constexpr int kLeft = 7;
  const double twice_most = 2 * static_cast<double>(std::max(a.scale, b.scale));
  const QuantizedMultiplier ma = quantize_multiplier(a.scale / twice_most),
                            mb = quantize_multiplier(b.scale / twice_most);
  const QuantizedMultiplier mo =
      quantize_multiplier(twice_most * twice_most / ((1 << (2 * kLeft)) * out.scale));
  return binary_kernel<int8_t>(c, [=](int8_t x, int8_t y) {
    const int32_t scaled_x = multiply_by_quantized_multiplier((x - a.zero) * (1 << kLeft), ma);
    const int32_t scaled_y = multiply_by_quantized_multiplier((y - b.zero) * (1 << kLeft), mb);
    const int32_t difference = scaled_x - scaled_y;
    const int64_t scaled = multiply_by_quantized_multiplier(difference * difference, mo);
    return static_cast<int8_t>(clamp_to(scaled + out.zero, {-128, 127}));
  });
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return float_binary_kernel(c, BinaryOp::kSquaredDifference);
    case DType::kInt8:
      return quantized(c);
    case DType::kInt32:
      return wrapping_kernel<int32_t>(c, Activation::kNone,
                                      [](uint32_t a, uint32_t b) { return (a - b) * (a - b); });
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kSquaredDifference;
const OpDef kSquaredDifference = {
    .code = BuiltinOp::kSquaredDifference,
    .max_version = 2,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<SquaredDifferenceOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange},
    .types = "float32, int8, int32",
    .fast_path = true,
};

}  // namespace litewright
