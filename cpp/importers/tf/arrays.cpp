#include "importers/tf/arrays.h"

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/types.h"
#include "importers/tf/walker.h"

namespace litewright::tf {
namespace {

using Nodes = std::unordered_map<std::string, const proto::NodeDef*>;

Nodes nodes_of(const proto::GraphDef& graph) {
  Nodes nodes;
  for (const proto::NodeDef& node : graph.node()) nodes.emplace(node.name(), &node);
  return nodes;
}

std::string node_of(const std::string& reference) { return reference.substr(0, reference.find(':')); }
std::string full_reference(const std::string& name) {
  return name.find(':') == std::string::npos ? name + ":0" : name;
}

bool is_placeholder(const std::string& op) {
  return op == "Placeholder" || op == "PlaceholderV2" || op == "PlaceholderWithDefault";
}

// The declared type of a placeholder, and its shape (nothing if the number of dimensions is not known).
TypeAndShape declared(const proto::NodeDef& node) {
  const auto dtype = node.attr().find("dtype"), shape = node.attr().find("shape");
  if (dtype == node.attr().end())
    fail(ErrorCode::kInvalidModel, "the placeholder '", node.name(), "' has no type");
  TypeAndShape result = {to_dtype(dtype->second.type(), "an input"), std::nullopt};
  if (shape == node.attr().end() || shape->second.shape().unknown_rank()) return result;
  result.second = input_shape(shape->second.shape(), node.name());
  return result;
}

std::string described(const Shape& shape) {
  std::string text;
  for (const int32_t dim : shape)
    text += (text.empty() ? "" : ", ") + (dim < 0 ? "None" : std::to_string(dim));
  return "(" + text + ")";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

void check_names(const proto::GraphDef& graph, const std::vector<std::string>& names) {
  const Nodes nodes = nodes_of(graph);
  std::vector<std::string> wrong, placeholders;
  for (const std::string& name : names) {
    if (nodes.count(node_of(name)) == 0) wrong.push_back(name);
  }
  if (wrong.empty()) return;
  for (const proto::NodeDef& node : graph.node()) {
    if (is_placeholder(node.op())) placeholders.push_back(node.name());
  }
  fail(ErrorCode::kInvalidArgument, "Invalid tensors '", listed(wrong), "' were found. The graph has ",
       graph.node_size(), " nodes; its placeholders are '", listed(placeholders), "'",
       graph.node_size() == 0 ? "" : ", its last node is '" + graph.node(graph.node_size() - 1).name() + "'");
}

}  // namespace

TypeAndShape type_and_shape(const proto::GraphDef& graph, const Variables& variables,
                            const std::string& reference) {
  const Nodes nodes = nodes_of(graph);
  const auto found = nodes.find(node_of(reference));
  if (found == nodes.end()) fail(ErrorCode::kInvalidModel, "the graph has no node for '", reference, "'");
  if (is_placeholder(found->second->op())) return declared(*found->second);
  Graph scratch;
  GraphBuilder builder(scratch);
  Walker walker(graph, variables, builder);
  for (const proto::NodeDef& node : graph.node()) {
    if (node.op() != "Placeholder") continue;
    const auto [dtype, shape] = declared(node);
    if (shape && dtype != DType::kResource)
      walker.give(node.name(), builder.input(node.name(), dtype, *shape));
  }
  const Value value = walker.value(reference);
  report(walker.problems());
  if (value.id == kNoTensor) fail(ErrorCode::kInvalidArgument, "'", reference, "' is no tensor");
  const Tensor& tensor = builder.tensor(value.id);
  return {tensor.dtype, tensor.has_rank ? std::optional(tensor.shape) : std::nullopt};
}

Shape chosen_shape(const std::string& name, const std::optional<Shape>& stated, const Shape* wanted) {
  if (wanted == nullptr) {
    if (!stated) {
      fail(ErrorCode::kInvalidArgument, "Provide an input shape for input array '", name,
           "': input_shapes={'", name, "': [...]}");
    }
    return *stated;
  }
  if (!stated) return *wanted;
  bool fits = wanted->size() == stated->size();
  for (size_t i = 0; fits && i < wanted->size(); ++i)
    fits = (*wanted)[i] < 0 || (*stated)[i] < 0 || (*wanted)[i] == (*stated)[i];
  if (!fits) {
    fail(ErrorCode::kInvalidArgument, "The shape of tensor '", name, "' cannot be changed from ",
         described(*stated), " to ", to_string(*wanted), ".");
  }
  Shape shape = *wanted;
  for (size_t i = 0; i < shape.size(); ++i) shape[i] = shape[i] < 0 ? (*stated)[i] : shape[i];
  return shape;
}

SignaturePlan plan_of_arrays(const proto::GraphDef& graph, const Variables& variables,
                             const ArrayChoice& choice) {
  if (choice.outputs.empty())
    fail(ErrorCode::kInvalidArgument, "output_arrays is empty: name the graph's results");
  check_names(graph, choice.inputs);
  check_names(graph, choice.outputs);
  for (const auto& [name, shape] : choice.shapes) {
    if (std::find(choice.inputs.begin(), choice.inputs.end(), name) == choice.inputs.end())
      fail(ErrorCode::kInvalidArgument, "Invalid tensor '", name,
           "' found in tensor shapes map. The inputs are '", listed(choice.inputs), "'");
  }
  SignaturePlan plan{.key = "serving_default", .inputs = {}, .outputs = {}};
  for (const std::string& name : choice.inputs) {
    const std::string reference = full_reference(name);
    const auto [dtype, stated] = type_and_shape(graph, variables, reference);
    const auto wanted = choice.shapes.find(name);
    const Shape* given = wanted == choice.shapes.end() ? nullptr : &wanted->second;
    plan.inputs.push_back({name, reference, dtype, chosen_shape(name, stated, given), name});
  }
  for (const std::string& name : choice.outputs) plan.outputs.push_back({name, full_reference(name), name});
  return plan;
}

}  // namespace litewright::tf
