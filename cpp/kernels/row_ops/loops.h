// The bodies of RowOps: loops that the compiler vectorises for the instruction set of the including file.
#pragma once

#include "kernels/intrinsics.h"
#include "kernels/row_ops/look_up.h"
#include "kernels/row_ops/row_ops.h"
#if defined(__AVX512F__)
#include "kernels/row_ops/avx512_rows.h"
#elif defined(__AVX2__)
#include "kernels/row_ops/avx2_rows.h"
#endif

namespace litewright {
namespace {

template <class T>
inline T at_least(T x, T lo) {
  return x > lo ? x : lo;
}
template <class T>
inline T at_most(T x, T hi) {
  return x < hi ? x : hi;
}

template <class T>
void requantize(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to, T* out,
                int64_t out_stride) {
#if defined(__AVX512F__)
  requantize_avx512(rows, n, x, x_stride, to, out, out_stride);
#else
  int64_t first = 0;
#if defined(__AVX2__)
  first = requantize_avx2(rows, n, x, x_stride, to, out, out_stride);
#endif
  const float lo = static_cast<float>(to.lo - to.zero), hi = static_cast<float>(to.hi - to.zero);
  for (; rows > 0 && first < n; --rows, x += x_stride, out += out_stride) {
    for (int64_t j = first; j < n; ++j) {
      const float value = at_most(at_least(static_cast<float>(x[j]) * to.scale[j], lo), hi);
      out[j] = static_cast<T>(static_cast<int32_t>(__builtin_rintf(value)) + to.zero);
    }
  }
#endif
}

void requantize_s8(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to,
                   int8_t* out, int64_t out_stride) {
  requantize(rows, n, x, x_stride, to, out, out_stride);
}
void requantize_u8(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Requantization& to,
                   uint8_t* out, int64_t out_stride) {
  requantize(rows, n, x, x_stride, to, out, out_stride);
}

void dequantize_row(int64_t n, const int32_t* __restrict x, const int32_t* __restrict sums, int32_t zero,
                    float row_scale, const float* __restrict scale, const float* __restrict bias, float lo,
                    float hi, float* __restrict out) {
  for (int64_t j = 0; j < n; ++j) {
    const float value = static_cast<float>(x[j] - zero * sums[j]) * (row_scale * scale[j]) + bias[j];
    out[j] = at_most(at_least(value, lo), hi);
  }
}

void dequantize(int64_t rows, int64_t n, const int32_t* x, int64_t x_stride, const Dequantization& to,
                float* out, int64_t out_stride) {
#if defined(__AVX512F__)
  if (to.row_step == 0) return dequantize_rows_avx512(rows, n, x, x_stride, to, out, out_stride);
#endif
  constexpr int64_t kMost = 1024;
  if (rows > 1 && to.row_step == 0 && n <= kMost) {  // what all rows share, once
    float scale[kMost];
    int32_t excess[kMost];
    for (int64_t j = 0; j < n; ++j) {
      scale[j] = *to.row_scale * to.scale[j];
      excess[j] = *to.zero * to.sums[j];
    }
    for (int64_t i = 0; i < rows; ++i) {
      const int32_t* __restrict from = x + i * x_stride;
      float* __restrict at = out + i * out_stride;
      for (int64_t j = 0; j < n; ++j) {
        const float value = static_cast<float>(from[j] - excess[j]) * scale[j] + to.bias[j];
        at[j] = at_most(at_least(value, to.lo), to.hi);
      }
    }
    return;
  }
  for (int64_t i = 0; i < rows; ++i) {
    dequantize_row(n, x + i * x_stride, to.sums, to.zero[i * to.row_step], to.row_scale[i * to.row_step],
                   to.scale, to.bias, to.lo, to.hi, out + i * out_stride);
  }
}

void requantize_s16(int64_t rows, int64_t n, const int64_t* x, int64_t x_stride, const WideRequantization& to,
                    int16_t* out, int64_t out_stride) {
#if defined(__AVX512F__)
  requantize_s16_avx512(rows, n, x, x_stride, to, out, out_stride);
#else
  const int64_t lo = to.lo, hi = to.hi;
  const int64_t* __restrict multiplier = to.multiplier;
  const int64_t* __restrict shift = to.shift;
  for (; rows > 0; --rows, x += x_stride, out += out_stride) {
    for (int64_t j = 0; j < n; ++j) {
      const int64_t sum = x[j] + (to.bias != nullptr ? to.bias[j] : 0);
      const int64_t half = static_cast<int64_t>(1) << (shift[j] - 1);
      const int64_t value = static_cast<int32_t>((sum * multiplier[j] + half) >> shift[j]);
      out[j] = static_cast<int16_t>(at_most(at_least(value, lo), hi));
    }
  }
#endif
}

void split_s16(int64_t n, const int16_t* __restrict x, int8_t* __restrict high, int8_t* __restrict low) {
  for (int64_t j = 0; j < n; ++j) {
    high[j] = static_cast<int8_t>(x[j] >> 8);
    low[j] = static_cast<int8_t>(x[j] ^ 0x80);
  }
}

void join_sums(int64_t rows, int64_t n, const int32_t* __restrict high, const int32_t* __restrict low,
               const int32_t* __restrict weight_sums, int64_t* __restrict out) {
  for (; rows > 0; --rows, high += n, low += n, out += n) {
    for (int64_t j = 0; j < n; ++j) {
      out[j] = static_cast<int64_t>(high[j]) * 256 + low[j] + static_cast<int64_t>(weight_sums[j]) * 128;
    }
  }
}

void min_max(int64_t n, const float* x, float* min, float* max) {
#if defined(__AVX512F__)
  min_max_avx512(n, x, min, max);
#else
  constexpr int kLanes = 32;
  float low[kLanes], high[kLanes];
  for (int i = 0; i < kLanes; ++i) low[i] = *min, high[i] = *max;
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    for (int i = 0; i < kLanes; ++i) {
      low[i] = at_most(x[j + i], low[i]);
      high[i] = at_least(x[j + i], high[i]);
    }
  }
  for (; j < n; ++j) low[0] = at_most(x[j], low[0]), high[0] = at_least(x[j], high[0]);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) {
      low[i] = at_most(low[i + half], low[i]);
      high[i] = at_least(high[i + half], high[i]);
    }
  }
  *min = low[0], *max = high[0];
#endif
}

void quantize_s8(int64_t n, const float* __restrict x, const RowQuantization& to, uint8_t flip,
                 int8_t* __restrict out) {
#if defined(__AVX512F__)
  quantize_s8_avx512(n, x, to, flip, out);
#else
  const float scale = to.inverse_scale, offset = static_cast<float>(to.zero),
              lo = static_cast<float>(to.lowest);
  int64_t j = 0;
#if defined(__AVX2__)
  j = quantize_s8_avx2(n, x, to, flip, out);
#endif
  for (; j < n; ++j) {
    const float value = at_most(at_least(offset + x[j] * scale, lo), 127.0f);
    // The largest float below a half: a half itself would carry 0.49999997 over.
    const float rounded = value + __builtin_copysignf(0.49999997f, value);
    out[j] = static_cast<int8_t>(static_cast<int32_t>(rounded) ^ flip);
  }
#endif
}

template <class T>
void average(int64_t n, const int32_t* __restrict sum, int32_t count, int32_t lo, int32_t hi,
             T* __restrict out) {
  const int32_t half = count / 2;
  const float divisor = static_cast<float>(count);  // quotients of such integers round below the next one
  for (int64_t j = 0; j < n; ++j) {
    const int32_t rounding = sum[j] >= 0 ? half : -half;
    const int32_t value = static_cast<int32_t>(static_cast<float>(sum[j] + rounding) / divisor);
    out[j] = static_cast<T>(at_most(at_least(value, lo), hi));
  }
}

template <class T>
void maximum(int64_t n, const T* __restrict x, T* __restrict best) {
  for (int64_t j = 0; j < n; ++j) best[j] = at_least(x[j], best[j]);
}
template <class T, class S>
void accumulate(int64_t n, const T* __restrict x, S* __restrict sum) {
  for (int64_t j = 0; j < n; ++j) sum[j] += x[j];
}
void clamp_f32(int64_t n, float lo, float hi, float* x) {
  for (int64_t j = 0; j < n; ++j) x[j] = at_most(at_least(x[j], lo), hi);
}

void s8_to_u8(int64_t n, const int8_t* __restrict x, uint8_t* __restrict out) {
  for (int64_t j = 0; j < n; ++j) out[j] = static_cast<uint8_t>(x[j]) ^ 0x80u;
}
void s8_to_s16(int64_t n, const int8_t* __restrict x, int16_t* __restrict out) {
  for (int64_t j = 0; j < n; ++j) out[j] = x[j];
}
void gather_u8(int64_t rows, const uint8_t* from, int64_t step, const GatherRuns& runs, uint8_t flip,
               uint8_t* out, int64_t row_size) {
  for (; rows > 0; --rows, from += step, out += row_size) {
    uint8_t* to = out;
    for (int64_t r = 0; r < runs.count; ++r) {
      const uint8_t* at = from + runs.offsets[r];
      const int64_t n = runs.lengths[r];
#if defined(__AVX512F__)
      const __m512i flips = _mm512_set1_epi8(static_cast<char>(flip));
      for (int64_t i = 0; i < n; i += 64) {
        const __mmask64 mask = n - i >= 64 ? ~__mmask64{0} : (__mmask64{1} << (n - i)) - 1;
        _mm512_storeu_si512(to + i, _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, at + i), flips));
      }
#else
      for (int64_t i = 0; i < n; ++i) to[i] = at[i] ^ flip;
#endif
      to += n;
    }
  }
}

void gather_f32(int64_t rows, const float* from, int64_t step, const GatherRuns& runs, float* out,
                int64_t row_size) {
  for (; rows > 0; --rows, from += step, out += row_size) {
    float* to = out;
    for (int64_t r = 0; r < runs.count; ++r) {
      const float* at = from + runs.offsets[r];
      const int64_t n = runs.lengths[r];
#if defined(__AVX512F__)
      for (int64_t i = 0; i < n; i += 16) {
        const __mmask16 mask = static_cast<__mmask16>(n - i >= 16 ? 0xFFFFu : (1u << (n - i)) - 1);
        _mm512_storeu_ps(to + i, _mm512_maskz_loadu_ps(mask, at + i));
      }
#else
      for (int64_t i = 0; i < n; ++i) to[i] = at[i];
#endif
      to += n;
    }
  }
}

void u8_to_s16(int64_t n, const uint8_t* __restrict x, int16_t* __restrict out) {
  for (int64_t j = 0; j < n; ++j) out[j] = static_cast<int16_t>(x[j] - 128);
}

constexpr RowOps row_ops(const char* name, Isa isa) {
  return {name,
          isa,
          requantize_s8,
          requantize_u8,
          dequantize,
          requantize_s16,
          split_s16,
          join_sums,
          min_max,
          quantize_s8,
          maximum<float>,
          maximum<int8_t>,
          maximum<uint8_t>,
          maximum<int16_t>,
          accumulate<float, float>,
          accumulate<int8_t, int32_t>,
          accumulate<uint8_t, int32_t>,
          accumulate<int32_t, int64_t>,
          average<int8_t>,
          average<uint8_t>,
          clamp_f32,
          s8_to_u8,
          s8_to_s16,
          gather_u8,
          gather_f32,
          u8_to_s16,
          look_up};
}

}  // namespace
}  // namespace litewright
