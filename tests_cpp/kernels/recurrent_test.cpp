#include "kernels/recurrent/recurrent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "ops/fixed_point.h"
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

// The reference's arithmetic, from the operators' side.
TEST(RecurrentOps, IntegerRowsAreTheReferences) {
  constexpr uint32_t kSeed = 6;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const int64_t n = 77;
  const auto saturate = [](int32_t x, int32_t most) { return std::clamp(x, -most - 1, most); };
  for (const QuantizedMultiplier m :
       {QuantizedMultiplier{1518500250, -7}, {1073741824, 2}, {2147483647, 0}}) {
    const FixedScale scale{m.multiplier, std::max(m.shift, 0), std::max(-m.shift, 0)};
    const auto x = random.integers<int32_t>(n, -9000000, 9000000),
               y = random.integers<int32_t>(n, -90000, 90000);
    const auto i = random.integers<int16_t>(n, 0, 32767), f = random.integers<int16_t>(n, 0, 32767),
               g = random.integers<int16_t>(n, -32768, 32767),
               before = random.integers<int16_t>(n, -32768, 32767);
    for (const RecurrentOps& ops : recurrent_ops_variants()) {
      if (!isa_allows(detect_isa(), ops.isa)) continue;
      SCOPED_TRACE(ops.name);
      std::vector<int16_t> gate(n), cell = before;
      std::vector<int8_t> hidden(n);
      ops.rescale_gate(n, x.data(), scale, y.data(), scale, gate.data());
      ops.integer_cell(n, i.data(), f.data(), g.data(), 19, cell.data());
      ops.integer_hidden(n, f.data(), g.data(), {1518500250, 0, 14}, 5, hidden.data());
      for (int64_t j = 0; j < n; ++j) {
        const int32_t first = saturate(multiply_by_quantized_multiplier(x[j], m), 32767);
        ASSERT_EQ(gate[j], saturate(multiply_by_quantized_multiplier(y[j], m) + first, 32767));
        const int32_t kept = rounding_divide_by_power_of_two<int32_t>(f[j] * before[j], 15);
        const int32_t added = rounding_divide_by_power_of_two<int32_t>(i[j] * g[j], 19);
        ASSERT_EQ(cell[j], saturate(kept + added, 32767));
        ASSERT_EQ(hidden[j],
                  saturate(multiply_by_quantized_multiplier(f[j] * g[j], {1518500250, -14}) + 5, 127));
      }
    }
  }
}

}  // namespace
}  // namespace litewright
