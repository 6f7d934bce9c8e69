// Convolution2DTransposeBias (custom; input [N, H, W, I], filter [O, KH, KW, I], bias [O]): a transposed
// convolution as MediaPipe's models name it. Its options are five int32: padding (1 SAME, 2 VALID), strides
// of width and height, activation, type of the bias.
#include <array>
#include <cstring>

#include "ops/linear/window.h"
#include "ops/movement.h"

namespace litewright {
namespace {

struct Geometry {
  Shape shape;
  WindowAxis rows, columns;  // of the forward convolution, from the output to the input
};

Geometry geometry(const NodeContext& c) {
  std::array<int32_t, 3> options = {};
  if (c.op().custom_options.size() < sizeof options) c.fail("its options are too short");
  std::memcpy(options.data(), c.op().custom_options.data(), sizeof options);
  const auto [padding, stride_width, stride_height] = options;
  const Shape& in = c.input_shape(0);
  const Shape& filter = c.input_shape(1);
  for (int i = 0; i < 3; ++i) {
    if (c.input_dtype(i) != DType::kFloat32) c.fail(c.describe_input(i), " should be float32");
  }
  if (in.size() != 4 || filter.size() != 4 || in[3] != filter[3] || c.input_shape(2) != Shape{filter[0]}) {
    c.fail(c.describe_input(1), " and ", c.describe_input(2), " do not go with ", c.describe_input(0));
  }
  if ((padding != 1 && padding != 2) || stride_width < 1 || stride_height < 1)
    c.fail("its padding or a stride is not possible");
  const auto axis = [&](int dim, int64_t stride) {
    WindowAxis result{.kernel = filter[dim], .stride = stride};
    result.in = padding == 1 ? in[dim] * stride : (in[dim] - 1) * stride + filter[dim];
    solve_window(c, padding == 1 ? Padding::kSame : Padding::kValid, result);
    return result;
  };
  Geometry g{{}, axis(1, stride_height), axis(2, stride_width)};
  g.shape = checked_shape(c, {in[0], g.rows.in, g.columns.in, filter[0]});
  return g;
}

void infer(InferContext& c) { c.set_output(0, DType::kFloat32, geometry(c).shape); }

// The input index that kernel index `k` takes to output index `at`; -1 for none.
int64_t source(const WindowAxis& axis, int64_t at, int64_t k, int64_t extent) {
  const int64_t position = at + axis.pad - k;
  return position < 0 || position % axis.stride != 0 || position / axis.stride >= extent
             ? -1
             : position / axis.stride;
}

void compute_row(const RunContext& run, const Geometry& g, int64_t row) {
  const Shape& in = run.input_shape(0);
  const Shape& filter = run.input_shape(1);
  const int64_t n = row / g.rows.in, y = row % g.rows.in, depth = in[3],
                taps = g.rows.kernel * g.columns.kernel;
  float* output = run.out<float>(0) + row * g.columns.in * filter[0];
  for (int64_t x = 0; x < g.columns.in; ++x) {
    for (int64_t o = 0; o < filter[0]; ++o) {
      float sum = run.in<float>(2)[o];
      for (int64_t ky = 0; ky < g.rows.kernel; ++ky) {
        const int64_t from_y = source(g.rows, y, ky, in[1]);
        for (int64_t kx = 0; from_y >= 0 && kx < g.columns.kernel; ++kx) {
          const int64_t from_x = source(g.columns, x, kx, in[2]);
          if (from_x < 0) continue;
          const float* pixel = run.in<float>(0) + ((n * in[1] + from_y) * in[2] + from_x) * depth;
          const float* weights = run.in<float>(1) + (o * taps + ky * g.columns.kernel + kx) * depth;
          for (int64_t d = 0; d < depth; ++d) sum += pixel[d] * weights[d];
        }
      }
      output[x * filter[0] + o] = sum;
    }
  }
}

Kernel prepare(PrepareContext& c) {
  return [g = geometry(c)](RunContext& run) -> Status {
    run.pool().parallel_for(g.shape[0] * g.rows.in, 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) compute_row(run, g, row);
    });
    return {};
  };
}

}  // namespace

extern const CustomOpDef kConvolution2DTransposeBias;
const CustomOpDef kConvolution2DTransposeBias = {"Convolution2DTransposeBias", infer, prepare};

}  // namespace litewright
