// Checks of constants whose elements are not simply laid out one after the other.
#pragma once

#include "graph/graph.h"

namespace litewright {

// Error unless the sparse constant's traversal order, block map, segments and indices fit its shape, and its
// data has one element for each stored position.
void check_sparsity(const Tensor& tensor);
// Error unless a string constant's count and offsets (int32 n, n + 1 offsets, bytes) lie in its data and n
// fits its shape.
void check_strings(const Tensor& tensor);

}  // namespace litewright
