// 8-bit convolutions that read their windows where they lie: strips of the image with its padding, instead of
// patches.
#pragma once

#include "ops/linear/int_rows.h"
#include "ops/linear/matmul.h"

namespace litewright {

// For kernels that take uint8 rows, where the parts of a window (a kernel row, or a tap if dilated) are whole
// steps.
class Strips {
 public:
  static bool fit(const ConvWindow& window, const IntGemmKernel& kernel);
  Strips(const ConvWindow& window, const IntGemmKernel& kernel, int num_threads);

  size_t scratch_bytes() const { return static_cast<size_t>(threads_) * strip_rows_ * row_bytes_ + 64; }

  // As int_matmul: finish(first output pixel, pixels, first column, columns, sums, stride, nullptr).
  template <class In, class Pad, class Finish>
  void run(ThreadPool& pool, const RowOps& ops, const In* input, const Pad& pad, const PackedInt& b,
           uint8_t* scratch, const Finish& finish) const {
    const auto& [d, h, w] = window_.axis;
    const int64_t blocks = (h.out + block_ - 1) / block_, all = window_.batch * blocks;
    pool.parallel_for(threads_, 1, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        uint8_t* strip = scratch + t * strip_rows_ * row_bytes_;
        for (int64_t i = all * t / threads_; i < all * (t + 1) / threads_; ++i) {
          const int64_t image = i / blocks, y = i % blocks * block_, count = std::min(block_, h.out - y);
          fill(ops, input, image, y, count, pad(image), strip);
          multiply(image, y, count, b, strip, finish);
        }
      }
    });
  }

 private:
  // The input rows under `count` output rows from y on.
  template <class In>
  void fill(const RowOps& ops, const In* input, int64_t image, int64_t y, int64_t count, In pad,
            uint8_t* strip) const {
    const auto& [d, h, w] = window_.axis;
    const IntCopy<In, uint8_t> copy{&ops};
    const int64_t first = y * h.stride - h.pad, channels = window_.in_channels;
    for (int64_t row = 0; row < (count - 1) * h.stride + h.reach(); ++row, strip += row_bytes_) {
      const int64_t at = first + row;
      const uint8_t filler = copy.convert(pad);
      if (at < 0 || at >= h.in) {
        std::memset(strip, filler, columns_ * channels);
        continue;
      }
      std::memset(strip, filler, w.pad * channels);
      copy(used_ * channels, input + (image * h.in + at) * w.in * channels, strip + w.pad * channels);
      const int64_t done = (w.pad + used_) * channels;
      std::memset(strip + done, filler, columns_ * channels - done);
    }
  }

  template <class Finish>
  void multiply(int64_t image, int64_t y, int64_t count, const PackedInt& b, const uint8_t* strip,
                const Finish& finish) const {
    const auto& [d, h, w] = window_.axis;
    const IntGemmParts parts{offsets_.data(), static_cast<int64_t>(offsets_.size())};
    const int64_t pixel = w.stride * window_.in_channels;
    alignas(64) int32_t sums[kMaxBlockRows * kMaxTileColumns];
    for (int64_t j = 0; j < b.n; j += kernel_->nr) {
      const int64_t columns = std::min<int64_t>(kernel_->nr, b.n - j);
      const int8_t* packed =
          reinterpret_cast<const int8_t*>(b.data->data()) + int_gemm_packed_offset(*kernel_, j, b.k);
      for (int64_t row = 0; row < count; ++row) {
        for (int64_t x = 0; x < w.out; x += kMaxBlockRows) {
          const int64_t pixels = std::min(kMaxBlockRows, w.out - x);
          kernel_->function(pixels, columns, steps_, parts, strip + row * h.stride * row_bytes_ + x * pixel,
                            pixel, packed, sums, columns);
          finish((image * h.out + y + row) * w.out + x, pixels, j, columns, sums, columns, nullptr);
        }
      }
    }
  }

  ConvWindow window_;
  const IntGemmKernel* kernel_;
  std::vector<int64_t> offsets_;  // of the window's parts in a strip
  int64_t steps_;                 // of a part
  int64_t columns_, used_;        // of a strip: all, and those that the image has
  int64_t row_bytes_, block_, strip_rows_;
  int threads_;
};

}  // namespace litewright
