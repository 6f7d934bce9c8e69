// The structure that every pass must leave and every reader must deliver.
#pragma once

#include "graph/graph.h"

namespace litewright {

// Throws Error (kInvalidModel) if an index is out of range, a constant has the wrong size, an operator reads
// what nothing wrote before it, two operators write one tensor, operand counts do not fit the operator table,
// a quantization does not fit its tensor, or subgraphs call each other in a circle.
void validate(const Graph& graph);

// The subgraphs an operator calls (IF, WHILE, CALL_ONCE, STABLEHLO_COMPOSITE and the like).
std::vector<int32_t> called_subgraphs(const Operator& op);

}  // namespace litewright
