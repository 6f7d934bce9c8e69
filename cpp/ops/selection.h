// SELECT and SELECT_V2: x where a condition holds, y elsewhere.
#pragma once

#include "ops/op_def.h"

namespace litewright {

// The three shapes broadcast to the output's, `condition` standing for input 0's own. Every dtype of fixed
// size.
Kernel selection_kernel(PrepareContext& c, const Shape& condition);
// Output 0 gets `shape`, or the shape that the graph declares where there is one element only.
void set_selection_output(InferContext& c, const Shape& shape);
// Error unless input 0 is bool and the other two have one dtype of fixed size.
void check_selection(const NodeContext& c);

}  // namespace litewright
