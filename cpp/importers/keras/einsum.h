// Einstein sums as BATCH_MATMUL, or FULLY_CONNECTED where one operand is constant.
#pragma once

#include <string>

#include "importers/keras/lowering.h"

namespace litewright::keras {

// "ab,bc->ac". Letters of an ellipsis are made explicit for the operands' ranks.
struct Equation {
  std::string a, b, out;  // b is empty for one operand
};
Equation parse_equation(const std::string& text, int rank_a, int rank_b);

TensorId einsum(Ops& ops, const Equation& equation, TensorId a, TensorId b);
// Transpose and sum of one operand.
TensorId einsum(Ops& ops, const Equation& equation, TensorId a);
// x with constant weights; `bias` (or null) has the shape of the weights' own letters in the output.
TensorId einsum_dense(Ops& ops, const Equation& equation, TensorId x, const Weight& kernel,
                      const Weight* bias);

}  // namespace litewright::keras
