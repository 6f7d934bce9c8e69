// Whether the interpreter has a kernel for an operator's types.
#pragma once

#include "graph/graph.h"

namespace litewright::tf {

// Error (kUnsupported) if it has none, so that what was converted also runs.
void check_types(const Subgraph& subgraph, const Operator& op);

}  // namespace litewright::tf
