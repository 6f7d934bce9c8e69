// Float depthwise convolution for any vector width: several pixels share each load of weights, and
// neighbouring taps share their inputs.
#pragma once

#include "kernels/depthwise/depthwise.h"
#include "kernels/vector_f32.h"

namespace litewright {
namespace {

using V = VectorF32;

// What every block of a call shares.
struct F32Depthwise {
  const DepthwiseTaps* taps;
  int64_t pixel_stride, out_stride;
  const float* bias;
  V::T lo, hi;
};

template <bool kTail>
inline __attribute__((always_inline)) V::T load_channels(const float* p, int64_t count) {
  return kTail ? V::load_first(p, count) : V::load(p);
}

// Adds the products of all taps, one by one.
template <int kPixels, bool kTail>
inline __attribute__((always_inline)) void add_taps(const F32Depthwise& call, int64_t offset, int64_t c,
                                                    int64_t count, V::T* acc) {
  for (int t = 0; t < call.taps->count; ++t) {
    const auto weight = load_channels<kTail>(call.taps->weights[t] + c, count);
    const float* from = call.taps->inputs[t] + offset;
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p) {
      acc[p] = V::fma(load_channels<kTail>(from + p * call.pixel_stride, count), weight, acc[p]);
    }
  }
}

// The same where taps come in rows of kColumns and pixels are kStep columns apart: every input is loaded
// once.
template <int kPixels, bool kTail, int kColumns, int kStep>
inline __attribute__((always_inline)) void add_rows(const F32Depthwise& call, int64_t offset, int64_t c,
                                                    int64_t count, V::T* acc) {
  for (int t = 0; t < call.taps->count; t += kColumns) {
    V::T weights[kColumns];
#pragma GCC unroll 16
    for (int x = 0; x < kColumns; ++x)
      weights[x] = load_channels<kTail>(call.taps->weights[t + x] + c, count);
    const float* from = call.taps->inputs[t] + offset;
    const int64_t column_stride = call.taps->column_stride;
#pragma GCC unroll 32
    for (int i = 0; i < (kPixels - 1) * kStep + kColumns; ++i, from += column_stride) {
      const auto input = load_channels<kTail>(from, count);
#pragma GCC unroll 16
      for (int p = 0; p < kPixels; ++p) {
        const int column = i - p * kStep;
        if (column >= 0 && column < kColumns) acc[p] = V::fma(input, weights[column], acc[p]);
      }
    }
  }
}

template <int kPixels, bool kTail, int kColumns, int kStep>
inline __attribute__((always_inline)) void f32_depthwise_block(const F32Depthwise& call, int64_t offset,
                                                               int64_t c, int64_t count, float* out) {
  V::T acc[kPixels];
  const auto start = load_channels<kTail>(call.bias + c, count);
#pragma GCC unroll 16
  for (int p = 0; p < kPixels; ++p) acc[p] = start;
  if constexpr (kColumns == 0) {
    add_taps<kPixels, kTail>(call, offset + c, c, count, acc);
  } else {
    add_rows<kPixels, kTail, kColumns, kStep>(call, offset + c, c, count, acc);
  }
#pragma GCC unroll 16
  for (int p = 0; p < kPixels; ++p) {
    const auto x = V::clamp(acc[p], call.lo, call.hi);
    if (kTail) {
      V::store_first(out + p * call.out_stride + c, x, count);
    } else {
      V::store(out + p * call.out_stride + c, x);
    }
  }
}

// As many groups of kPixels as there are from pixel `p` on; returns the next pixel.
template <int kPixels, int kColumns, int kStep>
int64_t f32_depthwise_pixels(const F32Depthwise& call, int64_t channels, int64_t p, int64_t pixels,
                             float* out) {
  for (; p + kPixels <= pixels; p += kPixels) {
    const int64_t offset = p * call.pixel_stride;
    float* to = out + p * call.out_stride;
    int64_t c = 0;
    for (; c + V::kWidth <= channels; c += V::kWidth) {
      f32_depthwise_block<kPixels, false, kColumns, kStep>(call, offset, c, V::kWidth, to);
    }
    if (c < channels) f32_depthwise_block<kPixels, true, kColumns, kStep>(call, offset, c, channels - c, to);
  }
  return p;
}

template <int kPixels>
void f32_depthwise(int64_t channels, const DepthwiseTaps& taps, int64_t pixels, int64_t pixel_stride,
                   const float* bias, float* out, int64_t out_stride, float lo, float hi) {
  const F32Depthwise call{&taps, pixel_stride, out_stride, bias, V::broadcast(lo), V::broadcast(hi)};
  const bool next = pixel_stride == taps.column_stride, second = pixel_stride == 2 * taps.column_stride;
  int64_t p = 0;
  if (taps.columns == 3 && next) {
    p = f32_depthwise_pixels<kPixels, 3, 1>(call, channels, p, pixels, out);
  } else if (taps.columns == 3 && second) {
    p = f32_depthwise_pixels<kPixels, 3, 2>(call, channels, p, pixels, out);
  } else if (taps.columns == 5 && next) {
    p = f32_depthwise_pixels<kPixels, 5, 1>(call, channels, p, pixels, out);
  } else {
    p = f32_depthwise_pixels<kPixels, 0, 1>(call, channels, p, pixels, out);
  }
  p = f32_depthwise_pixels<2, 0, 1>(call, channels, p, pixels, out);
  f32_depthwise_pixels<1, 0, 1>(call, channels, p, pixels, out);
}

}  // namespace
}  // namespace litewright
