// Float depthwise convolution for any vector width: several pixels share each load of weights.
#pragma once

#include "kernels/vector_f32.h"

namespace litewright {
namespace {

using V = VectorF32;

template <int kPixels, bool kTail>
inline __attribute__((always_inline)) void f32_depthwise_block(int64_t c, int64_t count, int taps,
                                                               const float* const* inputs,
                                                               const float* const* weights, int64_t offset,
                                                               int64_t pixel_stride, const float* bias,
                                                               float* out, int64_t out_stride, V::T lo,
                                                               V::T hi) {
  const auto load = [&](const float* p) { return kTail ? V::load_first(p, count) : V::load(p); };
  typename V::T acc[kPixels];
  const auto start = load(bias + c);
#pragma GCC unroll 16
  for (int p = 0; p < kPixels; ++p) acc[p] = start;
  for (int t = 0; t < taps; ++t) {
    const auto weight = load(weights[t] + c);
    const float* from = inputs[t] + offset + c;
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p) acc[p] = V::fma(load(from + p * pixel_stride), weight, acc[p]);
  }
#pragma GCC unroll 16
  for (int p = 0; p < kPixels; ++p) {
    const auto x = V::clamp(acc[p], lo, hi);
    if (kTail) {
      V::store_first(out + p * out_stride + c, x, count);
    } else {
      V::store(out + p * out_stride + c, x);
    }
  }
}

template <int kPixels>
void f32_depthwise_pixels(int64_t channels, int taps, const float* const* inputs, const float* const* weights,
                          int64_t offset, int64_t pixel_stride, const float* bias, float* out,
                          int64_t out_stride, V::T lo, V::T hi) {
  int64_t c = 0;
  for (; c + V::kWidth <= channels; c += V::kWidth) {
    f32_depthwise_block<kPixels, false>(c, V::kWidth, taps, inputs, weights, offset, pixel_stride, bias, out,
                                        out_stride, lo, hi);
  }
  if (c < channels) {
    f32_depthwise_block<kPixels, true>(c, channels - c, taps, inputs, weights, offset, pixel_stride, bias,
                                       out, out_stride, lo, hi);
  }
}

template <int kPixels>
void f32_depthwise(int64_t channels, int taps, const float* const* inputs, const float* const* weights,
                   int64_t pixels, int64_t pixel_stride, const float* bias, float* out, int64_t out_stride,
                   float lo, float hi) {
  const auto low = V::broadcast(lo), high = V::broadcast(hi);
  int64_t p = 0;
  for (; p + kPixels <= pixels; p += kPixels) {
    f32_depthwise_pixels<kPixels>(channels, taps, inputs, weights, p * pixel_stride, pixel_stride, bias,
                                  out + p * out_stride, out_stride, low, high);
  }
  for (; p + 2 <= pixels; p += 2) {
    f32_depthwise_pixels<2>(channels, taps, inputs, weights, p * pixel_stride, pixel_stride, bias,
                            out + p * out_stride, out_stride, low, high);
  }
  if (p < pixels) {
    f32_depthwise_pixels<1>(channels, taps, inputs, weights, p * pixel_stride, pixel_stride, bias,
                            out + p * out_stride, out_stride, low, high);
  }
}

}  // namespace
}  // namespace litewright
