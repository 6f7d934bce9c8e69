// Vectors as wide as the including file's instruction-set flags allow, as GCC's vector types: operators work
// lane by lane. For kernel files only; everything is private to the file that includes it.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace litewright {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

typedef float Vec __attribute__((vector_size(kLanes * 4)));
typedef int32_t IntVec __attribute__((vector_size(kLanes * 4)));

inline Vec load(const float* p) {
  Vec v;
  __builtin_memcpy(&v, p, sizeof(v));
  return v;
}
inline void store(float* p, Vec v) { __builtin_memcpy(p, &v, sizeof(v)); }
// The first n lanes; the others are x.
inline Vec load_part(const float* p, int64_t n, float x) {
  Vec v = x - Vec{};
  __builtin_memcpy(&v, p, static_cast<size_t>(n) * 4);
  return v;
}
inline void store_part(float* p, Vec v, int64_t n) { __builtin_memcpy(p, &v, static_cast<size_t>(n) * 4); }
inline Vec splat(float x) { return x - Vec{}; }
inline IntVec as_int(Vec v) { return (IntVec)v; }
inline Vec as_float(IntVec v) { return (Vec)v; }
inline IntVec to_int(Vec v) { return __builtin_convertvector(v, IntVec); }
inline Vec to_float(IntVec v) { return __builtin_convertvector(v, Vec); }

// a * b + c, rounded once where the processor can.
inline Vec multiply_add(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX2__)
  return _mm256_fmadd_ps(a, b, c);
#else
  return a * b + c;
#endif
}
inline Vec multiply_add(Vec a, Vec b, float c) { return multiply_add(a, b, splat(c)); }

inline Vec square_root(Vec v) {
#if defined(__AVX512F__)
  return _mm512_maskz_sqrt_ps(static_cast<__mmask16>(-1), v);
#elif defined(__AVX2__)
  return _mm256_sqrt_ps(v);
#else
  for (int i = 0; i < kLanes; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

// NaN in v stays; a bound that is NaN does not count.
inline Vec at_least(Vec v, Vec low) { return v < low ? low : v; }
inline Vec at_most(Vec v, Vec high) { return v > high ? high : v; }
inline Vec magnitude(Vec v) { return as_float(as_int(v) & 0x7FFFFFFF); }
inline Vec with_sign(Vec v, Vec sign) {
  return as_float(as_int(v) | (as_int(sign) & static_cast<int32_t>(0x80000000u)));
}

// 1 / v to about an ulp, for 1 <= v < 2^126.
inline Vec reciprocal(Vec v) {
#if defined(__AVX512F__)
  const Vec guess = _mm512_maskz_rcp14_ps(static_cast<__mmask16>(-1), v);
  return multiply_add(guess, multiply_add(-v, guess, splat(1.0f)), guess);
#else
  return 1.0f / v;
#endif
}

// The nearest integer, halves to even, for |v| < 2^22.
inline Vec nearest_small(Vec v) { return (v + 0x1.8p23f) - 0x1.8p23f; }
// For every v, the sign of zero kept.
inline Vec nearest(Vec v) {
  const Vec rounded = with_sign((magnitude(v) + 0x1p23f) - 0x1p23f, v);
  return magnitude(v) < 0x1p23f ? rounded : v;
}

inline Vec polynomial(Vec, float c) { return splat(c); }
// c + x * (next + x * ...).
template <class... Coefficients>
inline Vec polynomial(Vec x, float c, Coefficients... others) {
  return multiply_add(polynomial(x, others...), x, c);
}

// 2^n for integers n in [-126, 127].
inline Vec power_of_two(Vec n) { return as_float((to_int(n) + 127) << 23); }

struct Reduced {
  Vec n, r;  // x = n * ln 2 + r, |r| <= ln 2 / 2
};
inline Reduced reduce_exponent(Vec x) {
  const Vec n = nearest_small(x * 1.44269504f);
  const Vec high = multiply_add(n, splat(-0.693359375f), x);
  return {n, multiply_add(n, splat(2.12194440e-4f), high)};
}

// e^x; 0 and infinity outside the range of float, NaN stays.
inline Vec exponential(Vec x) {
  const Vec bounded = at_most(at_least(x, splat(-105.0f)), splat(89.0f));
  const auto [n, r] = reduce_exponent(bounded);
  const Vec p = polynomial(r, 0.50000001f, 0.166665183f, 0.0416662042f, 0.00836895371f, 0.00139506003f);
  const Vec e = multiply_add(r * r, p, r) + 1.0f;
  const Vec half =
      nearest_small(n * 0.5f - 0.25f);  // two factors, as 2^n alone may be too small or too large
  return e * power_of_two(half) * power_of_two(n - half);
}
// e^x for x <= 0 that need not be exact where the result is below 2^-126.
inline Vec exponential_of_negative(Vec x) {
  const Vec bounded = at_least(x, splat(-87.0f));
  const auto [n, r] = reduce_exponent(bounded);
  const Vec p = polynomial(r, 0.50000001f, 0.166665183f, 0.0416662042f, 0.00836895371f, 0.00139506003f);
  const Vec e = (multiply_add(r * r, p, r) + 1.0f) * power_of_two(n);
  return x < -87.0f ? Vec{} : e;
}

// e^x - 1.
inline Vec exponential_minus_one(Vec x) {
  const Vec p =
      polynomial(x, 0.500000042f, 0.16666668f, 0.0416653155f, 0.008333073f, 0.00139974568f, 0.000199928963f);
  return magnitude(x) < 0.5f ? multiply_add(x * x, p, x) : exponential(x) - 1.0f;
}

inline Vec hyperbolic_tangent(Vec x) {
  const Vec a = magnitude(x), z = x * x;
  const Vec p = polynomial(z, -0.333332721f, 0.133311528f, -0.0537141042f, 0.0205517107f, -0.00560390547f);
  const Vec large = 1.0f - 2.0f * reciprocal(exponential(at_most(a + a, splat(80.0f))) + 1.0f);
  return a < 0.625f ? multiply_add(x * z, p, x) : with_sign(large, x);
}

// 1 / (1 + e^-x).
inline Vec sigmoid(Vec x) {
  const Vec e = exponential_of_negative(-magnitude(x));
  return (x < 0.0f ? e : splat(1.0f)) * reciprocal(1.0f + e);
}

// 1 - erf(t) for t >= 0: e^(-t^2) times a polynomial in (t - 3) / (t + 3).
inline Vec error_complement(Vec t) {
  const Vec square = t * t;
  const Vec error = multiply_add(t, t, -square);  // what the rounding of t * t lost
  const Vec u = (t - 3.0f) / (t + 3.0f);
  const Vec p =
      polynomial(u, 0.179001151f, -0.326233564f, 0.245603799f, -0.150115782f, 0.071665847f, -0.0243942446f,
                 0.00426896583f, 0.000715845122f, -0.000594688871f, 2.86248542e-05f, 5.5807473e-05f);
  return p * exponential(-square) * (1.0f - error);
}

}  // namespace
}  // namespace litewright
