// MAXIMUM and MINIMUM.
#pragma once

#include "ops/binary.h"

namespace litewright {

// Quantized operands share one scale with the output and are compared as stored.
template <BinaryOp kOp>
Kernel extremum_kernel(PrepareContext& c) {
  const auto pick = [](auto a, auto b) {
    return kOp == BinaryOp::kMaximum ? (a > b ? a : b) : (a < b ? a : b);
  };
  switch (c.input_dtype(0)) {
    case DType::kFloat32:
    case DType::kFloat16:
    case DType::kBFloat16:
      return float_binary_kernel(c, kOp);
    case DType::kInt8:
      return binary_kernel<int8_t>(c, pick);
    case DType::kUInt8:
      return binary_kernel<uint8_t>(c, pick);
    case DType::kInt16:
      return binary_kernel<int16_t>(c, pick);
    case DType::kInt32:
      return binary_kernel<int32_t>(c, pick);
    case DType::kInt64:
      return binary_kernel<int64_t>(c, pick);
    default:
      refuse_dtype(c);
  }
}

}  // namespace litewright
