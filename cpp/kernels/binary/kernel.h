// Element-wise functions of two operands, one implementation per instruction set.
#pragma once

#include <cstdint>

#include "core/cpu.h"

namespace litewright {

enum class BinaryOp : uint8_t { kAdd, kSub, kMul, kDiv, kMaximum, kMinimum, kSquaredDifference, kPrelu };
inline constexpr int kBinaryOpCount = 8;

// out[i] = clamp(f(a[i * a_step], b[i * b_step]), low, high) for i < n; steps are 0 or 1. NaN stays. out may
// be a or b.
using BinaryFunction = void (*)(const float* a, int a_step, const float* b, int b_step, float* out, int64_t n,
                                float low, float high);

// out = clamp(((bias + a * a_multiplier + b * b_multiplier) >> shift) + zero, low, high): a sum of two scaled
// integers.
struct ScaledSum {
  int32_t bias, a_multiplier, b_multiplier;
  int shift;
  int32_t zero, low, high;
};
// out = clamp(round((a - a_zero) * (b - b_zero) * scale) + zero, low, high), halves to even.
struct ScaledProduct {
  int32_t a_zero, b_zero;
  float scale;
  int32_t zero, low, high;
};
template <class T>
using SumFunction = void (*)(const T* a, int a_step, const T* b, int b_step, T* out, int64_t n,
                             const ScaledSum& p);
template <class T>
using ProductFunction = void (*)(const T* a, int a_step, const T* b, int b_step, T* out, int64_t n,
                                 const ScaledProduct& p);

struct BinaryVariant {
  const char* name;
  Isa isa;
  BinaryFunction functions[kBinaryOpCount];  // by BinaryOp
  SumFunction<int8_t> sum_s8;
  SumFunction<uint8_t> sum_u8;
  ProductFunction<int8_t> product_s8;
  ProductFunction<uint8_t> product_u8;
};

extern const BinaryVariant kBinaryPortable, kBinaryAvx2, kBinaryAvx512;

// The best for `isa`.
const BinaryVariant& binary_variant(Isa isa);

}  // namespace litewright
