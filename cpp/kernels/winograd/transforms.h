// The transforms for any vector width.
#pragma once

#include "kernels/vector_f32.h"
#include "kernels/winograd/winograd.h"

namespace litewright {
namespace {

using V = VectorF32;

inline __attribute__((always_inline)) V::T add_scaled(V::T sum, float factor, V::T x) {
  return V::fma(V::broadcast(factor), x, sum);
}

// One dimension: input() makes the kPatch products' left sides from kPatch inputs, output() makes kTile
// outputs from kPatch products. Elements are `step` apart.
struct Identity {
  static constexpr int kTile = 1, kTaps = 1, kPatch = 1;
  static void input(const V::T* x, V::T* t, int) { t[0] = x[0]; }
  static void output(const V::T* m, V::T* y, int) { y[0] = m[0]; }
};

// Of the points 0, 1, -1.
struct F23 {
  static constexpr int kTile = 2, kTaps = 3, kPatch = 4;
  static inline __attribute__((always_inline)) void input(const V::T* x, V::T* t, int step) {
    t[0] = x[0] - x[2];
    t[step] = x[1] + x[2];
    t[2 * step] = x[2] - x[1];
    t[3 * step] = x[3] - x[1];
  }
  static inline __attribute__((always_inline)) void output(const V::T* m, V::T* y, int step) {
    y[0] = m[0] + m[1] + m[2];
    y[step] = m[1] - m[2] + m[3];
  }
};

// Of the points 0, 1, -1, 2, -2.
struct F43 {
  static constexpr int kTile = 4, kTaps = 3, kPatch = 6;
  static inline __attribute__((always_inline)) void input(const V::T* x, V::T* t, int step) {
    const auto a = add_scaled(x[4], -4, x[2]), b = add_scaled(x[3], -4, x[1]);
    const auto c = x[4] - x[2], d = V::broadcast(2.0f) * (x[3] - x[1]);
    t[0] = add_scaled(add_scaled(x[4], 4, x[0]), -5, x[2]);
    t[step] = a + b;
    t[2 * step] = a - b;
    t[3 * step] = c + d;
    t[4 * step] = c - d;
    t[5 * step] = add_scaled(add_scaled(x[5], 4, x[1]), -5, x[3]);
  }
  static inline __attribute__((always_inline)) void output(const V::T* m, V::T* y, int step) {
    const auto s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4];
    y[0] = m[0] + s1 + s2;
    y[step] = add_scaled(d1, 2, d2);
    y[2 * step] = add_scaled(s1, 4, s2);
    y[3 * step] = add_scaled(d1, 8, d2) + m[5];
  }
};

// Of the points 0, 1, -1, 2, -2, 1/2, -1/2.
template <int kTaps_>
struct EightPoints {
  static constexpr int kTaps = kTaps_, kPatch = 8, kTile = kPatch - kTaps + 1;
  static inline __attribute__((always_inline)) void input(const V::T* x, V::T* t, int step) {
    t[0] = add_scaled(x[0] - x[6], 5.25f, x[4] - x[2]);
    t[7 * step] = add_scaled(x[7] - x[1], 5.25f, x[3] - x[5]);
    pair(add_scaled(x[2] + x[6], -4.25f, x[4]), add_scaled(x[1] + x[5], -4.25f, x[3]), t + step, step);
    pair(add_scaled(add_scaled(x[6], 0.25f, x[2]), -1.25f, x[4]),
         add_scaled(add_scaled(x[5] + x[5], 0.5f, x[1]), -2.5f, x[3]), t + 3 * step, step);
    pair(add_scaled(add_scaled(x[6], 4, x[2]), -5, x[4]),
         add_scaled(add_scaled(x[1] + x[1], 0.5f, x[5]), -2.5f, x[3]), t + 5 * step, step);
  }
  static inline __attribute__((always_inline)) void output(const V::T* m, V::T* y, int step) {
    const auto s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4];
    const auto s3 = m[5] + m[6], d3 = m[5] - m[6];
    y[0] = (m[0] + s1) + (s2 + s3);
    y[step] = add_scaled(add_scaled(d1, 2, d2), 0.5f, d3);
    if constexpr (kTile == 4) {
      y[2 * step] = add_scaled(add_scaled(s1, 4, s2), 0.25f, s3);
      y[3 * step] = add_scaled(add_scaled(d1, 8, d2), 0.125f, d3);
    }
    y[(kTile - 1) * step] = y[(kTile - 1) * step] + m[7];
  }

 private:
  static inline __attribute__((always_inline)) void pair(V::T even, V::T odd, V::T* t, int step) {
    t[0] = even + odd;
    t[step] = even - odd;
  }
};

template <class Y, class X, bool kTail>
inline __attribute__((always_inline)) void input_block(int64_t count, const float* patch, int64_t row_stride,
                                                       int64_t pixel_stride, float* out,
                                                       int64_t plane_stride) {
  V::T lines[Y::kPatch * X::kPatch], result[X::kPatch];
#pragma GCC unroll 8
  for (int x = 0; x < X::kPatch; ++x) {
    V::T column[Y::kPatch];
#pragma GCC unroll 8
    for (int y = 0; y < Y::kPatch; ++y) {
      const float* from = patch + y * row_stride + x * pixel_stride;
      column[y] = kTail ? V::load_first(from, count) : V::load(from);
    }
    Y::input(column, lines + x, X::kPatch);
  }
#pragma GCC unroll 8
  for (int y = 0; y < Y::kPatch; ++y) {
    X::input(lines + y * X::kPatch, result, 1);
#pragma GCC unroll 8
    for (int x = 0; x < X::kPatch; ++x) {
      float* to = out + (y * X::kPatch + x) * plane_stride;
      if (kTail) {
        V::store_first(to, result[x], count);
      } else {
        V::store(to, result[x]);
      }
    }
  }
}

template <class Y, class X, bool kTail>
inline __attribute__((always_inline)) void output_block(int64_t count, const float* planes,
                                                        int64_t plane_stride, const float* bias, float* out,
                                                        int64_t row_stride, int64_t pixel_stride, int rows,
                                                        int columns, V::T lo, V::T hi) {
  const auto load = [&](const float* p) { return kTail ? V::load_first(p, count) : V::load(p); };
  V::T lines[Y::kTile * X::kPatch], result[X::kTile];
#pragma GCC unroll 8
  for (int x = 0; x < X::kPatch; ++x) {
    V::T column[Y::kPatch];
#pragma GCC unroll 8
    for (int y = 0; y < Y::kPatch; ++y) column[y] = load(planes + (y * X::kPatch + x) * plane_stride);
    Y::output(column, lines + x, X::kPatch);
  }
  const auto start = load(bias);
  for (int y = 0; y < rows; ++y) {
    X::output(lines + y * X::kPatch, result, 1);
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

template <class Y, class X>
void winograd_input(int64_t channels, const float* patch, int64_t row_stride, int64_t pixel_stride,
                    float* out, int64_t plane_stride) {
  int64_t c = 0;
  for (; c + V::kWidth <= channels; c += V::kWidth) {
    input_block<Y, X, false>(V::kWidth, patch + c, row_stride, pixel_stride, out + c, plane_stride);
  }
  if (c < channels)
    input_block<Y, X, true>(channels - c, patch + c, row_stride, pixel_stride, out + c, plane_stride);
}

template <class Y, class X>
void winograd_output(int64_t channels, const float* planes, int64_t plane_stride, const float* bias,
                     float* out, int64_t row_stride, int64_t pixel_stride, int rows, int columns, float lo,
                     float hi) {
  const auto low = V::broadcast(lo), high = V::broadcast(hi);
  int64_t c = 0;
  for (; c + V::kWidth <= channels; c += V::kWidth) {
    output_block<Y, X, false>(V::kWidth, planes + c, plane_stride, bias + c, out + c, row_stride,
                              pixel_stride, rows, columns, low, high);
  }
  if (c < channels) {
    output_block<Y, X, true>(channels - c, planes + c, plane_stride, bias + c, out + c, row_stride,
                             pixel_stride, rows, columns, low, high);
  }
}

void winograd_combine(int count, const float* factors, const float* in, int64_t step, int64_t n, float* out) {
  for (int64_t i = 0; i < n; i += V::kWidth) {
    const int64_t left = n - i < V::kWidth ? n - i : V::kWidth;
    auto sum = V::broadcast(0.0f);
    for (int t = 0; t < count; ++t)
      sum = V::fma(V::broadcast(factors[t]), V::load_first(in + t * step + i, left), sum);
    V::store_first(out + i, sum, left);
  }
}

template <class Y, class X>
constexpr WinogradKernel winograd_kernel(const char* name, Isa isa) {
  return {name,
          isa,
          {Y::kTile, Y::kTaps},
          {X::kTile, X::kTaps},
          winograd_input<Y, X>,
          winograd_output<Y, X>,
          winograd_combine};
}

constexpr WinogradRows winograd_rows(Isa isa) {
  return {{winograd_kernel<F43, F43>("winograd_4x4_3x3", isa),
           winograd_kernel<F23, F23>("winograd_2x2_3x3", isa),
           winograd_kernel<EightPoints<5>, EightPoints<5>>("winograd_4x4_5x5", isa),
           winograd_kernel<Identity, F43>("winograd_1x4_1x3", isa),
           winograd_kernel<F43, Identity>("winograd_4x1_3x1", isa),
           winograd_kernel<Identity, EightPoints<7>>("winograd_1x2_1x7", isa),
           winograd_kernel<EightPoints<7>, Identity>("winograd_2x1_7x1", isa)}};
}

}  // namespace
}  // namespace litewright
