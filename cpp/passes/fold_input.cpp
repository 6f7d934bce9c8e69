// linear(x * c) -> linear'(x); linear(x + c) -> linear'(x) where no padding adds zeros between
#include "ops/option_structs.h"
#include "passes/linear.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

bool pads(const Operator& op) {
  switch (op.code) {
    case BuiltinOp::kConv2D:
      return op.options.get<Conv2DOptions>().padding == Padding::kSame;
    case BuiltinOp::kDepthwiseConv2D:
      return op.options.get<DepthwiseConv2DOptions>().padding == Padding::kSame;
    default:
      return false;
  }
}

// The sum over all taps of weights * shift, per output channel.
std::vector<float> response(const Tensor& weights, const Linear& linear, const std::vector<float>& shift) {
  const std::vector<float> values = *float_values(weights);
  std::vector<float> sums(linear.channels, 0.0f);
  const int64_t out_inner = elements_between(weights.shape, linear.channel_axis + 1, weights.shape.size());
  const int64_t in_inner = elements_between(weights.shape, linear.input_axis + 1, weights.shape.size());
  for (int64_t i = 0; i < static_cast<int64_t>(values.size()); ++i) {
    sums[i / out_inner % linear.channels] +=
        values[i] * shift[i / in_inner % weights.shape[linear.input_axis]];
  }
  return sums;
}

bool fold(Subgraph& subgraph, int index) {
  const BuiltinOp code = subgraph.operators[index].code;
  if (code != BuiltinOp::kConv2D && code != BuiltinOp::kFullyConnected) return false;
  const auto linear = as_linear(subgraph, subgraph.operators[index]);
  if (!linear) return false;
  const Uses uses(subgraph);
  const TensorId input = subgraph.operators[index].inputs[0];
  const int producer = uses.producer(input);
  if (producer < 0 || uses.only_consumer(input) != index) return false;
  const Operator before = subgraph.operators[producer];
  if ((before.code != BuiltinOp::kMul && before.code != BuiltinOp::kAdd) ||
      fused_activation(before) != Activation::kNone)
    return false;
  const bool shift = before.code == BuiltinOp::kAdd;
  if (shift && pads(subgraph.operators[index])) return false;
  const Tensor& weights = subgraph.tensors[subgraph.operators[index].inputs[linear->weights]];
  const int64_t channels = weights.shape[linear->input_axis];
  const Shape& shape = subgraph.tensors[input].shape;
  if (shape.empty() || shape.back() != channels)
    return false;  // grouped, or rows gathered from several dimensions
  for (int side = 0; side < 2; ++side) {
    const auto constant = channel_values(subgraph.tensors[before.inputs[1 - side]], channels, shape.size());
    if (!constant || subgraph.tensors[before.inputs[side]].shape != shape) continue;
    Operator& op = subgraph.operators[index];
    if (shift) {
      std::vector<float> bias = bias_values(subgraph, op, *linear);
      const std::vector<float> more = response(weights, *linear, *constant);
      for (size_t c = 0; c < bias.size(); ++c) bias[c] += more[c];
      set_bias(subgraph, op, *linear, bias);
    } else {
      scale_weights(subgraph, op, *linear, linear->input_axis, *constant);
    }
    op.inputs[0] = before.inputs[side];
    remove_operators(subgraph, {producer});
    return true;
  }
  return false;
}

}  // namespace

bool fold_input(Graph& graph) { return rewrite_operators(graph, fold); }

}  // namespace litewright
