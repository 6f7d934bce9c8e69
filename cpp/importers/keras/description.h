// What a model's JSON says, looked at without building anything.
#pragma once

#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"
#include "importers/keras/config.h"
#include "importers/keras/nodes.h"

namespace litewright::keras {

// A layer or model is {"class_name", "config", "module", "registered_name", "inbound_nodes" ...}.
const Json& config_of(const Json& node);
std::string class_of(const Json& node);  // "" if it has none
std::string layer_name(const Json& node);
std::string describe_layer(const Json& node);  // "layer 'conv1' (Conv2D)"
// The layers of a Sequential or Functional model; Error if one is not a layer.
const Json& layers_of(const Json& model);
bool is_functional(const Json& node);  // also a subclass that is described like one
bool is_model(const Json& node);
// What Keras 3 records for keras.ops calls and arithmetic on tensors.
bool is_operation(const Json& node);

struct ModelInput {
  std::string name;
  DType dtype;
  Shape shape;
};
// What the model is called with; Error if the description does not say.
std::vector<ModelInput> inputs_of(const Json& model);
// The names that Keras (of this major version) gives the model's outputs.
std::vector<std::string> output_names(const Json& model, size_t count, int keras);

// A Keras dtype (or dtype policy) as the graph computes with it: all floats are float32.
DType graph_dtype(const Json& dtype, const std::string& where);

}  // namespace litewright::keras
