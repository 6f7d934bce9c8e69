#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/quantize/kernel.h"

namespace litewright {
namespace {

template <class T>
void check(QuantizeFunction<T> quantize, DequantizeFunction<T> dequantize) {
  const int low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max(), zero = low + 100;
  std::vector<float> in(211), back(211);
  std::vector<T> out(211);
  for (int i = 0; i < 211; ++i) in[i] = 0.25f * static_cast<float>(i - 50);
  in[0] = 1e30f, in[1] = -1e30f;
  quantize(in.data(), out.data(), 211, 2.0f, zero, low, high);
  dequantize(out.data(), back.data(), 211, 0.5f, zero);
  for (int i = 0; i < 211; ++i) {
    const double exact =
        std::clamp(std::nearbyint(in[i] * 2.0) + zero, static_cast<double>(low), static_cast<double>(high));
    ASSERT_EQ(out[i], static_cast<T>(exact)) << in[i];
    ASSERT_EQ(back[i], static_cast<float>(out[i] - zero) * 0.5f);
  }
}

TEST(QuantizeKernels, AreTheSameAtEveryLevel) {
  for (int level = 0; level <= static_cast<int>(current_isa()); ++level) {
    const QuantizeVariant& variant = quantize_variant(static_cast<Isa>(level));
    SCOPED_TRACE(variant.name);
    check<int8_t>(variant.to_s8, variant.from_s8);
    check<uint8_t>(variant.to_u8, variant.from_u8);
    check<int16_t>(variant.to_s16, variant.from_s16);
  }
}

}  // namespace
}  // namespace litewright
