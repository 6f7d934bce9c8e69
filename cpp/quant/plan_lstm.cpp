// The integer UNIDIRECTIONAL_SEQUENCE_LSTM: 8-bit weights and activations, a 16-bit cell state with a
// power-of-two scale.
#include <algorithm>
#include <cmath>

#include "quant/parameters.h"
#include "quant/plan.h"

namespace litewright {
namespace {

constexpr int kWeights = 1, kGates = 4, kRecurrent = 5, kPeephole = 9, kBias = 12, kProjection = 16,
              kOutputState = 18, kCellState = 19, kLayerNorm = 20;
// The format wants five intermediate tensors; the last holds the hidden state's scale.
constexpr size_t kIntermediates = 5;

bool absent(const Operator& op, int from, int count) {
  for (int i = from; i < from + count && i < static_cast<int>(op.inputs.size()); ++i) {
    if (op.inputs[i] != kNoTensor) return false;
  }
  return true;
}

}  // namespace

bool lstm_has_integer_form(const Subgraph& subgraph, const Operator& op) {
  if (op.code != BuiltinOp::kUnidirectionalSequenceLstm || op.inputs.size() < kCellState + 1) return false;
  for (int i = kWeights; i < kBias + kGates; ++i) {
    if (i >= kPeephole && i < kBias) continue;
    if (op.inputs[i] == kNoTensor || !subgraph.tensors[op.inputs[i]].is_constant) return false;
  }
  return absent(op, kPeephole, 3) && absent(op, kProjection, 2) && absent(op, kLayerNorm, kGates);
}

void plan_lstm(const Subgraph& subgraph, const Operator& op, const Ranges& ranges, OperatorPlan& plan) {
  const Form output = plan.outputs[0];
  for (int gate = 0; gate < kGates; ++gate) {
    plan.inputs[kWeights + gate] = weight_form(subgraph.tensors[op.inputs[kWeights + gate]], -1, 8);
    plan.inputs[kRecurrent + gate] = weight_form(subgraph.tensors[op.inputs[kRecurrent + gate]], -1, 8);
    plan.inputs[kBias + gate] = bias_form(plan.inputs[0], plan.inputs[kWeights + gate], DType::kInt32);
  }
  plan.inputs[kOutputState] = output;
  const Range cell = ranges[op.inputs[kCellState]];
  // Kernels take bounds from 1 to 64.
  const float bound =
      cell.seen() ? std::clamp(std::max(std::abs(cell.min), std::abs(cell.max)), 1.0f, 64.0f) : 1.0f;
  plan.inputs[kCellState] = fixed_form(std::exp2(std::ceil(std::log2(bound))) / 32768.0f, 0, DType::kInt16);
  plan.intermediates.assign(kIntermediates, Form());
  plan.intermediates.back() = output;
}

}  // namespace litewright
