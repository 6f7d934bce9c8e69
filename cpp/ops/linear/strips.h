// 8-bit convolutions that read their windows where they lie: strips of the image with its padding, instead of
// patches.
#pragma once

#include "ops/linear/int_rows.h"
#include "ops/linear/matmul.h"

namespace litewright {

// For kernels that take 8-bit rows. Weights are packed in parts(): a kernel row each, or a tap if dilated.
class Strips {
 public:
  // Whether that is possible and faster than patches.
  static bool fit(const ConvWindow& window, const IntGemmKernel& kernel);
  Strips(const ConvWindow& window, const IntGemmKernel& kernel, int num_threads);

  int64_t parts() const { return depth_.parts; }
  // Kernels read whole steps, beyond the last part's end.
  size_t scratch_bytes() const {
    return static_cast<size_t>(threads_ * strip_bytes()) + static_cast<size_t>(kernel_->kr);
  }

  // As int_matmul: finish(first output pixel, pixels, first column, columns, sums, stride, no rows), and done
  // likewise. Strips
  // are of type Out; copies into them are made by copy_of(image), and pad(image) is an Out.
  template <class Out, class In, class CopyOf, class Pad, class Finish, class Done = NothingElse>
  void run_copies(ThreadPool& pool, const In* input, const CopyOf& copy_of, const Pad& pad,
                  const PackedInt& b, uint8_t* scratch, const Finish& finish, const Done& done = {}) const {
    const auto& [d, h, w] = window_.axis;
    const int64_t blocks = (h.out + block_ - 1) / block_, all = window_.batch * blocks;
    pool.parallel_for(threads_, 1, [&](int64_t begin, int64_t end) {
      const IntGemmScope scope(*kernel_);
      for (int64_t t = begin; t < end; ++t) {
        uint8_t* strip = scratch + t * strip_bytes();
        for (int64_t i = all * t / threads_; i < all * (t + 1) / threads_; ++i) {
          const int64_t image = i / blocks, y = i % blocks * block_, count = std::min(block_, h.out - y);
          fill(copy_of(image), input, image, y, count, pad(image), strip);
          multiply(image, y, count, b, strip, finish);
          done((image * h.out + y) * w.out, count * w.out, 0, b.n);
        }
      }
    });
  }

  // The same for integers; `pad(image)` is an In.
  template <class In, class Pad, class Finish>
  void run(ThreadPool& pool, const RowOps& ops, const In* input, const Pad& pad, const PackedInt& b,
           uint8_t* scratch, const Finish& finish) const {
    with_int_copy<In>(*kernel_, ops, [&]<class Out>(const IntCopy<In, Out>& copy) {
      if constexpr (sizeof(Out) == 1) {
        run_copies<Out>(
            pool, input, [&](int64_t) { return copy; },
            [&](int64_t image) { return copy.convert(pad(image)); }, b, scratch, finish);
      }
    });
  }

 private:
  int64_t strip_bytes() const { return (strip_rows_ * row_bytes_ + 63) / 64 * 64; }

  // The input rows under `count` output rows from y on.
  template <class Copy, class In, class Out>
  void fill(const Copy& copy, const In* input, int64_t image, int64_t y, int64_t count, Out pad,
            uint8_t* strip) const {
    const auto& [d, h, w] = window_.axis;
    const int64_t first = y * h.stride - h.pad, channels = window_.in_channels;
    const auto filler = static_cast<uint8_t>(pad);
    for (int64_t row = 0; row < (count - 1) * h.stride + h.reach(); ++row, strip += row_bytes_) {
      const int64_t at = first + row;
      if (at < 0 || at >= h.in) {
        std::memset(strip, filler, columns_ * channels);
        continue;
      }
      std::memset(strip, filler, w.pad * channels);
      copy(used_ * channels, input + (image * h.in + at) * w.in * channels,
           reinterpret_cast<Out*>(strip + w.pad * channels));
      const int64_t done = (w.pad + used_) * channels;
      std::memset(strip + done, filler, columns_ * channels - done);
    }
  }

  template <class Finish>
  void multiply(int64_t image, int64_t y, int64_t count, const PackedInt& b, const uint8_t* strip,
                const Finish& finish) const {
    const auto& [d, h, w] = window_.axis;
    const IntGemmParts parts{offsets_.data(), depth_.parts};
    const int64_t pixel = w.stride * window_.in_channels, first = (image * h.out + y) * w.out;
    // Runs of windows `pixel` bytes apart, `pitch` of which belong to one output row.
    const int64_t pitch = one_run_ ? columns_ : w.out;
    const int64_t runs = one_run_ ? 1 : count, length = one_run_ ? (count - 1) * pitch + w.out : w.out;
    alignas(64) int32_t sums[kMaxBlockRows * kMaxTileColumns];
    for (int64_t j = 0; j < b.n; j += kernel_->nr) {
      const int64_t columns = std::min<int64_t>(kernel_->nr, b.n - j);
      const int8_t* packed =
          reinterpret_cast<const int8_t*>(b.data->data()) + int_gemm_packed_offset(*kernel_, j, depth_);
      for (int64_t run = 0; run < runs; ++run) {
        for (int64_t x = 0; x < length; x += kMaxBlockRows) {
          const int64_t end = std::min(x + kMaxBlockRows, length);
          kernel_->function(end - x, columns, kernel_->steps(depth_.part), parts,
                            strip + run * h.stride * row_bytes_ + x * pixel, pixel, packed, sums, columns);
          for (int64_t row = x / pitch; row * pitch < end; ++row) {  // those that are pixels
            const int64_t from = std::max(row * pitch, x), to = std::min(row * pitch + w.out, end);
            if (from >= to) continue;
            finish(first + (run + row) * w.out + from - row * pitch, to - from, j, columns,
                   sums + (from - x) * columns, columns, IntRows{});
          }
        }
      }
    }
  }

  ConvWindow window_;
  const IntGemmKernel* kernel_;
  IntGemmDepth depth_;
  std::vector<int64_t> offsets_;  // of the window's parts in a strip
  bool one_run_;                  // all windows of a strip are equally far apart, some across its edges
  int64_t columns_, used_;        // of a strip: all, and those that the image has
  int64_t row_bytes_, block_, strip_rows_;
  int threads_;
};

}  // namespace litewright
