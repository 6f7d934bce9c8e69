#include "ops/fixed_point.h"

#include <gtest/gtest.h>

#include <random>

namespace litewright {
namespace {

constexpr int32_t kLowest = std::numeric_limits<int32_t>::min();
constexpr int32_t kHighest = std::numeric_limits<int32_t>::max();

TEST(QuantizeMultiplier, GivesMultiplierAndShift) {
  struct Case {
    double real;
    int32_t multiplier;
    int shift;
  };
  for (const Case& c : {Case{0, 0, 0},
                        {0.5, 1 << 30, 0},
                        {1, 1 << 30, 1},
                        {0.75, 3 << 29, 0},
                        {3, 3 << 29, 2},
                        {-0.5, -(1 << 30), 0},
                        {1 - 1e-12, 1 << 30, 1},
                        {0x1p-33, 0, 0},
                        {0x1p-32, 1 << 30, -31}}) {
    const QuantizedMultiplier m = quantize_multiplier(c.real);
    EXPECT_EQ(m.multiplier, c.multiplier) << c.real;
    EXPECT_EQ(m.shift, c.shift) << c.real;
  }
  EXPECT_THROW(quantize_multiplier(std::nan("")), Error);
  EXPECT_THROW(quantize_multiplier(1e30), Error);
}

TEST(RoundingDivide, RoundsHalvesAwayFromZero) {
  for (const auto& [x, exponent, expected] : {std::tuple{5, 1, 3},
                                              {-5, 1, -3},
                                              {4, 3, 1},
                                              {-4, 3, -1},
                                              {3, 3, 0},
                                              {-3, 3, 0},
                                              {7, 0, 7},
                                              {kLowest, 31, -1}}) {
    EXPECT_EQ(rounding_divide_by_power_of_two(x, exponent), expected) << x << " / 2^" << exponent;
  }
}

TEST(SaturatingHighMul, SaturatesAndRoundsHalvesUp) {
  EXPECT_EQ(saturating_rounding_doubling_high_mul(kLowest, kLowest), kHighest);
  EXPECT_EQ(saturating_rounding_doubling_high_mul(1, 1 << 30), 1);
  EXPECT_EQ(saturating_rounding_doubling_high_mul(-1, 1 << 30), 0);
  EXPECT_EQ(saturating_rounding_doubling_high_mul(int16_t{-32768}, int16_t{-32768}), 32767);
}

TEST(MultiplyByQuantizedMultiplier, IsWithinOneOfTheProduct) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2000; ++i) {
    const double real = std::exp2(std::uniform_real_distribution<double>(-12, 2)(random));
    const int32_t x = std::uniform_int_distribution<int32_t>(-(1 << 24), 1 << 24)(random);
    const QuantizedMultiplier m = quantize_multiplier(real);
    EXPECT_NEAR(multiply_by_quantized_multiplier(x, m), x * real, 1.01) << x << " * " << real;
    EXPECT_NEAR(multiply_by_quantized_multiplier_int64(x, m), x * real, 1.01 + std::abs(x * real) * 0x1p-15)
        << x << " * " << real;
  }
}

TEST(QuantizedActivationRange, NarrowsTheTypesRange) {
  Quantization q;
  q.scale = {0.1f};
  q.zero_point = {-10};
  struct Case {
    Activation activation;
    DType dtype;
    int32_t min, max;
  };
  for (const Case& c : {Case{Activation::kNone, DType::kInt8, -128, 127},
                        {Activation::kRelu, DType::kInt8, -10, 127},
                        {Activation::kRelu6, DType::kInt8, -10, 50},
                        {Activation::kReluN1To1, DType::kInt8, -20, 0},
                        {Activation::kRelu, DType::kUInt8, 0, 255},
                        {Activation::kRelu6, DType::kInt16, -10, 50},
                        {Activation::kTanh, DType::kInt16, -32768, 32767}}) {
    const IntRange range = quantized_activation_range(c.activation, c.dtype, q);
    EXPECT_EQ(range.min, c.min);
    EXPECT_EQ(range.max, c.max);
  }
  EXPECT_THROW(quantized_activation_range(Activation::kNone, DType::kFloat32, q), Error);
}

TEST(PerTensorQuantization, RefusesNoneSeveralAndNonPositiveScales) {
  Tensor tensor;
  tensor.quantization.scale = {0.5f};
  tensor.quantization.zero_point = {3};
  EXPECT_EQ(per_tensor_quantization(tensor).zero, 3);
  for (const std::vector<float>& scale : std::initializer_list<std::vector<float>>{{}, {1, 2}, {0}, {-1}}) {
    tensor.quantization.scale = scale;
    EXPECT_THROW(per_tensor_quantization(tensor), Error);
  }
}

}  // namespace
}  // namespace litewright
