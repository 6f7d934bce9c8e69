#include <complex>

#include "ops/binary.h"

namespace litewright {
namespace {

struct Scaling {
  int32_t a_zero, b_zero, zero;
  float scale;
  IntRange range;
};
Scaling scaling(const NodeContext& c, Activation activation) {
  const ScaleZero a = input_scale(c, 0), b = input_scale(c, 1), out = output_scale(c);
  return {a.zero, b.zero, out.zero, a.scale * b.scale / out.scale,
          quantized_activation_range(activation, c.output_dtype(0), c.output_quantization(0))};
}

template <class T>
Kernel reference_product(const NodeContext& c, Activation activation) {
  const Scaling s = scaling(c, activation);
  const QuantizedMultiplier m = quantize_multiplier(s.scale);
  return binary_kernel<T>(c, [s, m](T a, T b) {
    const int32_t product = multiply_by_quantized_multiplier((a - s.a_zero) * (b - s.b_zero), m);
    return static_cast<T>(clamp_to(int64_t{product} + s.zero, s.range));
  });
}

template <class T>
Kernel quantized_product(const PrepareContext& c, Activation activation, ProductFunction<T> f) {
  const Scaling s = scaling(c, activation);
  if (c.reference() || !(s.scale >= 0x1p-16f && s.scale < 0x1p8f)) return reference_product<T>(c, activation);
  const ScaledProduct p = {s.a_zero, s.b_zero, s.scale, s.zero, s.range.min, s.range.max};
  return [plan = Broadcast(c.input_shape(0), c.input_shape(1)), f, p](RunContext& r) {
    const T *a = r.in<T>(0), *b = r.in<T>(1);
    T* out = r.out<T>(0);
    plan.run(r.pool(), [&](int64_t ia, int64_t ib, int64_t io, int64_t n) {
      f(a + ia, plan.a_step(), b + ib, plan.b_step(), out + io, n, p);
    });
    return Status();
  };
}

// 16-bit fractions of 1 to an 8-bit result.
template <class Out>
Kernel narrowing_product(const NodeContext& c, Activation activation) {
  const int32_t zero = output_scale(c).zero;
  const IntRange range = quantized_activation_range(activation, c.output_dtype(0), c.output_quantization(0));
  return binary_kernel<int16_t, Out>(c, [=](int16_t a, int16_t b) {
    const int16_t product = saturating_rounding_doubling_high_mul(a, b);
    return static_cast<Out>(clamp_to(rounding_divide_by_power_of_two<int32_t>(product, 8) + zero, range));
  });
}

Kernel product_of_16_bits(const NodeContext& c, Activation activation) {
  if (c.output_dtype(0) == DType::kInt8) return narrowing_product<int8_t>(c, activation);
  if (c.output_dtype(0) == DType::kUInt8) return narrowing_product<uint8_t>(c, activation);
  if (!c.output_quantization(0).quantized()) {
    return wrapping_kernel<int16_t>(c, activation, [](uint32_t a, uint32_t b) { return a * b; });
  }
  require_zero_points_of_zero(c, {0, 1});
  return reference_product<int16_t>(c, activation);
}

void infer(InferContext& c) {
  require_equal_dtypes(c, 0, 1);
  const bool narrows = c.input_dtype(0) == DType::kInt16 && c.declares_outputs() &&
                       (c.output_dtype(0) == DType::kInt8 || c.output_dtype(0) == DType::kUInt8);
  c.set_output(0, narrows ? c.output_dtype(0) : c.input_dtype(0), broadcast_inputs(c));
}

Kernel prepare(PrepareContext& c) {
  const Activation activation = c.options<MulOptions>().fused_activation_function;
  const auto multiply = [](auto a, auto b) { return a * b; };
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
    case DType::kFloat16:
      return float_binary_kernel(c, BinaryOp::kMul, activation);
    case DType::kInt32:
      return wrapping_kernel<int32_t>(c, activation, multiply);
    case DType::kUInt32:
      return wrapping_kernel<uint32_t>(c, activation, multiply);
    case DType::kInt64:
      return wrapping_kernel<int64_t>(c, activation, multiply);
    case DType::kInt8:
      return quantized_product<int8_t>(c, activation, binary_variant(c.isa()).product_s8);
    case DType::kUInt8:
      return quantized_product<uint8_t>(c, activation, binary_variant(c.isa()).product_u8);
    case DType::kInt16:
      return product_of_16_bits(c, activation);
    case DType::kComplex64:
      if (activation != Activation::kNone) c.fail("Activation is not allowed for COMPLEX64 input.");
      return binary_kernel<std::complex<float>>(c, multiply);
    default:
      refuse_dtype(c);
  }
}

BlockFunction follow(PrepareContext& c, int operand) {
  return binary_follower(c, operand, BinaryOp::kMul, c.options<MulOptions>().fused_activation_function);
}

}  // namespace

extern const OpDef kMul;
const OpDef kMul = {
    .code = BuiltinOp::kMul,
    .max_version = 8,
    .inputs = {{"x"}, {"y"}},
    .options = &schema_of<MulOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32, float16, int8, uint8, int16, int32, uint32, int64, complex64",
    .fast_path = true,
    .follow = follow,
};

}  // namespace litewright
