// Every row of the row operations against their definitions.
#include "kernels/row_ops/row_ops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests_cpp/kernels/random.h"

namespace litewright {
namespace {

constexpr int64_t kLengths[] = {1, 5, 16, 31, 64, 100, 333};
constexpr uint32_t kSeed = 3;

template <class Body>
void for_each_variant(const Body& body) {
  for (const RowOps& ops : row_ops_variants()) {
    if (!isa_allows(detect_isa(), ops.isa)) continue;
    SCOPED_TRACE(ops.name);
    Random random(kSeed);
    for (const int64_t n : kLengths) body(ops, random, n);
  }
}

int32_t half_away(float x) { return static_cast<int32_t>(std::round(x)); }

TEST(RowOps, RequantizesWithHalvesToEven) {
  for_each_variant([](const RowOps& ops, Random& random, int64_t n) {
    auto x = random.integers<int32_t>(n, -2000000000, 2000000000);
    auto scale = random.reals(n, 1e-9f, 1e-6f);
    x[0] = 5, scale[0] = 0.5f;  // 2.5
    std::vector<int8_t> s8(n);
    std::vector<uint8_t> u8(n);
    ops.requantize_s8(1, n, x.data(), n, {scale.data(), -7, -100, 127}, s8.data(), n);
    ops.requantize_u8(1, n, x.data(), n, {scale.data(), 130, 10, 255}, u8.data(), n);
    EXPECT_EQ(s8[0], 2 - 7);
    for (int64_t j = 0; j < n; ++j) {
      const double exact = std::nearbyint(static_cast<float>(x[j]) * scale[j]);
      ASSERT_EQ(s8[j], std::clamp(exact - 7, -100.0, 127.0));
      ASSERT_EQ(u8[j], std::clamp(exact + 130, 10.0, 255.0));
    }
  });
}

TEST(RowOps, QuantizesRows) {
  for_each_variant([](const RowOps& ops, Random& random, int64_t n) {
    auto x = random.reals(n, -3, 5);
    x[0] = 0.5f;  // a half
    std::vector<int8_t> q(n);
    std::vector<int8_t> flipped(n);
    ops.quantize_s8(n, x.data(), {31.0f, -20, -128}, 0, q.data());
    ops.quantize_s8(n, x.data(), {31.0f, -20, -128}, 0x80, flipped.data());
    for (int64_t j = 0; j < n; ++j) {
      ASSERT_EQ(q[j], std::clamp(half_away(-20 + x[j] * 31.0f), -128, 127)) << x[j];
      ASSERT_EQ(flipped[j], static_cast<int8_t>(q[j] ^ 0x80));
    }
    float low = 0, high = 0;
    ops.min_max(n, x.data(), &low, &high);
    EXPECT_EQ(low, std::min(0.0f, *std::min_element(x.begin(), x.end())));
    EXPECT_EQ(high, *std::max_element(x.begin(), x.end()));
    x[n / 2] = std::numeric_limits<float>::quiet_NaN();  // changes nothing, nor do values between the two
    low = -10, high = 10;
    ops.min_max(n, x.data(), &low, &high);
    EXPECT_EQ(low, -10);
    EXPECT_EQ(high, 10);
  });
}

TEST(RowOps, Dequantizes) {
  for_each_variant([](const RowOps& ops, Random& random, int64_t n) {
    const auto x = random.integers<int32_t>(n, -50000, 50000), sums = random.integers<int32_t>(n, -500, 500);
    const auto scale = random.reals(n, 0.001f, 0.002f), bias = random.reals(n, -1, 1);
    std::vector<float> out(n);
    const float row_scale = 0.1f;
    const int32_t zero = -9;
    ops.dequantize(1, n, x.data(), n, {sums.data(), scale.data(), bias.data(), &row_scale, &zero, 0, 0, 6},
                   out.data(), n);
    for (int64_t j = 0; j < n; ++j) {
      ASSERT_EQ(out[j],
                std::clamp(static_cast<float>(x[j] + 9 * sums[j]) * (0.1f * scale[j]) + bias[j], 0.0f, 6.0f));
    }
  });
}

TEST(RowOps, RequantizesWideSums) {
  for_each_variant([](const RowOps& ops, Random& random, int64_t n) {
    const int64_t stride = n + 3;
    auto x = random.integers<int64_t>(2 * stride, -(int64_t{1} << 40), int64_t{1} << 40);
    const auto bias = random.integers<int64_t>(n, -100000, 100000);
    const auto multiplier = random.integers<int64_t>(n, 1 << 14, 32767),
               shift = random.integers<int64_t>(n, 20, 45);
    std::vector<int16_t> out(2 * n);
    ops.requantize_s16(2, n, x.data(), stride, {bias.data(), multiplier.data(), shift.data(), -32000, 32767},
                       out.data(), n);
    for (int64_t j = 0; j < 2 * n; ++j) {
      const int64_t c = j % n, sum = x[j / n * stride + c] + bias[c];
      const auto value =
          static_cast<int32_t>((sum * multiplier[c] + (int64_t{1} << (shift[c] - 1))) >> shift[c]);
      ASSERT_EQ(out[j], std::clamp(value, -32000, 32767));
    }
  });
}

TEST(RowOps, SplitsWideValuesAndJoinsTheirSums) {
  for_each_variant([](const RowOps& ops, Random& random, int64_t n) {
    auto x = random.integers<int16_t>(n, -32768, 32767);
    x[0] = -32768;
    std::vector<int8_t> high(n), low(n);
    ops.split_s16(n, x.data(), high.data(), low.data());
    for (int64_t j = 0; j < n; ++j) ASSERT_EQ(256 * high[j] + low[j] + 128, x[j]);
    const auto a = random.integers<int32_t>(2 * n, -2000000000, 2000000000),
               b = random.integers<int32_t>(2 * n, -2000000000, 2000000000),
               weights = random.integers<int32_t>(n, -100000, 100000);
    std::vector<int64_t> sums(2 * n);
    ops.join_sums(2, n, a.data(), b.data(), weights.data(), sums.data());
    for (int64_t j = 0; j < 2 * n; ++j) {
      ASSERT_EQ(sums[j], 256 * int64_t{a[j]} + b[j] + 128 * int64_t{weights[j % n]});
    }
  });
}

TEST(RowOps, TakesAveragesAndLooksUp) {
  for_each_variant([](const RowOps& ops, Random& random, int64_t n) {
    const auto x = random.integers<uint8_t>(n, 0, 255), table = random.integers<uint8_t>(256, 0, 255);
    std::vector<uint8_t> found(n), u8(n);
    ops.look_up(n, x.data(), table.data(), found.data());
    for (int64_t j = 0; j < n; ++j) ASSERT_EQ(found[j], table[x[j]]);
    std::vector<int8_t> s8(n);
    for (const int32_t count : {1, 2, 9, 64, 1000, 32768}) {
      const auto sum = random.integers<int32_t>(n, -128 * count, 127 * count);
      ops.average_s8(n, sum.data(), count, -100, 127, s8.data());
      ops.average_u8(n, sum.data(), count, 0, 90, u8.data());
      for (int64_t j = 0; j < n; ++j) {
        const int32_t mean = (sum[j] + (sum[j] >= 0 ? count / 2 : -(count / 2))) / count;
        ASSERT_EQ(s8[j], std::clamp(mean, -100, 127)) << sum[j] << " of " << count;
        ASSERT_EQ(u8[j], std::clamp(mean, 0, 90)) << sum[j] << " of " << count;
      }
    }
  });
}

TEST(RowOps, TakesMaximaAndSums) {
  for_each_variant([](const RowOps& ops, Random& random, int64_t n) {
    const auto a = random.integers<int8_t>(n, -128, 127), b = random.integers<int8_t>(n, -128, 127);
    const auto f = random.reals(n, -1, 1), g = random.reals(n, -1, 1);
    auto best = b;
    auto fbest = g, fsum = g;
    std::vector<int32_t> sum(n, 1000);
    std::vector<uint8_t> shifted(n);
    std::vector<int16_t> wide(n);
    ops.max_s8(n, a.data(), best.data());
    ops.add_s8(n, a.data(), sum.data());
    ops.max_f32(n, f.data(), fbest.data());
    ops.add_f32(n, f.data(), fsum.data());
    ops.clamp_f32(n, -0.25f, 0.25f, fsum.data());
    ops.s8_to_u8(n, a.data(), shifted.data());
    ops.s8_to_s16(n, a.data(), wide.data());
    for (int64_t j = 0; j < n; ++j) {
      ASSERT_EQ(best[j], std::max(a[j], b[j]));
      ASSERT_EQ(sum[j], 1000 + a[j]);
      ASSERT_EQ(fbest[j], std::max(f[j], g[j]));
      ASSERT_EQ(fsum[j], std::clamp(g[j] + f[j], -0.25f, 0.25f));
      ASSERT_EQ(shifted[j], a[j] + 128);
      ASSERT_EQ(wide[j], a[j]);
    }
  });
}

}  // namespace
}  // namespace litewright
