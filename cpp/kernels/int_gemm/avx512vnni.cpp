#if defined(__AVX512VNNI__)
#include "kernels/int_gemm/tile.h"

namespace litewright {
namespace {

// Four uint8 values by four weights.
struct Vnni8 : Avx512Sums {
  static constexpr int kDepth = 4, kBytesA = 4;
  static W weights(const int8_t* b) { return _mm512_loadu_si512(b); }
  static T dot(T sum, T a, W w) { return _mm512_dpbusd_epi32(sum, a, w); }
};

// Pairs of int16 values by pairs of widened weights.
struct Vnni16 : Avx512Sums {
  static constexpr int kDepth = 2, kBytesA = 4;
  static W weights(const int8_t* b) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
  }
  static T dot(T sum, T a, W w) { return _mm512_dpwssd_epi32(sum, a, w); }
};

}  // namespace

void int_gemm_14x32c4_avx512vnni(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a,
                                 int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride) {
  int_gemm_tiles<Vnni8, 14, 2>(rows, n, steps, parts, a, a_stride, b, c, c_stride);
}

void int_gemm_14x32c2_avx512vnni(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a,
                                 int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride) {
  int_gemm_tiles<Vnni16, 14, 2>(rows, n, steps, parts, a, a_stride, b, c, c_stride);
}

}  // namespace litewright
#endif
