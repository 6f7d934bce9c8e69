#include "ops/linear/strips.h"

namespace litewright {
namespace {

constexpr int64_t kProductsPerThread = 300'000;
constexpr int64_t kStripBytes = 24 * 1024;  // that stay in the first-level cache

bool is_linear(const ConvWindow& window) { return window.axis[1].stride == 1 && window.axis[2].stride == 1; }

// Rows that a kernel does work for when it multiplies `rows`.
int64_t worked_rows(const IntGemmKernel& kernel, int64_t rows) {
  if (kernel.a == IntGemmA::kInt8) return (rows + 15) / 16 * 16;
  return rows + (rows % kernel.mr == 0 ? 0 : 4);
}

// Rows per output row, one by one or with all rows of an image in one run.
double row_by_row(const ConvWindow& window, const IntGemmKernel& kernel) {
  return static_cast<double>(worked_rows(kernel, window.axis[2].out));
}
double in_one_run(const ConvWindow& window, const IntGemmKernel& kernel) {
  const auto& [d, h, w] = window.axis;
  const int64_t pitch = w.out - 1 + w.reach();
  return static_cast<double>(worked_rows(kernel, (h.out - 1) * pitch + w.out)) / static_cast<double>(h.out);
}

IntGemmDepth depth_in_parts(const ConvWindow& window) {
  const auto& [d, h, w] = window.axis;
  return {window.in_channels * (w.dilation == 1 ? w.kernel : 1), h.kernel * (w.dilation == 1 ? 1 : w.kernel)};
}

}  // namespace

bool Strips::fit(const ConvWindow& window, const IntGemmKernel& kernel) {
  if (kernel.a == IntGemmA::kInt16 || window.groups != 1 || window.axis[0].in != 1 ||
      window.axis[0].kernel != 1 || window.taps() == 1) {
    return false;
  }
  // Cycles per output row; patches also have to be gathered.
  const IntGemmDepth parts = depth_in_parts(window);
  const double per_step = (kernel.a == IntGemmA::kInt8 ? 1.0 : 0.5) * ((window.out_channels + 15) / 16);
  double rows = row_by_row(window, kernel);
  if (is_linear(window)) rows = std::min(rows, in_one_run(window, kernel));
  const double in_strips = rows * per_step * kernel.steps(parts);
  const double gather = window.axis[2].out * (6.0 * window.axis[1].kernel + window.depth() / 24.0);
  const double in_patches = window.axis[2].out * per_step * kernel.steps(window.depth()) + gather;
  return in_strips <= in_patches;
}

Strips::Strips(const ConvWindow& window, const IntGemmKernel& kernel, int num_threads)
    : window_(window), kernel_(&kernel), depth_(depth_in_parts(window)) {
  const auto& [d, h, w] = window.axis;
  columns_ = (w.out - 1) * w.stride + w.reach();
  used_ = std::clamp<int64_t>(columns_ - w.pad, 0, w.in);
  one_run_ = is_linear(window) && in_one_run(window, kernel) < row_by_row(window, kernel);
  row_bytes_ = columns_ * window.in_channels;
  if (!one_run_) row_bytes_ = (row_bytes_ + 63) / 64 * 64;
  for (int64_t y = 0; y < h.kernel; ++y) {
    const int64_t row = y * h.dilation * row_bytes_;
    for (int64_t x = 0; x < (w.dilation == 1 ? 1 : w.kernel); ++x) {
      offsets_.push_back(row + x * w.dilation * window.in_channels);
    }
  }
  const int64_t useful =
      window.batch * window.out_pixels() * window.out_channels * window.depth() / kProductsPerThread;
  threads_ = static_cast<int>(std::clamp<int64_t>(std::min(useful, window.batch * h.out), 1, num_threads));
  const int64_t fitting = (kStripBytes / row_bytes_ - h.reach()) / h.stride + 1;
  const int64_t share = (window.batch * h.out + threads_ - 1) / threads_;
  block_ = std::min({std::max({fitting, kMaxBlockRows / w.out, int64_t{4}}), share, h.out});
  strip_rows_ = (block_ - 1) * h.stride + h.reach();
}

}  // namespace litewright
