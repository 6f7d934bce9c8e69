// RESHAPE to its own shape, identity TRANSPOSE, x * 1, x / 1, x + 0, x - 0, CAST to its own type, SLICE and
// STRIDED_SLICE of everything, NEG(NEG(x)) -> x
#include <algorithm>

#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

int unknown_dims(const Shape& shape) { return static_cast<int>(std::count(shape.begin(), shape.end(), -1)); }

// Whether two tensors have the same shape at run time too: one unknown dimension is fixed by the number of
// elements.
bool same_shape(const Tensor& a, const Tensor& b) {
  return a.has_rank && b.has_rank && a.shape == b.shape && unknown_dims(a.shape) <= 1;
}

bool all_equal(const Tensor& tensor, float value) {
  const auto values = float_values(tensor);
  return values && std::all_of(values->begin(), values->end(), [&](float x) { return x == value; });
}

// The operand of MUL, DIV, ADD or SUB that the result equals, because the other is a neutral constant;
// kNoTensor otherwise.
TensorId equal_arithmetic_operand(const Subgraph& subgraph, const Operator& op) {
  if (fused_activation(op) != Activation::kNone) return kNoTensor;
  const bool product = op.code == BuiltinOp::kMul || op.code == BuiltinOp::kDiv;
  const bool commutes = op.code == BuiltinOp::kMul || op.code == BuiltinOp::kAdd;
  for (int side = 0; side < (commutes ? 2 : 1); ++side) {
    const Tensor& x = subgraph.tensors[op.inputs[side]];
    // With equal declared shapes a constant cannot widen an unknown dimension unless it is larger than 1
    // there.
    if (x.is_constant || x.shape != subgraph.tensors[op.outputs[0]].shape) continue;
    if (all_equal(subgraph.tensors[op.inputs[1 - side]], product ? 1.0f : 0.0f)) return op.inputs[side];
  }
  return kNoTensor;
}

// Whether a STRIDED_SLICE with these operands gives all of a tensor of known shape.
bool takes_all(const Subgraph& subgraph, const Operator& op) {
  const Tensor& x = subgraph.tensors[op.inputs[0]];
  const auto strides = int_values(subgraph.tensors[op.inputs[3]]);
  const auto& options = op.options.get<StridedSliceOptions>();
  return strides && std::all_of(strides->begin(), strides->end(), [](int64_t v) { return v == 1; }) &&
         options.new_axis_mask == 0 && options.shrink_axis_mask == 0 && is_static(x.shape) &&
         same_shape(x, subgraph.tensors[op.outputs[0]]);
}

// The operand that the result equals; kNoTensor if there is none.
TensorId equal_operand(const Subgraph& subgraph, const Operator& op) {
  if (op.inputs.empty() || op.outputs.size() != 1 || op.inputs[0] == kNoTensor) return kNoTensor;
  switch (op.code) {
    case BuiltinOp::kMul:
    case BuiltinOp::kDiv:
    case BuiltinOp::kAdd:
    case BuiltinOp::kSub:
      return equal_arithmetic_operand(subgraph, op);
    default:
      break;
  }
  const Tensor& x = subgraph.tensors[op.inputs[0]];
  const Tensor& y = subgraph.tensors[op.outputs[0]];
  if (x.is_constant || x.dtype != y.dtype) return kNoTensor;
  switch (op.code) {
    case BuiltinOp::kReshape:
    case BuiltinOp::kExpandDims:
    case BuiltinOp::kSqueeze:
    case BuiltinOp::kBroadcastTo:
      return same_shape(x, y) ? op.inputs[0] : kNoTensor;
    case BuiltinOp::kCast:
      return op.inputs[0];
    case BuiltinOp::kNeg: {
      const int producer = Uses(subgraph).producer(op.inputs[0]);
      if (producer < 0 || subgraph.operators[producer].code != BuiltinOp::kNeg) return kNoTensor;
      return subgraph.operators[producer].inputs[0];
    }
    case BuiltinOp::kTranspose: {
      const auto order = int_values(subgraph.tensors[op.inputs[1]]);
      return order && std::is_sorted(order->begin(), order->end()) ? op.inputs[0] : kNoTensor;
    }
    case BuiltinOp::kPad: {
      const auto amounts = int_values(subgraph.tensors[op.inputs[1]]);
      const bool none =
          amounts && std::all_of(amounts->begin(), amounts->end(), [](int64_t v) { return v == 0; });
      return none ? op.inputs[0] : kNoTensor;
    }
    case BuiltinOp::kTile: {
      const auto repeats = int_values(subgraph.tensors[op.inputs[1]]);
      const bool once =
          repeats && std::all_of(repeats->begin(), repeats->end(), [](int64_t v) { return v == 1; });
      return once ? op.inputs[0] : kNoTensor;
    }
    case BuiltinOp::kSlice:
      return is_static(x.shape) && same_shape(x, y) ? op.inputs[0] : kNoTensor;
    case BuiltinOp::kStridedSlice:
      return takes_all(subgraph, op) ? op.inputs[0] : kNoTensor;
    case BuiltinOp::kConcatenation:
      return op.inputs.size() == 1 && fused_activation(op) == Activation::kNone ? op.inputs[0] : kNoTensor;
    default:
      return kNoTensor;
  }
}

}  // namespace

bool remove_identity(Graph& graph) {
  return rewrite_operators(graph, [](Subgraph& subgraph, int index) {
    const TensorId source = equal_operand(subgraph, subgraph.operators[index]);
    return source != kNoTensor && bypass_operator(subgraph, index, source);
  });
}

}  // namespace litewright
