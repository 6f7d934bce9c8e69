#include "ops/fixed_point_math16.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>
#include <vector>

#include "ops/fixed_point.h"

namespace litewright {
namespace {

constexpr int16_t kOne = std::numeric_limits<int16_t>::max();  // 1 without integer bits, as near as it gets

int16_t wrap(int32_t x) { return static_cast<int16_t>(x); }
int16_t product(int16_t a, int16_t b) { return saturating_rounding_doubling_high_mul(a, b); }
int32_t product(int32_t a, int32_t b) { return saturating_rounding_doubling_high_mul(a, b); }

// x * 2^exponent, saturated, or rounded with halves away from zero for a negative exponent.
template <class T>
T scale_by_power_of_two(T x, int exponent) {
  if (exponent <= 0) return rounding_divide_by_power_of_two<T>(x, -exponent);
  const T most = static_cast<T>(std::numeric_limits<T>::max() >> exponent);
  if (x > most) return std::numeric_limits<T>::max();
  if (x < -most) return std::numeric_limits<T>::min();
  return static_cast<T>(x << exponent);
}

// A constant given with 32 bits.
constexpr int16_t narrow(int32_t x) { return static_cast<int16_t>((x + (1 << 15)) >> 16); }

// e^x for x in [-1/4, 0), no integer bits: the Taylor series around -1/8.
int16_t exp_on_last_quarter(int16_t x) {
  constexpr int16_t kExpOfMinusEighth = narrow(1895147668), kThird = narrow(715827883);
  const int16_t y = wrap(x + (1 << 12));
  const int16_t y2 = product(y, y), y3 = product(y2, y), y4 = product(y2, y2);
  const int16_t cubic = product(wrap(scale_by_power_of_two(y4, -2) + y3), kThird);
  const int16_t rest = scale_by_power_of_two(wrap(cubic + y2), -1);
  const int32_t sum = kExpOfMinusEighth + product(kExpOfMinusEighth, wrap(y + rest));
  return static_cast<int16_t>(std::clamp<int32_t>(sum, -32768, 32767));
}

// e^x for x <= 0; the result has no integer bits.
int16_t exp_on_negative(int16_t x, int integer_bits) {
  if (x == 0) return kOne;
  const int fraction_bits = 15 - integer_bits;
  // Beyond five integer bits the reference's bound of -32 becomes 0 when it is narrowed to 16 bits.
  if (integer_bits > 5) return 0;
  const int32_t quarter = 1 << std::max(fraction_bits - 2, 0);
  const int16_t last = wrap((x & (quarter - 1)) - quarter);  // x modulo 1/4, in [-1/4, 0)
  int16_t result = exp_on_last_quarter(scale_by_power_of_two(last, integer_bits));
  const int16_t quarters = wrap(last - x);
  // e^(-2^k) for k = -2 ... 4.
  constexpr int16_t kPowers[] = {narrow(1672461947), narrow(1302514674), narrow(790015084), narrow(290630308),
                                 narrow(39332535),   narrow(720401),     narrow(242)};
  for (int k = -2; k <= 4; ++k) {
    if (integer_bits > k && (quarters & (1 << (fraction_bits + k))) != 0)
      result = product(result, kPowers[k + 2]);
  }
  return result;
}

// 2 / (1 + x) for x in [0, 1] without integer bits, by Newton's method; the result has two.
int16_t two_over_one_plus(int16_t x) {
  constexpr int16_t k48Over17 = narrow(1515870810), kMinus32Over17 = narrow(-1010580540);
  const int16_t half_denominator = static_cast<int16_t>((x + kOne + 1) / 2);
  int16_t r = wrap(k48Over17 + product(half_denominator, kMinus32Over17));
  for (int step = 0; step < 3; ++step) {
    const int16_t error = wrap((1 << 13) - product(half_denominator, r));
    r = wrap(r + scale_by_power_of_two(product(r, error), 2));
  }
  return r;
}

template <class F>
std::vector<int16_t> make_table(const F& f) {
  std::vector<int16_t> table(65536);
  for (int x = -32768; x < 32768; ++x) table[x + 32768] = f(static_cast<int16_t>(x));
  return table;
}

}  // namespace

int16_t fixed_logistic16(int16_t x) {
  if (x == 0) return 1 << 14;
  const int16_t negative = x > 0 ? wrap(-x) : x;
  const int16_t result = scale_by_power_of_two(two_over_one_plus(exp_on_negative(negative, 3)), 1);
  return x > 0 ? result : wrap(kOne - result);
}

int16_t fixed_tanh16(int16_t x, int integer_bits) {
  if (x == 0) return 0;
  const int16_t negative = x > 0 ? wrap(-x) : x;
  // (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = exp(2x).
  const int16_t ratio = two_over_one_plus(exp_on_negative(negative, integer_bits + 1));
  const int16_t result = scale_by_power_of_two(wrap(ratio - (1 << 13)), 2);
  return x > 0 ? result : wrap(-result);
}

const int16_t* fixed_logistic16_table() {
  static const std::vector<int16_t> table = make_table(fixed_logistic16);
  return table.data();
}

const int16_t* fixed_tanh16_table(int integer_bits) {
  static std::once_flag once[7];
  static std::vector<int16_t> tables[7];
  std::call_once(once[integer_bits], [&] {
    tables[integer_bits] = make_table([&](int16_t x) { return fixed_tanh16(x, integer_bits); });
  });
  return tables[integer_bits].data();
}

InverseSqrt fixed_inverse_sqrt(int32_t x) {
  if (x <= 1) return {std::numeric_limits<int32_t>::max(), 0};
  int shift = 11;
  while (x >= 1 << 29) {
    x /= 4;
    ++shift;
  }
  const int pairs = (std::countl_zero(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  shift -= pairs;
  x <<= 2 * pairs;
  // Newton's method for the root of the halved number, with three integer bits.
  constexpr int32_t kHalfThree = (1 << 28) + (1 << 27), kHalfSqrtTwo = 1518500250;
  const int32_t half = scale_by_power_of_two<int32_t>(x >> 1, -1);
  int32_t r = 1 << 28;
  for (int step = 0; step < 5; ++step) {
    const int32_t cube = scale_by_power_of_two(product(product(r, r), r), 6);
    r = scale_by_power_of_two(product(kHalfThree, r) - product(half, cube), 3);
  }
  r = product(r, kHalfSqrtTwo);
  if (shift < 0) {
    r = shift_left_wrapping(r, -shift);
    shift = 0;
  }
  return {r, -shift};
}

}  // namespace litewright
