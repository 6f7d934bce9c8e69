#if defined(__AVX2__)
#include "kernels/int_gemm/tile.h"

namespace litewright {
namespace {

// Pairs of int16 values by pairs of widened weights.
struct Avx2 : Avx2Sums {
  static constexpr int kDepth = 2, kBytesA = 4;
  static W weights(const int8_t* b) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b)));
  }
  static T dot(T sum, T a, W w) { return _mm256_add_epi32(sum, _mm256_madd_epi16(a, w)); }
};

}  // namespace

void int_gemm_5x16c2_avx2(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a,
                          int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride) {
  int_gemm_tiles<Avx2, 5, 2>(rows, n, steps, parts, a, a_stride, b, c, c_stride);
}

}  // namespace litewright
#endif
