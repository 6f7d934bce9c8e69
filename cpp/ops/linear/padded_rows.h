// The input rows of a depthwise convolution, widened with padding, for kernels that take whole windows.
#pragma once

#include <memory>
#include <vector>

#include "core/thread_pool.h"
#include "kernels/depthwise/depthwise.h"
#include "ops/linear/int_rows.h"
#include "ops/linear/window.h"
#include "runtime/aligned_buffer.h"

namespace litewright {

// Keeps as many input rows per thread as the window is high; each has all columns that any output of the row
// looks at, and one channel per output channel.
class PaddedRows {
 public:
  PaddedRows(const ConvWindow& window, int64_t element_size, int num_threads);

  int parts() const { return parts_; }
  size_t scratch_bytes() const { return static_cast<size_t>(parts_) * (slots_ + 1) * row_bytes_; }
  const DepthwiseWindow& window() const { return window_; }

  // Calls body(part, image, output row over all images, rows under the window) for every output row. In:
  // int8_t, uint8_t (less 128) or int16_t.
  template <class In, class Pad, class Body>
  void run(ThreadPool& pool, const RowOps& ops, const In* input, const Pad& pad, uint8_t* scratch,
           const Body& body) const {
    const auto run_as = [&]<class Out, class Copy>(Out, const Copy& copy) {
      run_copies<Out>(
          pool, input, [&](int64_t) { return copy; }, [&](int64_t image) { return copy.convert(pad(image)); },
          scratch, body);
    };
    if (element_size_ == 1) {
      if constexpr (sizeof(In) == 1) run_as(uint8_t{}, IntCopy<In, uint8_t>{&ops});
    } else if constexpr (sizeof(In) == 1) {
      run_as(int16_t{}, IntCopy<In, int16_t>{&ops});
    } else {
      run_as(int16_t{}, PlainCopy<int16_t>{nullptr});
    }
  }

  // The same, where copies into rows of Out are made by copy_of(image), and pad(image) is an Out.
  template <class Out, class In, class CopyOf, class Pad, class Body>
  void run_copies(ThreadPool& pool, const In* input, const CopyOf& copy_of, const Pad& pad, uint8_t* scratch,
                  const Body& body) const {
    pool.parallel_for(parts_, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) {
        run_part<Out>(static_cast<int>(part), input, copy_of, pad, scratch + part * (slots_ + 1) * row_bytes_,
                      body);
      }
    });
  }

 private:
  // One input row with its padding.
  template <class Out, class In, class Copy>
  void widen(const Copy& copy, const In* row, Out pad, Out* to) const {
    to = std::fill_n(to, left_ * channels_, pad);
    if (multiplier_ == 1) {
      copy(used_ * channels_, row, to);
    } else {
      for (int64_t i = 0; i < used_ * channels_; ++i)
        to[i] = copy.convert(row[i / channels_ * in_channels_ + i % channels_ / multiplier_]);
    }
    std::fill_n(to + used_ * channels_, right_ * channels_, pad);
  }

  template <class Out, class In, class CopyOf, class Pad, class Body>
  void run_part(int part, const In* input, const CopyOf& copy_of, const Pad& pad, uint8_t* memory,
                const Body& body) const {
    const uint8_t** rows = pointers_->data() + part * kernel_rows_;
    int64_t image = total_ * part / parts_ / out_rows_, next = 0;  // `next`: the input row to widen next
    bool fresh = true;
    auto copy = copy_of(image);
    for (int64_t r = total_ * part / parts_; r < total_ * (part + 1) / parts_; ++r) {
      const int64_t y = r % out_rows_ * stride_ - top_;
      if (fresh || r / out_rows_ != image) {
        fresh = false;
        image = r / out_rows_;
        next = 0;
        copy = copy_of(image);
        std::fill_n(reinterpret_cast<Out*>(memory + slots_ * row_bytes_), row_bytes_ / sizeof(Out),
                    pad(image));
      }
      for (next = std::max(next, y); next < std::min(y + reach_, in_rows_); ++next) {
        widen<Out>(copy, input + (image * in_rows_ + next) * in_width_ * in_channels_, pad(image),
                   reinterpret_cast<Out*>(memory + next % slots_ * row_bytes_));
      }
      for (int i = 0; i < kernel_rows_; ++i) {
        const int64_t at = y + i * dilation_;
        rows[i] = memory + (at >= 0 && at < in_rows_ ? at % slots_ : slots_) * row_bytes_;
      }
      body(part, image, r, rows);
    }
  }

  DepthwiseWindow window_;
  int64_t element_size_, channels_, in_channels_, multiplier_;
  int64_t total_, out_rows_, in_rows_, in_width_, stride_, dilation_, reach_, top_;
  int64_t left_, used_, right_;  // columns of a widened row: padding, input, padding
  int64_t slots_, row_bytes_;
  int kernel_rows_, parts_;
  std::shared_ptr<std::vector<const uint8_t*>> pointers_;
};

struct PackedDepthwise {
  std::shared_ptr<AlignedBuffer> data;
  std::vector<int32_t> sums;  // of each channel's weights
};
// Weights as they are stored, less weight_zero (which must be 0 for kernels that take uint8 rows).
PackedDepthwise pack_depthwise(const IntDepthwiseKernel& kernel, const ConvWindow& window, DType dtype,
                               const uint8_t* weights, int32_t weight_zero, const int32_t* bias,
                               int32_t zero_point);

}  // namespace litewright
