#include "importers/keras/model.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "importers/keras/description.h"

namespace litewright::keras {
namespace {

constexpr int kMaxNesting = 64;

// Weights that Keras keeps in a form of its own, which the layers' rules do not know.
void check_weights_are_plain(const Config& config, const Weights& weights) {
  if (config.has("dtype") && class_of(config.raw("dtype")) == "QuantizedDTypePolicy") {
    fail(ErrorCode::kUnsupported,
         "Keras has quantized its weights; convert the model as it was before, and quantize with the "
         "converter");
  }
  for (const char* name : {"lora_kernel_a", "lora_embeddings_a"}) {
    if (config.has("lora_rank") && weights.has(name, INT32_MAX))
      fail(ErrorCode::kUnsupported,
           "its LoRA weights are kept apart in HDF5 files; save the model as .keras, which adds them to the "
           "others");
  }
}

bool poisoned(const Argument& argument) {
  return argument.tensor == kPoison || argument.mask == kPoison ||
         std::any_of(argument.list.begin(), argument.list.end(), poisoned);
}

// A call with tensors by name, of a model whose inputs have an order.
Call in_order(const Json& model, const Call& call) {
  if (!is_functional(model) || call.args.size() != 1 || !call.args[0].value.is_object()) return call;
  const Json& inputs = config_of(model)["input_layers"];
  if (inputs.is_object()) return call;  // by name, too
  Call ordered = call;
  Argument& argument = ordered.args[0];
  argument.list.clear();
  for (const Reference& input : endpoints(inputs, "input_layers")) {
    size_t place = 0;
    for (const auto& [name, item] : argument.value.items()) {
      if (name == input.layer) argument.list.push_back(call.args[0].list[place]);
      ++place;
    }
  }
  return ordered;
}

bool poisoned(const Call& call) {
  return std::any_of(call.args.begin(), call.args.end(), [](const Argument& a) { return poisoned(a); }) ||
         std::any_of(call.kwargs.begin(), call.kwargs.end(),
                     [](const auto& a) { return poisoned(a.second); });
}

}  // namespace

Importer::Importer(Graph& graph, const KerasImportOptions& options, int keras)
    : main_(graph), builder_(&main_), options_(&options), keras_(keras) {}

void Importer::note(const std::string& problem) {
  if (std::find(problems_.begin(), problems_.end(), problem) == problems_.end()) problems_.push_back(problem);
}

void Importer::report() const {
  if (problems_.empty()) return;
  std::string text =
      concat("cannot convert ", problems_.size(), problems_.size() == 1 ? " layer:" : " layers:");
  for (const std::string& problem : problems_) text += "\n  " + problem;
  throw Error(ErrorCode::kUnsupported, text);
}

Results Importer::call_layer(const Json& node, const Weights& weights, const Call& call) {
  const std::string kind = class_of(node);
  const std::string registered =
      node.value("registered_name", Json()).is_string() ? node["registered_name"].get<std::string>() : "";
  const Config config(config_of(node), describe_layer(node));
  return with_context(
      [&] { return describe_layer(node); },
      [&]() -> Results {
        const auto custom = [&] {
          const auto by_class = options_->custom_layers.find(kind);
          return by_class != options_->custom_layers.end() ? by_class
                                                           : options_->custom_layers.find(registered);
        }();
        if (custom == options_->custom_layers.end() && is_model(node)) {
          const Call ordered = in_order(node, call);
          std::vector<Value> inputs = Lowering(*this, config, weights, kind, ordered).inputs();
          return call_model(node, weights, inputs);
        }
        check_weights_are_plain(config, weights);
        builder_->set_layer(layer_name(node));
        Lowering lowering(*this, config, weights, kind, call);
        if (custom != options_->custom_layers.end()) {
          Results results;
          for (const TensorId id : custom->second(lowering)) results.push_back({id, kNoTensor});
          return results;
        }
        const LayerRow* row = is_operation(node) ? find_operation(kind) : find_layer(kind);
        if (row == nullptr) {
          fail(ErrorCode::kUnsupported, "no rule for this class; state one with litewright.register_layer(\"",
               kind, "\")");
        }
        if (row->lower == nullptr) fail(ErrorCode::kUnsupported, row->reason);
        Results results = row->lower(lowering);
        for (Value& value : results) {
          if (row->mask == MaskRule::kPass) value.mask = lowering.mask();
          if (row->mask == MaskRule::kStop) value.mask = kNoTensor;
        }
        return results;
      });
}

Results Importer::try_layer(const Json& node, const Weights& weights, const Call& call) {
  if (!poisoned(call)) {
    try {
      return call_layer(node, weights, call);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUnsupported) throw;
      note(error.what());
    }
  } else if (!is_model(node) && options_->custom_layers.count(class_of(node)) == 0) {
    // What comes after cannot be lowered, but whether there is a rule for it can still be told.
    const LayerRow* row = is_operation(node) ? find_operation(class_of(node)) : find_layer(class_of(node));
    if (row != nullptr && row->lower == nullptr) note(describe_layer(node) + ": " + row->reason);
    if (row == nullptr) {
      note(describe_layer(node) + ": no rule for this class; state one with litewright.register_layer(\"" +
           class_of(node) + "\")");
    }
  }
  return {};
}

Results Importer::call_model(const Json& model, const Weights& weights, const std::vector<Value>& inputs) {
  if (++depth_ > kMaxNesting) fail(ErrorCode::kInvalidModel, "models are nested too deeply");
  Results results = is_functional(model) ? call_functional(model, weights, inputs)
                                         : call_sequential(layers_of(model), weights, inputs);
  --depth_;
  return results;
}

Results Importer::call_sequential(const Json& layers, const Weights& weights,
                                  const std::vector<Value>& inputs) {
  std::map<std::string, int> ordinals;
  Results values = inputs;
  bool broken = false;
  for (const Json& layer : layers) {
    const int ordinal = ordinals[snake_case(class_of(layer))]++;
    if (class_of(layer) == "InputLayer") continue;
    Call call;
    for (const Value& value : values)
      call.args.push_back({.tensor = broken ? kPoison : value.id, .mask = value.mask});
    if (broken) call.args = {{.tensor = kPoison}};
    values = try_layer(layer, weights.layer(layer_name(layer), class_of(layer), ordinal), call);
    broken = broken || values.empty();
  }
  if (broken) return {{kPoison, kNoTensor}};
  return values;
}

}  // namespace litewright::keras
