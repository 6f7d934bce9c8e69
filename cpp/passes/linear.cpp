#include "passes/linear.h"

#include <memory>

#include "core/memory.h"
#include "ops/option_structs.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

const OptionField* activation_field(const Operator& op) {
  return op.options.has_value() ? op.options.schema()->find("fused_activation_function") : nullptr;
}

}  // namespace

std::optional<Linear> as_linear(const Subgraph& subgraph, const Operator& op) {
  Linear linear;
  switch (op.code) {
    case BuiltinOp::kConv2D:
      linear = {1, 2, 0, 3, 0};
      break;
    case BuiltinOp::kDepthwiseConv2D:
      linear = {1, 2, 3, -1, 0};
      break;
    case BuiltinOp::kFullyConnected:
      linear = {1, 2, 0, 1, 0};
      break;
    case BuiltinOp::kTransposeConv:
      linear = {1, 3, 0, 3, 0};
      break;
    case BuiltinOp::kConv3D:
      linear = {1, 2, 4, 3, 0};
      break;
    default:
      return std::nullopt;
  }
  const Tensor& weights = subgraph.tensors[op.inputs[linear.weights]];
  if (!weights.is_constant || weights.dtype != DType::kFloat32 || weights.sparsity.present())
    return std::nullopt;
  if (linear.channel_axis >= static_cast<int>(weights.shape.size())) return std::nullopt;
  if (static_cast<int>(op.inputs.size()) > linear.bias && op.inputs[linear.bias] != kNoTensor) {
    const Tensor& bias = subgraph.tensors[op.inputs[linear.bias]];
    if (!bias.is_constant || bias.dtype != DType::kFloat32) return std::nullopt;
  }
  linear.channels = weights.shape[linear.channel_axis];
  return linear;
}

bool can_fuse_activation(const Operator& op) {
  // Concatenation and recurrent operators have the option too, but no kernel takes all activations there.
  switch (op.code) {
    case BuiltinOp::kConv2D:
    case BuiltinOp::kDepthwiseConv2D:
    case BuiltinOp::kFullyConnected:
    case BuiltinOp::kTransposeConv:
    case BuiltinOp::kAdd:
    case BuiltinOp::kSub:
    case BuiltinOp::kMul:
    case BuiltinOp::kDiv:
    case BuiltinOp::kMaxPool2D:
    case BuiltinOp::kAveragePool2D:
      return true;
    default:
      return false;
  }
}

Activation fused_activation(const Operator& op) {
  const OptionField* field = activation_field(op);
  return field == nullptr ? Activation::kNone
                          : static_cast<Activation>(std::get<int64_t>(get_field(op.options, *field)));
}

void set_fused_activation(Operator& op, Activation activation) {
  if (!op.options.has_value()) {  // ADD and its like are written without options when all are defaults
    switch (op.code) {
      case BuiltinOp::kAdd:
        op.options = AddOptions{};
        break;
      case BuiltinOp::kSub:
        op.options = SubOptions{};
        break;
      case BuiltinOp::kMul:
        op.options = MulOptions{};
        break;
      case BuiltinOp::kDiv:
        op.options = DivOptions{};
        break;
      case BuiltinOp::kTransposeConv:
        op.options = TransposeConvOptions{};
        break;
      default:
        op.options = FullyConnectedOptions{};
        break;
    }
  }
  set_field(op.options, "fused_activation_function", static_cast<int64_t>(activation));
}

// What is noted of the range of each output channel, scaled like the weights; nothing where it is not known.
static Quantization scaled_range(const Quantization& old, const std::vector<float>& factors) {
  Quantization result;
  if (old.min.empty() || (old.min.size() != 1 && old.min.size() != factors.size())) return result;
  for (size_t c = 0; c < factors.size(); ++c) {
    const size_t from = old.min.size() == 1 ? 0 : c;
    const float a = old.min[from] * factors[c], b = old.max[from] * factors[c];
    result.min.push_back(std::min(a, b));
    result.max.push_back(std::max(a, b));
  }
  return result;
}

void scale_weights(Subgraph& subgraph, Operator& op, const Linear& linear, int axis,
                   const std::vector<float>& factors) {
  const TensorId old_id = op.inputs[linear.weights];
  const Tensor& old = subgraph.tensors[old_id];
  const int64_t inner = elements_between(old.shape, axis + 1, old.shape.size());
  const auto values = old.data.as<float>();
  const std::shared_ptr<uint8_t> memory = allocate(values.size_bytes());
  auto* scaled = reinterpret_cast<float*>(memory.get());
  size_t channel = 0;
  for (size_t i = 0; i < values.size(); i += inner) {
    const float factor = factors[channel];
    for (int64_t k = 0; k < inner; ++k) scaled[i + k] = values[i + k] * factor;
    if (++channel == factors.size()) channel = 0;
  }
  op.inputs[linear.weights] = static_cast<TensorId>(subgraph.tensors.size());
  subgraph.tensors.push_back(
      {.name = old.name,
       .shape = old.shape,
       .quantization = axis == linear.channel_axis ? scaled_range(old.quantization, factors) : Quantization(),
       .is_constant = true,
       .data = Bytes(memory, memory.get(), values.size_bytes())});
  // Old and new weights of a whole model at once would be twice its size.
  if (Uses(subgraph).consumers(old_id).empty()) {
    subgraph.tensors[old_id].shape = {0};
    subgraph.tensors[old_id].data = Bytes();
    subgraph.tensors[old_id].quantization = {};
  }
}

std::vector<float> bias_values(const Subgraph& subgraph, const Operator& op, const Linear& linear) {
  if (static_cast<int>(op.inputs.size()) <= linear.bias || op.inputs[linear.bias] == kNoTensor) {
    return std::vector<float>(linear.channels, 0.0f);
  }
  return *float_values(subgraph.tensors[op.inputs[linear.bias]]);
}

void set_bias(Subgraph& subgraph, Operator& op, const Linear& linear, const std::vector<float>& values) {
  const bool present =
      static_cast<int>(op.inputs.size()) > linear.bias && op.inputs[linear.bias] != kNoTensor;
  const std::string name = present ? subgraph.tensors[op.inputs[linear.bias]].name
                                   : subgraph.tensors[op.outputs[0]].name + "/bias";
  op.inputs.resize(linear.bias + 1, kNoTensor);
  op.inputs[linear.bias] = add_constant(subgraph, name, {static_cast<int32_t>(values.size())}, values);
}

}  // namespace litewright
