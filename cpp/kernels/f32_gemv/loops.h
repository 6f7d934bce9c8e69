// f32_gemv for any vector width.
#pragma once

#include "kernels/f32_gemv/f32_gemv.h"
#include "kernels/vector_f32.h"

namespace litewright {
namespace {

using V = VectorF32;

// kRows dot products side by side, each in two interleaved sums per lane.
template <int kRows>
inline __attribute__((always_inline)) void dot_products(int64_t k, const float* x, const float* w,
                                                        float* sums) {
  typename V::T acc[2][kRows];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) acc[0][i] = acc[1][i] = V::broadcast(0.0f);
  int64_t d = 0;
  for (; d + 2 * V::kWidth <= k; d += 2 * V::kWidth) {
#pragma GCC unroll 2
    for (int u = 0; u < 2; ++u) {
      const auto value = V::load(x + d + u * V::kWidth);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
        const float* from = w + i * k + d + u * V::kWidth;
        __builtin_prefetch(from + 256);
        acc[u][i] = V::fma(value, V::load(from), acc[u][i]);
      }
    }
  }
  for (; d < k; d += V::kWidth) {
    const int64_t left = k - d < V::kWidth ? k - d : V::kWidth;
    const auto value = V::load_first(x + d, left);
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) acc[0][i] = V::fma(value, V::load_first(w + i * k + d, left), acc[0][i]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    float lanes[V::kWidth];
    V::store(lanes, acc[0][i] + acc[1][i]);
    for (int width = V::kWidth / 2; width > 0; width /= 2) {
      for (int j = 0; j < width; ++j) lanes[j] += lanes[j + width];
    }
    sums[i] = lanes[0];
  }
}

void f32_gemv_loops(int64_t n, int64_t k, const float* x, const float* w, const float* bias, float* y,
                    float lo, float hi) {
  constexpr int kRows = 4;
  for (int64_t j = 0; j < n;) {
    float sums[kRows];
    int done = 1;
    if (n - j >= kRows) {
      dot_products<kRows>(k, x, w + j * k, sums), done = kRows;
    } else {
      dot_products<1>(k, x, w + j * k, sums);
    }
    for (int i = 0; i < done; ++i, ++j) {
      float value = sums[i] + (bias != nullptr ? bias[j] : 0.0f);
      value = value < lo ? lo : value;
      y[j] = value > hi ? hi : value;
    }
  }
}

}  // namespace
}  // namespace litewright
