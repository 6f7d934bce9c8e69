// Random numbers, Fourier transforms and fingerprints against published values and definitions.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

#include "ops/fft.h"
#include "ops/fingerprint.h"
#include "ops/random_bits.h"

namespace litewright {
namespace {

// Known answers of the Random123 library.
TEST(RandomBits, PhiloxKnownAnswers) {
  EXPECT_EQ(philox(0, 0, {0, 0, 0, 0}),
            (std::array<uint32_t, 4>{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}));
  EXPECT_EQ(philox(0xFFFFFFFF, 0xFFFFFFFF, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}),
            (std::array<uint32_t, 4>{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}));
}

TEST(RandomBits, ThreefryKnownAnswers) {
  EXPECT_EQ(threefry(0, 0, {0, 0}), (std::array<uint32_t, 2>{0x6B200159, 0x99BA4EFE}));
  EXPECT_EQ(threefry(0xFFFFFFFF, 0xFFFFFFFF, {0xFFFFFFFF, 0xFFFFFFFF}),
            (std::array<uint32_t, 2>{0x1CB996FC, 0xBB002BE7}));
}

TEST(RandomBits, SkippingIsDrawing) {
  PhiloxStream drawn(3, 0xFFFFFFFFFFFFFFFF), skipped = drawn;
  for (int i = 0; i < 5; ++i) drawn.next();
  skipped.skip(5);
  EXPECT_EQ(drawn.next(), skipped.next());
}

TEST(Fft, IsTheDefinition) {
  for (size_t size : {1, 2, 8, 32}) {
    std::vector<std::complex<double>> values(size);
    for (size_t i = 0; i < size; ++i)
      values[i] = {std::sin(1.0 + 2.0 * static_cast<double>(i)), std::cos(3.0 * static_cast<double>(i))};
    std::vector<std::complex<double>> got = values;
    fft(got);
    for (size_t k = 0; k < size; ++k) {
      std::complex<double> sum = 0;
      for (size_t n = 0; n < size; ++n) {
        sum += values[n] * std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>(k * n) /
                                               static_cast<double>(size));
      }
      EXPECT_NEAR(std::abs(got[k] - sum), 0, 1e-12 * static_cast<double>(size));
    }
  }
}

TEST(Fingerprint, OfNothing) { EXPECT_EQ(fingerprint64({}), 0x9AE16A3B2F90404Fu); }

}  // namespace
}  // namespace litewright
