// Row operations by hand for AVX2: sixteen columns of a row at a time, the last ones singly.
#pragma once

#include "kernels/intrinsics.h"
#include "kernels/row_ops/row_ops.h"

namespace litewright {
namespace {

// Eight sums to integers between the limits, less the zero point.
inline __m256i scaled_to_int(const int32_t* x, __m256 scale, __m256 lo, __m256 hi) {
  const __m256 value =
      _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(x))), scale);
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(value, lo), hi));
}

// As RowOps::requantize_s8 and requantize_u8; returns how many columns are done.
template <class T>
int64_t requantize_avx2(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to,
                        T* out, int64_t out_stride) {
  const __m256 lo = _mm256_set1_ps(static_cast<float>(to.lo - to.zero));
  const __m256 hi = _mm256_set1_ps(static_cast<float>(to.hi - to.zero));
  const __m256i zero = _mm256_set1_epi16(static_cast<short>(to.zero));
  int64_t j = 0;
  for (; j + 16 <= n; j += 16) {
    const __m256 scale0 = _mm256_loadu_ps(to.scale + j), scale1 = _mm256_loadu_ps(to.scale + j + 8);
    for (int64_t i = 0; i < rows; ++i) {
      const int32_t* from = x + i * x_stride + j;
      const __m256i packed =
          _mm256_packs_epi32(scaled_to_int(from, scale0, lo, hi), scaled_to_int(from + 8, scale1, lo, hi));
      const __m256i values = _mm256_add_epi16(_mm256_permute4x64_epi64(packed, 0xD8), zero);
      const __m128i low = _mm256_castsi256_si128(values), high = _mm256_extracti128_si256(values, 1);
      const bool is_signed = static_cast<T>(-1) < 0;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i * out_stride + j),
                       is_signed ? _mm_packs_epi16(low, high) : _mm_packus_epi16(low, high));
    }
  }
  return j;
}

// As RowOps::quantize_s8; returns how many values are done.
inline int64_t quantize_s8_avx2(int64_t n, const float* x, const RowQuantization& to, uint8_t flip,
                                int8_t* out) {
  const __m256 scale = _mm256_set1_ps(to.inverse_scale);
  const __m256 offset = _mm256_set1_ps(static_cast<float>(to.zero));
  const __m256 least = _mm256_set1_ps(static_cast<float>(to.lowest)), most = _mm256_set1_ps(127.0f);
  const __m256 half = _mm256_set1_ps(0.49999997f), sign = _mm256_set1_ps(-0.0f);
  const auto quantized = [&](const float* from) {
    __m256 value = _mm256_add_ps(offset, _mm256_mul_ps(_mm256_loadu_ps(from), scale));
    value = _mm256_min_ps(_mm256_max_ps(value, least), most);
    return _mm256_cvttps_epi32(_mm256_add_ps(value, _mm256_or_ps(half, _mm256_and_ps(value, sign))));
  };
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i flips = _mm256_set1_epi8(static_cast<char>(flip));
  int64_t j = 0;
  for (; j + 32 <= n; j += 32) {
    const __m256i words0 = _mm256_packs_epi32(quantized(x + j), quantized(x + j + 8));
    const __m256i words1 = _mm256_packs_epi32(quantized(x + j + 16), quantized(x + j + 24));
    const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(words0, words1), order);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + j), _mm256_xor_si256(bytes, flips));
  }
  return j;
}

}  // namespace
}  // namespace litewright
