#include "core/unpack.h"
#include "passes/linear.h"
#include "quant/parameters.h"
#include "quant/plan.h"
#include "quant/remedies.h"

namespace litewright {
namespace {

// What the stored weights are worth, less what they should be.
std::vector<float> rounding_errors(const Tensor& weights, const Form& form) {
  Bytes stored = convert_constant(weights, form);
  if (is_sub_byte(form.dtype))
    stored = Bytes::own(unpack_sub_byte(form.dtype, num_elements(weights.shape), stored));
  const auto values = weights.data.as<float>();
  const auto quantized = stored.as<int8_t>();
  const Quantization& q = form.quantization;
  const int64_t inner =
      q.per_channel() ? elements_between(weights.shape, q.axis + 1, weights.shape.size()) : 1;
  std::vector<float> errors(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t channel = q.per_channel() ? static_cast<int64_t>(i) / inner % weights.shape[q.axis] : 0;
    errors[i] = static_cast<float>(quantized[i]) * q.scale[channel] - values[i];
  }
  return errors;
}

}  // namespace

void correct_biases(Graph& graph, const QuantizerOptions& options, const ChannelMeans& means) {
  Subgraph& subgraph = graph.main();
  const int bits = options.mode == QuantMode::kInt4Weights ? 4 : 8;
  for (Operator& op : subgraph.operators) {
    const auto linear = as_linear(subgraph, op);
    if (!linear || (options.keep_float && options.keep_float(op, subgraph))) continue;
    const TensorId input = op.inputs[op.code == BuiltinOp::kTransposeConv ? 2 : 0];
    const std::vector<float>& mean = means[input];
    const Tensor weights = subgraph.tensors[op.inputs[linear->weights]];
    const bool depthwise = op.code == BuiltinOp::kDepthwiseConv2D;
    const int input_axis = depthwise ? linear->channel_axis : linear->input_axis;
    const int64_t input_channels = weights.shape[input_axis];
    // Grouped convolutions and depth multipliers read the channels in another order.
    if (static_cast<int64_t>(mean.size()) != input_channels) continue;
    const bool per_channel =
        options.per_channel && (op.code != BuiltinOp::kFullyConnected || options.per_channel_dense);
    const std::vector<float> errors =
        rounding_errors(weights, weight_form(weights, per_channel ? linear->channel_axis : -1, bits));
    std::vector<float> bias = bias_values(subgraph, op, *linear);
    const int64_t out_inner = elements_between(weights.shape, linear->channel_axis + 1, weights.shape.size());
    const int64_t in_inner = elements_between(weights.shape, input_axis + 1, weights.shape.size());
    for (int64_t i = 0; i < static_cast<int64_t>(errors.size()); ++i) {
      bias[i / out_inner % linear->channels] -= errors[i] * mean[i / in_inner % input_channels];
    }
    set_bias(subgraph, op, *linear, bias);
  }
}

}  // namespace litewright
