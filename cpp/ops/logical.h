// LOGICAL_AND and LOGICAL_OR.
#pragma once

#include "ops/binary.h"

namespace litewright {

template <class F>
Kernel logical_kernel(PrepareContext& c) {
  require_dtype(c, 0, {DType::kBool});
  return binary_kernel<bool>(c, F());
}

}  // namespace litewright
