// FULLY_CONNECTED for every kind of numbers. Operands: 0 input, 1 weights [n, k], 2 bias (optional).
#pragma once

#include "ops/op_def.h"

namespace litewright {

struct ProductShape {
  int64_t rows, n, k;
};

Kernel prepare_float_product(PrepareContext& context, const ProductShape& shape, Activation activation);
Kernel prepare_hybrid_product(PrepareContext& context, const ProductShape& shape, Activation activation,
                              bool asymmetric);
// int8, uint8 or int16 input.
Kernel prepare_int_product(PrepareContext& context, const ProductShape& shape, Activation activation);
// uint8 input and weights in the order of FullyConnectedWeightsFormat::kShuffled4x16Int8, int16 output.
Kernel prepare_shuffled_product(PrepareContext& context, const ProductShape& shape, Activation activation);

}  // namespace litewright
