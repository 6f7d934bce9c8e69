#include <array>
#include <limits>

#include "kernels/softmax/kernel.h"
#include "ops/softmax_rows.h"

namespace litewright {
namespace {

template <class T>
Kernel reference_kernel(const NodeContext& c) {
  const FixedExponential exponential = fixed_exponential(c, 1.0f);
  const QuantizedMultiplier back = quantize_multiplier(std::ldexp(1.0, 31 - exponential.m.shift) /
                                                       static_cast<double>(exponential.m.multiplier));
  constexpr int32_t kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
  return row_kernel<T, T>(c, [=](const T* in, T* out, int64_t depth) {
    const int32_t most = *std::max_element(in, in + depth);
    const int32_t log_sum = fixed_log(fixed_sum(exponential, in, depth, most), 12);
    // Below this, difference - log_sum would overflow.
    const int32_t overflow =
        multiply_by_quantized_multiplier(log_sum + std::numeric_limits<int32_t>::min(), back);
    const int32_t least = std::max(exponential.least - 1, overflow);
    for (int64_t i = 0; i < depth; ++i) {
      const int32_t difference = in[i] - most;
      const int32_t log =
          difference > least
              ? rounding_divide_by_power_of_two(exponential.scaled(difference) - log_sum, 22) + kHigh
              : kLow;
      out[i] = static_cast<T>(std::clamp(log, kLow, kHigh));
    }
  });
}

// A table of 256 exponentials, and float arithmetic.
template <class T>
Kernel table_kernel_of(const NodeContext& c) {
  const ScaleZero in_scale = input_scale(c), out_scale = output_scale(c);
  std::array<float, 256> table;
  for (int i = 0; i < 256; ++i) table[i] = std::exp(-static_cast<float>(i) * in_scale.scale);
  const IntRange range = quantized_type_range(c.output_dtype(0));
  return row_kernel<T, T>(c, [=](const T* in, T* out, int64_t depth) {
    const int32_t most = *std::max_element(in, in + depth);
    float sum = 0;
    for (int64_t i = 0; i < depth; ++i) sum += table[most - in[i]];
    const float log_sum = std::log(sum);
    for (int64_t i = 0; i < depth; ++i) {
      const float log = (in_scale.scale * static_cast<float>(in[i] - most) - log_sum) / out_scale.scale;
      out[i] = static_cast<T>(clamp_to(std::lrint(std::max(log, -1e6f)) + out_scale.zero, range));
    }
  });
}

Kernel float_kernel_of(const PrepareContext& c) {
  return [shape = rows_of(c), f = softmax_variant(c.isa()).log_softmax](RunContext& r) {
    if (shape.depth == 0) return Status();
    const float* in = r.in<float>(0);
    float* out = r.out<float>(0);
    for_ranges(
        r, shape.rows,
        [&](int64_t begin, int64_t end) {
          f(in + begin * shape.depth, out + begin * shape.depth, end - begin, shape.depth);
        },
        row_grain(shape.depth));
    return Status();
  };
}

void infer(InferContext& c) {
  if (c.input_shape(0).empty()) c.fail(c.describe_input(0), " should have a dimension at least");
  infer_unary(c);
}

Kernel prepare(PrepareContext& c) {
  if (c.input_dtype(0) == DType::kFloat32) return float_kernel_of(c);
  require_dtype(c, 0, {DType::kInt8, DType::kUInt8});
  const ScaleZero out = output_scale(c);
  if (out.scale != 16.0f / 256 || out.zero != quantized_type_range(c.output_dtype(0)).max) {
    c.fail("the output's scale should be 16/256 and its zero point the highest stored value");
  }
  if (c.input_dtype(0) == DType::kInt8)
    return c.reference() ? reference_kernel<int8_t>(c) : table_kernel_of<int8_t>(c);
  return c.reference() ? reference_kernel<uint8_t>(c) : table_kernel_of<uint8_t>(c);
}

}  // namespace

extern const OpDef kLogSoftmax;
const OpDef kLogSoftmax = {
    .code = BuiltinOp::kLogSoftmax,
    .max_version = 2,
    .inputs = {{"x"}},
    .options = &schema_of<LogSoftmaxOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kFixed, .fixed_scale8 = 16.0f / 256, .fixed_zero8 = 127},
    .types = "float32, int8, uint8",
    .fast_path = true,
};

}  // namespace litewright
