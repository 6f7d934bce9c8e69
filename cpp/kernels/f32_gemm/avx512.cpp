#if defined(__AVX512F__)
#include "kernels/f32_gemm/tile.h"

namespace litewright {

void f32_windows_14x32_avx512(int64_t rows, int64_t n, int64_t k, const F32Parts& parts, const float* a,
                              int64_t a_stride, const float* b, float* c, int64_t c_stride, float lo,
                              float hi) {
  f32_gemm_tiles<14, 2>(rows, n, k, parts, a, a_stride, b, c, c_stride, lo, hi);
}

void f32_gemm_14x32_avx512(int64_t rows, int64_t n, int64_t k, const float* a, int64_t a_stride,
                           const float* b, float* c, int64_t c_stride, float lo, float hi) {
  f32_windows_14x32_avx512(rows, n, k, {1, k}, a, a_stride, b, c, c_stride, lo, hi);
}

}  // namespace litewright
#endif
