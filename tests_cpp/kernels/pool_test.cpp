// Every row of the float pooling kernels against plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/f32_pool/f32_pool.h"
#include "tests_cpp/kernels/random.h"

namespace litewright {
namespace {

TEST(F32Pool, EveryRowMatchesPlainLoops) {
  constexpr uint32_t kSeed = 9;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const int64_t channels : {1, 7, 16, 35, 64, 150}) {
    constexpr int64_t kRows = 3, kColumns = 2, kWidth = 5;
    const auto in = random.reals(kRows * kWidth * channels, -1, 1);
    for (const F32PoolKernel& kernel : f32_pool_kernels()) {
      if (!isa_allows(detect_isa(), kernel.isa)) continue;
      std::vector<float> largest(channels + 1, 9.0f), mean(channels + 1, 9.0f);
      kernel.largest(channels, kRows, kColumns, kWidth * channels, in.data(), 6, -2, 0.9f, largest.data());
      kernel.mean(channels, kRows, kColumns, kWidth * channels, in.data(), 6, -0.2f, 2, mean.data());
      for (int64_t c = 0; c < channels; ++c) {
        float best = -9;
        double sum = 0;
        for (int64_t i = 0; i < kRows * kColumns; ++i) {
          const float x = in[(i / kColumns * kWidth + i % kColumns) * channels + c];
          best = std::max(best, x), sum += x;
        }
        ASSERT_EQ(largest[c], std::min(best, 0.9f)) << kernel.name << " " << c;
        ASSERT_NEAR(mean[c], std::max(sum / 6, -0.2), 1e-6) << kernel.name << " " << c;
      }
      EXPECT_EQ(largest[channels], 9.0f) << kernel.name;
      EXPECT_EQ(mean[channels], 9.0f) << kernel.name;
    }
  }
}

}  // namespace
}  // namespace litewright
