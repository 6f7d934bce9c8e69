#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "kernels/binary/kernel.h"

namespace litewright {
namespace {

float expected(BinaryOp op, float a, float b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kMaximum:
      return std::max(a, b);
    case BinaryOp::kMinimum:
      return std::min(a, b);
    case BinaryOp::kSquaredDifference:
      return (a - b) * (a - b);
    case BinaryOp::kPrelu:
      return a >= 0 ? a : a * b;
  }
  return 0;
}

class BinaryKernels : public ::testing::TestWithParam<int> {
 protected:
  const BinaryVariant& variant() const { return binary_variant(static_cast<Isa>(GetParam())); }
  void SetUp() override {
    if (GetParam() > static_cast<int>(current_isa())) GTEST_SKIP();
  }
};

TEST_P(BinaryKernels, FloatsAreExact) {
  std::vector<float> a(53), b(53), out(53);
  for (int i = 0; i < 53; ++i)
    a[i] = std::sin(static_cast<float>(i)) * 3, b[i] = std::cos(static_cast<float>(i)) * 3;
  for (int op = 0; op < kBinaryOpCount; ++op) {
    for (const auto& [a_step, b_step] : {std::pair{1, 1}, {1, 0}, {0, 1}, {0, 0}}) {
      for (int n : {1, 15, 16, 53}) {
        variant().functions[op](a.data(), a_step, b.data(), b_step, out.data(), n, -1.0f, 2.0f);
        for (int i = 0; i < n; ++i) {
          const float exact = expected(static_cast<BinaryOp>(op), a[i * a_step], b[i * b_step]);
          ASSERT_EQ(out[i], std::clamp(exact, -1.0f, 2.0f))
              << op << " of " << a[i * a_step] << " and " << b[i * b_step];
        }
      }
    }
  }
}

template <class T>
void check_integers(SumFunction<T> sum, ProductFunction<T> product) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const int base = std::numeric_limits<T>::min();
  std::vector<T> a(301), b(301), out(301);
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<T>(base + static_cast<int>(random() % 256));
    b[i] = static_cast<T>(base + static_cast<int>(random() % 256));
  }
  const ScaledSum s = {12345, 70000, -50000, 17, base + 100, base + 3, base + 250};
  const ScaledProduct p = {base + 120, base + 9, 0.0123f, base + 100, base + 3, base + 250};
  for (const auto& [a_step, b_step] : {std::pair{1, 1}, {1, 0}, {0, 1}, {0, 0}}) {
    sum(a.data(), a_step, b.data(), b_step, out.data(), 301, s);
    for (int i = 0; i < 301; ++i) {
      const int32_t total = s.bias + a[i * a_step] * s.a_multiplier + b[i * b_step] * s.b_multiplier;
      ASSERT_EQ(out[i], std::clamp((total >> s.shift) + s.zero, s.low, s.high));
    }
    product(a.data(), a_step, b.data(), b_step, out.data(), 301, p);
    for (int i = 0; i < 301; ++i) {
      const float exact =
          static_cast<float>((a[i * a_step] - p.a_zero) * (b[i * b_step] - p.b_zero)) * p.scale;
      ASSERT_EQ(out[i], std::clamp(static_cast<int>(std::nearbyint(exact)) + p.zero, p.low, p.high));
    }
  }
}

TEST_P(BinaryKernels, IntegersAreTheSameAtEveryLevel) {
  check_integers<int8_t>(variant().sum_s8, variant().product_s8);
  check_integers<uint8_t>(variant().sum_u8, variant().product_u8);
}

INSTANTIATE_TEST_SUITE_P(Levels, BinaryKernels, ::testing::Range(0, kIsaCount));

}  // namespace
}  // namespace litewright
