#include <cmath>

#include "ops/elementwise.h"
#include "ops/fixed_point_math16.h"

namespace litewright {
namespace {

constexpr const char* kNotPositive = "Rsqrt is only defined for positive values";

Kernel of_8_bits(const NodeContext& c) {
  constexpr int kShift = 20;  // keeps the inverse root an integer
  const ScaleZero in = input_scale(c), out = output_scale(c);
  QuantizedMultiplier m = quantize_multiplier(1.0 / static_cast<double>(std::sqrt(in.scale) * out.scale));
  m.shift -= kShift;
  Kernel root = table_kernel(c, [&](int32_t stored) -> int64_t {
    const int32_t value = stored - in.zero;
    if (value <= 0) return 127;
    const InverseSqrt inverse = fixed_inverse_sqrt(value);
    const int32_t fixed = multiply_by_quantized_multiplier(1, {inverse.multiplier, inverse.shift + kShift});
    return int64_t{m.shift < -31 ? 0 : multiply_by_quantized_multiplier(fixed, m)} + out.zero;
  });
  return refuse_below<int8_t>(c, in.zero, kNotPositive, std::move(root));
}

Kernel prepare(PrepareContext& c) {
  switch (c.input_dtype(0)) {
    case DType::kInt8:
      return of_8_bits(c);
    case DType::kInt16: {
      require_zero_points_of_zero(c, {0});
      const float most = 32767 * output_scale(c).scale;
      Kernel root = real_table16_kernel(c, [most](float x) { return x <= 0 ? most : 1 / std::sqrt(x); });
      return refuse_below<int16_t>(c, 0, kNotPositive, std::move(root));
    }
    default:
      return float_kernel(c, UnaryOp::kRsqrt);
  }
}

}  // namespace

extern const OpDef kRsqrt;
const OpDef kRsqrt = {
    .code = BuiltinOp::kRsqrt,
    .max_version = 3,
    .inputs = {{"x"}},
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, bfloat16, int8, int16",
    .fast_path = true,
};

}  // namespace litewright
