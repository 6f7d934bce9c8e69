// What the function that lowers one layer sees: the layer's configuration, its weights, the tensors it is
// called with, and Ops to write operators.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "importers/keras/config.h"
#include "importers/keras/ops.h"
#include "importers/keras/weights.h"

namespace litewright::keras {

// A Keras tensor in the graph, with the mask it carries (bool, one per time step), if any.
struct Value {
  TensorId id = kNoTensor;
  TensorId mask = kNoTensor;
};

// An argument of a call: a tensor, a list of arguments, or a plain value.
struct Argument {
  TensorId tensor = kNoTensor;
  TensorId mask = kNoTensor;
  std::vector<Argument> list;
  bool is_list = false;
  Json value;  // null for tensors and lists

  bool is_tensor() const { return tensor != kNoTensor; }
};

struct Call {
  std::vector<Argument> args;
  std::map<std::string, Argument> kwargs;
};

class Importer;  // model.h

class Lowering : public Ops {
 public:
  Lowering(Importer& importer, Config config, Weights weights, std::string class_name, const Call& call);

  const Config& config() const { return config_; }
  const Weights& weights() const { return weights_; }
  const std::string& class_name() const { return class_name_; }
  const Call& call() const { return *call_; }
  int keras() const;  // major version of the Keras that wrote the file
  Importer& importer() { return *importer_; }

  // The tensors of the positional arguments, lists flattened.
  const std::vector<Value>& inputs() const { return inputs_; }
  TensorId input(int i = 0) const;  // Error if there are fewer
  // The mask that applies: the argument "mask", else what input 0 carries; kNoTensor if there is none.
  TensorId mask() const;
  // An argument by name or position; nullptr if it is not given (or null).
  const Argument* argument(const char* name, int position = -1) const;

  // The layer's next variable, checked; -1 in `shape` matches any extent. Call in the order Keras lists the
  // variables.
  Weight weight(const std::string& name, const Shape& shape);
  bool has_weight(const std::string& name) const { return weights_.has(name, next_weight_); }
  TensorId constant(const Weight& weight) {
    return builder().constant(DType::kFloat32, weight.shape, weight.bytes());
  }
  TensorId constant(const Weight& weight, Shape shape) {
    return builder().constant(DType::kFloat32, std::move(shape), weight.bytes());
  }
  int32_t channels(TensorId x, int axis) const;  // an extent that must be known

  // Lowers another layer (a wrapped one, a cell) with the same machinery.
  std::vector<Value> lower_layer(const Json& layer, const Weights& weights, const Call& call);
  // A lowering for a part of this layer.
  Lowering part(Config config, Weights weights) const;

  [[noreturn]] void unsupported(const std::string& reason) const;

 private:
  Importer* importer_;
  Config config_;
  Weights weights_;
  std::string class_name_;
  const Call* call_;
  std::vector<Value> inputs_;
  int next_weight_ = 0;
};

using Results = std::vector<Value>;
using Lower = Results (*)(Lowering&);

inline Results one(TensorId id, TensorId mask = kNoTensor) { return {Value{id, mask}}; }

// What becomes of the mask that comes in with input 0.
enum class MaskRule : uint8_t {
  kPass,  // every result carries it
  kStop,  // none does
  kOwn,   // the function sets the results' masks
};

// One row of a layer family: a class of keras.layers (or an operation of keras.ops) and the function that
// lowers it.
struct LayerRow {
  const char* class_name;
  Lower lower;  // nullptr: it cannot be converted, and `reason` says why and what to do
  MaskRule mask = MaskRule::kStop;
  const char* reason = "";
};

using Rows = std::span<const LayerRow>;
Rows core_layers();
Rows activation_layers();
Rows convolution_layers();
Rows convolution_transpose_layers();
Rows pooling_layers();
Rows normalization_layers();
Rows merging_layers();
Rows reshaping_layers();
Rows embedding_layers();
Rows preprocessing_layers();
Rows recurrent_layers();
Rows bidirectional_layers();
Rows conv_lstm_layers();
Rows attention_layers();
Rows wrapper_layers();
Rows unsupported_layers();
Rows math_operations();
Rows array_operations();
Rows product_operations();
Rows tensorflow_calls();
Rows nn_operations();

// nullptr: unknown.
const LayerRow* find_layer(const std::string& class_name);
const LayerRow* find_operation(const std::string& class_name);

// Shared by the families.
// Applies what a layer's "activation" says (a name, an object, or null).
TensorId activate(Lowering& layer, TensorId x, const Json& activation);
TensorId activate_named(Ops& ops, TensorId x, const std::string& name);
// Softmax over any axis.
TensorId softmax_over(Ops& ops, TensorId x, int axis);
// The axis of channels: the last, or 1 with data_format channels_first.
bool channels_first(const Config& config);
// channels_first <-> channels_last; x itself if `needed` is false.
TensorId to_channels_last(Ops& ops, TensorId x, bool needed);
TensorId to_channels_first(Ops& ops, TensorId x, bool needed);
// [in, out] weights as FULLY_CONNECTED wants them.
TensorId transposed_constant(Ops& ops, const Weight& weight, int32_t rows, int32_t columns);
// The elements with their dimensions permuted, float32.
Bytes permuted(std::span<const float> values, const Shape& shape, const Axes& permutation);
Bytes permuted(const Weight& weight, const Shape& shape, const Axes& permutation);

}  // namespace litewright::keras
