#include <algorithm>
#include <cmath>

#include "ops/option_structs.h"
#include "passes/linear.h"
#include "passes/rewrite.h"
#include "quant/remedies.h"

namespace litewright {
namespace {

constexpr int kRounds = 10;
constexpr float kClose = 0.01f;  // factors this near to 1 count as done
constexpr float kMost = 1e4f;    // no channel is scaled by more

// The dimension of the weights that the input's channels run along.
int input_axis(const Operator& op, const Linear& linear) {
  return op.code == BuiltinOp::kDepthwiseConv2D ? linear.channel_axis : linear.input_axis;
}

// Operators that pass a scale per channel on as it is.
bool is_transparent(const Operator& op) {
  return op.code == BuiltinOp::kPad || op.code == BuiltinOp::kMaxPool2D ||
         op.code == BuiltinOp::kAveragePool2D || op.code == BuiltinOp::kRelu;
}

std::vector<float> channel_bounds(const Tensor& weights, int axis) {
  std::vector<float> bounds(weights.shape[axis], 0.0f);
  const std::vector<float> values = *float_values(weights);
  const int64_t inner = elements_between(weights.shape, axis + 1, weights.shape.size());
  for (size_t i = 0; i < values.size(); ++i) {
    float& bound = bounds[static_cast<int64_t>(i) / inner % weights.shape[axis]];
    bound = std::max(bound, std::abs(values[i]));
  }
  return bounds;
}

// The next linear operator that reads the result of `index` and nothing else does; -1 if there is none.
int follower(const Subgraph& subgraph, const Uses& uses, int index) {
  TensorId id = subgraph.operators[index].outputs[0];
  while (true) {
    const int next = uses.only_consumer(id);
    if (next < 0) return -1;
    const Operator& op = subgraph.operators[next];
    if (as_linear(subgraph, op)) return op.inputs[0] == id ? next : -1;
    const Activation fused = fused_activation(op);
    if (!is_transparent(op) || (fused != Activation::kNone && fused != Activation::kRelu)) return -1;
    id = op.outputs[0];
  }
}

bool equalize_pair(Subgraph& subgraph, int first_index, int second_index) {
  Operator& first = subgraph.operators[first_index];
  Operator& second = subgraph.operators[second_index];
  const Linear a = *as_linear(subgraph, first), b = *as_linear(subgraph, second);
  const int axis = input_axis(second, b);
  if (axis < 0 || subgraph.tensors[second.inputs[b.weights]].shape[axis] != a.channels) return false;
  const std::vector<float> out = channel_bounds(subgraph.tensors[first.inputs[a.weights]], a.channel_axis);
  const std::vector<float> in = channel_bounds(subgraph.tensors[second.inputs[b.weights]], axis);
  std::vector<float> down(a.channels, 1.0f), up(a.channels, 1.0f);
  bool changed = false;
  for (int64_t c = 0; c < a.channels; ++c) {
    if (out[c] == 0 || in[c] == 0) continue;
    const float factor = std::clamp(std::sqrt(out[c] / in[c]), 1 / kMost, kMost);
    down[c] = 1 / factor;
    up[c] = factor;
    changed = changed || std::abs(factor - 1) > kClose;
  }
  if (!changed) return false;
  std::vector<float> bias = bias_values(subgraph, first, a);
  for (int64_t c = 0; c < a.channels; ++c) bias[c] *= down[c];
  scale_weights(subgraph, first, a, a.channel_axis, down);
  set_bias(subgraph, first, a, bias);
  scale_weights(subgraph, second, b, axis, up);
  return true;
}

}  // namespace

bool equalize(Graph& graph) {
  Subgraph& subgraph = graph.main();
  bool any = false, changed = true;
  for (int round = 0; changed && round < kRounds; ++round) {
    changed = false;
    for (int i = 0; i < static_cast<int>(subgraph.operators.size()); ++i) {
      const Operator& op = subgraph.operators[i];
      if (!as_linear(subgraph, op)) continue;
      const Activation fused = fused_activation(op);
      if (fused != Activation::kNone && fused != Activation::kRelu) continue;
      const Uses uses(subgraph);
      const int next = follower(subgraph, uses, i);
      if (next >= 0 && equalize_pair(subgraph, i, next)) changed = any = true;
    }
  }
  if (any) remove_unused(graph);
  return any;
}

}  // namespace litewright
