// The widest float vector of the instruction set that the including file is compiled for.
#pragma once

#include "kernels/intrinsics.h"

namespace litewright {
namespace {

#if defined(__AVX512F__)
struct VectorF32 {
  using T = __m512;
  static constexpr int kWidth = 16;
  static __mmask16 mask(int64_t count) { return static_cast<__mmask16>(0xFFFFu >> (16 - count)); }
  static T broadcast(float x) { return _mm512_set1_ps(x); }
  static T load(const float* p) { return _mm512_loadu_ps(p); }
  static T load_first(const float* p, int64_t count) { return _mm512_maskz_loadu_ps(mask(count), p); }
  static void store(float* p, T x) { _mm512_storeu_ps(p, x); }
  static void store_first(float* p, T x, int64_t count) { _mm512_mask_storeu_ps(p, mask(count), x); }
  static T fma(T a, T b, T c) { return _mm512_fmadd_ps(a, b, c); }
  // `x` where it is NaN.
  static T clamp(T x, T lo, T hi) { return _mm512_min_ps(hi, _mm512_max_ps(lo, x)); }
};
#elif defined(__AVX2__)
struct VectorF32 {
  using T = __m256;
  static constexpr int kWidth = 8;
  static __m256i mask(int64_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static T broadcast(float x) { return _mm256_set1_ps(x); }
  static T load(const float* p) { return _mm256_loadu_ps(p); }
  static T load_first(const float* p, int64_t count) { return _mm256_maskload_ps(p, mask(count)); }
  static void store(float* p, T x) { _mm256_storeu_ps(p, x); }
  static void store_first(float* p, T x, int64_t count) { _mm256_maskstore_ps(p, mask(count), x); }
  static T fma(T a, T b, T c) { return _mm256_fmadd_ps(a, b, c); }
  static T clamp(T x, T lo, T hi) { return _mm256_min_ps(hi, _mm256_max_ps(lo, x)); }
};
#else
struct VectorF32 {
  typedef float T __attribute__((vector_size(16), aligned(4)));
  static constexpr int kWidth = 4;
  static T broadcast(float x) { return T{x, x, x, x}; }
  static T load(const float* p) { return *reinterpret_cast<const T*>(p); }
  static T load_first(const float* p, int64_t count) {
    T x = {};
    for (int64_t i = 0; i < count; ++i) x[i] = p[i];
    return x;
  }
  static void store(float* p, T x) { *reinterpret_cast<T*>(p) = x; }
  static void store_first(float* p, T x, int64_t count) {
    for (int64_t i = 0; i < count; ++i) p[i] = x[i];
  }
  static T fma(T a, T b, T c) { return a * b + c; }
  static T clamp(T x, T lo, T hi) {
    x = x < lo ? lo : x;
    return x > hi ? hi : x;
  }
};
#endif

}  // namespace
}  // namespace litewright
