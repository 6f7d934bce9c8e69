// Float depthwise convolution for any vector width: several pixels share each load of weights, and
// neighbouring taps share their inputs.
#pragma once

#include "kernels/depthwise/depthwise.h"
#include "kernels/vector_f32.h"

namespace litewright {
namespace {

using V = VectorF32;

// The taps under an output pixel that lie inside the image: `rows` x `columns` from `input` and `weights` on.
struct F32Taps {
  const float *input, *weights;
  int64_t rows, columns;
};

// What every block of a call shares. Steps count floats: from a tap's input, or its weights, to those of the
// next row and column of taps; from an input pixel to the next row's and column's; from an output pixel to
// the next.
struct F32Depthwise {
  int64_t channels, row_step, column_step, weight_row_step, weight_column_step;
  int64_t in_row, in_column, out_row, out_column;
  int64_t pixel_step;  // from an output pixel's input to the next one's
  const float *input, *weights, *bias;
  V::T lo, hi;
  int64_t begin, finish;  // output columns that have all their taps inside the image
};

template <bool kTail>
inline __attribute__((always_inline)) V::T load_channels(const float* p, int64_t count) {
  return kTail ? V::load_first(p, count) : V::load(p);
}

// acc[p * kVectors + v]: sums of kPixels pixels and kVectors vectors of channels. Taps one by one.
template <int kPixels, int kVectors, bool kTail>
inline __attribute__((always_inline)) void add_taps(const F32Depthwise& call, const F32Taps& taps,
                                                    int64_t count, V::T* acc) {
  for (int64_t y = 0; y < taps.rows; ++y) {
    const float* from = taps.input + y * call.row_step;
    const float* weights = taps.weights + y * call.weight_row_step;
    for (int64_t x = 0; x < taps.columns; ++x, from += call.column_step, weights += call.weight_column_step) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const auto weight = load_channels<kTail>(weights + v * V::kWidth, count);
#pragma GCC unroll 8
        for (int p = 0; p < kPixels; ++p) {
          const auto input = load_channels<kTail>(from + p * call.pixel_step + v * V::kWidth, count);
          acc[p * kVectors + v] = V::fma(input, weight, acc[p * kVectors + v]);
        }
      }
    }
  }
}

// The same for rows of kColumns taps that are side by side, and pixels kStep columns apart: every input is
// loaded once.
template <int kPixels, bool kTail, int kColumns, int kStep>
inline __attribute__((always_inline)) void add_rows(const F32Depthwise& call, const F32Taps& taps,
                                                    int64_t count, V::T* acc) {
  for (int64_t y = 0; y < taps.rows; ++y) {
    V::T weights[kColumns];
#pragma GCC unroll 8
    for (int x = 0; x < kColumns; ++x)
      weights[x] =
          load_channels<kTail>(taps.weights + y * call.weight_row_step + x * call.weight_column_step, count);
    const float* from = taps.input + y * call.row_step;
#pragma GCC unroll 32
    for (int i = 0; i < (kPixels - 1) * kStep + kColumns; ++i, from += call.column_step) {
      const auto input = load_channels<kTail>(from, count);
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) {
        const int column = i - p * kStep;
        if (column >= 0 && column < kColumns) acc[p] = V::fma(input, weights[column], acc[p]);
      }
    }
  }
}

// kPixels pixels of kVectors vectors of channels, or of the `count` last ones. kColumns 0: any taps.
template <int kPixels, int kVectors, bool kTail, int kColumns, int kStep>
inline __attribute__((always_inline)) void block(const F32Depthwise& call, const F32Taps& taps, int64_t c,
                                                 int64_t count, float* out) {
  V::T acc[kPixels * kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const auto start = load_channels<kTail>(call.bias + c + v * V::kWidth, count);
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p) acc[p * kVectors + v] = start;
  }
  const F32Taps here{taps.input + c, taps.weights + c, taps.rows, taps.columns};
  if constexpr (kColumns == 0) {
    add_taps<kPixels, kVectors, kTail>(call, here, count, acc);
  } else {
    add_rows<kPixels, kTail, kColumns, kStep>(call, here, count, acc);
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const auto x = V::clamp(acc[p * kVectors + v], call.lo, call.hi);
      float* to = out + p * call.out_column + c + v * V::kWidth;
      if (kTail) {
        V::store_first(to, x, count);
      } else {
        V::store(to, x);
      }
    }
  }
}

// The channels [c, end) of kPixels neighbouring pixels.
template <int kPixels, int kVectors, int kColumns, int kStep>
void pixels(const F32Depthwise& call, const F32Taps& taps, int64_t c, int64_t end, float* out) {
  for (; c + kVectors * V::kWidth <= end; c += kVectors * V::kWidth)
    block<kPixels, kVectors, false, kColumns, kStep>(call, taps, c, V::kWidth, out);
  if constexpr (kVectors > 1) {
    for (; c + V::kWidth <= end; c += V::kWidth)
      block<kPixels, 1, false, kColumns, kStep>(call, taps, c, V::kWidth, out);
  }
  if (c < end) block<kPixels, 1, true, kColumns, kStep>(call, taps, c, end - c, out);
}

// As many groups of kPixels as there are in `count`; returns those left.
template <int kPixels, int kVectors, int kColumns, int kStep>
int64_t groups(const F32Depthwise& call, int64_t c, int64_t end, int64_t count, F32Taps& taps, float*& out) {
  for (; count >= kPixels; count -= kPixels) {
    pixels<kPixels, kVectors, kColumns, kStep>(call, taps, c, end, out);
    taps.input += kPixels * call.pixel_step, out += kPixels * call.out_column;
  }
  return count;
}

constexpr int64_t first_of(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t last_of(int64_t a, int64_t b) { return a > b ? a : b; }

// The taps of output `o` that lie inside: [first, last).
struct Inside {
  int64_t first, last;
};
inline Inside taps_inside(const DepthwiseAxis& axis, int64_t o) {
  const int64_t at = o * axis.stride - axis.pad, d = axis.dilation;
  const auto taps = [&](int64_t reach) { return d == 1 ? reach : (reach + d - 1) / d; };
  const int64_t first = first_of(at >= 0 ? 0 : taps(-at), axis.kernel);
  return {first, last_of(at >= axis.in ? 0 : first_of(taps(axis.in - at), axis.kernel), first)};
}

// The channels [c, end) of one output row.
template <int kPixels, int kColumns, int kStep>
void row(const F32Depthwise& call, const DepthwiseImage& image, int64_t y, int64_t c, int64_t end,
         float* out) {
  const DepthwiseAxis &h = image.h, &w = image.w;
  const Inside rows = taps_inside(h, y);
  const float* input = call.input + (y * h.stride - h.pad + rows.first * h.dilation) * call.in_row;
  const float* weights = call.weights + rows.first * call.weight_row_step;
  const auto taps_at = [&](int64_t x, const Inside& columns) {
    return F32Taps{input + x * call.pixel_step - w.pad * call.in_column + columns.first * call.column_step,
                   weights + columns.first * call.weight_column_step, rows.last - rows.first,
                   columns.last - columns.first};
  };
  for (int64_t x = 0; x < w.out; ++x) {
    float* to = out + x * call.out_column;
    if (x == call.begin && call.begin < call.finish) {
      F32Taps taps = taps_at(x, {0, w.kernel});
      int64_t left = groups<kPixels, 1, kColumns, kStep>(call, c, end, call.finish - x, taps, to);
      left = groups<4, kPixels / 4, 0, 1>(call, c, end, left, taps, to);
      left = groups<2, kPixels / 2, 0, 1>(call, c, end, left, taps, to);
      groups<1, 4, 0, 1>(call, c, end, left, taps, to);
      x = call.finish - 1;
    } else {
      pixels<1, 4, 0, 1>(call, taps_at(x, taps_inside(w, x)), c, end, to);
    }
  }
}

struct Steps {
  int64_t row, column;
};

// Channels go outside, in blocks whose input rows under a window stay in the first-level cache, where the
// whole image stays in the second-level cache.
template <int kPixels, int kColumns, int kStep>
void rows(const F32Depthwise& call, const DepthwiseImage& image, int64_t first, int64_t last, float* out) {
  constexpr int64_t kFirstLevel = 6 * 1024, kSecondLevel = 256 * 1024;  // floats
  const int64_t fitting = kFirstLevel / (image.w.in * image.h.kernel + 1) / V::kWidth * V::kWidth;
  const bool small = (last - first) * image.h.stride * image.w.in * image.channels <= kSecondLevel;
  const int64_t step = small ? last_of(fitting, V::kWidth) : image.channels;
  for (int64_t c = 0; c < image.channels; c += step) {
    for (int64_t y = first; y < last; ++y)
      row<kPixels, kColumns, kStep>(call, image, y, c, first_of(c + step, image.channels),
                                    out + y * call.out_row);
  }
}

template <int kPixels>
void f32_depthwise(const DepthwiseImage& given, const float* input, const float* weights, const float* bias,
                   int64_t first, int64_t last, float* out, float lo, float hi) {
  // A whole image that is narrow goes by columns instead of rows: its runs of pixels are longer.
  const bool turned = first == 0 && last == given.h.out && given.w.out < kPixels && given.w.out < given.h.out;
  const DepthwiseImage image = turned ? DepthwiseImage{given.channels, given.w, given.h} : given;
  const DepthwiseAxis &h = image.h, &w = image.w;
  const int64_t channels = image.channels, room = w.in - (w.kernel - 1) * w.dilation - 1 + w.pad;
  const int64_t begin = first_of((w.pad + w.stride - 1) / w.stride, w.out);
  const int64_t finish = room < 0 ? begin : last_of(begin, first_of(room / w.stride + 1, w.out));
  const auto steps = [&](int64_t rows, int64_t columns) {  // of what is stored [rows][columns][channels]
    return turned ? Steps{channels, rows * channels} : Steps{columns * channels, channels};
  };
  const Steps in = steps(h.in, w.in), weight = steps(h.kernel, w.kernel), to = steps(h.out, w.out);
  const F32Depthwise call{channels,
                          h.dilation * in.row,
                          w.dilation * in.column,
                          weight.row,
                          weight.column,
                          in.row,
                          in.column,
                          to.row,
                          to.column,
                          w.stride * in.column,
                          input,
                          weights,
                          bias,
                          V::broadcast(lo),
                          V::broadcast(hi),
                          begin,
                          finish};
  if (turned) last = h.out;
  const auto is = [&](int64_t columns, int64_t step) {
    return w.kernel == columns && w.dilation == 1 && w.stride == step;
  };
  if (is(3, 1)) return rows<kPixels, 3, 1>(call, image, first, last, out);
  if (is(3, 2)) return rows<kPixels, 3, 2>(call, image, first, last, out);
  if (is(5, 1)) return rows<kPixels, 5, 1>(call, image, first, last, out);
  if (is(5, 2)) return rows<kPixels, 5, 2>(call, image, first, last, out);
  rows<kPixels, 0, 1>(call, image, first, last, out);
}

}  // namespace
}  // namespace litewright
