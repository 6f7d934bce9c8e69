// Transposed convolutions: what TRANSPOSE_CONV and CONV_3D_TRANSPOSE share.
// Operands: 0 output shape, 1 weights, 2 input, 3 bias (optional).
#pragma once

#include "ops/linear/window.h"

namespace litewright {

// `window` is the forward convolution from the operator's output to its input: in_channels are the output's.
Kernel prepare_transpose_conv(PrepareContext& context, const ConvWindow& window, Activation activation);

// The products that make the outputs o = first + stride * t of one dimension: from taps `tap` of the kernel,
// at input position t + offset. Offsets ascend.
struct PhaseTap {
  int64_t tap, offset;
};
struct Phase {
  int64_t first = 0, outputs = 0;
  std::vector<PhaseTap> taps;
};
std::vector<Phase> transpose_phases(const WindowAxis& axis);

}  // namespace litewright
