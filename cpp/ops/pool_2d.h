// What the pools share: input [N,H,W,C] -> [N,OH,OW,C], from the elements of a window that lie inside the
// image.
#pragma once

#include "kernels/f32_pool/f32_pool.h"
#include "ops/fixed_point.h"
#include "ops/linear/window.h"

namespace litewright {

struct PoolWindow {
  int64_t batch = 0, channels = 0;
  WindowAxis h, w;
};

inline PoolWindow pool_window(const NodeContext& context) {
  const Shape& in = context.input_shape(0);
  if (in.size() != 4) context.fail(context.describe_input(0), " should have 4 dimensions");
  const auto& options = context.options<Pool2DOptions>();
  PoolWindow window{in[0], in[3], {}, {}};
  window.h = {.in = in[1], .kernel = options.filter_height, .stride = options.stride_h};
  window.w = {.in = in[2], .kernel = options.filter_width, .stride = options.stride_w};
  solve_window(context, options.padding, window.h);
  solve_window(context, options.padding, window.w);
  return window;
}

inline void infer_pool(InferContext& context) {
  const PoolWindow window = pool_window(context);
  context.set_output(0, context.input_dtype(0),
                     {static_cast<int32_t>(window.batch), static_cast<int32_t>(window.h.out),
                      static_cast<int32_t>(window.w.out), static_cast<int32_t>(window.channels)});
}

// Calls body(output index of the pixel, first pixel, pixels between rows, rows, columns) for the output rows
// [begin, end) over all images, where the pixels are those of the window inside the image.
template <class Body>
void for_each_window(const PoolWindow& window, int64_t begin, int64_t end, const Body& body) {
  const auto& [batch, channels, h, w] = window;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t y = row % h.out * h.stride - h.pad, first_y = std::max<int64_t>(y, 0);
    const int64_t rows = std::min(y + h.kernel, h.in) - first_y;
    for (int64_t out_x = 0; out_x < w.out; ++out_x) {
      const int64_t x = out_x * w.stride - w.pad, first_x = std::max<int64_t>(x, 0);
      const int64_t columns = std::min(x + w.kernel, w.in) - first_x;
      body(row * w.out + out_x, (row / h.out * h.in + first_y) * w.in + first_x, w.in, rows, columns);
    }
  }
}

// Shares the output rows among threads; body as above.
template <class Body>
void run_pool(const RunContext& run, const PoolWindow& window, const Body& body) {
  const int64_t work = window.w.out * window.channels * window.h.kernel * window.w.kernel;
  run.pool().parallel_for(window.batch * window.h.out,
                          std::max<int64_t>(200'000 / std::max<int64_t>(work, 1), 1),
                          [&](int64_t begin, int64_t end) { for_each_window(window, begin, end, body); });
}

// Float windows by a vector kernel.
inline Kernel f32_pool_kernel(const PoolWindow& window, F32PoolFunction pool, Activation activation) {
  return [=, range = activation_range<float>(activation)](RunContext& run) {
    run_pool(run, window,
             [&](int64_t index, int64_t first, int64_t row_pixels, int64_t rows, int64_t columns) {
               pool(window.channels, rows, columns, row_pixels * window.channels,
                    run.in<float>(0) + first * window.channels, static_cast<float>(rows * columns), range.min,
                    range.max, run.out<float>(0) + index * window.channels);
             });
    return Status();
  };
}

}  // namespace litewright
