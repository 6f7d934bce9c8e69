// The functions of kernel.h, compiled for the including file's instruction set.
#pragma once

#include "kernels/binary/kernel.h"
#include "kernels/vector/vec.h"
#if defined(__AVX512F__)
#include "kernels/binary/avx512_product.h"
#endif

namespace litewright {
namespace {

Vec add(Vec a, Vec b) { return a + b; }
Vec sub(Vec a, Vec b) { return a - b; }
Vec mul(Vec a, Vec b) { return a * b; }
Vec div(Vec a, Vec b) { return a / b; }
Vec maximum(Vec a, Vec b) { return a > b ? a : b; }
Vec minimum(Vec a, Vec b) { return a < b ? a : b; }
Vec squared_difference(Vec a, Vec b) { return (a - b) * (a - b); }
Vec prelu(Vec a, Vec b) { return a >= 0.0f ? a : a * b; }

template <Vec (*kFunction)(Vec a, Vec b), bool kManyA, bool kManyB>
void apply_steps(const float* a, const float* b, float* out, int64_t n, Vec low, Vec high) {
  const Vec one_a = splat(*a), one_b = splat(*b);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Vec x = kManyA ? load(a + i) : one_a, y = kManyB ? load(b + i) : one_b;
    store(out + i, at_most(at_least(kFunction(x, y), low), high));
  }
  if (i < n) {
    const Vec x = kManyA ? load_part(a + i, n - i, 1.0f) : one_a,
              y = kManyB ? load_part(b + i, n - i, 1.0f) : one_b;
    store_part(out + i, at_most(at_least(kFunction(x, y), low), high), n - i);
  }
}

template <Vec (*kFunction)(Vec a, Vec b)>
void apply(const float* a, int a_step, const float* b, int b_step, float* out, int64_t n, float low,
           float high) {
  if (n <= 0) return;
  const Vec l = splat(low), h = splat(high);
  if (a_step && b_step) {
    apply_steps<kFunction, true, true>(a, b, out, n, l, h);
  } else if (a_step) {
    apply_steps<kFunction, true, false>(a, b, out, n, l, h);
  } else if (b_step) {
    apply_steps<kFunction, false, true>(a, b, out, n, l, h);
  } else {
    apply_steps<kFunction, false, false>(a, b, out, n, l, h);
  }
}

inline int32_t bounded(int32_t v, int32_t low, int32_t high) {
  v = v < low ? low : v;
  return v > high ? high : v;
}

template <class T>
void scaled_sum(const T* a, int a_step, const T* b, int b_step, T* out, int64_t n, const ScaledSum& p) {
  const ScaledSum q = p;
  if (a_step && b_step) {
    for (int64_t i = 0; i < n; ++i) {
      const int32_t sum = q.bias + a[i] * q.a_multiplier + b[i] * q.b_multiplier;
      out[i] = static_cast<T>(bounded((sum >> q.shift) + q.zero, q.low, q.high));
    }
    return;
  }
  const T* many = a_step ? a : b;
  const int32_t multiplier = a_step ? q.a_multiplier : q.b_multiplier;
  const int32_t bias = q.bias + (a_step ? *b * q.b_multiplier : *a * q.a_multiplier);
  const int64_t step = a_step | b_step;
  for (int64_t i = 0; i < n; ++i) {
    out[i] =
        static_cast<T>(bounded(((bias + many[i * step] * multiplier) >> q.shift) + q.zero, q.low, q.high));
  }
}

// 1.5 * 2^23: added to a float below 2^22, it leaves the nearest integer in the low bits.
constexpr float kMagic = 12582912.0f;
constexpr int32_t kMagicBits = 0x4B400000;

template <class T>
void scaled_product(const T* a, int a_step, const T* b, int b_step, T* out, int64_t n,
                    const ScaledProduct& p) {
#if defined(__AVX512F__)
  scaled_product_avx512(a, a_step, b, b_step, out, n, p);
#else
  const ScaledProduct q = p;
  const float low = static_cast<float>(q.low - q.zero), high = static_cast<float>(q.high - q.zero);
  const auto one = [=](int32_t x, int32_t y) {
    float v = static_cast<float>((x - q.a_zero) * (y - q.b_zero)) * q.scale;
    v = v < low ? low : v;
    v = v > high ? high : v;
    return static_cast<T>(__builtin_bit_cast(int32_t, v + kMagic) - kMagicBits + q.zero);
  };
  if (a_step && b_step) {
    for (int64_t i = 0; i < n; ++i) out[i] = one(a[i], b[i]);
  } else if (a_step) {
    for (int64_t i = 0; i < n; ++i) out[i] = one(a[i], *b);
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = one(*a, b[i * b_step]);
  }
#endif
}

#define LITEWRIGHT_BINARY_FUNCTIONS \
  {                                 \
      apply<add>,                   \
      apply<sub>,                   \
      apply<mul>,                   \
      apply<div>,                   \
      apply<maximum>,               \
      apply<minimum>,               \
      apply<squared_difference>,    \
      apply<prelu>},                \
      scaled_sum<int8_t>, scaled_sum<uint8_t>, scaled_product<int8_t>, scaled_product<uint8_t>

}  // namespace
}  // namespace litewright
