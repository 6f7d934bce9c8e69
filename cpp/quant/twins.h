// Which operator of a quantized graph computes what an operator of the float graph does.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace litewright {

struct Twin {
  int original, quantized;  // operators of the main subgraphs
};

// Only operators with a float result; `to` must come from apply_plan on `from`.
std::vector<Twin> find_twins(const Subgraph& from, const Subgraph& to);

// Whether the operator's results follow from its inputs alone.
bool is_stateless(const Subgraph& subgraph, const Operator& op);

// `quantized` with every integer operator's float counterpart beside it, fed with the same values, and a
// NumericVerify operator that gives the difference of the two: what a quantization debugger runs. The
// differences are called "NumericVerify/<tensor>:<number of the quantized tensor>".
Graph make_debug_graph(const Graph& original, const Graph& quantized);

}  // namespace litewright
