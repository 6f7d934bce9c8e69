#if defined(__AVX512F__)
#include "kernels/f32_gemv/loops.h"

namespace litewright {

void f32_gemv_avx512(int64_t n, int64_t k, const float* x, const float* w, const float* bias, float* y,
                     float lo, float hi) {
  f32_gemv_loops(n, k, x, w, bias, y, lo, hi);
}

}  // namespace litewright
#endif
