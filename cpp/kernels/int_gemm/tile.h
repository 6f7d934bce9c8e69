// The register tiles of int_gemm. D says how one step is done:
//   T              vector of int32 sums
//   W              what a vector of weights becomes when loaded
//   kWidth, kDepth columns per vector; elements of A and B per step
//   kBytesA        bytes of A per step
//   kHead          bytes that a column has before its weights
//   start(p, n)    what the sums of n columns in a panel, from `p` on, start from
#pragma once

#include <string.h>

#include "kernels/int_gemm/int_gemm.h"
#include "kernels/intrinsics.h"

namespace litewright {
namespace {

template <class D, int kRows, int kVectors, int kPanels>
inline __attribute__((always_inline)) void int_tile(int64_t columns, int64_t steps, IntGemmParts parts,
                                                    const uint8_t* a, int64_t a_stride, const int8_t* b,
                                                    int64_t panel, int32_t* c, int64_t c_stride, int nr) {
  constexpr int kAll = kVectors * kPanels;
  constexpr int kGroup = D::kWidth * D::kDepth;
  typename D::T acc[kRows][kAll];
#pragma GCC unroll 16
  for (int v = 0; v < kAll; ++v) {
    const auto start = D::start(
        reinterpret_cast<const int32_t*>(b + (v / kVectors) * panel) + (v % kVectors) * D::kWidth, nr);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) acc[i][v] = start;
  }
  b += nr * D::kHead;
  const int64_t group = nr * D::kDepth;
  for (int64_t part = 0; part < parts.count; ++part) {
    const uint8_t* at = a + parts.offsets[part];
    for (int64_t s = 0; s < steps; ++s, b += group, at += D::kBytesA) {
      typename D::W weights[kAll];
#pragma GCC unroll 16
      for (int v = 0; v < kAll; ++v)
        weights[v] = D::weights(b + (v / kVectors) * panel + (v % kVectors) * kGroup);
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
        const auto x = D::broadcast(at + i * a_stride);
#pragma GCC unroll 16
        for (int v = 0; v < kAll; ++v) acc[i][v] = D::dot(acc[i][v], x, weights[v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int v = 0; v < kAll; ++v) {
    const int64_t left = columns - v * D::kWidth;
    if (left <= 0) break;
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) D::store(c + i * c_stride + v * D::kWidth, acc[i][v], left);
  }
}

// All columns of kRows rows.
template <class D, int kRows, int kVectors>
void int_rows(int64_t n, int64_t steps, IntGemmParts parts, const uint8_t* a, int64_t a_stride,
              const int8_t* b, int32_t* c, int64_t c_stride) {
  constexpr int kNr = kVectors * D::kWidth;
  const int64_t panel = kNr * (D::kHead + steps * parts.count * D::kDepth);
  int64_t j = 0;
  constexpr int kWide = kRows <= 2 && D::kWide ? 4 : 1;
  if constexpr (kWide > 1) {
    for (; j + kWide * kNr <= n; j += kWide * kNr, b += kWide * panel) {
      int_tile<D, kRows, kVectors, kWide>(n - j, steps, parts, a, a_stride, b, panel, c + j, c_stride, kNr);
    }
  }
  for (; j + (kVectors - 1) * D::kWidth < n; j += kNr, b += panel) {
    int_tile<D, kRows, kVectors, 1>(n - j < kNr ? n - j : kNr, steps, parts, a, a_stride, b, panel, c + j,
                                    c_stride, kNr);
  }
  if (j < n) int_tile<D, kRows, 1, 1>(n - j, steps, parts, a, a_stride, b, panel, c + j, c_stride, kNr);
}

template <class D, int kMr, int kVectors>
void int_gemm_tiles(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a_start,
                    int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride) {
  constexpr int kNr = kVectors * D::kWidth;
  const uint8_t* a = static_cast<const uint8_t*>(a_start);
  if (rows >= 2 * kMr && n > kNr) {
    for (int64_t j = 0; j < n; j += kNr, b += kNr * (D::kHead + steps * parts.count * D::kDepth)) {
      int_gemm_tiles<D, kMr, kVectors>(rows, n - j < kNr ? n - j : kNr, steps, parts, a, a_stride, b, c + j,
                                       c_stride);
    }
    return;
  }
  for (; rows >= kMr; rows -= kMr, a += kMr * a_stride, c += kMr * c_stride) {
    int_rows<D, kMr, kVectors>(n, steps, parts, a, a_stride, b, c, c_stride);
  }
  while (rows > 0) {
    int done = 1;
    if (kMr > 8 && rows >= 8) {
      int_rows<D, 8, kVectors>(n, steps, parts, a, a_stride, b, c, c_stride), done = 8;
    } else if (kMr > 4 && rows >= 4) {
      int_rows<D, 4, kVectors>(n, steps, parts, a, a_stride, b, c, c_stride), done = 4;
    } else if (rows >= 2) {
      int_rows<D, 2, kVectors>(n, steps, parts, a, a_stride, b, c, c_stride), done = 2;
    } else {
      int_rows<D, 1, kVectors>(n, steps, parts, a, a_stride, b, c, c_stride);
    }
    rows -= done, a += done * a_stride, c += done * c_stride;
  }
}

#if defined(__AVX2__)
struct Avx2Sums {
  using T = __m256i;
  using W = __m256i;
  static constexpr int kWidth = 8, kHead = 4;
  static constexpr bool kWide = false;
  static T start(const int32_t* p, int) { return load(p); }
  static T load(const int32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static void store(int32_t* p, T x, int64_t count) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    _mm256_maskstore_epi32(
        p, _mm256_cmpgt_epi32(_mm256_set1_epi32(count > 8 ? 8 : static_cast<int>(count)), lanes), x);
  }
  static T broadcast(const uint8_t* a) {
    int32_t bits;
    memcpy(&bits, a, sizeof(bits));
    return _mm256_set1_epi32(bits);
  }
};
#endif

#if defined(__AVX512F__)
struct Avx512Sums {
  using T = __m512i;
  using W = __m512i;
  static constexpr int kWidth = 16, kHead = 4;
  static constexpr bool kWide = true;
  static T start(const int32_t* p, int) { return load(p); }
  static T load(const int32_t* p) { return _mm512_loadu_si512(p); }
  static void store(int32_t* p, T x, int64_t count) {
    if (count >= 16) {
      _mm512_storeu_si512(p, x);
    } else {
      _mm512_mask_storeu_epi32(p, static_cast<__mmask16>(0xFFFFu >> (16 - count)), x);
    }
  }
  static T broadcast(const uint8_t* a) {
    int32_t bits;
    memcpy(&bits, a, sizeof(bits));
    return _mm512_set1_epi32(bits);
  }
};
#endif

}  // namespace
}  // namespace litewright
