#if defined(__AVX2__)
#include "kernels/int_gemm/tile.h"

namespace litewright {
namespace {

// Pairs of int16 values by pairs of widened weights.
struct Avx2 {
  using T = __m256i;
  using W = __m256i;
  static constexpr int kWidth = 8, kDepth = 2, kBytesA = 4;
  static constexpr bool kWide = false;
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
