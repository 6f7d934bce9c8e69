// Every row of the Winograd kernels against plain sums, and how far off they may be.
#include "kernels/winograd/winograd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests_cpp/kernels/random.h"

namespace litewright {
namespace {

// One tile of a convolution to one output channel: transformed, multiplied and transformed back in float.
std::vector<float> tile_by(const WinogradKernel& kernel, const std::vector<float>& patch,
                           const std::vector<float>& weights, int64_t channels) {
  const int ph = kernel.h.patch(), pw = kernel.w.patch(), planes = kernel.planes();
  std::vector<float> left(planes * channels), products(planes), bias(1, 0.5f),
      out(kernel.h.tile * kernel.w.tile);
  kernel.input(channels, patch.data(), pw * channels, channels, left.data(), channels);
  const WinogradFilter rows = winograd_filter(kernel.h), columns = winograd_filter(kernel.w);
  const int64_t row = kernel.w.taps * channels;
  std::vector<float> lines(row), right(channels);
  for (int y = 0; y < ph; ++y) {
    kernel.combine(kernel.h.taps, rows.factors[y], weights.data(), row, row, lines.data());
    for (int x = 0; x < pw; ++x) {
      kernel.combine(kernel.w.taps, columns.factors[x], lines.data(), channels, channels, right.data());
      float sum = 0;
      for (int64_t c = 0; c < channels; ++c) sum += left[(y * pw + x) * channels + c] * right[c];
      products[y * pw + x] = sum;
    }
  }
  kernel.output(1, products.data(), 1, bias.data(), out.data(), kernel.w.tile, 1, kernel.h.tile,
                kernel.w.tile, -1e9f, 1e9f);
  return out;
}

TEST(Winograd, EveryRowIsCloseToPlainSums) {
  constexpr uint32_t kSeed = 8;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const WinogradKernel& kernel : winograd_kernels()) {
    if (!isa_allows(detect_isa(), kernel.isa)) continue;
    const double bound = kernel.planes() == 64 ? 2e-5 : 1e-5;  // of the largest result
    for (const int64_t channels : {1, 20, 192}) {
      double worst = 0, largest = 0;
      for (int round = 0; round < 20; ++round) {
        const int64_t width = kernel.w.patch();
        const auto patch = random.reals(kernel.h.patch() * width * channels, 0, 1),
                   weights = random.reals(kernel.h.taps * kernel.w.taps * channels, -1, 1);
        const std::vector<float> out = tile_by(kernel, patch, weights, channels);
        for (int i = 0; i < static_cast<int>(out.size()); ++i) {
          double sum = 0.5;
          for (int t = 0; t < kernel.h.taps * kernel.w.taps; ++t) {
            const int64_t y = i / kernel.w.tile + t / kernel.w.taps,
                          x = i % kernel.w.tile + t % kernel.w.taps;
            for (int64_t c = 0; c < channels; ++c)
              sum += static_cast<double>(patch[(y * width + x) * channels + c]) * weights[t * channels + c];
          }
          worst = std::max(worst, std::abs(sum - static_cast<double>(out[i])));
          largest = std::max(largest, std::abs(sum));
        }
      }
      EXPECT_LE(worst, bound * std::max(largest, 1.0))
          << kernel.name << " " << isa_name(kernel.isa) << ", " << channels << " channels";
    }
  }
}

TEST(Winograd, EveryInstructionSetHasEverySize) {
  const KernelTable<WinogradKernel> table = winograd_kernels();
  EXPECT_EQ(table.count % kWinogradSizes, 0);
  for (int i = 0; i < table.count; ++i) {
    EXPECT_EQ(table.rows[i].isa, table.rows[i / kWinogradSizes * kWinogradSizes].isa);
    EXPECT_STREQ(table.rows[i].name, table.rows[i % kWinogradSizes].name);
    EXPECT_LE(table.rows[i].h.patch(), kWinogradMaxPatch);
  }
}

}  // namespace
}  // namespace litewright
