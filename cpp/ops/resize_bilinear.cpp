// RESIZE_BILINEAR: every output pixel is a weighted mean of the four input pixels around it. Floats (and
// uint8) weigh in float32; int8 and int16 in fixed point with 10 fractional bits.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "ops/resize.h"

namespace litewright {
namespace {

// Where one output index falls between two input indexes, and the weight of the upper one.
template <class W>
struct Between {
  int64_t lower, upper;
  W weight, complement;
};

std::vector<Between<float>> float_positions(int32_t input, int32_t output,
                                            const ResizeBilinearOptions& options) {
  const float scale = resize_scale(input, output, options.align_corners);
  std::vector<Between<float>> result(output);
  for (int32_t i = 0; i < output; ++i) {
    const float index = static_cast<float>(i);
    const float position = options.half_pixel_centers ? (index + 0.5f) * scale - 0.5f : index * scale;
    const auto lower = std::clamp<int64_t>(static_cast<int64_t>(std::floor(position)), 0, input - 1);
    const auto upper = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(position)), 0, input - 1);
    const float weight = position - static_cast<float>(lower);
    result[i] = {lower, upper, weight, 1 - weight};
  }
  return result;
}

std::vector<Between<int32_t>> fixed_positions(int32_t input, int32_t output,
                                              const ResizeBilinearOptions& options) {
  constexpr int64_t kOne = 1 << 10;
  const bool align = options.align_corners && output > 1;
  const int64_t from = align ? input - 1 : input, to = align ? output - 1 : output;
  const int64_t scale = (kOne * from + to / 2) / to;
  std::vector<Between<int32_t>> result(output);
  for (int64_t i = 0; i < output; ++i) {
    const int64_t position = i * scale + (options.half_pixel_centers ? scale / 2 - kOne / 2 : 0);
    const int64_t lower = std::clamp<int64_t>(position / kOne, 0, input - 1);
    const int64_t upper = std::clamp<int64_t>((position + kOne - 1) / kOne, 0, input - 1);
    const auto weight = static_cast<int32_t>(std::clamp<int64_t>(position - kOne * lower, -kOne, 2 * kOne));
    result[i] = {lower, upper, weight, static_cast<int32_t>(kOne) - weight};
  }
  return result;
}

// The four input pixels around an output pixel, what each counts for, and of which factors that is the
// product.
template <class T, class W>
struct Corners {
  const T *top_left, *bottom_left, *top_right, *bottom_right;
  W weights[4];
  W top, bottom, left, right;
};

float mix(const Corners<float, float>& p, int64_t c) {
  return p.top_left[c] * p.weights[0] + p.bottom_left[c] * p.weights[1] + p.top_right[c] * p.weights[2] +
         p.bottom_right[c] * p.weights[3];
}

// The result is cut off, so the order of the products matters.
uint8_t mix(const Corners<uint8_t, float>& p, int64_t c) {
  return static_cast<uint8_t>(p.top_left[c] * p.top * p.left + p.bottom_left[c] * p.bottom * p.left +
                              p.top_right[c] * p.top * p.right + p.bottom_right[c] * p.bottom * p.right +
                              0.5f);
}

// Sums have 20 fractional bits and are rounded half away from zero: 32 bits hold those of int8, not of int16.
template <class T, class Wide>
T fixed_mix(const Corners<T, int32_t>& p, int64_t c) {
  const Wide sum =
      static_cast<Wide>(p.top_left[c]) * p.weights[0] + static_cast<Wide>(p.bottom_left[c]) * p.weights[1] +
      static_cast<Wide>(p.top_right[c]) * p.weights[2] + static_cast<Wide>(p.bottom_right[c]) * p.weights[3];
  return static_cast<T>((sum + (sum > 0 ? Wide{1} << 19 : -(Wide{1} << 19))) / (Wide{1} << 20));
}
int8_t mix(const Corners<int8_t, int32_t>& p, int64_t c) { return fixed_mix<int8_t, int32_t>(p, c); }
int16_t mix(const Corners<int16_t, int32_t>& p, int64_t c) { return fixed_mix<int16_t, int64_t>(p, c); }

// Vectors of four floats, as the compilers' extension has them for every processor.
using Four = float __attribute__((vector_size(16)));

template <class T, class W>
void mix_pixel(const Corners<T, W> corners, int64_t depth, T* out) {
  int64_t channel = 0;
  if constexpr (std::is_same_v<T, float>) {
    const auto load = [&](const float* from) {
      Four values;
      std::memcpy(&values, from + channel, sizeof values);
      return values;
    };
    for (; channel + 4 <= depth; channel += 4) {
      const Four mixed =
          load(corners.top_left) * corners.weights[0] + load(corners.bottom_left) * corners.weights[1] +
          load(corners.top_right) * corners.weights[2] + load(corners.bottom_right) * corners.weights[3];
      std::memcpy(out + channel, &mixed, sizeof mixed);
    }
  }
  for (; channel < depth; ++channel) out[channel] = mix(corners, channel);
}

template <class T, class W>
Kernel kernel(const PrepareContext& c, std::vector<Between<W>> rows, std::vector<Between<W>> columns) {
  const int64_t depth = c.input_shape(0)[3], in_height = c.input_shape(0)[1],
                in_row = c.input_shape(0)[2] * depth;
  return [=, rows = std::move(rows), columns = std::move(columns)](RunContext& run) -> Status {
    const int64_t height = static_cast<int64_t>(rows.size()),
                  out_row = static_cast<int64_t>(columns.size()) * depth;
    const T* source = run.in<T>(0);
    T* destination = run.out<T>(0);
    const auto body = [&](int64_t begin, int64_t end) {
      for (int64_t line = begin; line < end; ++line) {
        const Between<W>& y = rows[line % height];
        const T* image = source + line / height * in_height * in_row;
        const T *top = image + y.lower * in_row, *bottom = image + y.upper * in_row;
        T* out = destination + line * out_row;
        for (const Between<W>& x : columns) {
          const Corners<T, W> corners = {top + x.lower * depth,
                                         bottom + x.lower * depth,
                                         top + x.upper * depth,
                                         bottom + x.upper * depth,
                                         {y.complement * x.complement, y.weight * x.complement,
                                          y.complement * x.weight, y.weight * x.weight},
                                         y.complement,
                                         y.weight,
                                         x.complement,
                                         x.weight};
          mix_pixel(corners, depth, out);
          out += depth;
        }
      }
    };
    run.pool().parallel_for(run.output_shape(0)[0] * height, 8192 / std::max<int64_t>(out_row, 1) + 1, body);
    return {};
  };
}

void infer(InferContext& c) {
  const auto& options = c.options<ResizeBilinearOptions>();
  if (options.half_pixel_centers && options.align_corners)
    c.fail("half_pixel_centers and align_corners exclude each other");
  infer_resize(c);
}

Kernel prepare(PrepareContext& c) {
  const auto& options = c.options<ResizeBilinearOptions>();
  const Shape& in = c.input_shape(0);
  const Shape& out = c.output_shape(0);
  const auto floats = [&](int dim) { return float_positions(in[dim], out[dim], options); };
  const auto fixed = [&](int dim) { return fixed_positions(in[dim], out[dim], options); };
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
      return kernel<float, float>(c, floats(1), floats(2));
    case DType::kUInt8:
      return kernel<uint8_t, float>(c, floats(1), floats(2));
    case DType::kInt8:
      return kernel<int8_t, int32_t>(c, fixed(1), fixed(2));
    case DType::kInt16:
      return kernel<int16_t, int32_t>(c, fixed(1), fixed(2));
    default:
      c.fail(c.describe_input(0), " should be float32, uint8, int8 or int16");
  }
}

}  // namespace

extern const OpDef kResizeBilinear;
const OpDef kResizeBilinear = {.code = BuiltinOp::kResizeBilinear,
                               .max_version = 4,
                               .inputs = {{"input"}, {"size"}},
                               .options = &schema_of<ResizeBilinearOptions>(),
                               .infer = infer,
                               .prepare = prepare,
                               .quant = same_scale_rule(),
                               .types = "float32, uint8, int8, int16"};

}  // namespace litewright
