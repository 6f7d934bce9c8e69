// Integer depthwise convolution over int16 rows: pairs of taps at once, for blocks of 16 channels.
#pragma once

#include <string.h>

#include "kernels/depthwise/depthwise.h"
#include "kernels/intrinsics.h"

namespace litewright {
namespace {

// A block's sums come in two vectors, as interleaving leaves them: channels 0-3 and 8-11, then 4-7 and 12-15.
//
// Packed, per block: int32 start[2][8], then per pair of taps: int16 weights[2][8][2].
constexpr int64_t kBlock = 16;
inline int64_t channel_at(int half, int i) { return half * 4 + i % 4 + i / 4 * 8; }

inline int64_t tap_pairs(const DepthwiseWindow& window) {
  return (static_cast<int64_t>(window.rows) * window.columns + 1) / 2;
}
inline int64_t block_bytes(const DepthwiseWindow& window) { return kBlock * 4 * (1 + tap_pairs(window)); }

int64_t pairs_packed_size(int64_t channels, const DepthwiseWindow& window) {
  return (channels + kBlock - 1) / kBlock * block_bytes(window);
}

void pack_pairs(int64_t channels, const DepthwiseWindow& window, const int16_t* weights, const int32_t* bias,
                int32_t zero_point, int8_t* packed) {
  const int64_t taps = static_cast<int64_t>(window.rows) * window.columns;
  memset(packed, 0, pairs_packed_size(channels, window));
  for (int64_t first = 0; first < channels; first += kBlock, packed += block_bytes(window)) {
    int32_t* start = reinterpret_cast<int32_t*>(packed);
    int16_t* pairs = reinterpret_cast<int16_t*>(start + kBlock);
    for (int at = 0; at < kBlock; ++at) {
      const int64_t c = first + channel_at(at / 8, at % 8);
      if (c >= channels) continue;
      int32_t sum = 0;
      for (int64_t t = 0; t < taps; ++t) {
        pairs[(t / 2 * kBlock + at) * 2 + t % 2] = weights[t * channels + c];
        sum += weights[t * channels + c];
      }
      const uint32_t excess = static_cast<uint32_t>(zero_point) * static_cast<uint32_t>(sum);
      start[at] = static_cast<int32_t>((bias == nullptr ? 0u : static_cast<uint32_t>(bias[c])) - excess);
    }
  }
}

void pack_pair_scale(int64_t channels, const float* scale, float* packed) {
  for (int64_t first = 0; first < channels; first += kBlock) {
    for (int at = 0; at < kBlock; ++at) {
      const int64_t c = first + channel_at(at / 8, at % 8);
      packed[first + at] = c < channels ? scale[c] : 0.0f;
    }
  }
}

inline __m256i load_256(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }

// Where the two taps of every pair find their first pixel's channels, in bytes from a block's; an odd last
// tap is paired with itself and weights of 0.
constexpr int kMostTaps = 64;
struct TapPointers {
  const uint8_t* at[kMostTaps + 1];
  int count = 0;

  TapPointers(const DepthwiseWindow& window, const uint8_t* const* inputs, int first) {
    const int taps = window.rows * window.columns;
    for (int t = first; t < taps && count < kMostTaps; ++t) {
      at[count++] = inputs[t / window.columns] + t % window.columns * window.column_stride;
    }
    if (count % 2 != 0) at[count] = at[count - 1], ++count;
  }
};

// The sums of one block for kPixels pixels.
template <int kPixels>
inline __attribute__((always_inline)) void add_pairs(const TapPointers& taps, int64_t offset,
                                                     int64_t pixel_stride, const int8_t* weights,
                                                     __m256i (*sums)[2]) {
  for (int t = 0; t < taps.count; t += 2, weights += 2 * sizeof(__m256i)) {
    const __m256i low = load_256(weights), high = load_256(weights + sizeof(__m256i));
#pragma GCC unroll 4
    for (int p = 0; p < kPixels; ++p) {
      const __m256i a = load_256(taps.at[t] + offset + p * pixel_stride);
      const __m256i b = load_256(taps.at[t + 1] + offset + p * pixel_stride);
      sums[p][0] = _mm256_add_epi32(sums[p][0], _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), low));
      sums[p][1] = _mm256_add_epi32(sums[p][1], _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), high));
    }
  }
}

// store(pixel, first channel, sums) for every block and pixel.
template <class Store>
void pair_depthwise(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
                    const int8_t* packed, int64_t pixels, const Store& store) {
  const int all = window.rows * window.columns;
  const TapPointers taps(window, inputs, 0);
  for (int64_t c = 0; c < channels; c += kBlock, packed += block_bytes(window)) {
    const __m256i start[2] = {load_256(packed), load_256(packed + sizeof(__m256i))};
    const int8_t* weights = packed + kBlock * sizeof(int32_t);
    int64_t p = 0;
    for (; p + 4 <= pixels && all <= kMostTaps; p += 4) {
      __m256i sums[4][2];
      for (int i = 0; i < 4; ++i) sums[i][0] = start[0], sums[i][1] = start[1];
      add_pairs<4>(taps, p * window.pixel_stride + 2 * c, window.pixel_stride, weights, sums);
      for (int i = 0; i < 4; ++i) store(p + i, c, sums[i]);
    }
    for (; p < pixels; ++p) {
      __m256i sums[1][2] = {{start[0], start[1]}};
      add_pairs<1>(taps, p * window.pixel_stride + 2 * c, 0, weights, sums);
      for (int first = kMostTaps; first < all; first += kMostTaps) {
        add_pairs<1>(TapPointers(window, inputs, first), p * window.pixel_stride + 2 * c, 0,
                     weights + first * kBlock * sizeof(int16_t), sums);
      }
      store(p, c, sums[0]);
    }
  }
}

void pairs_to_int32(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
                    const int8_t* packed, int64_t pixels, int32_t* out) {
  pair_depthwise(channels, window, inputs, packed, pixels, [&](int64_t p, int64_t c, const __m256i* sums) {
    const __m256i ordered[2] = {_mm256_permute2x128_si256(sums[0], sums[1], 0x20),
                                _mm256_permute2x128_si256(sums[0], sums[1], 0x31)};
    const int64_t left = channels - c;
    memcpy(out + p * channels + c, ordered, (left < kBlock ? left : kBlock) * sizeof(int32_t));
  });
}

void pairs_to_int8(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
                   const int8_t* packed, int64_t pixels, const DepthwiseOutput& to, int8_t* out) {
  const __m256 lo = _mm256_set1_ps(static_cast<float>(to.lo - to.zero));
  const __m256 hi = _mm256_set1_ps(static_cast<float>(to.hi - to.zero));
  const __m256i zero = _mm256_set1_epi16(static_cast<short>(to.zero));
  const __m128i flip = _mm_set1_epi8(static_cast<char>(to.flip));
  pair_depthwise(channels, window, inputs, packed, pixels, [&](int64_t p, int64_t c, const __m256i* sums) {
    const auto scaled = [&](int half) {
      const __m256 value =
          _mm256_mul_ps(_mm256_cvtepi32_ps(sums[half]), _mm256_loadu_ps(to.scale + c + 8 * half));
      return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(value, lo), hi));
    };
    const __m256i words = _mm256_add_epi16(_mm256_packs_epi32(scaled(0), scaled(1)), zero);
    const __m128i bytes = _mm_xor_si128(
        _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)), flip);
    int8_t* at = out + p * channels + c;
    if (channels - c >= kBlock) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(at), bytes);
    } else {
      memcpy(at, &bytes, channels - c);
    }
  });
}

}  // namespace
}  // namespace litewright
