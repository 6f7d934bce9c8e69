// Functional models: layers whose calls name the tensors they take.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"
#include "importers/keras/description.h"
#include "importers/keras/model.h"

namespace litewright::keras {
namespace {

struct Node {
  const Json* layer;
  int ordinal;  // of the layer among those of its class
  Json call;
  std::vector<Reference> needs;
  size_t missing = 0;           // of the nodes it needs, those not done
  std::vector<size_t> waiting;  // nodes that need this one
  Results results;
};

struct Calls {
  std::vector<size_t> nodes;  // by the order of the layer's calls
  int64_t offset = 0;         // what calls' references to this layer count from
  int64_t end_offset = 0;     // what the model's outputs count from
};

class Functional {
 public:
  explicit Functional(const Json& model) : model_(&model) {
    std::map<std::string, int> ordinals;
    for (const Json& layer : layers_of(model)) {
      const int ordinal = is_operation(layer) ? 0 : ordinals[snake_case(class_of(layer))]++;
      const std::string name = name_of(layer);
      if (!calls_.try_emplace(name).second)
        fail(ErrorCode::kInvalidModel, "two layers are named '", name, "'");
      std::vector<Json> inbound = inbound_nodes(layer, describe_layer(layer));
      if (inbound.empty()) inbound.emplace_back();  // an input layer
      for (Json& call : inbound) {
        calls_[name].nodes.push_back(nodes_.size());
        nodes_.push_back({.layer = &layer, .ordinal = ordinal, .call = std::move(call)});
      }
    }
    for (Node& node : nodes_) {
      if (!node.call.is_null()) node.needs = references(node.call, describe_layer(*node.layer));
    }
    find_offsets();
    connect();
  }

  const Json& model() const { return *model_; }
  std::vector<Node>& nodes() { return nodes_; }

  std::vector<Reference> outputs() const {
    return endpoints(config_of(*model_)["output_layers"], "output_layers");
  }

  size_t index_of(const Reference& reference, bool is_output = false) const {
    const auto found = calls_.find(reference.layer);
    if (found == calls_.end())
      fail(ErrorCode::kInvalidModel, "a layer '", reference.layer, "' is referred to, but not there");
    const int64_t call = reference.node - (is_output ? found->second.end_offset : found->second.offset);
    if (call < 0 || call >= static_cast<int64_t>(found->second.nodes.size())) {
      fail(ErrorCode::kInvalidModel, "call ", reference.node, " of layer '", reference.layer,
           "' is referred to, but not there");
    }
    return found->second.nodes[static_cast<size_t>(call)];
  }

  Value value(const Reference& reference, bool is_output = false) const {
    const Node& node = nodes_[index_of(reference, is_output)];
    const Results& results = node.results;
    if (results.empty() && class_of(*node.layer) == "InputLayer") {
      fail(ErrorCode::kInvalidModel, "layer '", reference.layer, "' is not among the model's input_layers");
    }
    if (results.empty()) return {kPoison, kNoTensor};
    if (reference.tensor < 0 || reference.tensor >= static_cast<int64_t>(results.size())) {
      fail(ErrorCode::kInvalidModel, "result ", reference.tensor, " of layer '", reference.layer,
           "' is referred to, but not there");
    }
    return results[static_cast<size_t>(reference.tensor)];
  }

  static std::string name_of(const Json& layer) {
    return layer.contains("name") && layer["name"].is_string() ? layer["name"].get<std::string>()
                                                               : layer_name(layer);
  }

 private:
  // A model used as a layer counts its own making as call 0: in Keras 2 everywhere, in Keras 3 where a
  // Functional model is an output.
  void find_offsets() {
    std::map<std::string, int64_t> highest;
    const auto see = [&](const Reference& reference) {
      int64_t& top = highest.try_emplace(reference.layer, 0).first->second;
      top = std::max(top, reference.node);
    };
    for (const Node& node : nodes_) std::for_each(node.needs.begin(), node.needs.end(), see);
    for (const Reference& output : outputs()) see(output);
    for (auto& [name, calls] : calls_) {
      const Node& first = nodes_[calls.nodes[0]];
      if (!is_model(*first.layer)) continue;
      const bool keras_3 = first.call.is_object();
      const auto found = highest.find(name);
      const bool counted =
          found != highest.end() && found->second == static_cast<int64_t>(calls.nodes.size());
      calls.offset = !keras_3 && counted ? 1 : 0;
      calls.end_offset = keras_3 && is_functional(*first.layer) ? 1 : calls.offset;
    }
  }

  void connect() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      std::set<size_t> before;
      for (const Reference& reference : nodes_[i].needs) before.insert(index_of(reference));
      nodes_[i].missing = before.size();
      for (const size_t other : before) nodes_[other].waiting.push_back(i);
    }
  }

  const Json* model_;
  std::vector<Node> nodes_;
  std::map<std::string, Calls> calls_;
};

}  // namespace

Results Importer::call_functional(const Json& model, const Weights& weights,
                                  const std::vector<Value>& inputs) {
  Functional functional(model);
  std::vector<Node>& nodes = functional.nodes();
  const std::vector<Reference> entries = endpoints(config_of(model)["input_layers"], "input_layers");
  if (entries.size() != inputs.size()) {
    fail(ErrorCode::kInvalidModel, describe_layer(model), " has ", entries.size(), " inputs, is called with ",
         inputs.size());
  }
  for (size_t i = 0; i < entries.size(); ++i) nodes[functional.index_of(entries[i])].results = {inputs[i]};

  std::set<size_t> ready;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].missing == 0) ready.insert(i);
  }
  size_t done = 0;
  while (!ready.empty()) {
    const size_t i = *ready.begin();
    ready.erase(ready.begin());
    ++done;
    Node& node = nodes[i];
    if (node.results.empty() && !node.call.is_null()) {
      const Call call = resolve(node.call, describe_layer(*node.layer),
                                [&](const Reference& r) { return functional.value(r); });
      const std::string kind = class_of(*node.layer);
      node.results =
          try_layer(*node.layer, weights.layer(Functional::name_of(*node.layer), kind, node.ordinal), call);
    } else if (node.results.empty() && class_of(*node.layer) != "InputLayer") {
      node.results = try_layer(*node.layer, weights, Call{});
    }
    for (const size_t other : node.waiting) {
      if (--nodes[other].missing == 0) ready.insert(other);
    }
  }
  if (done != nodes.size())
    fail(ErrorCode::kInvalidModel, describe_layer(model), ": its layers feed each other in a circle");
  Results results;
  for (const Reference& output : functional.outputs()) results.push_back(functional.value(output, true));
  return results;
}

}  // namespace litewright::keras
