#include "ops/linear/strips.h"

namespace litewright {
namespace {

constexpr int64_t kProductsPerThread = 300'000;
constexpr int64_t kFewestPixels = 6;  // in an output row, for tiles that are not nearly empty

int64_t part_length(const ConvWindow& window) {
  return window.in_channels * (window.axis[2].dilation == 1 ? window.axis[2].kernel : 1);
}

}  // namespace

bool Strips::fit(const ConvWindow& window, const IntGemmKernel& kernel) {
  return kernel.a == IntGemmA::kUInt8 && window.groups == 1 && window.axis[0].in == 1 &&
         window.axis[0].kernel == 1 && window.taps() > 1 && window.axis[2].out >= kFewestPixels &&
         part_length(window) % kernel.kr == 0;
}

Strips::Strips(const ConvWindow& window, const IntGemmKernel& kernel, int num_threads)
    : window_(window), kernel_(&kernel) {
  const auto& [d, h, w] = window.axis;
  columns_ = (w.out - 1) * w.stride + w.reach();
  used_ = std::clamp<int64_t>(columns_ - w.pad, 0, w.in);
  row_bytes_ = (columns_ * window.in_channels + 63) / 64 * 64;
  block_ = std::min(std::max<int64_t>(kMaxBlockRows / w.out, 1), h.out);
  strip_rows_ = (block_ - 1) * h.stride + h.reach();
  steps_ = part_length(window) / kernel.kr;
  for (int64_t y = 0; y < h.kernel; ++y) {
    const int64_t row = y * h.dilation * row_bytes_;
    for (int64_t x = 0; x < (w.dilation == 1 ? 1 : w.kernel); ++x) {
      offsets_.push_back(row + x * w.dilation * window.in_channels);
    }
  }
  const int64_t blocks = window.batch * ((h.out + block_ - 1) / block_);
  const int64_t useful =
      window.batch * window.out_pixels() * window.out_channels * window.depth() / kProductsPerThread;
  threads_ = static_cast<int>(std::clamp<int64_t>(std::min(useful, blocks), 1, num_threads));
}

}  // namespace litewright
