#include "importers/keras/nodes.h"

#include <algorithm>
#include <optional>

#include "core/error.h"

namespace litewright::keras {
namespace {

constexpr int kMaxDepth = 32;

[[noreturn]] void bad_node(const std::string& where, const Json& value) {
  fail(ErrorCode::kInvalidModel, where, ": its inbound nodes are not readable (", brief(value), ")");
}

// ["dense", 0, 0] and {"class_name": "__keras_tensor__", "config": {"keras_history": ["dense", 0, 0]}}.
std::optional<Reference> as_history(const Json& value) {
  if (!value.is_array() || value.size() < 3 || !value[0].is_string() || !value[1].is_number_integer() ||
      !value[2].is_number_integer()) {
    return std::nullopt;
  }
  return Reference{value[0].get<std::string>(), value[1].get<int64_t>(), value[2].get<int64_t>()};
}

std::optional<Reference> as_keras_tensor(const Json& value) {
  if (!value.is_object() || value.value("class_name", Json()) != "__keras_tensor__") return std::nullopt;
  const Json config = value.value("config", Json::object());
  return config.is_object() && config.contains("keras_history") ? as_history(config["keras_history"])
                                                                : std::nullopt;
}

// Keras 2 spells a constant ["_CONSTANT_VALUE", -1, constant].
bool is_constant(const Json& value) {
  return value.is_array() && value.size() >= 3 && value[0] == "_CONSTANT_VALUE";
}

using Visit = std::function<Value(const Reference&)>;

Argument resolve_value(const Json& value, bool lists, int depth, const std::string& where,
                       const Visit& look_up) {
  if (depth > kMaxDepth) bad_node(where, value);
  Argument argument;
  if (is_constant(value)) {
    argument.value = value[2];
    return argument;
  }
  std::optional<Reference> reference = as_keras_tensor(value);
  if (!reference && lists) reference = as_history(value);
  if (reference) {
    const Value found = look_up(*reference);
    argument.tensor = found.id;
    argument.mask = found.mask;
    return argument;
  }
  argument.value = value;
  if (value.is_object() && !value.contains("class_name")) {  // tensors by name, in the order of the names
    Argument named = argument;
    for (const auto& [name, item] : value.items())
      named.list.push_back(resolve_value(item, lists, depth + 1, where, look_up));
    const auto is_tensor = [](const Argument& item) { return item.is_tensor(); };
    if (std::any_of(named.list.begin(), named.list.end(), is_tensor)) return named;
  }
  const bool tuple = value.is_object() && value.contains("items") && value["items"].is_array();
  const Json& items = tuple ? value["items"] : value;
  if (items.is_array()) {
    argument.is_list = true;
    argument.value = items;
    for (const Json& item : items)
      argument.list.push_back(resolve_value(item, lists, depth + 1, where, look_up));
  }
  return argument;
}

}  // namespace

std::vector<Json> inbound_nodes(const Json& layer, const std::string& where) {
  if (!layer.contains("inbound_nodes")) return {};
  const Json& nodes = layer["inbound_nodes"];
  if (!nodes.is_array()) bad_node(where, nodes);
  return std::vector<Json>(nodes.begin(), nodes.end());
}

Call resolve(const Json& node, const std::string& where, const Visit& look_up) {
  Call call;
  if (node.is_object()) {
    const Json args = node.value("args", Json::array()), kwargs = node.value("kwargs", Json::object());
    if (!args.is_array() || !kwargs.is_object()) bad_node(where, node);
    for (const Json& arg : args) call.args.push_back(resolve_value(arg, false, 0, where, look_up));
    for (const auto& [name, value] : kwargs.items()) {
      call.kwargs[name] = resolve_value(value, false, 0, where, look_up);
    }
    return call;
  }
  if (!node.is_array()) bad_node(where, node);
  // One tensor is written without the outer list in some files.
  const std::vector<Json> items = as_history(node) || is_constant(node)
                                      ? std::vector<Json>{node}
                                      : std::vector<Json>(node.begin(), node.end());
  Argument all;
  all.is_list = true;
  for (const Json& item : items) {
    if (!item.is_array() || item.size() < 3) bad_node(where, item);
    all.list.push_back(resolve_value(item, true, 0, where, look_up));
    if (!is_constant(item) && !all.list.back().is_tensor()) bad_node(where, item);
    if (item.size() > 3 && item[3].is_object()) {
      for (const auto& [name, value] : item[3].items()) {
        call.kwargs[name] = resolve_value(value, true, 0, where, look_up);
      }
    }
  }
  if (all.list.size() == 1) {
    call.args.push_back(all.list[0]);
  } else if (!all.list.empty()) {
    call.args.push_back(all);
  }
  return call;
}

std::vector<Reference> references(const Json& node, const std::string& where) {
  std::vector<Reference> found;
  resolve(node, where, [&](const Reference& reference) {
    found.push_back(reference);
    return Value{0, kNoTensor};
  });
  return found;
}

std::vector<Reference> endpoints(const Json& value, const std::string& where) {
  if (const auto single = as_history(value)) return {*single};
  std::vector<Reference> found;
  if (!value.is_array() && !value.is_object()) bad_node(where, value);
  for (const Json& item : value) {
    const std::vector<Reference> inner = endpoints(item, where);
    found.insert(found.end(), inner.begin(), inner.end());
  }
  return found;
}

std::vector<std::string> endpoint_keys(const Json& value) {
  std::vector<std::string> keys;
  if (!value.is_object()) return keys;
  for (const auto& [key, item] : value.items()) keys.push_back(key);
  return keys;
}

}  // namespace litewright::keras
