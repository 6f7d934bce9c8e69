// Convolutions as plain loops: the specification, and the reference kernels.
#pragma once

#include "ops/linear/window.h"

namespace litewright {

// Calls finish(output index, output channel, image, sum) for every output, where sum is over the taps inside
// the image of (input - input_zero(image)) * (weight - weight_zero).
template <class Sum, class In, class Weight, class InputZero, class Finish>
void conv_loops(const ConvWindow& window, const In* input, const InputZero& input_zero, const Weight* weights,
                Sum weight_zero, const Finish& finish) {
  const auto& [d, h, w] = window.axis;
  const int64_t group_in = window.group_in(), group_out = window.group_out();
  int64_t index = 0;
  for (int64_t image = 0; image < window.batch; ++image) {
    const Sum in_zero = input_zero(image);
    const In* pixels = input + image * window.in_pixels() * window.in_channels;
    for (int64_t out_z = 0; out_z < d.out; ++out_z) {
      for (int64_t out_y = 0; out_y < h.out; ++out_y) {
        for (int64_t out_x = 0; out_x < w.out; ++out_x) {
          for (int64_t out_c = 0; out_c < window.out_channels; ++out_c, ++index) {
            const int64_t first_in = out_c / group_out * group_in;
            const Weight* tap = weights + out_c * window.weight_out_stride;
            Sum sum = 0;
            for (int64_t tap_z = 0; tap_z < d.kernel; ++tap_z) {
              for (int64_t tap_y = 0; tap_y < h.kernel; ++tap_y) {
                for (int64_t tap_x = 0; tap_x < w.kernel; ++tap_x, tap += window.weight_tap_stride) {
                  const int64_t z = out_z * d.stride - d.pad + tap_z * d.dilation;
                  const int64_t y = out_y * h.stride - h.pad + tap_y * h.dilation;
                  const int64_t x = out_x * w.stride - w.pad + tap_x * w.dilation;
                  if (z < 0 || z >= d.in || y < 0 || y >= h.in || x < 0 || x >= w.in) continue;
                  const In* from = pixels + ((z * h.in + y) * w.in + x) * window.in_channels + first_in;
                  for (int64_t c = 0; c < group_in; ++c) {
                    sum += (static_cast<Sum>(from[c]) - in_zero) *
                           (static_cast<Sum>(tap[c * window.weight_in_stride]) - weight_zero);
                  }
                }
              }
            }
            finish(index, out_c, image, sum);
          }
        }
      }
    }
  }
}

// A transposed convolution, where `window` is the forward one from its output to its input: adds every
// product to sums[output element] and then calls finish(output index, output channel, image, sum). `sums` has
// one image's outputs.
template <class Sum, class In, class Weight, class InputZero, class Finish>
void transpose_conv_loops(const ConvWindow& window, const In* input, const InputZero& input_zero,
                          const Weight* weights, Sum weight_zero, Sum* sums, const Finish& finish) {
  const auto& [d, h, w] = window.axis;
  const int64_t outputs = window.in_pixels() * window.in_channels;
  for (int64_t image = 0; image < window.batch; ++image) {
    const Sum in_zero = input_zero(image);
    std::fill_n(sums, outputs, Sum{0});
    for (int64_t in_z = 0; in_z < d.out; ++in_z) {
      for (int64_t in_y = 0; in_y < h.out; ++in_y) {
        for (int64_t in_x = 0; in_x < w.out; ++in_x, input += window.out_channels) {
          for (int64_t tap = 0; tap < window.taps(); ++tap) {
            const int64_t z = in_z * d.stride - d.pad + tap / (h.kernel * w.kernel) * d.dilation;
            const int64_t y = in_y * h.stride - h.pad + tap / w.kernel % h.kernel * h.dilation;
            const int64_t x = in_x * w.stride - w.pad + tap % w.kernel * w.dilation;
            if (z < 0 || z >= d.in || y < 0 || y >= h.in || x < 0 || x >= w.in) continue;
            Sum* to = sums + ((z * h.in + y) * w.in + x) * window.in_channels;
            const Weight* from = weights + tap * window.weight_tap_stride;
            for (int64_t out_c = 0; out_c < window.in_channels; ++out_c) {
              for (int64_t in_c = 0; in_c < window.out_channels; ++in_c) {
                to[out_c] += (static_cast<Sum>(input[in_c]) - in_zero) *
                             (static_cast<Sum>(
                                  from[out_c * window.weight_in_stride + in_c * window.weight_out_stride]) -
                              weight_zero);
              }
            }
          }
        }
      }
    }
    for (int64_t i = 0; i < outputs; ++i) finish(image * outputs + i, i % window.in_channels, image, sums[i]);
  }
}

}  // namespace litewright
