// The rows of the matrix that a convolution multiplies, made when they are needed.
#pragma once

#include <cstring>
#include <vector>

#include "kernels/row_ops/row_ops.h"
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

  // Writes `count` rows from `first` on to `to`, row_size elements apart, converting with copy(n, from, to),
  // and copy.rows(...) where several rows' windows lie inside the image. What lies outside is pad(image).
  // `to` needs room for 64 bytes more.
  template <class In, class Out, class Copy, class Pad>
  void fill(const In* input, int64_t first, int64_t count, Out* to, int64_t row_size, const Copy& copy,
            const Pad& pad) const {
    if (dense_ && row_size == depth_) return copy(count * depth_, input + first * depth_, to);
    int64_t position[4] = {first / (out_[2] * out_[1] * out_[0]), first / (out_[2] * out_[1]) % out_[0],
                           first / out_[2] % out_[1], first % out_[2]};
    const GatherRuns runs{offsets_.data(), lengths_.data(), static_cast<int64_t>(runs_.size())};
    while (count > 0) {
      const int64_t z = position[1] * stride_[0], y = position[2] * stride_[1], x = position[3] * stride_[2];
      const In* image = input + position[0] * image_size_;
      int64_t done = 1;
      if (z >= low_[0] && z < high_[0] && y >= low_[1] && y < high_[1] && x >= low_[2] && x < high_[2]) {
        done = std::min({count, out_[2] - position[3], (high_[2] - 1 - x) / stride_[2] + 1});
        copy.rows(done, image + (z * in_[1] + y) * row_stride_ + x * pixel_stride_,
                  stride_[2] * pixel_stride_, runs, to, row_size);
      } else {
        fill_clipped(image, z, y, x, to, copy, pad(position[0]));
      }
      count -= done, to += done * row_size, position[3] += done;
      for (int axis = 3; axis > 0 && position[axis] == out_[axis - 1]; --axis) {
        position[axis] = 0;
        ++position[axis - 1];
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
  std::vector<Run> runs_;
  std::vector<int64_t> offsets_, lengths_;  // of the runs
};

// Runs one by one, for copiers without a faster way.
template <class Copy, class In, class Out>
void copy_runs(const Copy& copy, int64_t rows, const In* from, int64_t step, const GatherRuns& runs, Out* to,
               int64_t row_size) {
  for (; rows > 0; --rows, from += step, to += row_size) {
    Out* at = to;
    for (int64_t r = 0; r < runs.count; ++r)
      copy(runs.lengths[r], from + runs.offsets[r], at), at += runs.lengths[r];
  }
}

// Copies elements as they are.
template <class T>
struct PlainCopy {
  const RowOps* ops;
  static T convert(T x) { return x; }
  void operator()(int64_t n, const T* from, T* to) const { std::memcpy(to, from, n * sizeof(T)); }
  void rows(int64_t count, const T* from, int64_t step, const GatherRuns& runs, T* to,
            int64_t row_size) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      ops->gather_f32(count, from, step, runs, to, row_size);
    } else {
      copy_runs(*this, count, from, step, runs, to, row_size);
    }
  }
};

}  // namespace litewright
