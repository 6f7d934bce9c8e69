#include "ops/binary.h"

namespace litewright {
namespace {

constexpr int64_t kBlock = 512;  // elements converted at a time

template <class T, float (*kWiden)(T), T (*kNarrow)(float)>
Kernel narrow_kernel(const NodeContext& c, BinaryFunction f, float low, float high) {
  return [plan = Broadcast(c.input_shape(0), c.input_shape(1)), f, low, high](RunContext& r) {
    const T *a = r.in<T>(0), *b = r.in<T>(1);
    T* out = r.out<T>(0);
    plan.run(r.pool(), [&](int64_t ia, int64_t ib, int64_t io, int64_t n) {
      float a_block[kBlock], b_block[kBlock];
      for (int64_t i = 0; i < n; i += kBlock) {
        const int64_t count = std::min(kBlock, n - i);
        const int64_t a_count = plan.a_step() ? count : 1, b_count = plan.b_step() ? count : 1;
        for (int64_t k = 0; k < a_count; ++k) a_block[k] = kWiden(a[ia + i * plan.a_step() + k]);
        for (int64_t k = 0; k < b_count; ++k) b_block[k] = kWiden(b[ib + i * plan.b_step() + k]);
        f(a_block, plan.a_step(), b_block, plan.b_step(), a_block, count, low, high);
        for (int64_t k = 0; k < count; ++k) out[io + i + k] = kNarrow(a_block[k]);
      }
    });
    return Status();
  };
}

// The reference's sum of 8-bit operands, or of 16-bit ones with any scales.
template <class T>
Kernel reference_sum(const NodeContext& c, Activation activation, bool subtract) {
  const ScaleZero a = input_scale(c, 0), b = input_scale(c, 1), out = output_scale(c);
  const int left = sizeof(T) == 2 ? 15 : 20;
  const double twice_most = 2 * static_cast<double>(std::max(a.scale, b.scale));
  const QuantizedMultiplier ma = quantize_multiplier(a.scale / twice_most),
                            mb = quantize_multiplier(b.scale / twice_most);
  const QuantizedMultiplier mo = quantize_multiplier(twice_most / (std::ldexp(1.0, left) * out.scale));
  const IntRange range = quantized_activation_range(activation, c.output_dtype(0), c.output_quantization(0));
  return binary_kernel<T>(c, [=](T x, T y) {
    const int32_t scaled_x = multiply_by_quantized_multiplier(shift_left_wrapping(x - a.zero, left), ma);
    const int32_t scaled_y = multiply_by_quantized_multiplier(shift_left_wrapping(y - b.zero, left), mb);
    const int32_t sum = subtract ? scaled_x - scaled_y : scaled_x + scaled_y;
    return static_cast<T>(clamp_to(int64_t{multiply_by_quantized_multiplier(sum, mo)} + out.zero, range));
  });
}

// Scales that are powers of two: a shift of one operand. 0 where the scale is none.
bool exact_log2(float scale, int& exponent) {
  const double log2 = std::log2(static_cast<double>(scale));
  exponent = static_cast<int>(std::round(log2));
  return std::abs(log2 - exponent) < 1e-3;
}

struct PowerOfTwoScales {
  bool all;
  int a, b;  // right shifts that bring the operands to the output's scale
};
PowerOfTwoScales power_of_two_scales(const NodeContext& c) {
  int a = 0, b = 0, out = 0;
  const bool all = exact_log2(input_scale(c, 0).scale, a) && exact_log2(input_scale(c, 1).scale, b) &&
                   exact_log2(output_scale(c).scale, out);
  return {all, out - a, out - b};
}

Kernel power_of_two_sum(const NodeContext& c, Activation activation, bool subtract,
                        const PowerOfTwoScales& scales) {
  if (scales.a < 0 || scales.b < 0 || (scales.a != 0 && scales.b != 0) || scales.a > 15 || scales.b > 15) {
    c.fail("power-of-two scales of 16-bit operands should be the output's but for one that is smaller");
  }
  const IntRange range = quantized_activation_range(activation, DType::kInt16, c.output_quantization(0));
  return binary_kernel<int16_t>(c, [=](int16_t x, int16_t y) {
    const int32_t scaled_x = rounding_divide_by_power_of_two<int32_t>(x, scales.a);
    const int32_t scaled_y = rounding_divide_by_power_of_two<int32_t>(y, scales.b);
    const int32_t sum = std::clamp(subtract ? scaled_x - scaled_y : scaled_x + scaled_y, -32768, 32767);
    return static_cast<int16_t>(clamp_to(sum, range));
  });
}

// Integer multipliers of at most 21 bits for both scales, as the default kernels of LiteRT choose them.
bool scaled_sum_parameters(const NodeContext& c, Activation activation, bool subtract, ScaledSum& p) {
  const ScaleZero a = input_scale(c, 0), b = input_scale(c, 1), out = output_scale(c);
  const float a_scale = a.scale / out.scale, b_scale = b.scale / out.scale;
  for (float scale : {a_scale, b_scale}) {
    if (!(scale >= 0x1p-10f && scale < 0x1p8f)) return false;
  }
  p.shift = 20 - std::ilogb(std::max(a_scale, b_scale));
  p.a_multiplier = static_cast<int32_t>(std::lrint(std::ldexp(a_scale, p.shift)));
  p.b_multiplier = static_cast<int32_t>(std::lrint(std::ldexp(b_scale, p.shift))) * (subtract ? -1 : 1);
  p.bias = (1 << (p.shift - 1)) - p.a_multiplier * a.zero - p.b_multiplier * b.zero;
  const IntRange range = quantized_activation_range(activation, c.output_dtype(0), c.output_quantization(0));
  p.zero = out.zero, p.low = range.min, p.high = range.max;
  return true;
}

template <class T>
Kernel fast_sum(const NodeContext& c, SumFunction<T> f, const ScaledSum& p) {
  return [plan = Broadcast(c.input_shape(0), c.input_shape(1)), f, p](RunContext& r) {
    const T *a = r.in<T>(0), *b = r.in<T>(1);
    T* out = r.out<T>(0);
    plan.run(r.pool(), [&](int64_t ia, int64_t ib, int64_t io, int64_t n) {
      f(a + ia, plan.a_step(), b + ib, plan.b_step(), out + io, n, p);
    });
    return Status();
  };
}

template <class T>
Kernel integer_sum(const NodeContext& c, Activation activation, bool subtract) {
  return wrapping_kernel<T>(c, activation, [subtract](auto a, auto b) { return subtract ? a - b : a + b; });
}

Kernel sum_of_16_bits(const NodeContext& c, Activation activation, bool pot_scale_int16, bool subtract) {
  if (!c.input_quantization(0).quantized()) return integer_sum<int16_t>(c, activation, subtract);
  require_zero_points_of_zero(c, {0, 1});
  const PowerOfTwoScales scales = power_of_two_scales(c);
  if (pot_scale_int16 && scales.all) return power_of_two_sum(c, activation, subtract, scales);
  return reference_sum<int16_t>(c, activation, subtract);
}

}  // namespace

Kernel float_binary_kernel(const PrepareContext& c, BinaryOp op, Activation activation) {
  const BinaryFunction f = binary_variant(c.isa()).functions[static_cast<int>(op)];
  const auto [low, high] = activation_range<float>(activation);
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return
          [plan = Broadcast(c.input_shape(0), c.input_shape(1)), f, low = low, high = high](RunContext& r) {
            const float *a = r.in<float>(0), *b = r.in<float>(1);
            float* out = r.out<float>(0);
            plan.run(r.pool(), [&](int64_t ia, int64_t ib, int64_t io, int64_t n) {
              f(a + ia, plan.a_step(), b + ib, plan.b_step(), out + io, n, low, high);
            });
            return Status();
          };
    case DType::kFloat16:
      return narrow_kernel<Half, half_to_float, float_to_half>(c, f, low, high);
    case DType::kBFloat16:
      return narrow_kernel<BFloat16, bfloat16_to_float, float_to_bfloat16>(c, f, low, high);
    default:
      refuse_dtype(c);
  }
}

BlockFunction binary_follower(const PrepareContext& c, int operand, BinaryOp op, Activation activation) {
  const Slot* other = &c.input(1 - operand);
  if (c.reference() || other->dtype != DType::kFloat32 || c.input_dtype(operand) != DType::kFloat32)
    return nullptr;
  if (other->shape != c.input_shape(operand) || other->shape.empty()) return nullptr;
  const auto [low, high] = activation_range<float>(activation);
  return [=, f = binary_variant(c.isa()).functions[static_cast<int>(op)], low = low, high = high,
          width = int64_t{other->shape.back()}](const Block& block) {
    float* x = reinterpret_cast<float*>(block.data);
    const float* y =
        reinterpret_cast<const float*>(other->data) + block.first_row * width + block.first_column;
    const bool whole = block.stride == block.columns && width == block.columns;
    const int64_t rows = whole ? 1 : block.rows, columns = whole ? block.rows * block.columns : block.columns;
    for (int64_t i = 0; i < rows; ++i, x += block.stride, y += width) {
      f(operand == 0 ? x : y, 1, operand == 0 ? y : x, 1, x, columns, low, high);
    }
  };
}

Kernel sum_kernel(const PrepareContext& c, Activation activation, bool pot_scale_int16, bool subtract) {
  const BinaryVariant& fast = binary_variant(c.isa());
  ScaledSum p;
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
    case DType::kFloat16:
      return float_binary_kernel(c, subtract ? BinaryOp::kSub : BinaryOp::kAdd, activation);
    case DType::kInt32:
      return integer_sum<int32_t>(c, activation, subtract);
    case DType::kInt64:
      return integer_sum<int64_t>(c, activation, subtract);
    case DType::kInt16:
      return sum_of_16_bits(c, activation, pot_scale_int16, subtract);
    case DType::kInt8:
      if (!c.reference() && scaled_sum_parameters(c, activation, subtract, p))
        return fast_sum<int8_t>(c, fast.sum_s8, p);
      return reference_sum<int8_t>(c, activation, subtract);
    case DType::kUInt8:
      if (!c.reference() && scaled_sum_parameters(c, activation, subtract, p))
        return fast_sum<uint8_t>(c, fast.sum_u8, p);
      return reference_sum<uint8_t>(c, activation, subtract);
    default:
      refuse_dtype(c);
  }
}

}  // namespace litewright
