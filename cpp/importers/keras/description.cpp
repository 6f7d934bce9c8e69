#include "importers/keras/description.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

constexpr int kMaxNesting = 64;

std::optional<Shape> batch_shape(const Json& config) {
  for (const char* key : {"batch_shape", "batch_input_shape"}) {
    if (!config.is_object() || !config.contains(key) || config[key].is_null()) continue;
    const Json& given = config[key];
    if (!given.is_array()) Config(config, "InputLayer").bad(key, "a list");
    Shape shape;
    for (const Json& dim : given) {
      const std::optional<int64_t> extent = dim.is_null() ? -1 : as_integer(dim);
      if (!extent || *extent < -1 || *extent > INT32_MAX)
        Config(config, "InputLayer").bad(key, "a list of sizes");
      shape.push_back(static_cast<int32_t>(*extent));
    }
    return shape;
  }
  return std::nullopt;
}

}  // namespace

const Json& config_of(const Json& node) {
  static const Json kEmpty = Json::object();
  return node.contains("config") ? node["config"] : kEmpty;
}

std::string class_of(const Json& node) {
  const std::string name = node.is_object() && node.contains("class_name") && node["class_name"].is_string()
                               ? node["class_name"].get<std::string>()
                               : "";
  return name.substr(name.rfind('>') + 1);  // "Custom>MyLayer"
}

// A Sequential's layers: its config is an object with "layers", in the oldest files the list itself.
const Json& layers_of(const Json& model) {
  const Json& config = config_of(model);
  const Json& layers = config.is_object() && config.contains("layers") ? config["layers"] : config;
  if (!layers.is_array())
    fail(ErrorCode::kInvalidModel, describe_layer(model), ": 'layers' should be a list");
  for (const Json& layer : layers) {
    if (!layer.is_object() || class_of(layer).empty()) {
      fail(ErrorCode::kInvalidModel, describe_layer(model), ": ", brief(layer), " is not a layer");
    }
  }
  return layers;
}

bool is_functional(const Json& node) {
  const Json& config = config_of(node);
  return config.is_object() && config.contains("layers") && config.contains("input_layers") &&
         config.contains("output_layers");
}

// Operations are what Keras 3 records for keras.ops calls and arithmetic on tensors, Keras 2 for TensorFlow
// functions.
bool is_operation(const Json& node) {
  const Json module = node.value("module", Json());
  if (module.is_string()) {
    const std::string name = module.get<std::string>();
    return name.find(".ops") != std::string::npos || name.rfind("keras.src.activations", 0) == 0;
  }
  // HDF5 files do not say; every layer has "trainable" among its settings, no operation has.
  return config_of(node).is_object() && !config_of(node).contains("trainable") &&
         find_operation(class_of(node)) != nullptr;
}

std::string layer_name(const Json& node) {
  const Json& config = config_of(node);
  if (config.is_object() && config.contains("name") && config["name"].is_string())
    return config["name"].get<std::string>();
  if (node.contains("name") && node["name"].is_string()) return node["name"].get<std::string>();
  return "";
}

std::string describe_layer(const Json& node) {
  const std::string name = node.is_object() ? layer_name(node) : "", kind = class_of(node);
  return "layer '" + name + "' (" + (kind.empty() ? "of no class" : kind) + ")";
}

bool is_model(const Json& node) { return class_of(node) == "Sequential" || is_functional(node); }

DType graph_dtype(const Json& dtype, const std::string& where) {
  if (dtype.is_null()) return DType::kFloat32;
  if (dtype.is_object() && dtype.contains("config") && dtype["config"].is_object()) {
    return graph_dtype(dtype["config"].value("name", Json()), where);
  }
  static const std::pair<const char*, DType> kTypes[] = {
      {"float32", DType::kFloat32}, {"float16", DType::kFloat32},       {"bfloat16", DType::kFloat32},
      {"float64", DType::kFloat32}, {"mixed_float16", DType::kFloat32}, {"mixed_bfloat16", DType::kFloat32},
      {"int32", DType::kInt32},     {"int64", DType::kInt64},           {"uint8", DType::kUInt8},
      {"int8", DType::kInt8},       {"int16", DType::kInt16},           {"bool", DType::kBool},
      {"uint16", DType::kInt32},    {"uint32", DType::kInt64}};
  for (const auto& [name, type] : kTypes) {
    if (dtype == name) return type;
  }
  if (dtype == "string") {
    fail(ErrorCode::kUnsupported, where,
         ": text inputs are not converted; move text processing in front of the model");
  }
  fail(ErrorCode::kInvalidModel, where, ": the dtype ", brief(dtype), " is not known");
}

std::vector<ModelInput> inputs_of(const Json& model) {
  std::vector<ModelInput> inputs;
  const auto input = [&](const Json& layer, const std::string& name) {
    const Json& config = config_of(layer);
    const std::optional<Shape> shape = batch_shape(config);
    if (!shape)
      fail(ErrorCode::kInvalidModel, describe_layer(layer),
           ": the shape of the model's input is not recorded; build the model ",
           "(call it once, or give it an Input) before saving it");
    const DType dtype = graph_dtype(config.value("dtype", Json()), describe_layer(layer));
    for (const char* key : {"sparse", "ragged"}) {
      if (config.value(key, Json()) == true) {
        fail(ErrorCode::kUnsupported, describe_layer(layer), ": ", key,
             " inputs are not converted; make the input dense");
      }
    }
    inputs.push_back({name, dtype, *shape});
  };
  const Json& layers = layers_of(model);
  if (is_functional(model)) {
    for (const Reference& reference : endpoints(config_of(model)["input_layers"], "input_layers")) {
      const auto found = std::find_if(layers.begin(), layers.end(), [&](const Json& layer) {
        return layer_name(layer) == reference.layer;
      });
      if (found == layers.end())
        fail(ErrorCode::kInvalidModel, "input layer '", reference.layer, "' is not among the layers");
      input(*found, reference.layer);
    }
    return inputs;
  }
  if (layers.empty()) fail(ErrorCode::kInvalidModel, "the model has no layers");
  const Json* first = &layers[0];
  for (int depth = 0; is_model(*first) && depth < kMaxNesting && !batch_shape(config_of(*first)); ++depth) {
    if (is_functional(*first) || layers_of(*first).empty()) {
      std::vector<ModelInput> nested = inputs_of(*first);
      return nested;
    }
    first = &layers_of(*first)[0];
  }
  Json described = *first;
  if (!batch_shape(config_of(described))) {
    const Json& config = config_of(model);
    if (config.is_object() && config.contains("build_input_shape"))
      described["config"]["batch_shape"] = config["build_input_shape"];
  }
  const std::string name = layer_name(described);
  input(described, class_of(described) == "InputLayer" ? name : name + "_input");
  return inputs;
}

std::vector<std::string> output_names(const Json& model, size_t count, int keras) {
  std::vector<std::string> names;
  if (is_functional(model)) {
    names = endpoint_keys(config_of(model)["output_layers"]);
    if (names.empty() && keras < 3) {
      for (const Reference& reference : endpoints(config_of(model)["output_layers"], "output_layers"))
        names.push_back(reference.layer);
    }
  } else if (keras < 3) {
    names.push_back(layer_name(layers_of(model).back()));
  }
  for (size_t i = 0; i < count; ++i) {
    if (i >= names.size()) names.push_back("output_" + std::to_string(i));
    const auto earlier = names.begin() + static_cast<std::ptrdiff_t>(i);
    const std::string wanted = names[i];
    for (int k = 1; std::find(names.begin(), earlier, names[i]) != earlier; ++k)
      names[i] = wanted + "_" + std::to_string(k);
  }
  names.resize(count);
  return names;
}

}  // namespace litewright::keras
