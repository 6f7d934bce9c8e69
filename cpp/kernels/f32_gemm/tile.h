// The register tiles of f32_gemm, for any vector width.
#pragma once

#include "kernels/vector_f32.h"

namespace litewright {
namespace {

using V = VectorF32;

// kRows x (kVectors * V::kWidth) outputs, of which the first `columns` are stored. Panels are `nr` columns
// wide. kPanels > 1 runs that many whole panels side by side, to hide latency when there are few rows.
template <int kRows, int kVectors, int kPanels>
inline __attribute__((always_inline)) void f32_tile(int64_t columns, int64_t k, const float* a,
                                                    int64_t a_stride, const float* b, int nr, float* c,
                                                    int64_t c_stride, float lo, float hi) {
  constexpr int kAll = kVectors * kPanels;
  const int64_t panel = nr * (k + 1);
  typename V::T acc[kRows][kAll];
#pragma GCC unroll 16
  for (int v = 0; v < kAll; ++v) {
    const auto bias = V::load(b + (v / kVectors) * panel + (v % kVectors) * V::kWidth);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) acc[i][v] = bias;
  }
  b += nr;
  int64_t d = 0;
  if constexpr (kRows == 1 && kAll == 1) {  // one sum would wait for itself: four take turns
    typename V::T sums[4] = {acc[0][0], V::broadcast(0.0f), V::broadcast(0.0f), V::broadcast(0.0f)};
    for (; d + 4 <= k; d += 4, b += 4 * nr, a += 4) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) sums[i] = V::fma(V::broadcast(a[i]), V::load(b + i * nr), sums[i]);
    }
    acc[0][0] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
  for (; d < k; ++d, b += nr, ++a) {
    typename V::T weights[kAll];
#pragma GCC unroll 16
    for (int v = 0; v < kAll; ++v) {
      weights[v] = V::load(b + (v / kVectors) * panel + (v % kVectors) * V::kWidth);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const auto x = V::broadcast(a[i * a_stride]);
#pragma GCC unroll 16
      for (int v = 0; v < kAll; ++v) acc[i][v] = V::fma(x, weights[v], acc[i][v]);
    }
  }
  const auto low = V::broadcast(lo), high = V::broadcast(hi);
#pragma GCC unroll 16
  for (int v = 0; v < kAll; ++v) {
    const int64_t left = columns - v * V::kWidth;
    if (left <= 0) break;
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const auto x = V::clamp(acc[i][v], low, high);
      float* to = c + i * c_stride + v * V::kWidth;
      if (left >= V::kWidth) {
        V::store(to, x);
      } else {
        V::store_first(to, x, left);
      }
    }
  }
}

// All columns of kRows rows. One row: four panels at a time.
template <int kRows, int kVectors>
void f32_rows(int64_t n, int64_t k, const float* a, int64_t a_stride, const float* b, float* c,
              int64_t c_stride, float lo, float hi) {
  constexpr int kNr = kVectors * V::kWidth;
  int64_t j = 0;
  const auto at = [&](int64_t column) { return b + column * (k + 1); };
  constexpr int kWide = kRows <= 2 ? 4 : 1;
  if constexpr (kWide > 1) {
    for (; j + kWide * kNr <= n; j += kWide * kNr) {
      f32_tile<kRows, kVectors, kWide>(n - j, k, a, a_stride, at(j), kNr, c + j, c_stride, lo, hi);
    }
  }
  for (; j + (kVectors - 1) * V::kWidth < n; j += kNr) {
    f32_tile<kRows, kVectors, 1>(n - j < kNr ? n - j : kNr, k, a, a_stride, at(j), kNr, c + j, c_stride, lo,
                                 hi);
  }
  if (j < n) f32_tile<kRows, 1, 1>(n - j, k, a, a_stride, at(j), kNr, c + j, c_stride, lo, hi);
}

// Rows in tiles of kMr, then the rest. Columns go outside where that keeps a panel of B in the cache.
template <int kMr, int kVectors>
void f32_gemm_tiles(int64_t rows, int64_t n, int64_t k, const float* a, int64_t a_stride, const float* b,
                    float* c, int64_t c_stride, float lo, float hi) {
  constexpr int kNr = kVectors * V::kWidth;
  if (rows >= 2 * kMr && n > kNr) {
    for (int64_t j = 0; j < n; j += kNr) {
      f32_gemm_tiles<kMr, kVectors>(rows, n - j < kNr ? n - j : kNr, k, a, a_stride, b + j * (k + 1), c + j,
                                    c_stride, lo, hi);
    }
    return;
  }
  for (; rows >= kMr; rows -= kMr, a += kMr * a_stride, c += kMr * c_stride) {
    f32_rows<kMr, kVectors>(n, k, a, a_stride, b, c, c_stride, lo, hi);
  }
  while (rows > 0) {
    int done = 1;
    if (kMr > 8 && rows >= 8) {
      f32_rows<8, kVectors>(n, k, a, a_stride, b, c, c_stride, lo, hi), done = 8;
    } else if (kMr > 4 && rows >= 4) {
      f32_rows<4, kVectors>(n, k, a, a_stride, b, c, c_stride, lo, hi), done = 4;
    } else if (rows >= 2) {
      f32_rows<2, kVectors>(n, k, a, a_stride, b, c, c_stride, lo, hi), done = 2;
    } else {
      f32_rows<1, kVectors>(n, k, a, a_stride, b, c, c_stride, lo, hi);
    }
    rows -= done, a += done * a_stride, c += done * c_stride;
  }
}

}  // namespace
}  // namespace litewright
