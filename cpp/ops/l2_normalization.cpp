#include <type_traits>

#include "ops/fixed_point_math16.h"
#include "ops/softmax_rows.h"

namespace litewright {
namespace {

template <class T>
Kernel quantized(const NodeContext& c) {
  const int32_t zero = input_scale(c).zero, out_zero = output_scale(c).zero;
  const IntRange range = quantized_type_range(c.output_dtype(0));
  return row_kernel<T, T>(c, [=](const T* in, T* out, int64_t depth) {
    int32_t squares = 0;
    for (int64_t i = 0; i < depth; ++i) squares += (in[i] - zero) * (in[i] - zero);
    const InverseSqrt inverse = fixed_inverse_sqrt(squares);
    for (int64_t i = 0; i < depth; ++i) {
      const int32_t value =
          in[i] - zero;  // the output is in units of 1/128, for uint8 multiplied before rounding
      const int64_t scaled =
          std::is_signed_v<T>
              ? multiply_by_quantized_multiplier(value, {inverse.multiplier, inverse.shift + 7})
              : multiply_by_quantized_multiplier(value * 128, {inverse.multiplier, inverse.shift});
      out[i] = static_cast<T>(clamp_to(scaled + out_zero, range));
    }
  });
}

void infer(InferContext& c) {
  if (c.input_shape(0).empty()) c.fail(c.describe_input(0), " should have a dimension at least");
  if (c.options<L2NormOptions>().fused_activation_function != Activation::kNone)
    c.fail("it cannot have an activation");
  infer_unary(c);
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return row_kernel<float, float>(c, [](const float* in, float* out, int64_t depth) {
        float squares = 0;
        for (int64_t i = 0; i < depth; ++i) squares += in[i] * in[i];
        const float norm = std::max(std::sqrt(squares), 1e-6f);
        for (int64_t i = 0; i < depth; ++i) out[i] = in[i] / norm;
      });
    case DType::kInt8:
      return quantized<int8_t>(c);
    case DType::kUInt8:
      return quantized<uint8_t>(c);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kL2Normalization;
const OpDef kL2Normalization = {
    .code = BuiltinOp::kL2Normalization,
    .max_version = 2,
    .inputs = {{"x"}},
    .options = &schema_of<L2NormOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kFixed, .fixed_scale8 = 1.0f / 128, .fixed_zero8 = 0},
    .types = "float32, int8, uint8",
};

}  // namespace litewright
