// What recurrent operators do to rows of gates.
#pragma once

#include <cstdint>

#include "kernels/kernel_table.h"

namespace litewright {

// The real number multiplier * 2^(left - right - 31), multiplier >= 0; left or right is 0.
struct FixedScale {
  int32_t multiplier;
  int left, right;
};

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

  // Integer LSTMs: out = saturate(y * y_scale + saturate(x * x_scale)) in 16 bits.
  void (*rescale_gate)(int64_t n, const int32_t* x, const FixedScale& x_scale, const int32_t* y,
                       const FixedScale& y_scale, int16_t* out);
  // cell = saturate(f * cell / 2^15 + i * g / 2^shift) in 16 bits.
  void (*integer_cell)(int64_t n, const int16_t* i, const int16_t* f, const int16_t* g, int shift,
                       int16_t* cell);
  // out = saturate(o * cell_tanh * scale + zero) in 8 bits.
  void (*integer_hidden)(int64_t n, const int16_t* o, const int16_t* cell_tanh, const FixedScale& scale,
                         int32_t zero, int8_t* out);
};

KernelTable<RecurrentOps> recurrent_ops_variants();

}  // namespace litewright
