// How Keras files record the calls of layers: both encodings of "inbound_nodes", read into one form.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "importers/keras/lowering.h"

namespace litewright::keras {

// The `tensor`-th result of the `node`-th call of a layer.
struct Reference {
  std::string layer;
  int64_t node = 0;
  int64_t tensor = 0;
};

// The calls of a layer, one JSON value each.
std::vector<Json> inbound_nodes(const Json& layer, const std::string& where);
// All tensors a call refers to.
std::vector<Reference> references(const Json& node, const std::string& where);
// The call with its tensors looked up.
Call resolve(const Json& node, const std::string& where,
             const std::function<Value(const Reference&)>& look_up);
// "input_layers" or "output_layers": one reference, a list, or a dictionary of them, in Keras's order.
std::vector<Reference> endpoints(const Json& value, const std::string& where);
// Names of a dictionary's entries, in the same order; empty if it is not one.
std::vector<std::string> endpoint_keys(const Json& value);

}  // namespace litewright::keras
