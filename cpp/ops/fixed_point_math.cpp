#include "ops/fixed_point_math.h"

#include <bit>
#include <limits>

#include "ops/fixed_point.h"

namespace litewright {
namespace {

constexpr int32_t kOne = std::numeric_limits<int32_t>::max();  // 1 without integer bits, as near as it gets

int32_t product(int32_t a, int32_t b) { return saturating_rounding_doubling_high_mul(a, b); }

// e^x for x in [-1/4, 0), no integer bits: the Taylor series around -1/8.
int32_t exp_on_last_quarter(int32_t x) {
  constexpr int32_t kExpOfMinusEighth = 1895147668, kThird = 715827883;
  const int32_t y = x + (1 << 28);
  const int32_t y2 = product(y, y), y3 = product(y2, y), y4 = product(y2, y2);
  const int32_t cubic = product(saturating_multiply_by_power_of_two(y4, -2) + y3, kThird);
  const int32_t rest = saturating_multiply_by_power_of_two(cubic + y2, -1);
  return kExpOfMinusEighth + product(kExpOfMinusEighth, y + rest);
}

}  // namespace

int32_t saturating_multiply_by_power_of_two(int32_t x, int exponent) {
  if (exponent <= 0) return rounding_divide_by_power_of_two(x, -exponent);
  const int32_t most = std::numeric_limits<int32_t>::max() >> exponent;
  if (x > most) return std::numeric_limits<int32_t>::max();
  if (x < -most) return std::numeric_limits<int32_t>::min();
  return shift_left_wrapping(x, exponent);
}

int32_t fixed_exp_on_negative(int32_t x, int integer_bits) {
  if (x == 0) return kOne;
  const int fraction_bits = 31 - integer_bits;
  const int32_t quarter = 1 << (fraction_bits - 2);
  const int32_t last = (x & (quarter - 1)) - quarter;  // x modulo 1/4, in [-1/4, 0)
  int32_t result = exp_on_last_quarter(saturating_multiply_by_power_of_two(last, integer_bits));
  const int32_t quarters = last - x;
  // e^(-2^k) for k = -2 ... 4.
  constexpr int32_t kPowers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  for (int k = -2; k <= 4; ++k) {
    if (integer_bits > k && (quarters & (1 << (fraction_bits + k))) != 0)
      result = product(result, kPowers[k + 2]);
  }
  return result;
}

int32_t fixed_one_over_one_plus(int32_t x) {
  constexpr int32_t k48Over17 = 1515870810, kMinus32Over17 = -1010580540;  // two integer bits
  const int32_t half_denominator = static_cast<int32_t>((int64_t{x} + kOne + 1) / 2);
  int32_t r = k48Over17 + product(half_denominator, kMinus32Over17);
  for (int step = 0; step < 3; ++step) {  // Newton's method
    const int32_t error = (1 << 29) - product(half_denominator, r);
    r += saturating_multiply_by_power_of_two(product(r, error), 2);
  }
  return saturating_multiply_by_power_of_two(r, 1);
}

int32_t fixed_reciprocal(int32_t x, int integer_bits, int& bits_over_unit) {
  const int headroom = std::countl_zero(static_cast<uint32_t>(x));
  bits_over_unit = integer_bits - headroom;
  return fixed_one_over_one_plus(
      static_cast<int32_t>((static_cast<uint32_t>(x) << headroom) - (uint32_t{1} << 31)));
}

}  // namespace litewright
