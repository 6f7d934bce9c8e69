#include "kernels/recurrent/recurrent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests_cpp/kernels/random.h"

namespace litewright {
namespace {

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

TEST(RecurrentOps, EveryVariantComputesTheFormulas) {
  for (const RecurrentOps& ops : recurrent_ops_variants()) {
    if (!isa_allows(detect_isa(), ops.isa)) continue;
    for (const int64_t n : {1, 3, 8, 15, 16, 17, 70}) {
      for (const bool coupled : {false, true}) {
        SCOPED_TRACE(::testing::Message() << ops.name << " n=" << n << " coupled=" << coupled);
        Random random(static_cast<uint32_t>(n));
        const auto i = random.reals(n, -6, 6), f = random.reals(n, -6, 6), g = random.reals(n, -6, 6);
        const auto o = random.reals(n, -30, 30), before = random.reals(n, -2, 2);
        std::vector<float> c = before, h(n), x = o, y = o, sum = f;
        ops.lstm_cell(n, coupled ? nullptr : i.data(), f.data(), g.data(), o.data(), 1.5f, c.data(),
                      h.data());
        ops.sigmoid(n, x.data());
        ops.tanh(n, y.data());
        ops.add(n, g.data(), sum.data());
        for (int64_t j = 0; j < n; ++j) {
          const float in = coupled ? 1.0f - sigmoid(f[j]) : sigmoid(i[j]);
          const float cell = std::clamp(sigmoid(f[j]) * before[j] + in * std::tanh(g[j]), -1.5f, 1.5f);
          ASSERT_NEAR(c[j], cell, 2e-6);
          ASSERT_NEAR(h[j], sigmoid(o[j]) * std::tanh(cell), 2e-6);
          ASSERT_NEAR(x[j], sigmoid(o[j]), 1e-6);
          ASSERT_NEAR(y[j], std::tanh(o[j]), 1e-6);
          ASSERT_EQ(sum[j], f[j] + g[j]);
        }
      }
    }
  }
}

TEST(RecurrentOps, DequantizedSumsAreTheSameEverywhere) {
  Random random(5);
  const int64_t n = 45;
  const auto x = random.integers<int32_t>(n, -100000, 100000), sums = random.integers<int32_t>(n, -900, 900);
  const auto scale = random.reals(n, 0.001f, 0.1f), before = random.reals(n, -9, 9);
  for (const RecurrentOps& ops : recurrent_ops_variants()) {
    if (!isa_allows(detect_isa(), ops.isa)) continue;
    std::vector<float> out = before;
    ops.add_dequantized(n, x.data(), sums.data(), -7, 0.5f, scale.data(), out.data());
    for (int64_t j = 0; j < n; ++j) {
      EXPECT_EQ(out[j], before[j] + static_cast<float>(x[j] + 7 * sums[j]) * (0.5f * scale[j])) << ops.name;
    }
  }
}

}  // namespace
}  // namespace litewright
