// Element-wise functions of floats, one implementation per instruction set.
#pragma once

#include <cstdint>

#include "core/cpu.h"

namespace litewright {

// p and q are the function's parameters.
enum class UnaryOp : uint8_t {
  kClamp,      // [p, q]; NaN stays
  kLeakyRelu,  // p * x below 0
  kElu,
  kGelu,
  kGeluTanh,  // GELU's approximation by tanh
  kLogistic,
  kTanh,
  kHardSwish,
  kExp,
  kAbs,
  kNeg,
  kSquare,
  kSqrt,
  kRsqrt,
  kFloor,
  kCeil,
  kRound,   // halves to even
  kAffine,  // p * x + q, not fused
  kSwish,   // x * logistic(x), the factor rounded
};
inline constexpr int kUnaryOpCount = 19;

// out[i] = f(in[i]) for i < n; out may be in.
using UnaryFunction = void (*)(const float* in, float* out, int64_t n, float p, float q);

struct UnaryVariant {
  const char* name;
  Isa isa;
  const UnaryFunction* functions;  // by UnaryOp
};

extern const UnaryFunction kUnaryPortable[kUnaryOpCount];
extern const UnaryFunction kUnaryAvx2[kUnaryOpCount];
extern const UnaryFunction kUnaryAvx512[kUnaryOpCount];

// The best for `isa`.
const UnaryVariant& unary_variant(Isa isa);
inline UnaryFunction unary_function(UnaryOp op, Isa isa) {
  return unary_variant(isa).functions[static_cast<int>(op)];
}

}  // namespace litewright
