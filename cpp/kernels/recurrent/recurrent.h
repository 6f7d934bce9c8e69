// What recurrent operators do to rows of gates.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

struct RecurrentOps {
  const char* name;
  Isa isa;

  // One step of n cells. i, f, g, o hold what the gates are before their activations (i null: i = 1 - f);
  // c = clip(f * c + i * g) with |c| <= clip if clip > 0, h = o * tanh(c).
  void (*lstm_cell)(int64_t n, const float* i, const float* f, const float* g, const float* o, float clip,
                    float* c, float* h);
  void (*sigmoid)(int64_t n, float* x);
  void (*tanh)(int64_t n, float* x);
  void (*add)(int64_t n, const float* x, float* sum);
  // out[j] += (x[j] - zero * sums[j]) * (row_scale * scale[j])
  void (*add_dequantized)(int64_t n, const int32_t* x, const int32_t* sums, int32_t zero, float row_scale,
                          const float* scale, float* out);
};

KernelTable<RecurrentOps> recurrent_ops_variants();

}  // namespace litewright
