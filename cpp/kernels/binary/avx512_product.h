// Products of 8-bit values in vectors of 64.
#pragma once

#include "kernels/binary/kernel.h"
#include "kernels/intrinsics.h"

namespace litewright {
namespace {

// 32 values less their zero point, as int16.
template <class T>
inline __m512i less_zero(__m256i x, __m512i zero) {
  const bool is_signed = static_cast<T>(-1) < 0;
  return _mm512_sub_epi16(is_signed ? _mm512_cvtepi8_epi16(x) : _mm512_cvtepu8_epi16(x), zero);
}

// 32 scaled products, with `zero` added, as int16.
inline __m512i scaled_products(__m512i a, __m512i b, __m512 scale, __m512i zero) {
  const __m512i low = _mm512_mullo_epi16(a, b), high = _mm512_mulhi_epi16(a, b);
  const auto scaled = [&](__m512i x) {
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(x), scale));
  };
  return _mm512_adds_epi16(
      _mm512_packs_epi32(scaled(_mm512_unpacklo_epi16(low, high)), scaled(_mm512_unpackhi_epi16(low, high))),
      zero);
}

template <class T>
struct ProductOperand {
  const T* values;
  bool many;
  __m512i zero, one;  // `one`: the only value less its zero point

  ProductOperand(const T* p, int step, int32_t zero_point)
      : values(p),
        many(step != 0),
        zero(_mm512_set1_epi16(static_cast<short>(zero_point))),
        one(_mm512_set1_epi16(static_cast<short>(step == 0 ? *p - zero_point : 0))) {}
  __m512i load(int64_t at, __mmask32 lanes) const {
    return many ? less_zero<T>(_mm256_maskz_loadu_epi8(lanes, values + at), zero) : one;
  }
};

template <class T>
void scaled_product_avx512(const T* a, int a_step, const T* b, int b_step, T* out, int64_t n,
                           const ScaledProduct& p) {
  if (n <= 0) return;
  constexpr int kExcess = static_cast<T>(-1) < 0 ? 0 : 128;
  const ProductOperand<T> x(a, a_step, p.a_zero), y(b, b_step, p.b_zero);
  const __m512 scale = _mm512_set1_ps(p.scale);
  const __m512i zero = _mm512_set1_epi16(static_cast<short>(p.zero - kExcess));
  const __m512i low = _mm512_set1_epi8(static_cast<char>(p.low - kExcess));
  const __m512i high = _mm512_set1_epi8(static_cast<char>(p.high - kExcess));
  const __m512i flip = _mm512_set1_epi8(static_cast<char>(kExcess));
  const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  for (int64_t i = 0; i < n; i += 64) {
    const __mmask64 lanes = n - i >= 64 ? ~__mmask64{0} : (__mmask64{1} << (n - i)) - 1;
    const auto first = static_cast<__mmask32>(lanes), second = static_cast<__mmask32>(lanes >> 32);
    const __m512i products =
        _mm512_packs_epi16(scaled_products(x.load(i, first), y.load(i, first), scale, zero),
                           scaled_products(x.load(i + 32, second), y.load(i + 32, second), scale, zero));
    const __m512i bounded = _mm512_min_epi8(_mm512_max_epi8(products, low), high);
    _mm512_mask_storeu_epi8(out + i, lanes, _mm512_xor_si512(_mm512_permutexvar_epi64(order, bounded), flip));
  }
}

}  // namespace
}  // namespace litewright
