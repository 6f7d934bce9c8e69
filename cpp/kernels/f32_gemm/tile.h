// The register tiles of f32_gemm, for any vector width.
#pragma once

#include "kernels/f32_gemm/f32_gemm.h"
#include "kernels/vector_f32.h"

namespace litewright {
namespace {

using V = VectorF32;

#if defined(__AVX512F__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif

// What the tiles of a call share.
struct F32Gemm {
  int64_t k, a_stride, c_stride;
  int64_t parts, part;  // of a row of A: how many, and how long
  int64_t part_gap;     // from the end of one to the next
  float lo, hi;
  // Of the panel behind the one that is read, a step of k fetches next_step floats, beginning at `next`: all
  // tiles of a panel together fetch the next panel.
  int64_t next, next_step;
};

// kRows x (kVectors * V::kWidth) outputs, of which the first `columns` are stored. Panels are `nr` columns
// wide. kPanels > 1 runs that many whole panels side by side, to hide latency when there are few rows.
template <int kRows, int kVectors, int kPanels>
inline __attribute__((always_inline)) void f32_tile(const F32Gemm& call, int64_t columns, const float* a,
                                                    const float* b, int nr, float* c) {
  constexpr int kAll = kVectors * kPanels;
  const int64_t k = call.k, a_stride = call.a_stride, panel = nr * (k + 1);
  typename V::T acc[kRows][kAll];
#pragma GCC unroll 16
  for (int v = 0; v < kAll; ++v) {
    const auto bias = V::load(b + (v / kVectors) * panel + (v % kVectors) * V::kWidth);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) acc[i][v] = bias;
  }
  const float* next = b + panel + call.next;
  b += nr;
  for (int64_t part = call.parts; part > 0; --part, a += call.part_gap) {
    for (int64_t d = call.part; d > 0; --d, b += nr, ++a) {
      if constexpr (kPanels == 1) {
        __builtin_prefetch(next, 0, 2);
        next += call.next_step;
      }
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
  }
  const auto low = V::broadcast(call.lo), high = V::broadcast(call.hi);
#pragma GCC unroll 16
  for (int v = 0; v < kAll; ++v) {
    const int64_t left = columns - v * V::kWidth;
    if (left <= 0) break;
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) {
      const auto x = V::clamp(acc[i][v], low, high);
      float* to = c + i * call.c_stride + v * V::kWidth;
      if (left >= V::kWidth) {
        V::store(to, x);
      } else {
        V::store_first(to, x, left);
      }
    }
  }
}

// As many whole panels side by side as the registers hold sums for, up to four.
constexpr int wide_panels(int rows, int vectors) {
  for (int panels = 4; panels > 1; panels /= 2) {
    if (panels * vectors * (rows + 1) < kRegisters) return panels;
  }
  return 1;
}

// The `n` columns of kRows rows.
template <int kRows, int kVectors>
void f32_rows(const F32Gemm& call, int64_t n, const float* a, const float* b, float* c) {
  constexpr int kNr = kVectors * V::kWidth, kWide = wide_panels(kRows, kVectors);
  int64_t j = 0;
  const auto at = [&](int64_t column) { return b + column * (call.k + 1); };
  if constexpr (kWide > 1) {
    for (; j + kWide * kNr <= n; j += kWide * kNr)
      f32_tile<kRows, kVectors, kWide>(call, n - j, a, at(j), kNr, c + j);
  }
  for (; j + (kVectors - 1) * V::kWidth < n; j += kNr)
    f32_tile<kRows, kVectors, 1>(call, n - j < kNr ? n - j : kNr, a, at(j), kNr, c + j);
  if (j < n) f32_tile<kRows, 1, 1>(call, n - j, a, at(j), kNr, c + j);
}

// The same for `rows` <= kMost rows.
template <int kMost, int kVectors>
void f32_few_rows(int64_t rows, const F32Gemm& call, int64_t n, const float* a, const float* b, float* c) {
  if (rows == kMost) return f32_rows<kMost, kVectors>(call, n, a, b, c);
  if constexpr (kMost > 1) f32_few_rows<kMost - 1, kVectors>(rows, call, n, a, b, c);
}

// Rows in tiles as equal as they can be, of at most kMr. With more than one, every panel of B serves all of
// them before the next one.
template <int kMr, int kVectors>
void f32_gemm_tiles(int64_t rows, int64_t n, int64_t k, const F32Parts& parts, const float* a,
                    int64_t a_stride, const float* b, float* c, int64_t c_stride, float lo, float hi) {
  constexpr int kNr = kVectors * V::kWidth;
  const int64_t tiles = (rows + kMr - 1) / kMr, panel = tiles > 1 ? kNr : n;
  const int64_t part = k / parts.count;
  F32Gemm call{
      k, a_stride, c_stride, parts.count, part, parts.stride - part, lo, hi, 0, tiles > 0 ? kNr / tiles : 0};
  for (int64_t j = 0; j < n; j += panel) {
    const int64_t columns = n - j < panel ? n - j : panel;
    const float* at = b + j * (k + 1);
    int64_t first = 0;
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t last = rows * (t + 1) / tiles;
      call.next = t * k * call.next_step;
      f32_few_rows<kMr, kVectors>(last - first, call, columns, a + first * a_stride, at,
                                  c + j + first * c_stride);
      first = last;
    }
  }
}

}  // namespace
}  // namespace litewright
