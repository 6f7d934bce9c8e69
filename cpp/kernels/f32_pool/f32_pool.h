// Largest element and mean of float windows, per channel.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

// A window of rows x columns pixels of `channels` floats: rows are row_step floats apart, pixels side by
// side. out[c] = clamp(the largest, or the sum divided by `count`). NaN counts as nothing where it is not
// first.
using F32PoolFunction = void (*)(int64_t channels, int64_t rows, int64_t columns, int64_t row_step,
                                 const float* in, float count, float lo, float hi, float* out);

struct F32PoolKernel {
  const char* name;
  Isa isa;
  F32PoolFunction largest, mean;
};

KernelTable<F32PoolKernel> f32_pool_kernels();

}  // namespace litewright
