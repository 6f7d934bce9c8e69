// Float depthwise convolutions: runs of pixels whose windows lie inside the image, and the edges one by one.
#include "kernels/depthwise/depthwise.h"
#include "ops/fixed_point.h"
#include "ops/linear/conv.h"

namespace litewright {
namespace {

constexpr int64_t kProductsPerThread = 200'000;

struct Depthwise {
  ConvWindow window;
  ValueRange<float> range;
  const F32DepthwiseKernel* kernel;

  // One output row. `pointers` has room for 2 * taps.
  void row(const float* image, int64_t out_y, const float* weights, const float* bias, const float** pointers,
           float* out) const {
    const auto& [d, h, w] = window.axis;
    const int64_t channels = window.out_channels;
    const float** tap_weights = pointers + window.taps();
    const int64_t first_inside = std::min((w.pad + w.stride - 1) / w.stride, w.out);
    const int64_t room = w.in - w.reach() + w.pad;
    const int64_t last_inside =
        room < 0 ? first_inside : std::clamp(room / w.stride + 1, first_inside, w.out);
    for (int64_t out_x = 0; out_x < w.out;) {
      const bool inside = out_x >= first_inside && out_x < last_inside;
      const int64_t pixels = inside ? last_inside - out_x : 1;
      int taps = 0;
      for (int64_t ky = 0; ky < h.kernel; ++ky) {
        const int64_t y = out_y * h.stride - h.pad + ky * h.dilation;
        if (y < 0 || y >= h.in) continue;
        for (int64_t kx = 0; kx < w.kernel; ++kx) {
          const int64_t x = out_x * w.stride - w.pad + kx * w.dilation;
          if (x < 0 || x >= w.in) continue;
          pointers[taps] = image + (y * w.in + x) * channels;
          tap_weights[taps++] = weights + (ky * w.kernel + kx) * channels;
        }
      }
      const DepthwiseTaps all{taps, pointers, tap_weights, inside ? static_cast<int>(w.kernel) : 0,
                              w.dilation * channels};
      kernel->function(channels, all, pixels, w.stride * channels, bias, out + out_x * channels, channels,
                       range.min, range.max);
      out_x += pixels;
    }
  }
};

}  // namespace

Kernel prepare_float_depthwise(PrepareContext& context, const ConvWindow& window, Activation activation) {
  const Depthwise depthwise{window, activation_range<float>(activation),
                            &f32_depthwise_kernels().best(context.isa())};
  const int64_t rows = window.batch * window.axis[1].out, channels = window.out_channels;
  const int64_t pixels = window.batch * window.in_pixels(), multiplier = window.group_out();
  const int64_t grain = std::max<int64_t>(
      kProductsPerThread / std::max<int64_t>(window.axis[2].out * channels * window.taps(), 1), 1);
  // A channel multiplier: the input's channels are repeated first.
  const int repeated = multiplier == 1 ? -1 : context.add_scratch(pixels * channels * sizeof(float));
  const int tap_pointers = context.add_scratch(context.num_threads() * 2 * window.taps() * sizeof(float*));
  const int parts = static_cast<int>(std::clamp<int64_t>(rows / grain, 1, context.num_threads()));
  const std::vector<float> zeros(context.has_input(2) ? 0 : channels);
  return [=](RunContext& run) {
    const float* input = run.in<float>(0);
    if (repeated >= 0) {
      float* to = run.scratch<float>(repeated);
      for (int64_t i = 0; i < pixels * window.in_channels; ++i) to = std::fill_n(to, multiplier, input[i]);
      input = run.scratch<float>(repeated);
    }
    const float* bias = run.has_input(2) ? run.in<float>(2) : zeros.data();
    const int64_t height = window.axis[1].out, image_size = window.in_pixels() * channels;
    run.pool().parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        const float** pointers = run.scratch<const float*>(tap_pointers) + part * 2 * window.taps();
        for (int64_t r = rows * part / parts; r < rows * (part + 1) / parts; ++r) {
          depthwise.row(input + r / height * image_size, r % height, run.in<float>(1), bias, pointers,
                        run.out<float>(0) + r * window.axis[2].out * channels);
        }
      }
    });
    return Status();
  };
}

}  // namespace litewright
