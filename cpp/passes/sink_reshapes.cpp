// per-channel(RESHAPE(linear(x))) -> RESHAPE(per-channel(linear(x))), where the reshape keeps the last
// dimension
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

bool is_activation(BuiltinOp code) {
  return code == BuiltinOp::kRelu || code == BuiltinOp::kRelu6 || code == BuiltinOp::kReluN1To1;
}

// The operand that comes from the reshape, if the operator treats all but the last dimension alike; -1
// otherwise.
int moving_operand(const Subgraph& subgraph, const Operator& op) {
  if (is_activation(op.code)) return 0;
  if (op.code != BuiltinOp::kMul && op.code != BuiltinOp::kAdd && op.code != BuiltinOp::kSub) return -1;
  const Shape& shape = subgraph.tensors[op.outputs[0]].shape;
  if (shape.empty()) return -1;
  for (int side = 0; side < 2; ++side) {
    if (channel_values(subgraph.tensors[op.inputs[1 - side]], shape.back(), shape.size())) return side;
  }
  return -1;
}

bool sink(Subgraph& subgraph, int index) {
  const Operator op = subgraph.operators[index];
  const int side = moving_operand(subgraph, op);
  if (side < 0) return false;
  const Uses uses(subgraph);
  const int reshape = uses.producer(op.inputs[side]);
  if (reshape < 0 || uses.only_consumer(op.inputs[side]) != index) return false;
  const Operator& reshaping = subgraph.operators[reshape];
  if (reshaping.code != BuiltinOp::kReshape && reshaping.code != BuiltinOp::kSqueeze &&
      reshaping.code != BuiltinOp::kExpandDims)
    return false;
  const TensorId inner = reshaping.inputs[0];
  const Shape& before = subgraph.tensors[inner].shape;
  const Shape& after = subgraph.tensors[op.inputs[side]].shape;
  if (before.empty() || after.empty() || before.back() < 0 || before.back() != after.back()) return false;
  const int producer = uses.producer(inner);
  if (producer < 0 || uses.only_consumer(inner) != reshape) return false;
  const Operator& linear = subgraph.operators[producer];
  if (!as_linear(subgraph, linear) || fused_activation(linear) != Activation::kNone) return false;

  TensorId constant = kNoTensor;
  if (op.inputs.size() == 2) {  // as a vector it broadcasts over the inner shape too
    const Tensor& old = subgraph.tensors[op.inputs[1 - side]];
    const std::vector<float> values = *float_values(old);
    constant = add_constant(subgraph, old.name, {static_cast<int32_t>(values.size())}, values);
  }
  Tensor between = subgraph.tensors[inner];
  between.name = subgraph.tensors[op.outputs[0]].name + "/unshaped";
  subgraph.tensors.push_back(between);
  const TensorId moved_result = static_cast<TensorId>(subgraph.tensors.size()) - 1;
  Operator moved = op, shaped = reshaping;
  moved.inputs[side] = inner;
  if (constant != kNoTensor) moved.inputs[1 - side] = constant;
  moved.outputs = {moved_result};
  shaped.inputs[0] = moved_result;
  shaped.outputs = op.outputs;
  subgraph.operators[index] = shaped;
  subgraph.operators[reshape] = moved;
  return true;
}

}  // namespace

bool sink_reshapes(Graph& graph) { return rewrite_operators(graph, sink); }

}  // namespace litewright
