#include "kernels/quantize/kernel.h"
#include "ops/elementwise.h"

namespace litewright {
namespace {

template <class T>
Kernel per_tensor(const NodeContext& c, DequantizeFunction<T> f) {
  const ScaleZero from = input_scale(c);
  if (c.input_dtype(0) == DType::kInt16 && from.zero != 0)
    c.fail(c.describe_input(0), " should have the zero point 0");
  return [from, f, n = num_elements(c.input_shape(0))](RunContext& r) {
    const T* in = r.in<T>(0);
    float* out = r.out<float>(0);
    for_ranges(r, n, [&](int64_t begin, int64_t end) {
      f(in + begin, out + begin, end - begin, from.scale, from.zero);
    });
    return Status();
  };
}

template <class T>
Kernel per_channel(const NodeContext& c) {
  const Quantization q = c.input_quantization(0);
  const Shape& shape = c.input_shape(0);
  if (q.axis < 0 || q.axis >= static_cast<int32_t>(shape.size()) ||
      static_cast<size_t>(shape[q.axis]) != q.scale.size()) {
    c.fail(q.scale.size(), " scales along axis ", q.axis, " do not fit ", c.describe_input(0));
  }
  const int64_t inner = elements_between(shape, static_cast<size_t>(q.axis) + 1, shape.size());
  return [q, inner, n = num_elements(shape)](RunContext& r) {
    const T* in = r.in<T>(0);
    float* out = r.out<float>(0);
    for (int64_t i = 0, slice = 0; i < n; ++slice) {
      const size_t channel = static_cast<size_t>(slice) % q.scale.size();
      const float scale = q.scale[channel];
      const int32_t zero = static_cast<int32_t>(q.zero(channel));
      for (const int64_t end = i + inner; i < end; ++i) out[i] = scale * static_cast<float>(in[i] - zero);
    }
    return Status();
  };
}

void infer(InferContext& c) { c.set_output(0, DType::kFloat32, c.input_shape(0)); }

Kernel prepare(PrepareContext& c) {
  const QuantizeVariant& variant = quantize_variant(c.isa());
  const bool channels = c.input_quantization(0).per_channel();
  switch (c.input_dtype(0)) {
    case DType::kFloat16:
      return map_kernel<Half, float>(c, half_to_float);
    case DType::kBFloat16:
      return map_kernel<BFloat16, float>(c, bfloat16_to_float);
    case DType::kInt8:
    case DType::kInt4:
    case DType::kInt2:
      return channels ? per_channel<int8_t>(c) : per_tensor<int8_t>(c, variant.from_s8);
    case DType::kUInt8:
    case DType::kUInt4:
      return channels ? per_channel<uint8_t>(c) : per_tensor<uint8_t>(c, variant.from_u8);
    case DType::kInt16:
      return per_tensor<int16_t>(c, variant.from_s16);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kDequantize;
const OpDef kDequantize = {
    .code = BuiltinOp::kDequantize,
    .max_version = 9,
    .inputs = {{"x"}},
    .options = &schema_of<DequantizeOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kNotQuantized, .int16 = true},
    .types = "int2, int4, uint4, int8, uint8, int16, float16, bfloat16 to float32",
    .fast_path = true,
};

}  // namespace litewright
