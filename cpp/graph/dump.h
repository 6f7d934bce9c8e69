// A graph as text, for people.
#pragma once

#include <string>

#include "graph/graph.h"

namespace litewright {

// One line per operator with its operands, then signatures and sizes. The layout may change.
std::string dump(const Graph& graph);

}  // namespace litewright
