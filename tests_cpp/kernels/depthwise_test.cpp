// Every row of the depthwise kernels against plain loops.
#include "kernels/depthwise/depthwise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests_cpp/kernels/random.h"

namespace litewright {
namespace {

struct Case {
  int64_t channels;
  int rows, columns, stride, dilation;
  int64_t pixels;
};
constexpr Case kCases[] = {{1, 3, 3, 1, 1, 9},   {8, 3, 3, 2, 1, 5},   {33, 3, 3, 1, 1, 7},
                           {64, 3, 3, 1, 1, 6},  {96, 3, 3, 2, 1, 19}, {130, 5, 5, 1, 1, 13},
                           {17, 1, 7, 1, 1, 4},  {70, 3, 3, 1, 2, 8},  {40, 7, 2, 3, 1, 3},
                           {16, 4, 3, 1, 1, 10}, {40, 9, 9, 1, 1, 6}};

struct ImageCase {
  int64_t channels;
  DepthwiseAxis h, w;
};
constexpr ImageCase kImages[] = {
    {1, {5, 5, 3, 1, 1, 1}, {9, 9, 3, 1, 1, 1}},     {33, {6, 6, 3, 1, 1, 1}, {31, 31, 3, 1, 1, 1}},
    {64, {25, 25, 3, 1, 1, 1}, {5, 5, 3, 1, 1, 1}},  {96, {9, 5, 3, 2, 1, 1}, {40, 20, 3, 2, 1, 0}},
    {130, {8, 8, 5, 1, 1, 2}, {14, 14, 5, 1, 1, 2}}, {72, {15, 8, 5, 2, 1, 2}, {36, 18, 5, 2, 1, 1}},
    {17, {1, 1, 1, 1, 1, 0}, {11, 5, 7, 1, 1, 0}},   {70, {9, 9, 3, 1, 2, 2}, {12, 12, 3, 1, 2, 2}},
    {40, {20, 5, 7, 3, 1, 0}, {9, 4, 2, 3, 1, 1}},   {16, {2, 2, 5, 1, 1, 2}, {3, 3, 5, 1, 1, 2}},
    {33, {20, 10, 3, 2, 1, 1}, {5, 3, 3, 2, 1, 1}},  {20, {4, 4, 3, 1, 3, 3}, {5, 5, 3, 1, 3, 3}},
    {300, {7, 7, 3, 1, 1, 1}, {7, 7, 3, 1, 1, 1}}};

// The sum of the taps inside the image.
double depthwise_sum(const ImageCase& e, const float* input, const float* weights, int64_t y, int64_t x,
                     int64_t c) {
  double sum = 0;
  for (int64_t i = 0; i < e.h.kernel; ++i) {
    for (int64_t j = 0; j < e.w.kernel; ++j) {
      const int64_t in_y = y * e.h.stride - e.h.pad + i * e.h.dilation;
      const int64_t in_x = x * e.w.stride - e.w.pad + j * e.w.dilation;
      if (in_y < 0 || in_y >= e.h.in || in_x < 0 || in_x >= e.w.in) continue;
      sum += static_cast<double>(input[(in_y * e.w.in + in_x) * e.channels + c]) *
             weights[(i * e.w.kernel + j) * e.channels + c];
    }
  }
  return sum;
}

TEST(F32Depthwise, EveryRowMatchesPlainLoops) {
  constexpr uint32_t kSeed = 4;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const ImageCase& e : kImages) {
    const auto input = random.reals(e.h.in * e.w.in * e.channels, -1, 1);
    const auto weights = random.reals(e.h.kernel * e.w.kernel * e.channels, -1, 1),
               bias = random.reals(e.channels, -1, 1);
    for (const F32DepthwiseKernel& kernel : f32_depthwise_kernels()) {
      if (!isa_allows(detect_isa(), kernel.isa)) continue;
      const DepthwiseImage image{e.channels, e.h, e.w};
      for (const int64_t split : {int64_t{0}, e.h.out / 2}) {  // threads make parts of the rows
        std::vector<float> out(e.h.out * e.w.out * e.channels);
        for (const auto& [first, last] : {std::pair(split, e.h.out), std::pair(int64_t{0}, split)}) {
          kernel.function(image, input.data(), weights.data(), bias.data(), first, last, out.data(), -1.5f,
                          2.0f);
        }
        for (int64_t i = 0; i < static_cast<int64_t>(out.size()); ++i) {
          const int64_t c = i % e.channels, x = i / e.channels % e.w.out, y = i / e.channels / e.w.out;
          const double sum = bias[c] + depthwise_sum(e, input.data(), weights.data(), y, x, c);
          ASSERT_NEAR(out[i], std::clamp(sum, -1.5, 2.0), 1e-5)
              << kernel.name << " channels " << e.channels << " at " << y << "," << x << "," << c;
        }
      }
    }
  }
}

TEST(IntDepthwise, EveryRowIsExact) {
  constexpr uint32_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (const Case& e : kCases) {
    const int64_t width = (e.pixels - 1) * e.stride + (e.columns - 1) * e.dilation + 1,
                  row_size = width * e.channels;
    const auto input = random.integers<int8_t>(e.rows * row_size, -128, 127);
    const auto weights = random.integers<int16_t>(e.rows * e.columns * e.channels, -128, 127);
    const auto bias = random.integers<int32_t>(e.channels, -9999, 9999);
    const auto scale = random.reals(e.channels, 0.0005f, 0.01f);
    const int32_t zero = static_cast<int32_t>(random.integer(-128, 127));
    for (const IntDepthwiseKernel& kernel : int_depthwise_kernels()) {
      if (!isa_allows(detect_isa(), kernel.isa)) continue;
      SCOPED_TRACE(kernel.name);
      const int64_t size = kernel.input_size();
      std::vector<uint8_t> rows(e.rows * row_size * size + 64);
      for (size_t i = 0; i < input.size(); ++i) {
        if (size == 1) {
          rows[i] = static_cast<uint8_t>(input[i] + 128);
        } else {
          reinterpret_cast<int16_t*>(rows.data())[i] = input[i];
        }
      }
      std::vector<const uint8_t*> starts;
      for (int y = 0; y < e.rows; ++y) starts.push_back(rows.data() + y * row_size * size);
      const DepthwiseWindow window{e.rows, e.columns, e.dilation * e.channels * size,
                                   e.stride * e.channels * size};
      std::vector<int8_t> packed(kernel.packed_size(e.channels, window));
      kernel.pack(e.channels, window, weights.data(), bias.data(), zero, packed.data());
      std::vector<int32_t> sums(e.pixels * e.channels);
      kernel.function(e.channels, window, starts.data(), packed.data(), e.pixels, sums.data());
      std::vector<int8_t> out(e.pixels * e.channels);
      if (kernel.to_s8 != nullptr) {
        std::vector<float> packed_scale((e.channels + 63) / 64 * 64);
        kernel.pack_scale(e.channels, scale.data(), packed_scale.data());
        kernel.to_s8(e.channels, window, starts.data(), packed.data(), e.pixels,
                     {packed_scale.data(), 3, -90, 100, 0}, out.data());
      }
      const auto excess = random.integers<int32_t>(e.channels, -999, 999);
      const auto addend = random.reals(e.channels, -1, 1);
      std::vector<float> reals(e.pixels * e.channels);
      if (kernel.to_f32 != nullptr) {
        kernel.to_f32(e.channels, window, starts.data(), packed.data(), e.pixels,
                      {excess.data(), scale.data(), addend.data(), -20.0f, 30.0f}, reals.data());
      }
      for (int64_t p = 0; p < e.pixels; ++p) {
        for (int64_t c = 0; c < e.channels; ++c) {
          int32_t sum = bias[c];
          for (int y = 0; y < e.rows; ++y) {
            for (int x = 0; x < e.columns; ++x) {
              const int64_t at = (y * width + p * e.stride + x * e.dilation) * e.channels + c;
              sum += (input[at] - zero) * weights[(y * e.columns + x) * e.channels + c];
            }
          }
          ASSERT_EQ(sums[p * e.channels + c], sum);
          if (kernel.to_f32 != nullptr) {
            const float real = static_cast<float>(sum - excess[c]) * scale[c] + addend[c];
            ASSERT_EQ(reals[p * e.channels + c], std::clamp(real, -20.0f, 30.0f));
          }
          if (kernel.to_s8 == nullptr) continue;
          const double value = std::nearbyint(static_cast<float>(sum) * scale[c]) + 3;
          ASSERT_EQ(out[p * e.channels + c], std::clamp(value, -90.0, 100.0));
        }
      }
    }
  }
}

}  // namespace
}  // namespace litewright
