// Functions of fixed-point numbers as the reference computes them: 32 bits, the number of integer bits in the
// name or a parameter, every product rounded and saturated.
#pragma once

#include <cstdint>

namespace litewright {

// x * 2^exponent, saturated, or rounded with halves away from zero for a negative exponent.
int32_t saturating_multiply_by_power_of_two(int32_t x, int exponent);

// e^x for x <= 0 with `integer_bits` (at most 5) integer bits; the result has none.
int32_t fixed_exp_on_negative(int32_t x, int integer_bits);

// 1 / (1 + x) for x in [0, 1) without integer bits; the result has none either.
int32_t fixed_one_over_one_plus(int32_t x);

// 1 / x for positive x with `integer_bits` integer bits, without its power of two: the real reciprocal is the
// result (no integer bits) * 2^-bits_over_unit.
int32_t fixed_reciprocal(int32_t x, int integer_bits, int& bits_over_unit);

// log x for x >= 1 with `integer_bits` integer bits; the result has 5.
int32_t fixed_log(int32_t x, int integer_bits);

}  // namespace litewright
