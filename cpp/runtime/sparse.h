// Constants stored sparsely.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace litewright {

// The elements of a sparse constant as a dense tensor, row-major. Error if the sparsity does not describe the
// tensor.
std::vector<uint8_t> densify(const Tensor& tensor);

}  // namespace litewright
