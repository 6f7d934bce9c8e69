#include <bit>

#include "ops/binary.h"
#include "ops/fixed_point_math.h"

namespace litewright {
namespace {

// x * 2^shift, rounded. Right shifts of more than 31 bits act modulo 32 and round every x >= 0 up: this is
// what the reference's results show for dividends next to zero.
int32_t shift_quotient(int32_t x, int shift) {
  if (shift >= -31) return saturating_multiply_by_power_of_two(x, shift);
  return (x >> (-shift & 31)) + (x >= 0 ? 1 : 0);
}

template <class T>
Kernel quantized_quotient(const NodeContext& c, Activation activation) {
  const ScaleZero a = input_scale(c, 0), b = input_scale(c, 1), out = output_scale(c);
  const QuantizedMultiplier m = quantize_multiplier(a.scale / (b.scale * out.scale));
  const IntRange range = quantized_activation_range(activation, c.output_dtype(0), c.output_quantization(0));
  return binary_kernel<T>(c, [=](T x, T y) {
    int32_t dividend = x - a.zero, divisor = y - b.zero;
    if (divisor < 0) dividend = -dividend, divisor = -divisor;
    int bits;
    const int32_t reciprocal = fixed_reciprocal(divisor, 31, bits);
    const int headroom = dividend >= 0 ? std::countl_zero(static_cast<uint32_t>(dividend)) - 1
                                       : std::countl_zero(2 * static_cast<uint32_t>(-dividend) - 1);
    const int32_t quotient =
        saturating_rounding_doubling_high_mul(shift_left_wrapping(dividend, headroom), reciprocal);
    const int shift = m.shift - bits - headroom;
    const int32_t scaled =
        shift_quotient(saturating_rounding_doubling_high_mul(quotient, m.multiplier), shift);
    return static_cast<T>(clamp_to(int64_t{scaled} + out.zero, range));
  });
}

Kernel prepare(PrepareContext& c) {
  const Activation activation = c.options<DivOptions>().fused_activation_function;
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return float_binary_kernel(c, BinaryOp::kDiv, activation);
    case DType::kInt32: {
      const ValueRange<int32_t> range = activation_range<int32_t>(activation);
      return with_divisor_check<int32_t>(binary_kernel<int32_t>(c, [range](int32_t a, int32_t b) {
        const int32_t quotient = b == -1 ? static_cast<int32_t>(0u - static_cast<uint32_t>(a)) : a / b;
        return std::clamp(quotient, range.min, range.max);
      }));
    }
    default:
      return for_quantized_dtype(c, [&](auto stored) {
        using T = decltype(stored);
        return with_divisor_check<T>(quantized_quotient<T>(c, activation),
                                     static_cast<T>(input_scale(c, 1).zero));
      });
  }
}

}  // namespace

extern const OpDef kDiv;
const OpDef kDiv = {
    .code = BuiltinOp::kDiv,
    .max_version = 2,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<DivOptions>(),
    .infer = infer_binary,
    .prepare = prepare,
    .quant = {.output = QuantRule::kFloatOnly},
    .types = "float32, int8, uint8, int16, int32",
    .fast_path = true,
};

}  // namespace litewright
