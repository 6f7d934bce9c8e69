// The geometry of convolutions and pools, in up to three dimensions.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/shape.h"
#include "ops/op_def.h"

namespace litewright {

// One spatial dimension.
struct WindowAxis {
  int64_t in = 1, out = 1;
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t pad = 0;  // before the first element

  int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

// Sets `out` and `pad` from the rest. Error if the options are not positive or nothing is left.
inline void solve_window(const NodeContext& context, Padding padding, WindowAxis& axis) {
  if (axis.stride < 1 || axis.dilation < 1 || axis.kernel < 1) {
    context.fail("stride ", axis.stride, ", dilation ", axis.dilation, " and filter extent ", axis.kernel,
                 " should be positive");
  }
  const int64_t reach = axis.reach();
  if (padding == Padding::kSame) {
    axis.out = (axis.in + axis.stride - 1) / axis.stride;
    axis.pad = std::max<int64_t>((axis.out - 1) * axis.stride + reach - axis.in, 0) / 2;
  } else {
    axis.out = axis.in < reach ? 0 : (axis.in - reach) / axis.stride + 1;
    axis.pad = 0;
  }
  if (axis.out == 0 && axis.in != 0) {
    context.fail("a filter of extent ", reach, " does not fit an input of ", axis.in, " without padding");
  }
}

// A convolution: depth, height and width (depth 1 for two dimensions), channels last.
struct ConvWindow {
  int64_t batch = 1;
  WindowAxis axis[3];
  int64_t in_channels = 1, out_channels = 1, groups = 1;
  // Elements from one weight to the next: of the next output channel, tap, and input channel of the group.
  int64_t weight_out_stride = 0, weight_tap_stride = 0, weight_in_stride = 0;

  int64_t taps() const { return axis[0].kernel * axis[1].kernel * axis[2].kernel; }
  int64_t in_pixels() const { return axis[0].in * axis[1].in * axis[2].in; }
  int64_t out_pixels() const { return axis[0].out * axis[1].out * axis[2].out; }
  int64_t group_in() const { return in_channels / groups; }
  int64_t group_out() const { return out_channels / groups; }
  // Elements from one weight of an output channel to the next, where they are evenly spaced.
  int64_t weight_depth_stride() const { return group_in() == 1 ? weight_tap_stride : weight_in_stride; }
  int64_t depth() const { return taps() * group_in(); }  // products per output
};

}  // namespace litewright
