// Row operations by hand for AVX-512: columns in pairs of vectors, with masks for the last ones.
#pragma once

#include "kernels/intrinsics.h"
#include "kernels/row_ops/row_ops.h"

namespace litewright {
namespace {

constexpr int64_t kPairColumns = 32;

inline __mmask16 first_lanes(int64_t n) {
  return static_cast<__mmask16>(n >= 16 ? 0xFFFFu : n <= 0 ? 0u : (1u << n) - 1);
}

// Four vectors of integers, narrowed with saturation: the bytes of a, then those of b, c and d.
inline __m512i narrow_to_bytes(__m512i a, __m512i b, __m512i c, __m512i d, __m512i zero16) {
  const __m512i ab = _mm512_adds_epi16(_mm512_packs_epi32(a, b), zero16);
  const __m512i cd = _mm512_adds_epi16(_mm512_packs_epi32(c, d), zero16);
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, _mm512_packs_epi16(ab, cd));
}

// Up to 32 columns of int32 sums to 8 bits, two rows at a time. `flip` is 0x80 for unsigned results, whose
// zero and limits are less 128 here. With kLarge products may exceed an integer.
template <bool kLarge>
void requantize_pairs(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to,
                      char flip, int8_t* out, int64_t out_stride) {
  const __mmask16 left = first_lanes(n), right = first_lanes(n - 16);
  const __m512 scale0 = _mm512_maskz_loadu_ps(left, to.scale);
  const __m512 scale1 = _mm512_maskz_loadu_ps(right, to.scale + 16);
  const __m512 most = _mm512_set1_ps(32767.0f);
  const __m512i zero = _mm512_set1_epi16(static_cast<short>(to.zero));
  const __m512i lo = _mm512_set1_epi8(static_cast<char>(to.lo)),
                hi = _mm512_set1_epi8(static_cast<char>(to.hi));
  const __m512i flips = _mm512_set1_epi8(flip);
  const __mmask32 stored = n >= kPairColumns ? ~__mmask32{0} : (__mmask32{1} << n) - 1;
  const auto scaled = [&](const int32_t* from, __mmask16 lanes, __m512 scale) {
    __m512 value = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(lanes, from)), scale);
    if (kLarge) value = _mm512_min_ps(value, most);
    return _mm512_cvtps_epi32(value);
  };
  for (; rows > 0; rows -= 2, x += 2 * x_stride, out += 2 * out_stride) {
    const int32_t* below = rows > 1 ? x + x_stride : x;
    __m512i bytes = narrow_to_bytes(scaled(x, left, scale0), scaled(x + 16, right, scale1),
                                    scaled(below, left, scale0), scaled(below + 16, right, scale1), zero);
    bytes = _mm512_xor_si512(_mm512_min_epi8(_mm512_max_epi8(bytes, lo), hi), flips);
    _mm256_mask_storeu_epi8(out, stored, _mm512_castsi512_si256(bytes));
    if (rows > 1) _mm256_mask_storeu_epi8(out + out_stride, stored, _mm512_extracti64x4_epi64(bytes, 1));
  }
}

template <class T>
void requantize_avx512(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to,
                       T* out, int64_t out_stride) {
  constexpr int kExcess = static_cast<T>(-1) > 0 ? 128 : 0;
  const __m512 harmless = _mm512_set1_ps(0.25f);  // times any int32 is less than 2^30
  for (int64_t j = 0; j < n; j += kPairColumns) {
    const Requantization part{to.scale + j, to.zero - kExcess, to.lo - kExcess, to.hi - kExcess};
    const int64_t columns = n - j < kPairColumns ? n - j : kPairColumns;
    const __mmask16 large =
        _mm512_mask_cmp_ps_mask(first_lanes(columns), _mm512_maskz_loadu_ps(first_lanes(columns), part.scale),
                                harmless, _CMP_GT_OQ) |
        _mm512_mask_cmp_ps_mask(first_lanes(columns - 16),
                                _mm512_maskz_loadu_ps(first_lanes(columns - 16), part.scale + 16), harmless,
                                _CMP_GT_OQ);
    (large ? requantize_pairs<true>
           : requantize_pairs<false>)(rows, columns, x + j, x_stride, part, kExcess ? '\x80' : '\0',
                                      reinterpret_cast<int8_t*>(out + j), out_stride);
  }
}

// As RowOps::dequantize for rows of one scale and zero point.
inline void dequantize_rows_avx512(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride,
                                   const Dequantization& to, float* out, int64_t out_stride) {
  const __m512 row_scale = _mm512_set1_ps(*to.row_scale), lo = _mm512_set1_ps(to.lo),
               hi = _mm512_set1_ps(to.hi);
  const __m512i zero = _mm512_set1_epi32(*to.zero);
  for (int64_t j = 0; j < n; j += kPairColumns) {
    const __mmask16 lanes[2] = {first_lanes(n - j), first_lanes(n - j - 16)};
    __m512 scale[2], bias[2];
    __m512i excess[2];
    for (int v = 0; v < 2; ++v) {
      const int64_t at = j + 16 * v;
      scale[v] = _mm512_mul_ps(row_scale, _mm512_maskz_loadu_ps(lanes[v], to.scale + at));
      bias[v] = _mm512_maskz_loadu_ps(lanes[v], to.bias + at);
      excess[v] = _mm512_mullo_epi32(zero, _mm512_maskz_loadu_epi32(lanes[v], to.sums + at));
    }
    for (int64_t i = 0; i < rows; ++i) {
      for (int v = 0; v < 2; ++v) {
        const __m512i sum = _mm512_maskz_loadu_epi32(lanes[v], x + i * x_stride + j + 16 * v);
        const __m512 value = _mm512_add_ps(
            _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(sum, excess[v])), scale[v]), bias[v]);
        _mm512_mask_storeu_ps(out + i * out_stride + j + 16 * v, lanes[v],
                              _mm512_min_ps(_mm512_max_ps(value, lo), hi));
      }
    }
  }
}

// As RowOps::requantize_s16.
inline void requantize_s16_avx512(int64_t rows, int64_t n, const int64_t* x, int64_t x_stride,
                                  const WideRequantization& to, int16_t* out, int64_t out_stride) {
  const __m256i lo = _mm256_set1_epi32(to.lo), hi = _mm256_set1_epi32(to.hi);
  for (int64_t j = 0; j < n; j += 8) {
    const auto lanes = static_cast<__mmask8>(n - j >= 8 ? 0xFFu : (1u << (n - j)) - 1);
    const __m512i bias =
        to.bias == nullptr ? _mm512_setzero_si512() : _mm512_maskz_loadu_epi64(lanes, to.bias + j);
    const __m512i multiplier = _mm512_maskz_loadu_epi64(lanes, to.multiplier + j);
    const __m512i shift = _mm512_mask_loadu_epi64(_mm512_set1_epi64(1), lanes, to.shift + j);
    const __m512i half =
        _mm512_sllv_epi64(_mm512_set1_epi64(1), _mm512_sub_epi64(shift, _mm512_set1_epi64(1)));
    for (int64_t i = 0; i < rows; ++i) {
      const __m512i sum = _mm512_add_epi64(_mm512_maskz_loadu_epi64(lanes, x + i * x_stride + j), bias);
      const __m512i scaled =
          _mm512_srav_epi64(_mm512_add_epi64(_mm512_mullo_epi64(sum, multiplier), half), shift);
      const __m256i value = _mm256_min_epi32(_mm256_max_epi32(_mm512_cvtepi64_epi32(scaled), lo), hi);
      _mm_mask_storeu_epi16(out + i * out_stride + j, lanes, _mm256_cvtepi32_epi16(value));
    }
  }
}

// As RowOps::min_max.
inline void min_max_avx512(int64_t n, const float* x, float* min, float* max) {
  constexpr int kVectors = 4;  // to hide latency
  __m512 low[kVectors], high[kVectors];
  for (int v = 0; v < kVectors; ++v) low[v] = _mm512_set1_ps(*min), high[v] = _mm512_set1_ps(*max);
  int64_t j = 0;
  for (; j + 16 * kVectors <= n; j += 16 * kVectors) {
    for (int v = 0; v < kVectors; ++v) {
      const __m512 value = _mm512_loadu_ps(x + j + 16 * v);
      low[v] = _mm512_min_ps(value, low[v]);  // in this order: what is not a number changes nothing
      high[v] = _mm512_max_ps(value, high[v]);
    }
  }
  for (; j < n; j += 16) {
    const __mmask16 lanes = first_lanes(n - j);
    const __m512 value = _mm512_maskz_loadu_ps(lanes, x + j);
    low[0] = _mm512_mask_min_ps(low[0], lanes, value, low[0]);
    high[0] = _mm512_mask_max_ps(high[0], lanes, value, high[0]);
  }
  *min = _mm512_reduce_min_ps(_mm512_min_ps(_mm512_min_ps(low[0], low[1]), _mm512_min_ps(low[2], low[3])));
  *max =
      _mm512_reduce_max_ps(_mm512_max_ps(_mm512_max_ps(high[0], high[1]), _mm512_max_ps(high[2], high[3])));
}

// Sixteen floats, scaled and rounded, halves away from 0.
struct QuantizedLanes {
  __m512 scale, offset;
  __m512i operator()(__m512 x) const {
    const __m512i half = _mm512_set1_epi32(__builtin_bit_cast(int, 0.49999997f));
    const __m512i sign = _mm512_set1_epi32(static_cast<int>(0x80000000u));
    const __m512 value = _mm512_add_ps(offset, _mm512_mul_ps(x, scale));
    // The half with the value's sign: half | (value & sign).
    const __m512i away = _mm512_ternarylogic_epi32(half, _mm512_castps_si512(value), sign, 0xF8);
    return _mm512_cvttps_epi32(_mm512_add_ps(value, _mm512_castsi512_ps(away)));
  }
};

// As RowOps::quantize_s8: narrowing saturates, so that the lower limit alone is left to do.
inline void quantize_s8_avx512(int64_t n, const float* x, const RowQuantization& to, uint8_t flip,
                               int8_t* out) {
  const QuantizedLanes quantized{_mm512_set1_ps(to.inverse_scale),
                                 _mm512_set1_ps(static_cast<float>(to.zero))};
  const __m512i least = _mm512_set1_epi8(static_cast<char>(to.lowest));
  const __m512i flips = _mm512_set1_epi8(static_cast<char>(flip)), zero = _mm512_setzero_si512();
  const auto bytes_of = [&](__m512 a, __m512 b, __m512 c, __m512 d) {
    const __m512i bytes = narrow_to_bytes(quantized(a), quantized(b), quantized(c), quantized(d), zero);
    return _mm512_xor_si512(_mm512_max_epi8(bytes, least), flips);
  };
  int64_t j = 0;
  for (; j + 64 <= n; j += 64) {
    _mm512_storeu_si512(out + j, bytes_of(_mm512_loadu_ps(x + j), _mm512_loadu_ps(x + j + 16),
                                          _mm512_loadu_ps(x + j + 32), _mm512_loadu_ps(x + j + 48)));
  }
  if (j == n) return;
  const auto lanes = [&](int64_t first) {
    return _mm512_maskz_loadu_ps(first_lanes(n - j - first), x + j + first);
  };
  _mm512_mask_storeu_epi8(out + j, (__mmask64{1} << (n - j)) - 1,
                          bytes_of(lanes(0), lanes(16), lanes(32), lanes(48)));
}

}  // namespace
}  // namespace litewright
