#include "passes/sequence_loop.h"

#include <algorithm>

#include "graph/dimension_source.h"
#include "ops/option_structs.h"

namespace litewright {
namespace {

constexpr int kDeepest = 8;

bool is_one(const Tensor& tensor, int64_t wanted) {
  const auto values = int_values(tensor);
  return values && values->size() == 1 && values->front() == wanted;
}

}  // namespace

std::optional<SequenceLoop> SequenceLoop::find(const Graph& graph, const Subgraph& outer,
                                               const Operator& loop) {
  const auto& options = loop.options.get<WhileOptions>();
  const Subgraph& condition = graph.subgraphs[static_cast<size_t>(options.cond_subgraph_index)];
  const Subgraph& body = graph.subgraphs[static_cast<size_t>(options.body_subgraph_index)];
  const size_t count = loop.inputs.size();
  if (loop.outputs.size() != count || body.inputs.size() != count || body.outputs.size() != count ||
      condition.inputs.size() != count || condition.outputs.size() != 1)
    return std::nullopt;
  SequenceLoop found(outer, body, loop);
  for (size_t i = 0; i < count; ++i) {
    const Operator* step = found.producer(body.outputs[i]);
    if (step == nullptr || step->code != BuiltinOp::kAdd) continue;
    const bool adds = (step->inputs[0] == body.inputs[i] && is_one(body.tensors[step->inputs[1]], 1)) ||
                      (step->inputs[1] == body.inputs[i] && is_one(body.tensors[step->inputs[0]], 1));
    found.counters_[i] = adds && is_one(outer.tensors[loop.inputs[i]], 0);
  }
  if (!found.find_length(condition)) return std::nullopt;
  return found;
}

bool SequenceLoop::find_length(const Subgraph& condition) {
  const Uses uses(condition);
  if (!bounds(condition, uses, condition.outputs[0], 0)) return false;
  if (!known_length_ && lengths_.empty()) return false;
  if (!known_length_) {
    const auto first = extent_source(*outer_, lengths_[0]);
    return first && std::all_of(lengths_.begin(), lengths_.end(),
                                [&](TensorId id) { return extent_source(*outer_, id) == first; });
  }
  return lengths_.empty();
}

// Every part of the condition is that a counter is less than the length.
bool SequenceLoop::bounds(const Subgraph& condition, const Uses& uses, TensorId verdict, int depth) {
  const int producer = uses.producer(verdict);
  if (producer < 0 || depth > kDeepest) return false;
  const Operator& op = condition.operators[producer];
  if (op.code == BuiltinOp::kLogicalAnd)
    return bounds(condition, uses, op.inputs[0], depth + 1) &&
           bounds(condition, uses, op.inputs[1], depth + 1);
  if (op.code != BuiltinOp::kLess) return false;
  const auto place = [&](TensorId id) {
    return static_cast<size_t>(std::find(condition.inputs.begin(), condition.inputs.end(), id) -
                               condition.inputs.begin());
  };
  const size_t counter = place(op.inputs[0]), bound = place(op.inputs[1]);
  if (counter >= counters_.size() || !counters_[counter]) return false;
  const auto known = int_values(condition.tensors[op.inputs[1]]);
  if (known && known->size() == 1) {
    if (known_length_ && *known_length_ != known->front()) return false;
    known_length_ = known->front();
    return true;
  }
  if (bound >= counters_.size() || !is_invariant(bound)) return false;
  lengths_.push_back(loop_.inputs[bound]);
  return true;
}

const Operator* SequenceLoop::producer(TensorId inner) const {
  const int index = uses_.producer(inner);
  return index < 0 ? nullptr : &body_->operators[index];
}

std::optional<size_t> SequenceLoop::carried(TensorId inner) const {
  const auto found = std::find(body_->inputs.begin(), body_->inputs.end(), inner);
  if (found == body_->inputs.end()) return std::nullopt;
  return static_cast<size_t>(found - body_->inputs.begin());
}

bool SequenceLoop::is_length(TensorId outer, int axis) const {
  const int32_t extent = outer_->tensors[outer].shape[static_cast<size_t>(axis)];
  if (known_length_) return extent == *known_length_;
  return extent < 0 && extent_source(*outer_, lengths_[0]) == dimension_source(*outer_, outer, axis);
}

std::optional<SequenceLoop::Read> SequenceLoop::read(TensorId inner) const {
  const Operator* gather = producer(inner);
  if (gather == nullptr || gather->code != BuiltinOp::kGather) return std::nullopt;
  const auto& options = gather->options.get<GatherOptions>();
  const auto sequence = carried(gather->inputs[0]), time = carried(gather->inputs[1]);
  if (!sequence || !time || !is_invariant(*sequence) || !is_counter(*time) || options.batch_dims != 0 ||
      !body_->tensors[gather->inputs[1]].shape.empty())
    return std::nullopt;
  const TensorId outer = loop_.inputs[*sequence];
  if (options.axis < 0 || options.axis >= static_cast<int>(outer_->tensors[outer].shape.size()) ||
      !is_length(outer, options.axis))
    return std::nullopt;
  return Read{outer, options.axis};
}

// Through RESHAPE that only adds a dimension of 1 in front.
TensorId SequenceLoop::without_reshape(TensorId inner) const {
  const Operator* op = producer(inner);
  if (op == nullptr || (op->code != BuiltinOp::kReshape && op->code != BuiltinOp::kExpandDims)) return inner;
  Shape wanted = body_->tensors[op->inputs[0]].shape;
  wanted.insert(wanted.begin(), 1);
  return body_->tensors[inner].shape == wanted ? op->inputs[0] : inner;
}

SequenceLoop::Collected SequenceLoop::collects(size_t i, TensorId step) const {
  const TensorId result = body_->outputs[i];
  const bool read_elsewhere =
      uses_.consumers(body_->inputs[i]).size() > 1 || uses_.is_output(body_->inputs[i]);
  if (result != step && without_reshape(result) == step && uses_.consumers(body_->inputs[i]).empty())
    return Collected::kLast;
  const Operator* write = producer(result);
  if (write == nullptr || write->code != BuiltinOp::kDynamicUpdateSlice || read_elsewhere)
    return Collected::kNo;
  if (write->inputs[0] != body_->inputs[i] || without_reshape(write->inputs[1]) != step ||
      !is_length(loop_.inputs[i], 0))
    return Collected::kNo;
  const Operator* start = producer(write->inputs[2]);
  if (start == nullptr || start->code != BuiltinOp::kPack) return Collected::kNo;
  const auto time = carried(start->inputs[0]);
  if (!time || !is_counter(*time)) return Collected::kNo;
  const bool whole = std::all_of(start->inputs.begin() + 1, start->inputs.end(),
                                 [&](TensorId id) { return is_one(body_->tensors[id], 0); });
  return whole ? Collected::kAll : Collected::kNo;
}

}  // namespace litewright
