// Softmax over rows of floats, one implementation per instruction set.
#pragma once

#include <cstdint>

#include "core/cpu.h"

namespace litewright {

// For each of `rows` rows of `depth` values: out = e^(beta * (x - max)) / sum of these. out may be in.
using SoftmaxFunction = void (*)(const float* in, float* out, int64_t rows, int64_t depth, float beta);
// out = (x - max) - log(sum of e^(x - max)). out may be in.
using LogSoftmaxFunction = void (*)(const float* in, float* out, int64_t rows, int64_t depth);

struct SoftmaxVariant {
  const char* name;
  Isa isa;
  SoftmaxFunction softmax;
  LogSoftmaxFunction log_softmax;
};

extern const SoftmaxVariant kSoftmaxPortable, kSoftmaxAvx2, kSoftmaxAvx512;

// The best for `isa`.
const SoftmaxVariant& softmax_variant(Isa isa);

}  // namespace litewright
