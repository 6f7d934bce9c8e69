#if defined(__AVX512VNNI__)
#include <string.h>

#include "kernels/depthwise/depthwise.h"
#include "kernels/intrinsics.h"

namespace litewright {
namespace {

// Channels go in blocks of 64, then 32, then 16. In a block four kernel rows of one column are interleaved
// byte by byte, so that one vpdpbusd takes four rows of a quarter of the block's channels: quarter v holds
// channels 4v..4v+3 of every 128-bit lane.
//
// Packed, per block: int32 start[4][width/4], then per column, per group of four rows: int8
// weights[4][width/4][4].

int block_width(int64_t left) { return left >= 64 ? 64 : left > 16 ? 32 : 16; }
int groups(const DepthwiseWindow& window) { return (window.rows + 3) / 4; }
int64_t block_bytes(int width, const DepthwiseWindow& window) {
  return width * 4 * (1 + static_cast<int64_t>(window.columns) * groups(window));
}
// The channel within a block that element `i` of quarter `v` is about.
int channel_of(int v, int i) { return i / 4 * 16 + v * 4 + i % 4; }

int64_t packed_size(int64_t channels, const DepthwiseWindow& window) {
  int64_t bytes = 0;
  for (int64_t c = 0; c < channels;) {
    const int width = block_width(channels - c);
    bytes += block_bytes(width, window);
    c += width;
  }
  return bytes;
}

void pack(int64_t channels, const DepthwiseWindow& window, const int16_t* weights, const int32_t* bias,
          int32_t zero_point, int8_t* packed) {
  const int row_groups = groups(window);
  for (int64_t first = 0; first < channels;) {
    const int width = block_width(channels - first), quarter = width / 4;
    int32_t* start = reinterpret_cast<int32_t*>(packed);
    int8_t* to = packed + width * 4;
    memset(packed, 0, block_bytes(width, window));
    for (int v = 0; v < 4; ++v) {
      for (int i = 0; i < quarter; ++i) {
        const int64_t c = first + channel_of(v, i);
        if (c >= channels) continue;
        int32_t sum = 0;
        for (int column = 0; column < window.columns; ++column) {
          for (int row = 0; row < window.rows; ++row) {
            const int16_t weight = weights[(row * window.columns + column) * channels + c];
            to[((column * row_groups + row / 4) * width + v * quarter + i) * 4 + row % 4] =
                static_cast<int8_t>(weight);
            sum += weight;
          }
        }
        const uint32_t excess = static_cast<uint32_t>(zero_point + 128) * static_cast<uint32_t>(sum);
        start[v * quarter + i] =
            static_cast<int32_t>((bias == nullptr ? 0u : static_cast<uint32_t>(bias[c])) - excess);
      }
    }
    packed += block_bytes(width, window);
    first += width;
  }
}

void pack_scale(int64_t channels, const float* scale, float* packed) {
  for (int64_t first = 0; first < channels;) {
    const int width = block_width(channels - first), quarter = width / 4;
    for (int i = 0; i < width; ++i) {
      const int64_t c = first + channel_of(i / quarter, i % quarter);
      packed[first + i] = c < channels ? scale[c] : 0.0f;
    }
    first += width;
  }
}

#define LITEWRIGHT_VECTOR(NAME, TYPE, FLOAT, WIDTH, PRE, SI, LOADSI)                                \
  struct NAME {                                                                                     \
    using T = TYPE;                                                                                 \
    using F = FLOAT;                                                                                \
    static constexpr int kWidth = WIDTH;                                                            \
    static T load(const void* p) { return LOADSI; }                                                 \
    static T unpack8_lo(T a, T b) { return PRE##_unpacklo_epi8(a, b); }                             \
    static T unpack8_hi(T a, T b) { return PRE##_unpackhi_epi8(a, b); }                             \
    static T unpack16_lo(T a, T b) { return PRE##_unpacklo_epi16(a, b); }                           \
    static T unpack16_hi(T a, T b) { return PRE##_unpackhi_epi16(a, b); }                           \
    static T dot(T sum, T a, T w) { return PRE##_dpbusd_epi32(sum, a, w); }                         \
    static F to_float(T x) { return PRE##_cvtepi32_ps(x); }                                         \
    static T to_int(F x, F scale, F hi) {                                                           \
      return PRE##_cvtps_epi32(PRE##_min_ps(PRE##_mul_ps(x, scale), hi));                           \
    }                                                                                               \
    static F loadf(const float* p) { return PRE##_loadu_ps(p); }                                    \
    static F setf(float x) { return PRE##_set1_ps(x); }                                             \
    static T set8(int x) { return PRE##_set1_epi8(static_cast<char>(x)); }                          \
    static T set16(int x) { return PRE##_set1_epi16(static_cast<short>(x)); }                       \
    static T narrow32(T a, T b, T zero) { return PRE##_adds_epi16(PRE##_packs_epi32(a, b), zero); } \
    static T narrow16(T a, T b, T lo, T hi) {                                                       \
      return PRE##_min_epi8(PRE##_max_epi8(PRE##_packs_epi16(a, b), lo), hi);                       \
    }                                                                                               \
    static T flip(T a, T b) { return PRE##_xor_##SI(a, b); }                                        \
  }
LITEWRIGHT_VECTOR(V64, __m512i, __m512, 64, _mm512, si512, _mm512_loadu_si512(p));
LITEWRIGHT_VECTOR(V32, __m256i, __m256, 32, _mm256, si256,
                  _mm256_loadu_si256(static_cast<const __m256i*>(p)));
LITEWRIGHT_VECTOR(V16, __m128i, __m128, 16, _mm, si128, _mm_loadu_si128(static_cast<const __m128i*>(p)));
#undef LITEWRIGHT_VECTOR

void store(__m512i x, void* p, int64_t count) {
  _mm512_mask_storeu_epi8(p, count >= 64 ? ~0ull : (1ull << count) - 1, x);
}
void store(__m256i x, void* p, int64_t count) {
  _mm256_mask_storeu_epi8(p, count >= 32 ? ~0u : (1u << count) - 1, x);
}
void store(__m128i x, void* p, int64_t count) {
  _mm_mask_storeu_epi8(p, static_cast<__mmask16>(count >= 16 ? 0xFFFFu : (1u << count) - 1), x);
}

// Four rows interleaved, in quarters.
template <class V>
inline __attribute__((always_inline)) void interleave(const uint8_t* const* inputs, int64_t offset, int left,
                                                      typename V::T* q) {
  using T = typename V::T;
  const T zero = V::set8(0);
  const T r0 = V::load(inputs[0] + offset), r1 = left > 1 ? V::load(inputs[1] + offset) : zero;
  const T r2 = left > 2 ? V::load(inputs[2] + offset) : zero,
          r3 = left > 3 ? V::load(inputs[3] + offset) : zero;
  const T lo01 = V::unpack8_lo(r0, r1), hi01 = V::unpack8_hi(r0, r1);
  const T lo23 = V::unpack8_lo(r2, r3), hi23 = V::unpack8_hi(r2, r3);
  q[0] = V::unpack16_lo(lo01, lo23), q[1] = V::unpack16_hi(lo01, lo23);
  q[2] = V::unpack16_lo(hi01, hi23), q[3] = V::unpack16_hi(hi01, hi23);
}

// Sums of one block for kPixels pixels. The kernel is 3x3, and the next pixel's window starts kStep columns
// further, so that an interleaved column serves up to three pixels.
template <class V, int kPixels, int kStep>
inline __attribute__((always_inline)) void sums_3x3(const DepthwiseWindow& window,
                                                    const uint8_t* const* inputs, int64_t offset,
                                                    const int8_t* packed, typename V::T (*acc)[4]) {
  constexpr int kColumns = (kPixels - 1) * kStep + 3;
#pragma GCC unroll 16
  for (int v = 0; v < 4; ++v) {
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p) acc[p][v] = V::load(packed + v * V::kWidth);
  }
  const int8_t* weights = packed + V::kWidth * 4;
#pragma GCC unroll 16
  for (int x = 0; x < kColumns; ++x) {
    typename V::T q[4];
    interleave<V>(inputs, offset + x * window.column_stride, 3, q);
#pragma GCC unroll 16
    for (int p = 0; p < kPixels; ++p) {
      const int column = x - p * kStep;
      if (column < 0 || column > 2) continue;
#pragma GCC unroll 16
      for (int v = 0; v < 4; ++v) {
        acc[p][v] = V::dot(acc[p][v], q[v], V::load(weights + (column * 4 + v) * V::kWidth));
      }
    }
  }
}

template <class V>
inline __attribute__((always_inline)) void sums_any(const DepthwiseWindow& window,
                                                    const uint8_t* const* inputs, int64_t offset,
                                                    const int8_t* packed, typename V::T (*acc)[4]) {
#pragma GCC unroll 16
  for (int v = 0; v < 4; ++v) acc[0][v] = V::load(packed + v * V::kWidth);
  const int8_t* weights = packed + V::kWidth * 4;
  for (int column = 0; column < window.columns; ++column) {
    for (int row = 0; row < window.rows; row += 4, weights += V::kWidth * 4) {
      typename V::T q[4];
      interleave<V>(inputs + row, offset + column * window.column_stride, window.rows - row, q);
#pragma GCC unroll 16
      for (int v = 0; v < 4; ++v) acc[0][v] = V::dot(acc[0][v], q[v], V::load(weights + v * V::kWidth));
    }
  }
}

struct ToInt32 {
  int32_t* out;
  template <class V>
  void operator()(int64_t pixel, int64_t channels, int64_t first, const typename V::T* acc) const {
    int32_t values[V::kWidth];
    for (int v = 0; v < 4; ++v) memcpy(values + v * V::kWidth / 4, &acc[v], sizeof(acc[v]));
    int32_t* to = out + pixel * channels + first;
    for (int c = 0; c < V::kWidth; c += 4) {  // four channels lie together
      const int64_t left = channels - first - c;
      const int32_t* from = values + c % 16 / 4 * (V::kWidth / 4) + c / 16 * 4;
      if (left >= 4) {
        memcpy(to + c, from, 4 * sizeof(int32_t));
      } else {
        for (int64_t i = 0; i < left; ++i) to[c + i] = from[i];
      }
    }
  }
};

struct ToInt8 {
  const DepthwiseOutput* to;
  int8_t* out;
  template <class V>
  inline __attribute__((always_inline)) void operator()(int64_t pixel, int64_t channels, int64_t first,
                                                        const typename V::T* acc) const {
    typename V::T x[4];
    const auto hi = V::setf(static_cast<float>(to->hi - to->zero));
#pragma GCC unroll 16
    for (int v = 0; v < 4; ++v) {
      x[v] = V::to_int(V::to_float(acc[v]), V::loadf(to->scale + first + v * V::kWidth / 4), hi);
    }
    const auto zero = V::set16(to->zero);
    const auto bytes = V::narrow16(V::narrow32(x[0], x[1], zero), V::narrow32(x[2], x[3], zero),
                                   V::set8(to->lo), V::set8(to->hi));
    store(V::flip(bytes, V::set8(to->flip)), out + pixel * channels + first, channels - first);
  }
};

// A block's quarters as vectors of channels in their order.
inline void in_order(const __m512i* q, __m512i* out) {
  const __m512i even01 = _mm512_shuffle_i32x4(q[0], q[1], 0x88),
                odd01 = _mm512_shuffle_i32x4(q[0], q[1], 0xDD);
  const __m512i even23 = _mm512_shuffle_i32x4(q[2], q[3], 0x88),
                odd23 = _mm512_shuffle_i32x4(q[2], q[3], 0xDD);
  out[0] = _mm512_shuffle_i32x4(even01, even23, 0x88), out[1] = _mm512_shuffle_i32x4(odd01, odd23, 0x88);
  out[2] = _mm512_shuffle_i32x4(even01, even23, 0xDD), out[3] = _mm512_shuffle_i32x4(odd01, odd23, 0xDD);
}
inline __m512i join(__m256i low, __m256i high) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}
inline void in_order(const __m256i* q, __m512i* out) {
  out[0] = join(_mm256_permute2x128_si256(q[0], q[1], 0x20), _mm256_permute2x128_si256(q[2], q[3], 0x20));
  out[1] = join(_mm256_permute2x128_si256(q[0], q[1], 0x31), _mm256_permute2x128_si256(q[2], q[3], 0x31));
}
inline void in_order(const __m128i* q, __m512i* out) {
  out[0] = join(_mm256_set_m128i(q[1], q[0]), _mm256_set_m128i(q[3], q[2]));
}

struct ToFloat {
  const DepthwiseFloatOutput* to;
  float* out;
  template <class V>
  inline __attribute__((always_inline)) void operator()(int64_t pixel, int64_t channels, int64_t first,
                                                        const typename V::T* acc) const {
    __m512i sums[V::kWidth / 16];
    in_order(acc, sums);
    float* at = out + pixel * channels + first;
#pragma GCC unroll 4
    for (int c = 0; c < V::kWidth; c += 16) {
      const int64_t left = channels - first - c;
      const auto lanes = static_cast<__mmask16>(left >= 16 ? 0xFFFFu : left <= 0 ? 0u : (1u << left) - 1);
      const __m512i sum =
          _mm512_sub_epi32(sums[c / 16], _mm512_maskz_loadu_epi32(lanes, to->excess + first + c));
      const __m512 value = _mm512_add_ps(
          _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_maskz_loadu_ps(lanes, to->scale + first + c)),
          _mm512_maskz_loadu_ps(lanes, to->bias + first + c));
      _mm512_mask_storeu_ps(
          at + c, lanes, _mm512_min_ps(_mm512_max_ps(value, _mm512_set1_ps(to->lo)), _mm512_set1_ps(to->hi)));
    }
  }
};

template <class V, int kPixels, int kStep, class Store>
inline __attribute__((always_inline)) int64_t run_3x3(int64_t channels, int64_t first,
                                                      const DepthwiseWindow& window,
                                                      const uint8_t* const* inputs, const int8_t* packed,
                                                      int64_t p, int64_t pixels, const Store& store_sums) {
  for (; p + kPixels <= pixels; p += kPixels) {
    typename V::T acc[kPixels][4];
    sums_3x3<V, kPixels, kStep>(window, inputs, p * window.pixel_stride + first, packed, acc);
#pragma GCC unroll 16
    for (int i = 0; i < kPixels; ++i) store_sums.template operator()<V>(p + i, channels, first, acc[i]);
  }
  return p;
}

template <class V, class Store>
void block(int64_t channels, int64_t first, const DepthwiseWindow& window, const uint8_t* const* inputs,
           const int8_t* packed, int64_t pixels, const Store& store_sums) {
  int64_t p = 0;
  if (window.rows == 3 && window.columns == 3 && window.pixel_stride == window.column_stride) {
    p = run_3x3<V, 4, 1>(channels, first, window, inputs, packed, p, pixels, store_sums);
  } else if (window.rows == 3 && window.columns == 3 && window.pixel_stride == 2 * window.column_stride) {
    p = run_3x3<V, 4, 2>(channels, first, window, inputs, packed, p, pixels, store_sums);
  }
  for (; p < pixels; ++p) {
    typename V::T acc[1][4];
    sums_any<V>(window, inputs, p * window.pixel_stride + first, packed, acc);
    store_sums.template operator()<V>(p, channels, first, acc[0]);
  }
}

template <class Store>
void depthwise(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
               const int8_t* packed, int64_t pixels, const Store& store_sums) {
  for (int64_t first = 0; first < channels;) {
    const int width = block_width(channels - first);
    if (width == 64) {
      block<V64>(channels, first, window, inputs, packed, pixels, store_sums);
    } else if (width == 32) {
      block<V32>(channels, first, window, inputs, packed, pixels, store_sums);
    } else {
      block<V16>(channels, first, window, inputs, packed, pixels, store_sums);
    }
    packed += block_bytes(width, window);
    first += width;
  }
}

void to_int32(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
              const int8_t* packed, int64_t pixels, int32_t* out) {
  depthwise(channels, window, inputs, packed, pixels, ToInt32{out});
}

void to_int8(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
             const int8_t* packed, int64_t pixels, const DepthwiseOutput& to, int8_t* out) {
  depthwise(channels, window, inputs, packed, pixels, ToInt8{&to, out});
}

void to_float(int64_t channels, const DepthwiseWindow& window, const uint8_t* const* inputs,
              const int8_t* packed, int64_t pixels, const DepthwiseFloatOutput& to, float* out) {
  depthwise(channels, window, inputs, packed, pixels, ToFloat{&to, out});
}

}  // namespace

extern const IntDepthwiseKernel kIntDepthwiseAvx512Vnni = {"int_depthwise_avx512vnni",
                                                           Isa::kAvx512Vnni,
                                                           DepthwiseInput::kUInt8,
                                                           to_int32,
                                                           to_int8,
                                                           to_float,
                                                           packed_size,
                                                           pack,
                                                           pack_scale};

}  // namespace litewright
#endif
