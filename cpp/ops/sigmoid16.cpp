#include "ops/sigmoid16.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace litewright {
namespace {

// 65536 / (1 + e^(-i / 24)), moved half of the way towards where straight lines would meet the function
// between entries.
std::array<uint16_t, 256> make_table() {
  const auto f = [](double x) { return 65536 / (1 + std::exp(-x / 24)); };
  std::array<uint16_t, 256> table;
  for (int i = 0; i < 255; ++i) {
    const double gap = f(i + 0.5) - (f(i) + f(i + 1)) / 2;
    table[i] = static_cast<uint16_t>(std::floor(f(i) + gap / 2 + 0.5));
  }
  table[255] = 65535;
  return table;
}

// The input in units of 1 / (3 * 4096): stored * multiplier, shifted right with halves upward.
struct InputScaling {
  int32_t multiplier;
  int shift;
  int32_t operator()(int16_t stored) const {
    const int32_t round = shift > 0 ? 1 << (shift - 1) : 0;
    return (stored * multiplier + round) >> shift;
  }
};

InputScaling input_scaling(float scale, int max_left_shift) {
  const double log2 = std::log2(static_cast<double>(scale));
  const int left = 12 + static_cast<int>(std::round(log2));
  if (std::abs(log2 - std::round(log2)) < 1e-3 && left >= 0 && left <= max_left_shift) return {3 << left, 0};
  double multiplier = static_cast<double>(scale) * 4096 * 3;
  int shift = 0;
  while (multiplier <= 32767.0 / 2 && shift <= 30) {
    ++shift;
    multiplier *= 2;
  }
  return {static_cast<int32_t>(std::min(multiplier, 65535.0)), shift};
}

int16_t logistic(int32_t x, const std::array<uint16_t, 256>& table) {
  const uint32_t size = static_cast<uint32_t>(std::abs(x)), index = size >> 9, rest = size & 0x1FF;
  const uint32_t y =
      index >= 255 ? 0x7FFFu << 10 : (uint32_t{table[index]} << 9) + rest * (table[index + 1] - table[index]);
  return static_cast<int16_t>((x >= 0 ? y + (1 << 9) : (1 << 25) - y + (1 << 9) - 1) >> 10);
}

int16_t tanh(int32_t x, const std::array<uint16_t, 256>& table) {
  const uint32_t size = static_cast<uint32_t>(std::abs(x)), index = size >> 8, rest = size & 0xFF;
  const int32_t y =
      index >= 255
          ? 0xFFFF << 8
          : static_cast<int32_t>((uint32_t{table[index]} << 8) + rest * (table[index + 1] - table[index]));
  return static_cast<int16_t>((x >= 0 ? y - (1 << 23) + (1 << 7) : -y + (1 << 23) + (1 << 7) - 1) >> 8);
}

}  // namespace

Kernel sigmoid16_kernel(const NodeContext& c, bool is_tanh) {
  require_zero_points_of_zero(c, {0});
  if (std::abs(output_scale(c).scale * 32768 - 1) > 1e-3f)
    c.fail("the scale of a 16-bit output should be 1/32768");
  static const std::array<uint16_t, 256> table = make_table();
  const InputScaling scaled = input_scaling(input_scale(c).scale, is_tanh ? 1 : 0);
  if (is_tanh) return map_kernel<int16_t>(c, [scaled](int16_t x) { return tanh(scaled(x), table); });
  return map_kernel<int16_t>(c, [scaled](int16_t x) { return logistic(scaled(x), table); });
}

}  // namespace litewright
