// Integer depthwise convolution over int16 rows, in loops that the compiler vectorises.
#pragma once

#include "kernels/depthwise/depthwise.h"
#include "kernels/intrinsics.h"

namespace litewright {
namespace {

// Packed: int32 start[channels], then int16 weights[row][column][channel].
int64_t int16_packed_size(int64_t channels, const DepthwiseWindow& window) {
  return channels * (4 + 2 * static_cast<int64_t>(window.rows) * window.columns);
}

void int16_pack(int64_t channels, const DepthwiseWindow& window, const int16_t* weights, const int32_t* bias,
                int32_t zero_point, int8_t* packed) {
  int32_t* start = reinterpret_cast<int32_t*>(packed);
  int16_t* wide = reinterpret_cast<int16_t*>(start + channels);
  for (int64_t c = 0; c < channels; ++c) {
    int32_t sum = 0;
    for (int64_t t = 0; t < static_cast<int64_t>(window.rows) * window.columns; ++t) {
      wide[t * channels + c] = weights[t * channels + c];
      sum += weights[t * channels + c];
    }
    const uint32_t excess = static_cast<uint32_t>(zero_point) * static_cast<uint32_t>(sum);
    start[c] = static_cast<int32_t>((bias == nullptr ? 0u : static_cast<uint32_t>(bias[c])) - excess);
  }
}

template <int kBlock>
inline __attribute__((always_inline)) void int16_block(int64_t channels, const DepthwiseWindow& window,
                                                       const uint8_t* const* inputs, int64_t offset,
                                                       const int32_t* start, const int16_t* weights,
                                                       int32_t* out) {
  int32_t sum[kBlock];
  for (int i = 0; i < kBlock; ++i) sum[i] = start[i];
  for (int row = 0; row < window.rows; ++row) {
    for (int column = 0; column < window.columns; ++column, weights += channels) {
      const int16_t* x =
          reinterpret_cast<const int16_t*>(inputs[row] + offset + column * window.column_stride);
      for (int i = 0; i < kBlock; ++i) sum[i] += static_cast<int32_t>(x[i]) * weights[i];
    }
  }
  for (int i = 0; i < kBlock; ++i) out[i] = sum[i];
}

void int16_depthwise(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
                     const int8_t* packed, int64_t pixels, int32_t* out) {
  const int32_t* start = reinterpret_cast<const int32_t*>(packed);
  const int16_t* weights = reinterpret_cast<const int16_t*>(start + channels);
  for (int64_t p = 0; p < pixels; ++p, out += channels) {
    int64_t c = 0;
    for (; c + 32 <= channels; c += 32) {
      int16_block<32>(channels, window, inputs, p * window.pixel_stride + 2 * c, start + c, weights + c,
                      out + c);
    }
    for (; c + 8 <= channels; c += 8) {
      int16_block<8>(channels, window, inputs, p * window.pixel_stride + 2 * c, start + c, weights + c,
                     out + c);
    }
    for (; c < channels; ++c) {
      int16_block<1>(channels, window, inputs, p * window.pixel_stride + 2 * c, start + c, weights + c,
                     out + c);
    }
  }
}

}  // namespace
}  // namespace litewright
