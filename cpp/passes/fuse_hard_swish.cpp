// x * RELU6(x + 3) / 6 -> HARD_SWISH(x), in whatever order it is multiplied and divided
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

class Matcher {
 public:
  explicit Matcher(const Subgraph& subgraph) : subgraph_(subgraph), uses_(subgraph) {}

  // The x of which operator `index` is all of x * RELU6(x + 3) / 6; kNoTensor if it is something else.
  TensorId hard_swish(const Operator& op) const {
    if (const TensorId product = sixth_of(op); product != kNoTensor) {
      const Operator* inner = writer(product, BuiltinOp::kMul);
      if (inner != nullptr && !is_fused(*inner)) return gated(*inner, [](TensorId gate) { return gate; });
    }
    if (op.code != BuiltinOp::kMul || is_fused(op)) return kNoTensor;
    return gated(op, [&](TensorId gate) {
      const int producer = uses_.producer(gate);
      return producer < 0 ? kNoTensor : sixth_of(subgraph_.operators[producer]);
    });
  }

 private:
  // The factor x of a product of which the other, as `gate_of` sees it, is RELU6(x + 3).
  template <class GateOf>
  TensorId gated(const Operator& product, const GateOf& gate_of) const {
    for (int side = 0; side < 2; ++side) {
      const TensorId x = product.inputs[side], gate = gate_of(product.inputs[1 - side]);
      if (gate != kNoTensor && shifted(gate) == x && subgraph_.tensors[x].dtype == DType::kFloat32) return x;
    }
    return kNoTensor;
  }

  // The x of RELU6(x + 3).
  TensorId shifted(TensorId gate) const {
    const Operator* relu6 = writer(gate, BuiltinOp::kRelu6);
    const Operator* sum = writer(relu6 == nullptr ? gate : relu6->inputs[0], BuiltinOp::kAdd);
    if (sum == nullptr || fused_activation(*sum) != (relu6 ? Activation::kNone : Activation::kRelu6))
      return kNoTensor;
    return other_than(*sum, 3.0f, 2);
  }

  // The x of x / 6 or x * (1 / 6).
  TensorId sixth_of(const Operator& op) const {
    const bool divides = op.code == BuiltinOp::kDiv;
    if ((!divides && op.code != BuiltinOp::kMul) || is_fused(op)) return kNoTensor;
    return divides ? other_than(op, 6.0f, 1) : other_than(op, 1.0f / 6.0f, 2);
  }

  // The operand beside a scalar constant, which may be either of two where `sides` is 2, else the second.
  TensorId other_than(const Operator& op, float constant, int sides) const {
    for (int side = 0; side < sides; ++side) {
      const Tensor& value = subgraph_.tensors[op.inputs[1 - side]];
      const auto values = float_values(value);
      if (values && values->size() == 1 && value.shape.size() <= 1 && values->front() == constant)
        return op.inputs[side];
    }
    return kNoTensor;
  }

  const Operator* writer(TensorId id, BuiltinOp code) const {
    const int producer = uses_.producer(id);
    return producer >= 0 && subgraph_.operators[producer].code == code ? &subgraph_.operators[producer]
                                                                       : nullptr;
  }
  static bool is_fused(const Operator& op) { return fused_activation(op) != Activation::kNone; }

  const Subgraph& subgraph_;
  const Uses uses_;
};

bool fuse(Subgraph& subgraph) {
  bool changed = false;
  const Matcher matcher(subgraph);
  for (Operator& op : subgraph.operators) {
    const TensorId x = matcher.hard_swish(op);
    if (x == kNoTensor || subgraph.tensors[x].shape != subgraph.tensors[op.outputs[0]].shape) continue;
    op.code = BuiltinOp::kHardSwish;
    op.version = 0;
    op.options = HardSwishOptions{};
    op.inputs = {x};
    changed = true;
  }
  return changed;
}

}  // namespace

bool fuse_hard_swish(Graph& graph) {
  bool changed = false;
  for (Subgraph& subgraph : graph.subgraphs) changed = fuse(subgraph) || changed;
  if (changed) remove_unused(graph);
  return changed;
}

}  // namespace litewright
