#include "ops/binary.h"

namespace litewright {
namespace {

void infer(InferContext& c) {
  require_equal_dtypes(c, 0, 1);
  if (broadcast_inputs(c) != c.input_shape(0))
    c.fail(c.describe_input(1), " does not fit ", c.describe_input(0));
  infer_unary(c);
}

template <class T>
Kernel quantized(const NodeContext& c) {
  const ScaleZero in = input_scale(c), alpha = input_scale(c, 1), out = output_scale(c);
  const QuantizedMultiplier identity = quantize_multiplier(static_cast<double>(in.scale / out.scale));
  const QuantizedMultiplier negative =
      quantize_multiplier(static_cast<double>(in.scale * alpha.scale / out.scale));
  const IntRange range = quantized_type_range(c.output_dtype(0));
  return binary_kernel<T>(c, [=](T x, T a) {
    const int32_t value = x - in.zero;
    const int64_t scaled = value >= 0 ? multiply_by_quantized_multiplier(value, identity)
                                      : multiply_by_quantized_multiplier(value * (a - alpha.zero), negative);
    return static_cast<T>(clamp_to(scaled + out.zero, range));
  });
}

Kernel prepare(PrepareContext& c) {
  if (is_floating(c.input_dtype(0))) return float_binary_kernel(c, BinaryOp::kPrelu);
  return for_quantized_dtype(c, [&](auto stored) { return quantized<decltype(stored)>(c); });
}

}  // namespace

extern const OpDef kPrelu;
const OpDef kPrelu = {
    .code = BuiltinOp::kPrelu,
    .inputs = {{"x"}, {"alpha"}},
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange},
    .types = "float32, float16, int8, uint8",
    .fast_path = true,
};

}  // namespace litewright
