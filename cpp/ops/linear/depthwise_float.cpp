// Float depthwise convolutions: rows of images, shared among threads.
#include "kernels/depthwise/depthwise.h"
#include "ops/fixed_point.h"
#include "ops/linear/conv.h"

namespace litewright {
namespace {

constexpr int64_t kProductsPerThread = 200'000;
constexpr int64_t kNarrow = 8;
constexpr int64_t kBlockFloats = 64 * 1024;  // of results that followers find in the second-level cache

DepthwiseAxis depthwise_axis(const WindowAxis& axis) {
  return {axis.in, axis.out, axis.kernel, axis.stride, axis.dilation, axis.pad};
}

}  // namespace

Kernel prepare_float_depthwise(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const F32DepthwiseKernel& kernel = f32_depthwise_kernels().best(context.isa());
  const ValueRange<float> range = activation_range<float>(activation);
  const int64_t channels = window.out_channels, multiplier = window.group_out();
  const DepthwiseImage image{channels, depthwise_axis(window.axis[1]), depthwise_axis(window.axis[2])};
  const int64_t height = image.h.out, row_size = image.w.out * channels,
                in_size = window.in_pixels() * channels;
  const int64_t grain = kProductsPerThread / std::max<int64_t>(row_size * window.taps(), 1) + 1;
  // A channel multiplier: the input's channels are repeated first.
  const int repeated = multiplier == 1 ? -1 : context.add_scratch(window.batch * in_size * sizeof(float));
  const std::vector<float> zeros(context.has_input(2) ? 0 : channels);
  const BlockFunction after = context.take_followers();
  // Kernels make narrow images in one go, so that results do not depend on the number of threads.
  const bool whole = image.w.out < kNarrow && image.w.out < height;
  const int64_t block = after && !whole ? kBlockFloats / std::max<int64_t>(row_size, 1) + 1 : height;
  return [=, &kernel](RunContext& run) {
    const float* input = run.in<float>(0);
    if (repeated >= 0) {
      float* to = run.scratch<float>(repeated);
      for (int64_t i = 0; i < window.batch * in_size / multiplier; ++i)
        to = std::fill_n(to, multiplier, input[i]);
      input = run.scratch<float>(repeated);
    }
    const float* bias = run.has_input(2) ? run.in<float>(2) : zeros.data();
    const int64_t step = whole ? height : 1;
    run.pool().parallel_for(window.batch * height / step, grain / step + 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin * step; row < end * step;) {
        const int64_t n = row / height, first = row % height,
                      last = std::min({first + end * step - row, height, first + block});
        kernel.function(image, input + n * in_size, run.in<float>(1), bias, first, last,
                        run.out<float>(0) + n * height * row_size, range.min, range.max);
        if (after) {
          after({reinterpret_cast<uint8_t*>(run.out<float>(0) + row * row_size), channels, row * image.w.out,
                 (last - first) * image.w.out, 0, channels});
        }
        row += last - first;
      }
    });
    return Status();
  };
}

}  // namespace litewright
