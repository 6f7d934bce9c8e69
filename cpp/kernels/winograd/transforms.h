// The transforms for any vector width.
#pragma once

#include "kernels/vector_f32.h"

namespace litewright {
namespace {

using V = VectorF32;

// One column of B^T.
inline __attribute__((always_inline)) void input_line(const V::T* x, int step, V::T* t, int t_step) {
  const auto four = V::broadcast(4.0f), five = V::broadcast(-5.0f), two = V::broadcast(2.0f);
  const auto minus_four = V::broadcast(-4.0f);
  const auto x0 = x[0], x1 = x[step], x2 = x[2 * step], x3 = x[3 * step], x4 = x[4 * step], x5 = x[5 * step];
  const auto a = V::fma(minus_four, x2, x4), b = V::fma(minus_four, x1, x3);
  const auto c = x4 - x2, d = two * (x3 - x1);
  t[0] = V::fma(five, x2, V::fma(four, x0, x4));
  t[t_step] = a + b;
  t[2 * t_step] = a - b;
  t[3 * t_step] = c + d;
  t[4 * t_step] = c - d;
  t[5 * t_step] = V::fma(five, x3, V::fma(four, x1, x5));
}

// One column of A^T.
inline __attribute__((always_inline)) void output_line(const V::T* m, int step, V::T* y, int y_step) {
  const auto s1 = m[step] + m[2 * step], d1 = m[step] - m[2 * step];
  const auto s2 = m[3 * step] + m[4 * step], d2 = m[3 * step] - m[4 * step];
  y[0] = m[0] + s1 + s2;
  y[y_step] = V::fma(V::broadcast(2.0f), d2, d1);
  y[2 * y_step] = V::fma(V::broadcast(4.0f), s2, s1);
  y[3 * y_step] = V::fma(V::broadcast(8.0f), d2, d1) + m[5 * step];
}

template <bool kTail>
inline __attribute__((always_inline)) void input_block(int64_t count, const float* patch, int64_t row_stride,
                                                       int64_t pixel_stride, float* out,
                                                       int64_t plane_stride) {
  V::T lines[36], result[6];
#pragma GCC unroll 6
  for (int x = 0; x < 6; ++x) {
    V::T column[6];
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) {
      const float* from = patch + y * row_stride + x * pixel_stride;
      column[y] = kTail ? V::load_first(from, count) : V::load(from);
    }
    input_line(column, 1, lines + x, 6);
  }
#pragma GCC unroll 6
  for (int y = 0; y < 6; ++y) {
    input_line(lines + y * 6, 1, result, 1);
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) {
      float* to = out + (y * 6 + x) * plane_stride;
      if (kTail) {
        V::store_first(to, result[x], count);
      } else {
        V::store(to, result[x]);
      }
    }
  }
}

template <bool kTail>
inline __attribute__((always_inline)) void output_block(int64_t count, const float* planes,
                                                        int64_t plane_stride, const float* bias, float* out,
                                                        int64_t row_stride, int64_t pixel_stride, int rows,
                                                        int columns, V::T lo, V::T hi) {
  const auto load = [&](const float* p) { return kTail ? V::load_first(p, count) : V::load(p); };
  V::T lines[24], result[4];
#pragma GCC unroll 6
  for (int x = 0; x < 6; ++x) {
    V::T column[6];
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) column[y] = load(planes + (y * 6 + x) * plane_stride);
    output_line(column, 1, lines + x, 6);
  }
  const auto start = load(bias);
  for (int y = 0; y < rows; ++y) {
    output_line(lines + y * 6, 1, result, 1);
    for (int x = 0; x < columns; ++x) {
      const auto value = V::clamp(result[x] + start, lo, hi);
      float* to = out + y * row_stride + x * pixel_stride;
      if (kTail) {
        V::store_first(to, value, count);
      } else {
        V::store(to, value);
      }
    }
  }
}

void winograd_input(int64_t channels, const float* patch, int64_t row_stride, int64_t pixel_stride,
                    float* out, int64_t plane_stride) {
  int64_t c = 0;
  for (; c + V::kWidth <= channels; c += V::kWidth) {
    input_block<false>(V::kWidth, patch + c, row_stride, pixel_stride, out + c, plane_stride);
  }
  if (c < channels)
    input_block<true>(channels - c, patch + c, row_stride, pixel_stride, out + c, plane_stride);
}

void winograd_output(int64_t channels, const float* planes, int64_t plane_stride, const float* bias,
                     float* out, int64_t row_stride, int64_t pixel_stride, int rows, int columns, float lo,
                     float hi) {
  const auto low = V::broadcast(lo), high = V::broadcast(hi);
  int64_t c = 0;
  for (; c + V::kWidth <= channels; c += V::kWidth) {
    output_block<false>(V::kWidth, planes + c, plane_stride, bias + c, out + c, row_stride, pixel_stride,
                        rows, columns, low, high);
  }
  if (c < channels) {
    output_block<true>(channels - c, planes + c, plane_stride, bias + c, out + c, row_stride, pixel_stride,
                       rows, columns, low, high);
  }
}

}  // namespace
}  // namespace litewright
