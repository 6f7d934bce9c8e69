#include "kernels/quantize/kernel.h"
#include "ops/elementwise.h"

namespace litewright {
namespace {

// clamp(round(x / scale) + zero), halves away from zero.
template <class T>
Kernel reference_quantize(const NodeContext& c, ScaleZero to) {
  const IntRange range = quantized_type_range(c.output_dtype(0));
  return map_kernel<float, T>(c, [=](float x) {
    const float q = std::round(x / to.scale);
    if (!(std::abs(q) < 1e9f)) return static_cast<T>(q > 0 ? range.max : range.min);  // NaN too
    return static_cast<T>(clamp_to(static_cast<int64_t>(q) + to.zero, range));
  });
}

template <class T>
Kernel fast_quantize(const NodeContext& c, ScaleZero to, QuantizeFunction<T> f) {
  const IntRange range = quantized_type_range(c.output_dtype(0));
  if (to.zero < range.min || to.zero > range.max) return reference_quantize<T>(c, to);
  return [=, n = num_elements(c.input_shape(0)), inverse = 1.0f / to.scale](RunContext& r) {
    const float* in = r.in<float>(0);
    T* out = r.out<T>(0);
    for_ranges(r, n, [&](int64_t begin, int64_t end) {
      f(in + begin, out + begin, end - begin, inverse, to.zero, range.min, range.max);
    });
    return Status();
  };
}

// One scale per slice along an axis, always as the reference rounds.
template <class T>
Kernel per_channel_quantize(const NodeContext& c) {
  const Quantization q = c.output_quantization(0);
  const Shape& shape = c.input_shape(0);
  if (q.axis < 0 || q.axis >= static_cast<int32_t>(shape.size()) ||
      static_cast<size_t>(shape[q.axis]) != q.scale.size()) {
    c.fail(q.scale.size(), " scales along axis ", q.axis, " do not fit ", c.describe_input(0));
  }
  const int64_t inner = elements_between(shape, static_cast<size_t>(q.axis) + 1, shape.size());
  const IntRange range = quantized_type_range(c.output_dtype(0));
  return [=, n = num_elements(shape)](RunContext& r) {
    const float* in = r.in<float>(0);
    T* out = r.out<T>(0);
    for (int64_t i = 0; i < n; ++i) {
      const size_t channel = static_cast<size_t>(i / inner) % q.scale.size();
      const float scaled = std::round(in[i] / q.scale[channel]);
      const float bounded = std::abs(scaled) < 1e9f ? scaled : scaled > 0 ? 1e9f : -1e9f;
      out[i] = static_cast<T>(clamp_to(static_cast<int64_t>(bounded) + q.zero(channel), range));
    }
    return Status();
  };
}

Kernel quantize(const PrepareContext& c) {
  const bool fast = !c.reference();
  const QuantizeVariant& variant = quantize_variant(c.isa());
  if (c.output_quantization(0).per_channel()) {
    switch (c.output_dtype(0)) {
      case DType::kInt8:
      case DType::kInt4:
        return per_channel_quantize<int8_t>(c);
      case DType::kUInt8:
      case DType::kUInt4:
        return per_channel_quantize<uint8_t>(c);
      case DType::kInt16:
        return per_channel_quantize<int16_t>(c);
      default:
        c.fail("float32 cannot become ", dtype_name(c.output_dtype(0)));
    }
  }
  const ScaleZero to = output_scale(c);
  switch (c.output_dtype(0)) {
    case DType::kInt8:
      return fast ? fast_quantize<int8_t>(c, to, variant.to_s8) : reference_quantize<int8_t>(c, to);
    case DType::kUInt8:
      return fast ? fast_quantize<uint8_t>(c, to, variant.to_u8) : reference_quantize<uint8_t>(c, to);
    case DType::kInt16:
      return fast ? fast_quantize<int16_t>(c, to, variant.to_s16) : reference_quantize<int16_t>(c, to);
    case DType::kInt4:
      return reference_quantize<int8_t>(c, to);
    case DType::kUInt4:
      return reference_quantize<uint8_t>(c, to);
    default:
      c.fail("float32 cannot become ", dtype_name(c.output_dtype(0)));
  }
}

struct Rescale {
  ScaleZero in, out;
  QuantizedMultiplier m;
  IntRange range;
  int32_t operator()(int32_t stored) const {
    const int32_t centred =
        static_cast<int32_t>(static_cast<uint32_t>(stored) - static_cast<uint32_t>(in.zero));
    return clamp_to(int64_t{multiply_by_quantized_multiplier(centred, m)} + out.zero, range);
  }
};

template <class In, class Out>
Kernel requantize_to(const NodeContext& c, const Rescale& rescale) {
  return map_kernel<In, Out>(c, [rescale](In x) { return static_cast<Out>(rescale(x)); });
}

template <class In>
Kernel requantize_from(const NodeContext& c, const Rescale& rescale) {
  switch (c.output_dtype(0)) {
    case DType::kInt8:
      return requantize_to<In, int8_t>(c, rescale);
    case DType::kUInt8:
      return requantize_to<In, uint8_t>(c, rescale);
    case DType::kInt16:
      return requantize_to<In, int16_t>(c, rescale);
    case DType::kInt32:
      return requantize_to<In, int32_t>(c, rescale);
    default:
      c.fail(dtype_name(c.input_dtype(0)), " cannot become ", dtype_name(c.output_dtype(0)));
  }
}

Kernel requantize(const NodeContext& c) {
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const Rescale rescale = {
      in, out, quantize_multiplier(static_cast<double>(in.scale) / static_cast<double>(out.scale)),
      quantized_type_range(c.output_dtype(0))};
  switch (c.input_dtype(0)) {
    case DType::kInt8:
    case DType::kUInt8:
      if (dtype_bits(c.output_dtype(0)) == 8) return table_kernel(c, rescale);
      return c.input_dtype(0) == DType::kInt8 ? requantize_from<int8_t>(c, rescale)
                                              : requantize_from<uint8_t>(c, rescale);
    case DType::kInt16:
      return requantize_from<int16_t>(c, rescale);
    case DType::kInt32:
      return requantize_from<int32_t>(c, rescale);
    default:
      refuse_dtype(c);
  }
}

void infer(InferContext& c) {
  if (!c.declares_outputs()) c.fail("the type of its output has to be declared");
  c.set_output(0, c.output_dtype(0), c.input_shape(0));
}

Kernel prepare(PrepareContext& c) {
  if (!c.output_quantization(0).quantized()) c.fail("the output has no scale");
  return c.input_dtype(0) == DType::kFloat32 ? quantize(c) : requantize(c);
}

}  // namespace

extern const OpDef kQuantize;
const OpDef kQuantize = {
    .code = BuiltinOp::kQuantize,
    .max_version = 6,
    .inputs = {{"x"}},
    .options = &schema_of<QuantizeOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kOwnRange, .int16 = true},
    .types = "float32 to int4, uint4, int8, uint8, int16; int8, uint8, int16, int32 among each other",
    .fast_path = true,
};

}  // namespace litewright
