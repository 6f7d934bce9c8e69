#include "ops/linear/patches.h"

namespace litewright {

Patches::Patches(const ConvWindow& window, int64_t first_channel)
    : batch_(window.batch),
      channels_(window.group_in()),
      first_(first_channel),
      pixel_stride_(window.in_channels) {
  for (int i = 0; i < 3; ++i) {
    in_[i] = window.axis[i].in, out_[i] = window.axis[i].out, stride_[i] = window.axis[i].stride;
  }
  const auto& [d, h, w] = window.axis;
  for (int64_t z = 0; z < d.kernel; ++z) {
    for (int64_t y = 0; y < h.kernel; ++y) {
      for (int64_t x = 0; x < w.kernel; ++x) {
        add_tap({{z * d.dilation - d.pad, y * h.dilation - h.pad, x * w.dilation - w.pad}});
      }
    }
  }
  finish();
}

Patches::Patches(int64_t batch, const int64_t (&in)[3], const int64_t (&out)[3], const int64_t (&stride)[3],
                 int64_t channels, const std::vector<Offset>& taps)
    : batch_(batch), channels_(channels), first_(0), pixel_stride_(channels) {
  for (int i = 0; i < 3; ++i) in_[i] = in[i], out_[i] = out[i], stride_[i] = stride[i];
  for (const Offset& tap : taps) add_tap(tap);
  finish();
}

void Patches::add_tap(const Offset& tap) {
  const auto [z, y, x] = tap.at;
  if (!runs_.empty() && channels_ == pixel_stride_) {
    Run& last = runs_.back();
    if (last.z == z && last.y == y && last.x + last.columns == x) {
      ++last.columns;
      return;
    }
  }
  runs_.push_back({z, y, x, 1, 0, 0});
}

void Patches::finish() {
  row_stride_ = in_[2] * pixel_stride_;
  image_size_ = in_[0] * in_[1] * row_stride_;
  for (int i = 0; i < 3; ++i) low_[i] = 0, high_[i] = in_[i];
  for (Run& run : runs_) {
    run.elements = run.columns * channels_;
    run.offset = (run.z * in_[1] + run.y) * row_stride_ + run.x * pixel_stride_ + first_;
    depth_ += run.elements;
    offsets_.push_back(run.offset);
    lengths_.push_back(run.elements);
    const int64_t first[3] = {run.z, run.y, run.x}, last[3] = {run.z, run.y, run.x + run.columns - 1};
    for (int i = 0; i < 3; ++i) {
      low_[i] = std::max(low_[i], -first[i]);
      high_[i] = std::min(high_[i], in_[i] - last[i]);
    }
  }
  dense_ = runs_.size() == 1 && runs_[0].columns == 1 && runs_[0].offset == 0 && channels_ == pixel_stride_;
  for (int i = 0; i < 3; ++i) dense_ = dense_ && out_[i] == in_[i] && (stride_[i] == 1 || out_[i] == 1);
}

}  // namespace litewright
