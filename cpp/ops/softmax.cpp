#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <vector>

#include "kernels/softmax/kernel.h"
#include "ops/softmax_rows.h"

namespace litewright {
namespace {

Kernel float_softmax(const PrepareContext& c, float beta) {
  return [shape = rows_of(c), beta, f = softmax_variant(c.isa()).softmax](RunContext& r) {
    if (shape.depth == 0) return Status();
    const float* in = r.in<float>(0);
    float* out = r.out<float>(0);
    for_ranges(
        r, shape.rows,
        [&](int64_t begin, int64_t end) {
          f(in + begin * shape.depth, out + begin * shape.depth, end - begin, shape.depth, beta);
        },
        row_grain(shape.depth));
    return Status();
  };
}

Kernel half_softmax(PrepareContext& c, float beta) {
  const int scratch = c.add_scratch(static_cast<size_t>(num_elements(c.input_shape(0))) * sizeof(float));
  return [shape = rows_of(c), beta, scratch, f = softmax_variant(c.isa()).softmax](RunContext& r) {
    if (shape.depth == 0) return Status();
    const Half* in = r.in<Half>(0);
    Half* out = r.out<Half>(0);
    float* wide = r.scratch<float>(scratch);
    for_ranges(
        r, shape.rows,
        [&](int64_t begin, int64_t end) {
          for (int64_t i = begin * shape.depth; i < end * shape.depth; ++i) wide[i] = half_to_float(in[i]);
          f(wide + begin * shape.depth, wide + begin * shape.depth, end - begin, shape.depth, beta);
          for (int64_t i = begin * shape.depth; i < end * shape.depth; ++i) out[i] = float_to_half(wide[i]);
        },
        row_grain(shape.depth));
    return Status();
  };
}

// The reference: exponentials with 5 integer bits, a sum with 12, both in fixed point.
template <class In, class Out>
Kernel reference_softmax(const NodeContext& c, float beta) {
  const FixedExponential exponential = fixed_exponential(c, beta);
  constexpr int32_t kLow = std::numeric_limits<Out>::min(), kHigh = std::numeric_limits<Out>::max();
  return row_kernel<In, Out>(c, [=](const In* in, Out* out, int64_t depth) {
    const int32_t most = *std::max_element(in, in + depth);
    const int32_t sum = fixed_sum(exponential, in, depth, most);
    int bits;
    const int32_t scale = fixed_reciprocal(sum, 12, bits);
    const int shift = std::clamp(bits + 31 - static_cast<int>(sizeof(Out)) * 8, 0, 31);
    for (int64_t i = 0; i < depth; ++i) {
      if (in[i] - most < exponential.least) {
        out[i] = static_cast<Out>(kLow);
        continue;
      }
      const int32_t p = saturating_rounding_doubling_high_mul(scale, exponential(in[i] - most));
      out[i] = static_cast<Out>(std::clamp(rounding_divide_by_power_of_two(p, shift) + kLow, kLow, kHigh));
    }
  });
}

// A table of 256 exponentials, and float arithmetic.
template <class In, class Out>
Kernel table_softmax(const NodeContext& c, float beta) {
  const ScaleZero out_scale = output_scale(c);
  std::array<float, 256> table;  // e^(-i * scale * beta)
  for (int i = 0; i < 256; ++i) table[i] = std::exp(-static_cast<float>(i) * input_scale(c).scale * beta);
  constexpr int32_t kLow = std::numeric_limits<Out>::min(), kHigh = std::numeric_limits<Out>::max();
  return row_kernel<In, Out>(c, [=](const In* in, Out* out, int64_t depth) {
    const int32_t most = *std::max_element(in, in + depth);
    float sum = 0;
    for (int64_t i = 0; i < depth; ++i) sum += table[most - in[i]];
    const float scale = 1.0f / (sum * out_scale.scale);
    for (int64_t i = 0; i < depth; ++i) {
      const int32_t p = static_cast<int32_t>(std::floor(table[most - in[i]] * scale + 0.5f)) + out_scale.zero;
      out[i] = static_cast<Out>(std::clamp(p, kLow, kHigh));
    }
  });
}

template <class In>
Kernel softmax_of_8_bits(const PrepareContext& c, float beta) {
  const ScaleZero out = output_scale(c);
  if (c.output_dtype(0) == DType::kInt16) return reference_softmax<In, int16_t>(c, beta);
  if (c.output_dtype(0) == DType::kInt8 && (out.zero != -128 || std::abs(out.scale * 256 - 1) > 1e-3f)) {
    c.fail("the output's scale should be 1/256 and its zero point -128");
  }
  if (c.reference()) return reference_softmax<In, In>(c, beta);
  return table_softmax<In, In>(c, beta);
}

Kernel softmax_of_16_bits(const NodeContext& c, float beta) {
  require_zero_points_of_zero(c, {0});
  static const std::vector<int16_t> exponential = table16(
      10.0 / 65535, 32767, 2.0 / 65535, 0, [](double x) { return std::exp(x); }, true);
  static const std::vector<int16_t> reciprocal = table16(
      1.0 / 65535, -32768, 2.0 / 65535, 0, [](double x) { return 1 / (1 + x); }, true);
  const QuantizedMultiplier m =
      quantize_multiplier(static_cast<double>(input_scale(c).scale * beta) / (10.0 / 65535.0));
  return row_kernel<int16_t, int16_t>(c, [m](const int16_t* in, int16_t* out, int64_t depth) {
    const int32_t most = *std::max_element(in, in + depth);
    int32_t sum = 0;  // 15 fraction bits
    for (int64_t i = 0; i < depth; ++i) {
      const int32_t x = multiply_by_quantized_multiplier(in[i] - most, m) + 32767;
      out[i] = look_up16(exponential.data(), static_cast<int16_t>(std::clamp(x, -32768, 32767)));
      sum += out[i];
    }
    const int headroom = std::countl_zero(static_cast<uint32_t>(sum));
    const int32_t shifted = static_cast<int32_t>(((int64_t{sum} << (headroom - 1)) + (1 << 13)) >> 14);
    const int32_t centred = std::clamp(shifted - (1 << 15) - (1 << 16), -32768, 32767);
    const int64_t scale = look_up16(reciprocal.data(), static_cast<int16_t>(centred));
    const int shift = 31 - headroom;
    for (int64_t i = 0; i < depth; ++i) {
      const int64_t p = (out[i] * scale + (int64_t{1} << (shift - 1))) >> shift;
      out[i] = static_cast<int16_t>(std::clamp<int64_t>(p, 0, 32767));
    }
  });
}

void infer(InferContext& c) {
  if (c.input_shape(0).empty()) c.fail(c.describe_input(0), " should have a dimension at least");
  const bool widens = c.declares_outputs() && c.output_dtype(0) == DType::kInt16 &&
                      (c.input_dtype(0) == DType::kInt8 || c.input_dtype(0) == DType::kUInt8);
  c.set_output(0, widens ? DType::kInt16 : c.input_dtype(0), c.input_shape(0));
}

Kernel prepare(PrepareContext& c) {
  const float beta = c.options<SoftmaxOptions>().beta;
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return float_softmax(c, beta);
    case DType::kFloat16:
      return half_softmax(c, beta);
    case DType::kInt8:
      return softmax_of_8_bits<int8_t>(c, beta);
    case DType::kUInt8:
      return softmax_of_8_bits<uint8_t>(c, beta);
    case DType::kInt16:
      return softmax_of_16_bits(c, beta);
    default:
      refuse_dtype(c);
  }
}

}  // namespace

extern const OpDef kSoftmax;
const OpDef kSoftmax = {
    .code = BuiltinOp::kSoftmax,
    .max_version = 4,
    .inputs = {{"x"}},
    .options = &schema_of<SoftmaxOptions>(),
    .infer = infer,
    .prepare = prepare,
    .quant = {.output = QuantRule::kFixed,
              .int16 = true,
              .fixed_scale8 = 1.0f / 256,
              .fixed_zero8 = -128,
              .fixed_scale16 = 1.0f / 32768},
    .types = "float32, float16, int8, uint8, int16",
    .fast_path = true,
};

}  // namespace litewright
