#include "ops/row_quantization.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace litewright {

RowScale quantize_row(const RowOps& ops, int64_t n, const float* x, bool asymmetric, int8_t* out) {
  float low = 0, high = 0;
  ops.min_max(n, x, &low, &high);
  if (low == high) {
    std::memset(out, 0, static_cast<size_t>(n));
    return {1.0f, 0};
  }
  if (!asymmetric) {
    const float range = std::max(-low, high);
    ops.quantize_s8(n, x, 127.0f / range, 0, -127, out);
    return {range / 127.0f, 0};
  }
  const double scale = (static_cast<double>(high) - low) / 255.0;
  const double below = low / scale, above = high / scale;
  const double from_low = -128.0 - below, from_high = 127.0 - above;
  const double exact = 128.0 + std::abs(below) < 127.0 + std::abs(above) ? from_low : from_high;
  int32_t zero = -128;
  if (exact >= 127.0) {
    zero = 127;
  } else if (exact > -128.0) {
    zero = static_cast<int32_t>(std::round(exact));
  }
  ops.quantize_s8(n, x, 1.0f / static_cast<float>(scale), zero, -128, out);
  return {static_cast<float>(scale), zero};
}

}  // namespace litewright
