// RELU, RELU6 or RELU_N1_TO_1 (producer(x)) -> producer with the activation fused
#include "ops/option_structs.h"
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

Activation as_activation(BuiltinOp code) {
  switch (code) {
    case BuiltinOp::kRelu:
      return Activation::kRelu;
    case BuiltinOp::kRelu6:
      return Activation::kRelu6;
    case BuiltinOp::kReluN1To1:
      return Activation::kReluN1To1;
    default:
      return Activation::kNone;
  }
}

bool fuse(Subgraph& subgraph, int index) {
  const Operator op = subgraph.operators[index];
  const Activation activation = as_activation(op.code);
  if (activation == Activation::kNone) return false;
  const Uses uses(subgraph);
  const int producer = uses.producer(op.inputs[0]);
  if (producer < 0 || uses.only_consumer(op.inputs[0]) != index) return false;
  Operator& source = subgraph.operators[producer];
  const DType dtype = subgraph.tensors[op.outputs[0]].dtype;
  if (!can_fuse_activation(source) || fused_activation(source) != Activation::kNone ||
      dtype != DType::kFloat32)
    return false;
  set_fused_activation(source, activation);
  source.version = 0;
  source.outputs = op.outputs;
  remove_operators(subgraph, {index});
  return true;
}

}  // namespace

bool fuse_activation(Graph& graph) { return rewrite_operators(graph, fuse); }

}  // namespace litewright
