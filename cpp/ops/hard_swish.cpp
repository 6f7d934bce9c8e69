#include <algorithm>

#include "ops/elementwise.h"

namespace litewright {
namespace {

// The upper 16 bits of a multiplier.
int16_t upper_half(int32_t multiplier) {
  return static_cast<int16_t>(multiplier >= 0x7FFFFFFF - (1 << 15) ? 0x7FFF : (multiplier + (1 << 15)) >> 16);
}
int16_t shift_left_saturating(int16_t x, int shift) {
  return static_cast<int16_t>(std::clamp<int64_t>(int64_t{x} << std::min(shift, 31), -32768, 32767));
}
// a * b / 2^15 toward zero.
int16_t doubling_high_mul(int16_t a, int16_t b) {
  return static_cast<int16_t>(a == -32768 && b == -32768 ? 32767 : a * b / (1 << 15));
}

// x * clamp(x + 3, 0, 6) / 6 in 16-bit fixed point; the second factor is a fraction of 1.
Kernel quantized(const NodeContext& c) {
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const float fine_scale = (1.0f / 128.0f) * in.scale;
  const QuantizedMultiplier to_output = quantize_multiplier(static_cast<double>(fine_scale / out.scale));
  const QuantizedMultiplier to_factor =
      quantize_multiplier(static_cast<double>(fine_scale / (3.0f / 32768.0f)));
  if (to_output.shift > 0) c.fail("the output's scale is too small for the input's");
  return table_kernel(c, [&](int32_t stored) {
    const int16_t fine = static_cast<int16_t>((stored - in.zero) * 128);
    const int16_t scaled = saturating_rounding_doubling_high_mul(fine, upper_half(to_output.multiplier));
    int16_t factor = fine;
    if (to_factor.shift > 0) factor = shift_left_saturating(factor, to_factor.shift - 1);
    factor = saturating_rounding_doubling_high_mul(factor, upper_half(to_factor.multiplier));
    if (to_factor.shift > 0) factor = shift_left_saturating(factor, 1);
    if (to_factor.shift < 0) factor = rounding_divide_by_power_of_two(factor, std::min(15, -to_factor.shift));
    factor = static_cast<int16_t>((factor + (1 << 15)) >> 1);
    const int16_t product = doubling_high_mul(factor, scaled);
    return int64_t{rounding_divide_by_power_of_two<int32_t>(product, -to_output.shift)} + out.zero;
  });
}

Kernel prepare(PrepareContext& c) {
  if (is_floating(c.input_dtype(0))) return float_kernel(c, UnaryOp::kHardSwish);
  require_dtype(c, 0, {DType::kInt8, DType::kUInt8});
  return quantized(c);
}

}  // namespace

extern const OpDef kHardSwish;
const OpDef kHardSwish = {
    .code = BuiltinOp::kHardSwish,
    .inputs = {{"x"}},
    .options = &schema_of<HardSwishOptions>(),
    .infer = infer_unary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange},
    .types = "float32, float16, bfloat16, int8, uint8",
    .fast_path = true,
    .follow = follow_unary<UnaryOp::kHardSwish>,
};

}  // namespace litewright
