#include <algorithm>
#include <iterator>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "kernels/f32_gemm/f32_gemm.h"

namespace litewright {

#define LITEWRIGHT_F32_GEMM(name)                                                                            \
  void f32_gemm_##name(int64_t rows, int64_t n, int64_t k, const float* a, int64_t a_stride, const float* b, \
                       float* c, int64_t c_stride, float lo, float hi);                                      \
  void f32_windows_##name(int64_t rows, int64_t n, int64_t k, const F32Parts& parts, const float* a,         \
                          int64_t a_stride, const float* b, float* c, int64_t c_stride, float lo, float hi)
LITEWRIGHT_F32_GEMM(4x8_portable);
LITEWRIGHT_F32_GEMM(6x16_avx2);
LITEWRIGHT_F32_GEMM(14x32_avx512);
#undef LITEWRIGHT_F32_GEMM

namespace {

// to[d * to_stride + v] = from[v * from_stride + d], four by four.
void transpose_4x4(const float* from, int64_t from_stride, float* to, int64_t to_stride) {
#if defined(__SSE__)
  __m128 row[4];
  for (int v = 0; v < 4; ++v) row[v] = _mm_loadu_ps(from + v * from_stride);
  _MM_TRANSPOSE4_PS(row[0], row[1], row[2], row[3]);
  for (int d = 0; d < 4; ++d) _mm_storeu_ps(to + d * to_stride, row[d]);
#else
  for (int d = 0; d < 4; ++d) {
    for (int v = 0; v < 4; ++v) to[d * to_stride + v] = from[v * from_stride + d];
  }
#endif
}

// The same of `columns` x `depth`.
void transpose(const float* from, int64_t from_stride, int64_t columns, int64_t depth, float* to,
               int64_t to_stride) {
  for (int64_t v = 0; v < columns; v += 4) {
    const bool four = v + 4 <= columns;
    int64_t d = 0;
    for (; four && d + 4 <= depth; d += 4) {
      transpose_4x4(from + v * from_stride + d, from_stride, to + d * to_stride + v, to_stride);
    }
    for (; d < depth; ++d) {
      for (int64_t i = v; i < std::min(v + 4, columns); ++i)
        to[d * to_stride + i] = from[i * from_stride + d];
    }
  }
}

constexpr F32GemmKernel kKernels[] = {
#ifdef LITEWRIGHT_X86_KERNELS
    {"f32_gemm_14x32_avx512", Isa::kAvx512, f32_gemm_14x32_avx512, f32_windows_14x32_avx512, 14, 32},
    {"f32_gemm_6x16_avx2", Isa::kAvx2, f32_gemm_6x16_avx2, f32_windows_6x16_avx2, 6, 16},
#endif
    {"f32_gemm_4x8_portable", Isa::kPortable, f32_gemm_4x8_portable, f32_windows_4x8_portable, 4, 8},
};
}  // namespace

KernelTable<F32GemmKernel> f32_gemm_kernels() { return {kKernels, static_cast<int>(std::size(kKernels))}; }

int64_t f32_gemm_packed_size(int nr, int64_t n, int64_t k) { return (n + nr - 1) / nr * nr * (k + 1); }

void f32_gemm_pack(int nr, int64_t n, int64_t k, const float* b, int64_t column_stride, int64_t depth_stride,
                   const float* bias, float* packed) {
  for (int64_t j = 0; j < n; j += nr) {
    const int64_t columns = std::min<int64_t>(nr, n - j);
    for (int64_t v = 0; v < nr; ++v) packed[v] = bias != nullptr && v < columns ? bias[j + v] : 0.0f;
    packed += nr;
    if (columns < nr) std::fill_n(packed, nr * k, 0.0f);
    constexpr int64_t kBlock = 16;  // depth in blocks, so that both sides stay in few cache lines
    for (int64_t first = 0; first < k; first += kBlock) {
      const int64_t last = std::min(first + kBlock, k);
      if (depth_stride == 1) {
        transpose(b + j * column_stride + first, column_stride, columns, last - first, packed + first * nr,
                  nr);
        continue;
      }
      for (int64_t v = 0; v < columns; ++v) {
        const float* from = b + (j + v) * column_stride;
        for (int64_t d = first; d < last; ++d) packed[d * nr + v] = from[d * depth_stride];
      }
    }
    packed += nr * k;
  }
}

}  // namespace litewright
