// LSTM, GRU, SimpleRNN and RNN. What TFLite has one operator for becomes that operator; the rest becomes a
// loop.
#include "importers/keras/recurrent.h"

#include "core/error.h"
#include "importers/keras/description.h"

namespace litewright::keras {
namespace {

bool is_named(const Config& config, const char* key, const char* name) {
  if (!config.contains(key)) return true;
  const Json& value = config.raw(key);
  return value == name || (value.is_object() && value.value("config", Json()) == name);
}

// A state that an operator updates in place. Keras starts from zero at every call, so an operator writes the
// zeros; a stateful layer keeps the values of the run before.
TensorId state_tensor(Lowering& layer, TensorId x, int32_t units, bool stateful) {
  const int32_t batch = layer.shape(x)[0];
  if (stateful) {
    if (batch < 0) layer.unsupported("stateful needs a fixed batch size; give the Input a batch_shape");
    return layer.builder().variable(layer.builder().layer() + "/state", DType::kFloat32, {batch, units});
  }
  const TensorId dims = layer.extents(x, {batch, units}, {0, -1});
  const TensorId zeros =
      layer.declared(BuiltinOp::kFill, {dims, layer.f(0)}, FillOptions{}, DType::kFloat32, {batch, units});
  layer.builder().tensor(zeros).is_variable = true;
  return zeros;
}

// Gate `index` of `count` side by side in [in, count * units], as [units, in].
std::vector<float> gate(const Weight& weight, int index, int count) {
  const auto in = static_cast<size_t>(weight.shape[0]), width = static_cast<size_t>(weight.shape[1]);
  const size_t units = width / static_cast<size_t>(count);
  std::vector<float> values(in * units);
  for (size_t u = 0; u < units; ++u) {
    for (size_t i = 0; i < in; ++i)
      values[u * in + i] = weight.values()[i * width + static_cast<size_t>(index) * units + u];
  }
  return values;
}

// The whole sequence, [b, t, units].
TensorId fused_lstm(Lowering& layer, TensorId x, bool stateful) {
  const int32_t in = layer.channels(x, 2);
  const auto units = static_cast<int32_t>(layer.config().integer("units"));
  const Weight kernel = layer.weight("kernel", {in, 4 * units}),
               recurrent = layer.weight("recurrent_kernel", {units, 4 * units});
  Ids operands = {x};
  for (int g = 0; g < 4; ++g) operands.push_back(layer.floats(gate(kernel, g, 4), {units, in}));
  for (int g = 0; g < 4; ++g) operands.push_back(layer.floats(gate(recurrent, g, 4), {units, units}));
  operands.insert(operands.end(), 3, kNoTensor);  // peepholes
  if (layer.config().flag("use_bias", true)) {
    const Weight bias = layer.weight("bias", {4 * units});
    for (int g = 0; g < 4; ++g) {
      const auto begin = bias.values().begin() + g * units;
      operands.push_back(layer.floats({begin, begin + units}, {units}));
    }
  } else {
    for (int g = 0; g < 4; ++g) operands.push_back(layer.zeros({units}));
  }
  operands.insert(operands.end(), 2, kNoTensor);  // projection
  operands.push_back(state_tensor(layer, x, units, stateful));
  operands.push_back(state_tensor(layer, x, units, stateful));
  operands.insert(operands.end(), 4, kNoTensor);  // layer normalization
  UnidirectionalSequenceLSTMOptions options;
  options.fused_activation_function = Activation::kTanh;
  const Shape from = layer.shape(x);
  return layer.declared(BuiltinOp::kUnidirectionalSequenceLstm, operands, options, DType::kFloat32,
                        {from[0], from[1], units});
}

TensorId fused_rnn(Lowering& layer, TensorId x, bool stateful, Activation activation) {
  const int32_t in = layer.channels(x, 2);
  const auto units = static_cast<int32_t>(layer.config().integer("units"));
  const Weight kernel = layer.weight("kernel", {in, units}),
               recurrent = layer.weight("recurrent_kernel", {units, units});
  const TensorId bias = layer.config().flag("use_bias", true) ? layer.constant(layer.weight("bias", {units}))
                                                              : layer.zeros({units});
  SequenceRNNOptions options;
  options.fused_activation_function = activation;
  const Shape from = layer.shape(x);
  return layer.declared(
      BuiltinOp::kUnidirectionalSequenceRnn,
      {x, transposed_constant(layer, kernel, in, units), transposed_constant(layer, recurrent, units, units),
       bias, state_tensor(layer, x, units, stateful)},
      options, DType::kFloat32, {from[0], from[1], units});
}

// The layer's own configuration and weights, or those of the cell it holds.
Lowering cell_part(Lowering& layer, std::string& class_name) {
  const Config& config = layer.config();
  if (!config.has("cell")) {
    return layer.part(config, layer.weights().child({"cell"}));
  }
  const Json& cell = config.raw("cell");
  if (!cell.is_object()) config.bad("cell", "an object");
  class_name = class_of(cell);
  return layer.part(Config(config_of(cell), config.where() + ", cell"), layer.weights().child({"cell"}));
}

Results lower_layer(Lowering& layer) {
  const RecurrentOptions options = recurrent_options(layer.config());
  TensorId x = layer.input();
  const bool time_major = layer.config().flag("time_major", false);
  if (time_major) x = layer.transpose(x, {1, 0, 2});
  Sequence sequence = lower_recurrent(layer, x, initial_states(layer, 64), layer.mask(), options);
  if (time_major && options.sequences) sequence.output = layer.transpose(sequence.output, {1, 0, 2});
  return recurrent_results(layer, sequence, options);
}

}  // namespace

Sequence lower_recurrent(Lowering& layer, TensorId x, Ids initial, TensorId mask,
                         const RecurrentOptions& options) {
  if (layer.rank(x) != 3)
    fail(ErrorCode::kInvalidModel, "its input should have 3 dimensions, has the shape ",
         to_string(layer.shape(x)));
  std::string class_name = layer.class_name();
  Lowering part = cell_part(layer, class_name);
  const Config& config = part.config();
  const bool plain =
      initial.empty() && mask == kNoTensor && !options.state && !options.unroll && layer.channels(x, 2) > 0;
  const bool lstm = class_name.rfind("LSTM", 0) == 0, simple = class_name.rfind("SimpleRNN", 0) == 0;
  TensorId all = kNoTensor;
  if (plain && lstm && is_named(config, "activation", "tanh") &&
      is_named(config, "recurrent_activation", "sigmoid")) {
    all = fused_lstm(part, options.backwards ? layer.reverse(x, 1) : x, options.stateful);
  } else if (plain && simple) {
    static const std::pair<const char*, Activation> kFused[] = {{"tanh", Activation::kTanh},
                                                                {"relu", Activation::kRelu},
                                                                {"linear", Activation::kNone},
                                                                {"relu6", Activation::kRelu6}};
    for (const auto& [name, activation] : kFused) {
      if (all != kNoTensor || !config.contains("activation") || !is_named(config, "activation", name))
        continue;
      all = fused_rnn(part, options.backwards ? layer.reverse(x, 1) : x, options.stateful, activation);
    }
  }
  if (all != kNoTensor) return {options.sequences ? all : layer.take(all, 1, -1), {}};
  const std::unique_ptr<Cell> cell = make_cell(part, class_name, layer.channels(x, 2));
  return run_cell(layer, *cell, x, std::move(initial), mask, options);
}

Rows recurrent_layers() {
  constexpr MaskRule kOwn = MaskRule::kOwn;
  static const LayerRow kRows[] = {
      {"LSTM", lower_layer, kOwn},
      {"GRU", lower_layer, kOwn},
      {"SimpleRNN", lower_layer, kOwn},
      {"RNN", lower_layer, kOwn},
  };
  return kRows;
}

}  // namespace litewright::keras
