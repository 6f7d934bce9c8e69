// Index operands of the gathering and scattering operators.
#pragma once

#include <cstdint>

#include "ops/op_def.h"

namespace litewright {

// Element `i` of an int16, int32 or int64 operand.
inline int64_t index_at(const Slot& slot, int64_t i) {
  switch (slot.dtype) {
    case DType::kInt64:
      return reinterpret_cast<const int64_t*>(slot.data)[i];
    case DType::kInt16:
      return reinterpret_cast<const int16_t*>(slot.data)[i];
    default:
      return reinterpret_cast<const int32_t*>(slot.data)[i];
  }
}

inline void check_index_dtype(const NodeContext& c, int operand) {
  const DType dtype = c.input_dtype(operand);
  if (dtype != DType::kInt32 && dtype != DType::kInt64 && dtype != DType::kInt16) {
    c.fail(c.describe_input(operand), " should be int16, int32 or int64");
  }
}

}  // namespace litewright
