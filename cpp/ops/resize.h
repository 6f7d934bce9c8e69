// What RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR share.
#pragma once

#include "ops/movement.h"

namespace litewright {

// Operand 0 is NHWC, operand 1 the new height and width.
inline void infer_resize(InferContext& c) {
  const Shape& shape = c.input_shape(0);
  if (shape.size() != 4) c.fail(c.describe_input(0), " should have 4 dimensions");
  const std::vector<int64_t> size = c.ints(1);
  if (size.size() != 2 || size[0] <= 0 || size[1] <= 0)
    c.fail(c.describe_input(1), " should hold a positive height and width");
  if (shape[1] == 0 || shape[2] == 0) c.fail(c.describe_input(0), " has no pixels");
  c.set_output(0, c.input_dtype(0), checked_shape(c, {shape[0], size[0], size[1], shape[3]}));
}

// How far one output pixel is in the input. `input` and `output` are one dimension's extents.
inline float resize_scale(int32_t input, int32_t output, bool align_corners) {
  return align_corners && output > 1 ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                                     : static_cast<float>(input) / static_cast<float>(output);
}

}  // namespace litewright
