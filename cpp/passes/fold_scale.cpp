// linear(x) * c -> linear'(x); linear(x) + c -> linear'(x); for CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED,
// TRANSPOSE_CONV, CONV_3D
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

// operator `index` combines the result of a linear operator (only read here, no activation behind it) with a
// constant per channel.
struct Match {
  int linear_index;
  Linear linear;
  std::vector<float> constant;
  bool constant_first;
};

std::optional<Match> match(const Subgraph& subgraph, int index) {
  const Operator& op = subgraph.operators[index];
  const Uses uses(subgraph);
  for (int side = 0; side < 2; ++side) {
    const TensorId value = op.inputs[side];
    const int producer = uses.producer(value);
    if (producer < 0 || uses.only_consumer(value) != index) continue;
    const Operator& source = subgraph.operators[producer];
    const auto linear = as_linear(subgraph, source);
    if (!linear || fused_activation(source) != Activation::kNone) continue;
    const Tensor& result = subgraph.tensors[value];
    // FULLY_CONNECTED and the convolutions put channels last.
    auto constant =
        channel_values(subgraph.tensors[op.inputs[1 - side]], linear->channels, result.shape.size());
    if (constant) return Match{producer, *linear, std::move(*constant), side == 1};
  }
  return std::nullopt;
}

// Takes out operator `index`: the linear operator writes its result, with its activation.
void absorb(Subgraph& subgraph, int index, int linear_index) {
  const Operator op = subgraph.operators[index];
  Operator& linear = subgraph.operators[linear_index];
  linear.outputs = op.outputs;
  if (fused_activation(op) != Activation::kNone) set_fused_activation(linear, fused_activation(op));
  subgraph.operators.erase(subgraph.operators.begin() + index);
}

bool can_absorb_activation(const Subgraph& subgraph, int index, int linear_index) {
  return fused_activation(subgraph.operators[index]) == Activation::kNone ||
         can_fuse_activation(subgraph.operators[linear_index]);
}

bool fold_mul(Subgraph& subgraph, int index) {
  const BuiltinOp code = subgraph.operators[index].code;
  if (code != BuiltinOp::kMul && code != BuiltinOp::kDiv) return false;
  auto found = match(subgraph, index);
  if (!found || !can_absorb_activation(subgraph, index, found->linear_index)) return false;
  if (code == BuiltinOp::kDiv && found->constant_first) return false;
  if (code == BuiltinOp::kDiv) {
    for (float& value : found->constant) value = 1.0f / value;
  }
  Operator& op = subgraph.operators[found->linear_index];
  std::vector<float> bias = bias_values(subgraph, op, found->linear);
  bool has_bias = false;
  for (size_t c = 0; c < bias.size(); ++c) {
    has_bias = has_bias || bias[c] != 0.0f;
    bias[c] *= found->constant[c];
  }
  scale_weights(subgraph, op, found->linear, found->linear.channel_axis, found->constant);
  if (has_bias) set_bias(subgraph, op, found->linear, bias);
  absorb(subgraph, index, found->linear_index);
  return true;
}

bool fold_add(Subgraph& subgraph, int index) {
  const BuiltinOp code = subgraph.operators[index].code;
  if (code != BuiltinOp::kAdd && code != BuiltinOp::kSub) return false;
  auto found = match(subgraph, index);
  if (!found || !can_absorb_activation(subgraph, index, found->linear_index)) return false;
  Operator& op = subgraph.operators[found->linear_index];
  const bool negated = code == BuiltinOp::kSub && found->constant_first;  // c - linear(x)
  std::vector<float> bias = bias_values(subgraph, op, found->linear);
  for (size_t c = 0; c < bias.size(); ++c) {
    const float constant = code == BuiltinOp::kSub && !negated ? -found->constant[c] : found->constant[c];
    bias[c] = (negated ? -bias[c] : bias[c]) + constant;
  }
  if (negated) {
    const std::vector<float> minus(found->linear.channels, -1.0f);
    scale_weights(subgraph, op, found->linear, found->linear.channel_axis, minus);
  }
  set_bias(subgraph, op, found->linear, bias);
  absorb(subgraph, index, found->linear_index);
  return true;
}

}  // namespace

bool fold_scale(Graph& graph) { return rewrite_operators(graph, fold_mul); }

bool fold_bias(Graph& graph) { return rewrite_operators(graph, fold_add); }

}  // namespace litewright
