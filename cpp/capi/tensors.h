// Tensors as the C interface shows them.
#pragma once

#include "litewright/litewright.h"
#include "ops/op_def.h"

namespace litewright {

// A tensor of a graph: `shape` and `data` as they are now. What it points to must outlive it.
lw_tensor tensor_view(const Tensor& tensor, const Shape& shape, void* data, size_t bytes);
// An operand: without data where its value is not known.
inline lw_tensor tensor_view(const Slot& slot, bool has_value) {
  return tensor_view(*slot.tensor, slot.shape, has_value ? slot.data : nullptr, has_value ? slot.bytes : 0);
}

}  // namespace litewright
