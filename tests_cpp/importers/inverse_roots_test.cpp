#include "importers/inverse_roots.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace litewright {
namespace {

TEST(InverseRoots, AreWithinTwoUnitsInTheLastPlace) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> exponent(-30, 30);
  std::vector<float> values(1003);
  for (float& value : values) value = std::exp2(exponent(random));
  std::vector<float> roots = values;
  inverse_roots(roots);
  for (size_t i = 0; i < values.size(); ++i) {
    const double exact = 1 / std::sqrt(static_cast<double>(values[i]));
    EXPECT_NEAR(roots[i] / exact, 1, 2.0 * std::numeric_limits<float>::epsilon()) << values[i];
  }
}

TEST(InverseRoots, OfWhatHasNone) {
  std::vector<float> values = {0, -1, INFINITY, NAN, 1e-40f, 4, 4, 4};
  inverse_roots(values);
  EXPECT_EQ(values[0], INFINITY);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], 0);
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_GT(values[4], 9e19f);
  EXPECT_FLOAT_EQ(values[5], 0.5f);
}

}  // namespace
}  // namespace litewright
