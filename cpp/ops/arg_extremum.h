// ARG_MAX and ARG_MIN.
#pragma once

#include <cmath>

#include "ops/elementwise.h"

namespace litewright {

// Input 0 without the axis that operand 1 holds; indexes of `index_dtype`, int32 or int64.
void infer_arg_extremum(InferContext& c, DType index_dtype);
// The first of equal elements; NaN only where there is nothing else.
Kernel arg_extremum_kernel(PrepareContext& c, bool maximum);

}  // namespace litewright
