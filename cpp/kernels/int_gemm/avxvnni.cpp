#if defined(__AVXVNNI__)
#include "kernels/int_gemm/tile.h"

namespace litewright {
namespace {

// Four uint8 values by four weights.
struct AvxVnni8 : Avx2Sums {
  static constexpr int kDepth = 4, kBytesA = 4;
  static W weights(const int8_t* b) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)); }
  static T dot(T sum, T a, W w) { return _mm256_dpbusd_avx_epi32(sum, a, w); }
};

}  // namespace

void int_gemm_6x16c4_avxvnni(int64_t rows, int64_t n, int64_t steps, IntGemmParts parts, const void* a,
                             int64_t a_stride, const int8_t* b, int32_t* c, int64_t c_stride) {
  int_gemm_tiles<AvxVnni8, 6, 2>(rows, n, steps, parts, a, a_stride, b, c, c_stride);
}

}  // namespace litewright
#endif
