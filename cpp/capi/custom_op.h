// Operators that are given as C callbacks.
#pragma once

#include "litewright/litewright.h"
#include "ops/op_def.h"

namespace litewright {

// The callbacks and their context must outlive what runs them. Error if a callback that is needed is missing.
CustomOpDef custom_op_of(const lw_custom_op& op);

}  // namespace litewright
