// Images with their padding around them, so that all windows lie inside: worth a copy where there are few
// channels.
#pragma once

#include <cstring>

#include "core/thread_pool.h"
#include "ops/linear/window.h"

namespace litewright {

class PaddedImages {
 public:
  explicit PaddedImages(const ConvWindow& window) : from_(window), to_(window) {
    for (WindowAxis& axis : to_.axis) {
      axis.in = (axis.out - 1) * axis.stride + axis.reach();
      axis.pad = 0;
    }
  }
  static bool pays(const ConvWindow& window) {
    constexpr int64_t kFewChannels = 16;
    const auto& [d, h, w] = window.axis;
    return window.in_channels <= kFewChannels && d.in == 1 && d.kernel == 1 && h.out > 0 && w.out > 0 &&
           PaddedImages(window).widens();
  }

  const ConvWindow& window() const { return to_; }  // the same convolution of the padded images
  int64_t elements() const { return to_.batch * to_.in_pixels() * to_.in_channels; }

  void fill(ThreadPool& pool, const float* in, float* out) const {
    const WindowAxis &h = from_.axis[1], &w = from_.axis[2];
    const int64_t channels = from_.in_channels, row = to_.axis[2].in * channels, height = to_.axis[1].in;
    const int64_t before = w.pad * channels, used = std::min(w.in, to_.axis[2].in - w.pad) * channels;
    pool.parallel_for(to_.batch * height, 65536 / row + 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t y = i % height - h.pad;
        float* to = out + i * row;
        if (y < 0 || y >= h.in) {
          std::fill_n(to, row, 0.0f);
          continue;
        }
        to = std::fill_n(to, before, 0.0f);
        std::memcpy(to, in + (i / height * h.in + y) * w.in * channels, used * sizeof(float));
        std::fill_n(to + used, row - before - used, 0.0f);
      }
    });
  }

 private:
  bool widens() const {
    for (int i = 1; i < 3; ++i) {
      if (from_.axis[i].pad > 0 || to_.axis[i].in > from_.axis[i].in) return true;
    }
    return false;
  }

  ConvWindow from_, to_;
};

}  // namespace litewright
