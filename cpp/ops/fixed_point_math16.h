// Functions of 16-bit fixed-point numbers as the reference computes them.
#pragma once

#include <cstdint>

namespace litewright {

// 1 / (1 + e^-x) for x with three integer bits, and tanh x for x with `integer_bits` (0 to 6); results have
// none.
int16_t fixed_logistic16(int16_t x);
int16_t fixed_tanh16(int16_t x, int integer_bits);

// The same as tables: entry x + 32768. Made at the first call, kept for the process.
const int16_t* fixed_logistic16_table();
const int16_t* fixed_tanh16_table(int integer_bits);

// 1 / sqrt(x) for an integer x > 0, as a multiplier and the power of two for
// multiply_by_quantized_multiplier.
struct InverseSqrt {
  int32_t multiplier;
  int shift;
};
InverseSqrt fixed_inverse_sqrt(int32_t x);

}  // namespace litewright
