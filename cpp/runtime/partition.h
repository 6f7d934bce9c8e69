// Which nodes a delegate takes over, and the graph in which it does.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace litewright {

// Splits a subgraph's operators into groups that run one after another: each is a single operator that stays,
// or operators that are all claimed. Groups of claimed operators are as large as the data flow allows;
// operators that stay keep their order.
std::vector<std::vector<size_t>> group_operators(const Subgraph& subgraph,
                                                 const std::vector<uint8_t>& claimed);

// The operators as a subgraph of their own: inputs are what they read and do not compute, outputs what others
// need. `outer_inputs` and `outer_outputs` are the same tensors in `subgraph`.
struct Part {
  Subgraph subgraph;
  std::vector<TensorId> outer_inputs, outer_outputs;
};
Part cut_out(const Subgraph& subgraph, const std::vector<size_t>& operators);

}  // namespace litewright
