// RELU and its relatives: x bounded to [low, high].
#pragma once

#include "ops/elementwise.h"

namespace litewright {

// float32, float16, bfloat16, or 8- and 16-bit integers that are rescaled and bounded.
Kernel bounded_kernel(const PrepareContext& c, float low, float high, bool int16 = true);

// x * scale ratio as the reference rescales stored values.
QuantizedMultiplier input_to_output(const NodeContext& c);

}  // namespace litewright
