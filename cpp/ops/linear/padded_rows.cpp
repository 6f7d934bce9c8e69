#include "ops/linear/padded_rows.h"

namespace litewright {

constexpr int64_t kProductsPerThread = 200'000;

PaddedRows::PaddedRows(const ConvWindow& window, int64_t element_size, int num_threads)
    : element_size_(element_size),
      channels_(window.out_channels),
      in_channels_(window.in_channels),
      multiplier_(window.group_out()) {
  const auto& [d, h, w] = window.axis;
  total_ = window.batch * h.out;
  out_rows_ = h.out, in_rows_ = h.in, in_width_ = w.in;
  stride_ = h.stride, dilation_ = h.dilation, reach_ = h.reach(), top_ = h.pad;
  const int64_t needed = (w.out - 1) * w.stride + w.reach();
  left_ = w.pad;
  used_ = std::clamp<int64_t>(needed - left_, 0, w.in);
  right_ = std::max<int64_t>(needed - left_ - used_, 0);
  slots_ = reach_;
  row_bytes_ = (needed * channels_ * element_size + 64 + 63) / 64 * 64;
  kernel_rows_ = static_cast<int>(h.kernel);
  const int64_t useful = total_ * w.out * channels_ * window.taps() / kProductsPerThread;
  parts_ = static_cast<int>(std::clamp<int64_t>(std::min(useful, total_), 1, num_threads));
  window_ = {static_cast<int>(h.kernel), static_cast<int>(w.kernel), w.dilation * channels_ * element_size,
             w.stride * channels_ * element_size};
  pointers_ = std::make_shared<std::vector<const uint8_t*>>(static_cast<size_t>(parts_ * kernel_rows_));
}

PackedDepthwise pack_depthwise(const IntDepthwiseKernel& kernel, const ConvWindow& window, DType dtype,
                               const uint8_t* weights, int32_t weight_zero, const int32_t* bias,
                               int32_t zero_point) {
  const int64_t channels = window.out_channels, count = channels * window.taps();
  std::vector<int16_t> wide(count);
  PackedDepthwise packed;
  packed.sums.resize(channels);
  for (int64_t i = 0; i < count; ++i) {
    const int value = dtype == DType::kUInt8 ? weights[i] : reinterpret_cast<const int8_t*>(weights)[i];
    wide[i] = static_cast<int16_t>(value - weight_zero);
    packed.sums[i % channels] += wide[i];
  }
  const DepthwiseWindow shape{static_cast<int>(window.axis[1].kernel),
                              static_cast<int>(window.axis[2].kernel), 0, 0};
  packed.data = std::make_shared<AlignedBuffer>(kernel.packed_size(channels, shape));
  kernel.pack(channels, shape, wide.data(), bias, zero_point, reinterpret_cast<int8_t*>(packed.data->data()));
  return packed;
}

}  // namespace litewright
