// RELU(x) + c * RELU(-x) -> PRELU(x, -c), as Keras 2 states PReLU in TensorFlow graphs
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

// The operator of this kind that writes `id` and whose result only operator `reader` reads; nullptr if there
// is none.
const Operator* source(const Subgraph& subgraph, const Uses& uses, TensorId id, BuiltinOp code, int reader) {
  const int producer = uses.producer(id);
  if (producer < 0 || uses.only_consumer(id) != reader || subgraph.operators[producer].code != code)
    return nullptr;
  return &subgraph.operators[producer];
}

int index_of(const Subgraph& subgraph, const Operator* op) {
  return static_cast<int>(op - subgraph.operators.data());
}

bool fuse(Subgraph& subgraph, int index) {
  const Operator sum = subgraph.operators[index];
  if (sum.code != BuiltinOp::kAdd || fused_activation(sum) != Activation::kNone) return false;
  const Uses uses(subgraph);
  for (int side = 0; side < 2; ++side) {
    const Operator* positive = source(subgraph, uses, sum.inputs[side], BuiltinOp::kRelu, index);
    const Operator* scaled = source(subgraph, uses, sum.inputs[1 - side], BuiltinOp::kMul, index);
    if (positive == nullptr || scaled == nullptr || fused_activation(*scaled) != Activation::kNone) continue;
    for (int factor = 0; factor < 2; ++factor) {
      const auto slope = float_values(subgraph.tensors[scaled->inputs[factor]]);
      const int scaled_index = index_of(subgraph, scaled);
      const Operator* rectified =
          source(subgraph, uses, scaled->inputs[1 - factor], BuiltinOp::kRelu, scaled_index);
      if (!slope || rectified == nullptr) continue;
      const Operator* negated =
          source(subgraph, uses, rectified->inputs[0], BuiltinOp::kNeg, index_of(subgraph, rectified));
      const TensorId x = positive->inputs[0];
      const Tensor& old = subgraph.tensors[scaled->inputs[factor]];
      if (negated == nullptr || negated->inputs[0] != x ||
          old.shape.size() >= subgraph.tensors[x].shape.size())
        continue;
      std::vector<float> alpha = *slope;
      for (float& value : alpha) value = -value;
      const std::string name = old.name;
      const Shape shape = old.shape;
      Operator& fused = subgraph.operators[index];
      fused.code = BuiltinOp::kPrelu;
      fused.version = 0;
      fused.options = Options();
      fused.inputs = {x, add_constant(subgraph, name, shape, alpha)};
      return true;
    }
  }
  return false;
}

}  // namespace

bool fuse_prelu(Graph& graph) {
  const bool changed = rewrite_operators(graph, fuse);
  if (changed) remove_unused(graph);
  return changed;
}

}  // namespace litewright
