// Product of one float row with weights as they lie in the file: y = clamp(W * x + bias).
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

// Row j of W begins at w + j * k. A null bias is zero. The order of sums depends on k alone.
using F32GemvFunction = void (*)(int64_t n, int64_t k, const float* x, const float* w, const float* bias,
                                 float* y, float lo, float hi);

struct F32GemvKernel {
  const char* name;
  Isa isa;
  F32GemvFunction function;
};

KernelTable<F32GemvKernel> f32_gemv_kernels();

}  // namespace litewright
