// TRANSPOSE(TRANSPOSE(x)) -> TRANSPOSE(x); element-wise(TRANSPOSE(x)) -> TRANSPOSE(element-wise(x))
#include <algorithm>

#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

std::optional<std::vector<int64_t>> order_of(const Subgraph& subgraph, const Operator& op) {
  return op.code == BuiltinOp::kTranspose ? int_values(subgraph.tensors[op.inputs[1]]) : std::nullopt;
}

TensorId add_order(Subgraph& subgraph, const std::string& name, const std::vector<int64_t>& order) {
  const std::vector<int32_t> values(order.begin(), order.end());
  subgraph.tensors.push_back({.name = name,
                              .dtype = DType::kInt32,
                              .shape = {static_cast<int32_t>(values.size())},
                              .is_constant = true,
                              .data = Bytes::copy(values)});
  return static_cast<TensorId>(subgraph.tensors.size()) - 1;
}

bool merge(Subgraph& subgraph, int index) {
  Operator& second = subgraph.operators[index];
  const auto order2 = order_of(subgraph, second);
  if (!order2) return false;
  const int producer = Uses(subgraph).producer(second.inputs[0]);
  if (producer < 0) return false;
  const auto order1 = order_of(subgraph, subgraph.operators[producer]);
  if (!order1 || order1->size() != order2->size()) return false;
  std::vector<int64_t> order;
  for (int64_t dim : *order2) order.push_back((*order1)[dim]);
  second.inputs = {subgraph.operators[producer].inputs[0],
                   add_order(subgraph, subgraph.tensors[second.outputs[0]].name + "/perm", order)};
  return true;
}

bool is_unary_elementwise(BuiltinOp code) {
  switch (code) {
    case BuiltinOp::kRelu:
    case BuiltinOp::kRelu6:
    case BuiltinOp::kReluN1To1:
    case BuiltinOp::kLeakyRelu:
    case BuiltinOp::kElu:
    case BuiltinOp::kGelu:
    case BuiltinOp::kHardSwish:
    case BuiltinOp::kLogistic:
    case BuiltinOp::kTanh:
    case BuiltinOp::kAbs:
    case BuiltinOp::kNeg:
    case BuiltinOp::kExp:
    case BuiltinOp::kLog:
    case BuiltinOp::kSqrt:
    case BuiltinOp::kRsqrt:
    case BuiltinOp::kSquare:
      return true;
    default:
      return false;
  }
}

bool is_binary_elementwise(BuiltinOp code) {
  switch (code) {
    case BuiltinOp::kAdd:
    case BuiltinOp::kSub:
    case BuiltinOp::kMul:
    case BuiltinOp::kDiv:
    case BuiltinOp::kMaximum:
    case BuiltinOp::kMinimum:
      return true;
    default:
      return false;
  }
}

Shape untransposed(const Shape& shape, const std::vector<int64_t>& order) {
  Shape result(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) result[order[i]] = shape[i];
  return result;
}

// A one-element or full-rank float constant as it is before the transposition; kNoTensor if it is something
// else.
TensorId untransposed_constant(Subgraph& subgraph, TensorId id, const std::vector<int64_t>& order) {
  const Tensor& tensor = subgraph.tensors[id];
  const auto values = float_values(tensor);
  if (!values) return kNoTensor;
  if (values->size() == 1) return id;
  Shape shape = tensor.shape;
  while (shape.size() < order.size()) shape.insert(shape.begin(), 1);
  // Only vectors: one dimension larger than 1 keeps its elements in order wherever it moves.
  if (shape.size() != order.size() ||
      std::count_if(shape.begin(), shape.end(), [](int32_t d) { return d != 1; }) != 1)
    return kNoTensor;
  return add_constant(subgraph, tensor.name, untransposed(shape, order), *values);
}

bool sink(Subgraph& subgraph, int index) {
  const Operator op = subgraph.operators[index];
  const bool unary = is_unary_elementwise(op.code), binary = is_binary_elementwise(op.code);
  if (!unary && !binary) return false;
  const Uses uses(subgraph);
  std::optional<std::vector<int64_t>> order;
  TensorId order_tensor = kNoTensor;
  std::vector<TensorId> sources = op.inputs;
  std::vector<size_t> constants;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    if (binary && subgraph.tensors[op.inputs[i]].is_constant) {
      constants.push_back(i);
      continue;
    }
    const int producer = uses.producer(op.inputs[i]);
    if (producer < 0 || uses.only_consumer(op.inputs[i]) != index) return false;
    const auto found = order_of(subgraph, subgraph.operators[producer]);
    if (!found || (order && *order != *found)) return false;
    order = found;
    order_tensor = subgraph.operators[producer].inputs[1];
    sources[i] = subgraph.operators[producer].inputs[0];
  }
  if (!order || subgraph.tensors[op.outputs[0]].shape.size() != order->size()) return false;
  for (size_t i : constants) {
    sources[i] = untransposed_constant(subgraph, op.inputs[i], *order);
    if (sources[i] == kNoTensor) return false;
  }
  Tensor between = subgraph.tensors[op.outputs[0]];
  between.name += "/untransposed";
  between.shape = untransposed(between.shape, *order);
  subgraph.tensors.push_back(between);
  Operator& moved = subgraph.operators[index];
  moved.inputs = sources;
  moved.outputs = {static_cast<TensorId>(subgraph.tensors.size()) - 1};
  Operator transpose;
  transpose.code = BuiltinOp::kTranspose;
  transpose.layer = op.layer;
  transpose.inputs = {moved.outputs[0], order_tensor};
  transpose.outputs = op.outputs;
  subgraph.operators.insert(subgraph.operators.begin() + index + 1, transpose);
  return true;
}

}  // namespace

bool merge_transposes(Graph& graph) {
  const bool changed = rewrite_operators(graph, merge);
  if (changed) remove_unused(graph);
  return changed;
}

bool sink_transposes(Graph& graph) {
  const bool changed = rewrite_operators(graph, sink);
  if (changed) remove_unused(graph);
  return changed;
}

}  // namespace litewright
