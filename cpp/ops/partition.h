// Operators that cut one input along an axis into several outputs: SPLIT, SPLIT_V, UNPACK.
#pragma once

#include "ops/movement.h"

namespace litewright {

// Output i = the next extents[i] slices of input `input` along `axis`, in `shapes[i]`.
struct Partition {
  int input, axis;
  std::vector<int64_t> extents;
  std::vector<Shape> shapes;
};

void infer_partition(InferContext& c, const Partition& partition);
Kernel partition_kernel(const PrepareContext& c, const Partition& partition);

}  // namespace litewright
