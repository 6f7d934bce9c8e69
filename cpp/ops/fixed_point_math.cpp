#include "ops/fixed_point_math.h"

#include <algorithm>
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

// x = 2^k * r with r around sqrt(1/2)^(1/2), once as it is and once as a half octave away; log r by a
// rational function.
int32_t fixed_log(int32_t x, int integer_bits) {
  constexpr int kSumBits = 6;  // integer bits of the sum, one more than the result's
  constexpr int32_t kLog2 = 1488522236, kRootOfRootHalf = 1805811301, kRootHalf = 1518500250;
  constexpr int32_t kAlphaN = 117049297, kAlphaD = 127690142, kAlphaI = 1057819769, kAlphaF = 638450708;
  constexpr int32_t kQuarter = 1 << (29 - kSumBits);
  const auto headroom = [](int32_t v) { return std::countl_zero(static_cast<uint32_t>(v)); };

  const int a_headroom = headroom(x);
  const int32_t a_scaled = saturating_multiply_by_power_of_two(x, a_headroom - 1);
  const int32_t a = saturating_multiply_by_power_of_two(product(a_scaled, kRootHalf), 1);
  const int32_t a_power = (integer_bits - a_headroom) * (1 << (31 - kSumBits)) + kQuarter;
  const int b_headroom = headroom(product(x, kRootHalf)) - 1;
  const int32_t b = saturating_multiply_by_power_of_two(x, b_headroom);
  const int32_t b_power = (integer_bits - b_headroom) * (1 << (31 - kSumBits)) - kQuarter;
  const int32_t r = std::min(a, b);

  const int32_t p = static_cast<int32_t>((int64_t{r} + kRootOfRootHalf + 1) / 2);
  const int32_t q = 2 * (r - kRootOfRootHalf);
  const int32_t q2 = product(q, q);
  const int32_t numerator = product(q, r) + product(product(q, q2), kAlphaN);
  const int32_t denominator = product(p, kAlphaI + q + product(kAlphaD, q2)) + product(kAlphaF, q);
  const int32_t quotient = product(saturating_multiply_by_power_of_two(numerator, -kSumBits),
                                   fixed_one_over_one_plus(denominator));
  return saturating_multiply_by_power_of_two(product(std::max(a_power, b_power), kLog2) + quotient, 1);
}

}  // namespace litewright
