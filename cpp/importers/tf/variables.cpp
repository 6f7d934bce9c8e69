#include "importers/tf/variables.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"

namespace litewright::tf {
namespace {

constexpr int kMostSteps = 1000;

std::string node_of(const std::string& reference) { return reference.substr(0, reference.find(':')); }

int index_of(const std::string& reference) {
  const size_t colon = reference.rfind(':');
  return colon == std::string::npos ? 0 : std::atoi(reference.c_str() + colon + 1);
}

// Finds the assignments in one list of nodes: the graph's or those of the function that restores.
class Assignments {
 public:
  template <class Nodes>
  Assignments(const Nodes& nodes, std::map<std::string, std::string> arguments)
      : arguments_(std::move(arguments)) {
    for (const proto::NodeDef& node : nodes) nodes_.emplace(node.name(), &node);
  }

  // Calls restored(variable, key, what part of it) and copied(variable, other variable).
  template <class Restored, class Copied>
  void visit(const Restored& restored, const Copied& copied) const {
    for (const auto& [name, node] : nodes_) {
      if ((node->op() != "AssignVariableOp" && node->op() != "Assign") || node->input_size() < 2) continue;
      const std::string variable = handle(node->input(0));
      std::string from = source(node->input(1));
      const proto::NodeDef* origin = find(from);
      if (variable.empty() || origin == nullptr) continue;
      if (origin->op() == "RestoreV2" && origin->input_size() >= 2) {
        const proto::NodeDef* names = find(source(origin->input(1)));
        if (names == nullptr) continue;
        const auto value = names->attr().find("value");
        if (value == names->attr().end()) continue;
        const auto& keys = value->second.tensor().string_val();
        const int index = index_of(from);
        if (index >= 0 && index < keys.size())
          restored(variable, keys.Get(index), part(*origin, keys.size(), index));
      } else if (origin->op() == "ReadVariableOp" && origin->input_size() >= 1) {
        copied(variable, handle(origin->input(0)));
      }
    }
  }

 private:
  const proto::NodeDef* find(const std::string& reference) const {
    const auto found = nodes_.find(node_of(reference));
    return found == nodes_.end() ? nullptr : found->second;
  }
  // What a RestoreV2 says of the part that result `index` of `count` is; "" for the whole.
  std::string part(const proto::NodeDef& restore, int count, int index) const {
    const proto::NodeDef* parts = restore.input_size() < 3 ? nullptr : find(source(restore.input(2)));
    const auto value = parts == nullptr ? restore.attr().end() : parts->attr().find("value");
    if (parts == nullptr || value == parts->attr().end()) return "";
    const auto& texts = value->second.tensor().string_val();  // one stands for all that follow it
    return texts.empty() || texts.size() > count ? "" : texts.Get(std::min(index, texts.size() - 1));
  }
  // Where a reference leads to through nodes that pass their operand on.
  std::string source(std::string reference) const {
    for (int steps = 0; steps < kMostSteps; ++steps) {
      const proto::NodeDef* node = find(reference);
      if (node == nullptr || node->op() != "Identity" || node->input_size() == 0) break;
      reference = node->input(0);
    }
    return reference;
  }
  std::string handle(const std::string& reference) const {
    const std::string name = node_of(source(reference));
    const auto argument = arguments_.find(name);
    if (argument != arguments_.end()) return argument->second;
    return nodes_.count(name) != 0 ? name : "";
  }
  std::unordered_map<std::string, const proto::NodeDef*> nodes_;
  std::map<std::string, std::string> arguments_;  // of a function -> node of the graph
};

}  // namespace

Variables::Variables(const proto::MetaGraphDef& graph, const std::string& folder)
    : prefix_(folder + "/variables/variables"),
      tables_(graph, folder),
      outputs_(graph.meta_info_def().stripped_op_list()) {
  const auto restored = [&](const std::string& node, const std::string& key, const std::string& part) {
    keys_.emplace(node, key);
    if (!part.empty()) parts_.emplace(node, part);
  };
  const auto copied = [&](const std::string& node, const std::string& other) {
    aliases_[node] = other;
    copies_.emplace(other, node);
  };
  const proto::GraphDef& def = graph.graph_def();
  Assignments(def.node(), {}).visit(restored, copied);
  const std::string restore = node_of(graph.saver_def().restore_op_name());
  for (const proto::NodeDef& node : def.node()) {
    if (node.name() != restore || node.attr().count("f") == 0) continue;
    for (const proto::FunctionDef& function : def.library().function()) {
      if (function.signature().name() != node.attr().at("f").func().name()) continue;
      std::map<std::string, std::string> arguments;
      for (int i = 0; i < function.signature().input_arg_size() && i < node.input_size(); ++i)
        arguments.emplace(function.signature().input_arg(i).name(), node_of(node.input(i)));
      Assignments(function.node_def(), std::move(arguments)).visit(restored, copied);
    }
  }
}

TensorBundle::Value Variables::read(const std::string& node) const {
  const auto given = given_.find(node);
  if (given != given_.end()) return given->second;
  std::string name = node;
  for (int steps = 0; steps < kMostSteps && keys_.count(name) == 0 && aliases_.count(name) != 0; ++steps)
    name = aliases_.at(name);
  // Keras 3 saves a copy in the place of what its functions read.
  const auto copy = copies_.find(node);
  if (keys_.count(name) == 0 && copy != copies_.end()) name = copy->second;
  const auto found = keys_.find(name);
  if (found == keys_.end() && prefix_.empty()) {
    fail(ErrorCode::kInvalidModel, "the variable '", node,
         "' has no value: freeze the graph, so that its variables become constants");
  }
  if (found == keys_.end()) {
    fail(ErrorCode::kInvalidModel, "the variable '", node, "' is not in the checkpoint '", prefix_,
         "': the model was saved without it");
  }
  if (!bundle_) bundle_ = std::make_unique<TensorBundle>(prefix_);
  const auto part = parts_.find(name);
  return bundle_->read(found->second, part == parts_.end() ? TensorSlice() : parse_slice(part->second));
}

}  // namespace litewright::tf
