// Which operators write their result over an operand in TensorFlow's interpreter, as its memory planner
// decides.
#include <algorithm>

#include "quant/observer.h"

namespace litewright {
namespace {

bool is_view(BuiltinOp code) {
  return code == BuiltinOp::kReshape || code == BuiltinOp::kExpandDims || code == BuiltinOp::kSqueeze ||
         code == BuiltinOp::kBitcast;
}

// How many of its first operands an operator may overwrite.
size_t overwritable_operands(BuiltinOp code) {
  switch (code) {
    case BuiltinOp::kAdd:
    case BuiltinOp::kSub:
    case BuiltinOp::kMul:
    case BuiltinOp::kDiv:
      return 2;
    case BuiltinOp::kSoftmax:
    case BuiltinOp::kDynamicUpdateSlice:
      return 1;
    default:
      return 0;
  }
}

bool contains(const std::vector<TensorId>& ids, TensorId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Unknown dimensions count as one.
bool has_several_elements(const Shape& shape) {
  return std::any_of(shape.begin(), shape.end(), [](int32_t extent) { return extent > 1; });
}

class Finder {
 public:
  explicit Finder(const Subgraph& subgraph)
      : subgraph_(subgraph), buffer_(subgraph.tensors.size()), uses_(subgraph.tensors.size(), 0) {
    for (size_t id = 0; id < buffer_.size(); ++id) buffer_[id] = static_cast<TensorId>(id);
    count(subgraph.inputs);
    count(subgraph.outputs);
    for (const Operator& op : subgraph.operators) count(op.inputs);
  }

  std::vector<Overwrite> find() {
    std::vector<Overwrite> found;
    for (const Operator& op : subgraph_.operators) {
      if (op.outputs.empty() || op.outputs[0] == kNoTensor) continue;
      const TensorId operand = shared_operand(op);
      if (operand == kNoTensor) continue;
      const bool overwritten = !is_view(op.code);
      if (overwritten && uses_[buffer_[operand]] > 1) continue;
      buffer_[op.outputs[0]] = buffer_[operand];
      if (overwritten) found.push_back({operand, op.outputs[0]});
    }
    return found;
  }

 private:
  void count(const std::vector<TensorId>& ids) {
    for (TensorId id : ids) {
      if (id != kNoTensor) ++uses_[id];
    }
  }

  // The first operand whose buffer may take the result; kNoTensor: there is none.
  TensorId shared_operand(const Operator& op) const {
    const size_t most = is_view(op.code) ? 1 : overwritable_operands(op.code);
    for (size_t k = 0; k < std::min(most, op.inputs.size()); ++k) {
      if (op.inputs[k] != kNoTensor && may_share(op, op.inputs[k])) return op.inputs[k];
    }
    return kNoTensor;
  }

  bool may_share(const Operator& op, TensorId id) const {
    const Tensor& operand = subgraph_.tensors[id];
    const Tensor& result = subgraph_.tensors[op.outputs[0]];
    if (operand.is_constant || operand.is_variable || contains(subgraph_.inputs, id) ||
        contains(subgraph_.outputs, op.outputs[0]))
      return false;
    return is_view(op.code) || (uses_[id] == 1 && operand.dtype == result.dtype &&
                                operand.shape == result.shape && has_several_elements(operand.shape));
  }

  const Subgraph& subgraph_;
  std::vector<TensorId> buffer_;  // by tensor: the one whose memory it lies in
  std::vector<int> uses_;
};

}  // namespace

std::vector<Overwrite> find_overwrites(const Subgraph& subgraph) { return Finder(subgraph).find(); }

}  // namespace litewright
