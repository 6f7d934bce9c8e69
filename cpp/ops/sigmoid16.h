// LOGISTIC and TANH of 16-bit activations through a table of the logistic function.
#pragma once

#include "ops/elementwise.h"

namespace litewright {

// Output scale 1/32768, zero points 0.
Kernel sigmoid16_kernel(const NodeContext& c, bool is_tanh);

}  // namespace litewright
