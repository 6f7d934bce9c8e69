#include "ops/elementwise.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/row_ops/row_ops.h"

namespace litewright {
namespace {

constexpr int64_t kBlock = 512;  // elements converted at a time

template <class T>
float to_float(T value) {
  if constexpr (std::is_same_v<T, Half>) return half_to_float(value);
  if constexpr (std::is_same_v<T, BFloat16>) return bfloat16_to_float(value);
}
template <class T>
T from_float(float value) {
  if constexpr (std::is_same_v<T, Half>) return float_to_half(value);
  if constexpr (std::is_same_v<T, BFloat16>) return float_to_bfloat16(value);
}

template <class T>
Kernel narrow_float_kernel(const NodeContext& c, UnaryFunction f, float p, float q) {
  return [n = num_elements(c.input_shape(0)), f, p, q](RunContext& r) {
    const T* in = r.in<T>(0);
    T* out = r.out<T>(0);
    for_ranges(r, n, [&](int64_t begin, int64_t end) {
      float block[kBlock];
      for (int64_t i = begin; i < end; i += kBlock) {
        const int64_t count = std::min(kBlock, end - i);
        for (int64_t k = 0; k < count; ++k) block[k] = to_float(in[i + k]);
        f(block, block, count, p, q);
        for (int64_t k = 0; k < count; ++k) out[i + k] = from_float<T>(block[k]);
      }
    });
    return Status();
  };
}

}  // namespace

void infer_unary(InferContext& c) { c.set_output(0, c.input_dtype(0), c.input_shape(0)); }

BlockFunction unary_follower(const PrepareContext& c, UnaryOp op, float p, float q) {
  if (c.reference() || c.input_dtype(0) != DType::kFloat32) return nullptr;
  return [f = unary_function(op, c.isa()), p, q](const Block& block) {
    float* row = reinterpret_cast<float*>(block.data);
    if (block.stride == block.columns) return f(row, row, block.rows * block.columns, p, q);
    for (int64_t i = 0; i < block.rows; ++i, row += block.stride) f(row, row, block.columns, p, q);
  };
}

void refuse_dtype(const NodeContext& c, int input) {
  c.fail("type ", dtype_name(c.input_dtype(input)), " is not supported (", c.describe_input(input), ")");
}

void require_dtype(const NodeContext& c, int input, std::initializer_list<DType> dtypes) {
  if (std::find(dtypes.begin(), dtypes.end(), c.input_dtype(input)) == dtypes.end()) refuse_dtype(c, input);
}

ScaleZero input_scale(const NodeContext& c, int i) { return per_tensor_quantization(*c.input(i).tensor); }
ScaleZero output_scale(const NodeContext& c, int i) { return per_tensor_quantization(*c.output(i).tensor); }

void require_zero_points_of_zero(const NodeContext& c, std::initializer_list<int> inputs) {
  for (int i : inputs) {
    if (input_scale(c, i).zero != 0) c.fail(c.describe_input(i), " should have the zero point 0");
  }
  if (output_scale(c).zero != 0) c.fail("the output should have the zero point 0");
}

Kernel copy_kernel(const NodeContext& c) {
  return [bytes = num_elements(c.input_shape(0)) * dtype_size(c.input_dtype(0))](RunContext& r) {
    const uint8_t* in = r.in<uint8_t>(0);
    uint8_t* out = r.out<uint8_t>(0);
    if (in != out && bytes > 0) std::memcpy(out, in, bytes);
    return Status();
  };
}

Kernel float_kernel(const PrepareContext& c, UnaryOp op, float p, float q) {
  const UnaryFunction f = unary_function(op, c.isa());
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return [n = num_elements(c.input_shape(0)), f, p, q](RunContext& r) {
        const float* in = r.in<float>(0);
        float* out = r.out<float>(0);
        for_ranges(r, n, [&](int64_t begin, int64_t end) { f(in + begin, out + begin, end - begin, p, q); });
        return Status();
      };
    case DType::kFloat16:
      return narrow_float_kernel<Half>(c, f, p, q);
    case DType::kBFloat16:
      return narrow_float_kernel<BFloat16>(c, f, p, q);
    default:
      refuse_dtype(c);
  }
}

Kernel float_function_kernel(const PrepareContext& c, const std::function<float(float)>& f) {
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return map_kernel<float>(c, f);
    case DType::kFloat16:
      return map_kernel<Half>(c, [f](Half x) { return float_to_half(f(half_to_float(x))); });
    case DType::kBFloat16:
      return map_kernel<BFloat16>(c, [f](BFloat16 x) { return float_to_bfloat16(f(bfloat16_to_float(x))); });
    default:
      refuse_dtype(c);
  }
}

Kernel table_kernel(const NodeContext& c, const std::function<int64_t(int32_t stored)>& f) {
  const IntRange in_range = quantized_type_range(c.input_dtype(0));
  const IntRange out_range = quantized_type_range(c.output_dtype(0));
  std::array<uint8_t, 256> table;
  for (int32_t stored = in_range.min; stored <= in_range.max; ++stored) {
    table[static_cast<uint8_t>(stored)] = static_cast<uint8_t>(clamp_to(f(stored), out_range));
  }
  const auto look_up = row_ops_variants().best(current_isa()).look_up;
  return [n = num_elements(c.input_shape(0)), table, look_up](RunContext& r) {
    const uint8_t* in = r.in<uint8_t>(0);
    uint8_t* out = r.out<uint8_t>(0);
    for_ranges(r, n, [&](int64_t begin, int64_t end) {
      look_up(end - begin, in + begin, table.data(), out + begin);
    });
    return Status();
  };
}

Kernel real_table_kernel(const NodeContext& c, const std::function<float(float)>& f) {
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const float inverse = 1 / out.scale;
  return table_kernel(c, [&](int32_t stored) {
    const float rescaled = std::round(f(in.scale * static_cast<float>(stored - in.zero)) * inverse);
    const double result = static_cast<double>(rescaled + static_cast<float>(out.zero));
    return std::isnan(result) ? int64_t{0} : static_cast<int64_t>(std::clamp(result, -1e9, 1e9));
  });
}

template <class Real>
static std::vector<int16_t> make_table16(Real input_scale, int32_t input_zero, Real output_scale,
                                         int32_t output_zero, const std::function<double(double)>& f) {
  constexpr int kSteps = 512;
  const Real input_min = input_scale * (-32768 - input_zero), input_max = input_scale * (32767 - input_zero);
  const Real output_min = output_scale * (-32768 - output_zero),
             output_max = output_scale * (32767 - output_zero);
  const Real step = (input_max - input_min) / kSteps, half_step = step / 2;
  const Real inverse = static_cast<Real>(65536) / (output_max - output_min);
  const auto real = [&](Real x) { return static_cast<Real>(f(static_cast<double>(x))); };
  const auto bounded = [](Real x) {
    return static_cast<int16_t>(std::min(std::max(x, static_cast<Real>(-32768)), static_cast<Real>(32767)));
  };
  std::vector<int16_t> table(kSteps + 1);
  for (int i = 0; i < kSteps; ++i) {
    const Real at = real(input_min + i * step), next = real(input_min + (i + 1) * step);
    const Real middle = real(input_min + i * step + half_step);
    const Real sample = std::round(at * inverse);
    const Real line_middle = std::round((next * inverse + sample) / 2);
    const Real bias = std::round((line_middle - std::round(middle * inverse)) / 2);
    table[i] = bounded(sample - bias);
  }
  table[kSteps] = bounded(std::round(real(input_max) * inverse));
  return table;
}

std::vector<int16_t> table16(double input_scale, int32_t input_zero, double output_scale, int32_t output_zero,
                             const std::function<double(double)>& f, bool in_double) {
  if (in_double) return make_table16<double>(input_scale, input_zero, output_scale, output_zero, f);
  return make_table16<float>(static_cast<float>(input_scale), input_zero, static_cast<float>(output_scale),
                             output_zero, f);
}

int16_t look_up16(const int16_t* table, int16_t value) {
  const int index = 256 + (value >> 7);
  const int offset = value & 0x7F;
  const int slope = table[index + 1] - table[index];
  return static_cast<int16_t>(table[index] + ((static_cast<int16_t>(slope) * offset + 64) >> 7));
}

Kernel real_table16_kernel(const NodeContext& c, const std::function<float(float)>& f) {
  const ScaleZero in = input_scale(c), out = output_scale(c);
  const auto wide = [&](double x) { return static_cast<double>(f(static_cast<float>(x))); };
  return map_kernel<int16_t>(c, [table = table16(in.scale, in.zero, out.scale, out.zero, wide)](
                                    int16_t value) { return look_up16(table.data(), value); });
}

}  // namespace litewright
