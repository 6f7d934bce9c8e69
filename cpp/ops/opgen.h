// Writes operator tables for applications that need few operators.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace litewright {

// A C++ source file: an operator table (litewright/operators.h) with just the rows that the graphs need.
// Custom operators that the library does not have are left to the application. Error if a builtin operator is
// not in this build.
std::string operator_table_source(const std::vector<const Graph*>& graphs);

}  // namespace litewright
