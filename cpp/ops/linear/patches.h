// The rows of the matrix that a convolution multiplies, made when they are needed.
#pragma once

#include <cstring>
#include <vector>

#include "ops/linear/window.h"

namespace litewright {

// Row r belongs to output position r of (image, z, y, x), x fastest; it holds the inputs under the window,
// tap by tap.
class Patches {
 public:
  // Of one group of a convolution. `first_channel` is its first input channel.
  Patches(const ConvWindow& window, int64_t first_channel);
  // Of a subset of the taps, where output position p looks at input p * stride + offset[tap] in each
  // dimension. `out` are the numbers of output positions.
  struct Offset {
    int64_t at[3];
  };
  Patches(int64_t batch, const int64_t (&in)[3], const int64_t (&out)[3], const int64_t (&stride)[3],
          int64_t channels, const std::vector<Offset>& taps);

  int64_t rows() const { return batch_ * out_[0] * out_[1] * out_[2]; }
  int64_t depth() const { return depth_; }
  // Whether row r is just the input's r-th pixel.
  bool is_dense() const { return dense_; }

  // Writes `count` rows from `first` on to `to`, row_size elements apart, converting with copy(n, from, to).
  // What lies outside the image is pad(image). Short runs are copied as kChunk elements, whatever their length,
  // by copy.chunk<kChunk>(from, to): `to` needs room for 15 more.
  template <class In, class Out, class Copy, class Pad>
  void fill(const In* input, int64_t first, int64_t count, Out* to, int64_t row_size, const Copy& copy,
            const Pad& pad) const {
    if (dense_ && row_size == depth_) return copy(count * depth_, input + first * depth_, to);
    int64_t position[4] = {first / (out_[2] * out_[1] * out_[0]), first / (out_[2] * out_[1]) % out_[0],
                           first / out_[2] % out_[1], first % out_[2]};
    const int64_t size = batch_ * image_size_;
    for (; count > 0; --count, to += row_size) {
      const int64_t z = position[1] * stride_[0], y = position[2] * stride_[1], x = position[3] * stride_[2];
      const In* image = input + position[0] * image_size_;
      if (z >= low_[0] && z < high_[0] && y >= low_[1] && y < high_[1] && x >= low_[2] && x < high_[2]) {
        const In* at = image + (z * in_[1] + y) * row_stride_ + x * pixel_stride_;
        if (chunk_ == 0 || at - input + last_offset_ + chunk_ > size) {
          Out* out = to;
          for (const Run& run : runs_) copy(run.elements, at + run.offset, out), out += run.elements;
        } else if (chunk_ == 4) {
          copy_chunks<4>(at, to, copy);
        } else {
          copy_chunks<16>(at, to, copy);
        }
      } else {
        fill_clipped(image, z, y, x, to, copy, pad(position[0]));
      }
      for (int axis = 3; axis > 0 && ++position[axis] == out_[axis - 1]; --axis) {
        position[axis] = 0;
        if (axis == 1) ++position[0];
      }
    }
  }

 private:
  struct Run {  // taps whose inputs lie side by side
    int64_t z, y, x, columns;
    int64_t elements, offset;
  };
  void add_tap(const Offset& tap);
  void finish();

  template <int kChunk, class In, class Out, class Copy>
  void copy_chunks(const In* at, Out* to, const Copy& copy) const {
    for (const Run& run : runs_) copy.template chunk<kChunk>(at + run.offset, to), to += run.elements;
  }

  template <class In, class Out, class Copy>
  void fill_clipped(const In* image, int64_t z, int64_t y, int64_t x, Out* to, const Copy& copy,
                    Out pad) const {
    for (const Run& run : runs_) {
      const int64_t in_z = z + run.z, in_y = y + run.y, in_x = x + run.x;
      int64_t before = run.columns, inside = 0;
      if (in_z >= 0 && in_z < in_[0] && in_y >= 0 && in_y < in_[1]) {
        before = std::clamp<int64_t>(-in_x, 0, run.columns);
        inside = std::max<int64_t>(std::min(in_[2] - in_x, run.columns) - before, 0);
      }
      std::fill_n(to, before * channels_, pad);
      if (inside > 0) {
        copy(inside * channels_,
             image + (in_z * in_[1] + in_y) * row_stride_ + (in_x + before) * pixel_stride_ + first_,
             to + before * channels_);
      }
      std::fill_n(to + (before + inside) * channels_, (run.columns - before - inside) * channels_, pad);
      to += run.elements;
    }
  }

  int64_t batch_, in_[3], out_[3], stride_[3];
  int64_t channels_, first_;  // of the pixels' channels, how many and from where
  int64_t pixel_stride_, row_stride_, image_size_;
  int64_t low_[3], high_[3];  // positions whose window lies inside the image
  int64_t depth_ = 0;
  bool dense_ = false;
  int64_t chunk_ = 0, last_offset_ = 0;    // of short runs: elements copied at once, the last run's offset
  std::vector<Run> runs_;
};

// Copies elements as they are.
template <class T>
struct PlainCopy {
  static T convert(T x) { return x; }
  void operator()(int64_t n, const T* from, T* to) const { std::memcpy(to, from, n * sizeof(T)); }
  template <int kChunk>
  void chunk(const T* from, T* to) const {
    std::memcpy(to, from, kChunk * sizeof(T));
  }
};

}  // namespace litewright
