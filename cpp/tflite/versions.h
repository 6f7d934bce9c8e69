// Operator versions: what a runtime must know to run an operator as the graph uses it.
#pragma once

#include "graph/node_view.h"

namespace litewright {

// The lowest version that fits the operands' types, shapes and quantization and the options. 1 for custom
// operators.
int lowest_version(const NodeView& node);

}  // namespace litewright
