// Where a dimension that is known only at run time comes from.
#pragma once

#include <optional>

#include "graph/graph.h"

namespace litewright {

struct Dimension {
  TensorId tensor = kNoTensor;
  int axis = 0;
  bool operator==(const Dimension&) const = default;
};

// The earliest tensor of the subgraph, and its dimension, that always has the extent of dimension `axis` of
// `tensor`: followed back through operators that keep the dimension, as far as that is certain.
Dimension dimension_source(const Subgraph& subgraph, TensorId tensor, int axis);

// The dimension whose extent this int32 scalar or one-element vector holds; nothing if it is no extent.
std::optional<Dimension> extent_source(const Subgraph& subgraph, TensorId value);

}  // namespace litewright
