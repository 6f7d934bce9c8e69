#include "importers/tf/graph_def.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/text_format.h"
#include "tflite/mapped_file.h"

namespace litewright::tf {
namespace {

proto::GraphDef read_graph(const std::string& path) {
  if (!std::filesystem::exists(path)) fail(ErrorCode::kIo, "File '", path, "' does not exist.");
  proto::GraphDef graph;
  const auto failed = [&](const std::string& why) {
    fail(ErrorCode::kIo, "Unable to parse input file '", path, "': ", why);
  };
  try {
    if (!parse_message(map_file(path), "GraphDef", graph)) failed("it is no GraphDef, or cut off");
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInvalidModel) failed(error.what());
    throw;
  }
  return graph;
}

void check_frozen(const proto::GraphDef& graph) {
  for (const proto::NodeDef& node : graph.node()) {
    const std::string& op = node.op();
    const bool variable = op.rfind("Variable", 0) == 0 || op == "VarHandleOp" || op == "ReadVariableOp";
    if (variable) {
      fail(ErrorCode::kInvalidArgument, "Please freeze the graph using freeze_graph.py. The node '",
           node.name(), "' (", op, ") is a variable; a GraphDef holds no values of variables");
    }
  }
}

}  // namespace

void check_frozen_graph(const std::string& path, const ArrayChoice& arrays) {
  const proto::GraphDef graph = read_graph(path);
  check_frozen(graph);
  plan_of_arrays(graph, Variables(), arrays);
}

Graph import_frozen_graph(const std::string& path, const ArrayChoice& arrays, const ForeignOps& foreign) {
  const proto::GraphDef def = read_graph(path);
  check_frozen(def);
  Variables variables;
  variables.set_foreign(foreign);
  const SignaturePlan plan = plan_of_arrays(def, variables, arrays);
  return with_context([&] { return "importing '" + path + "'"; },
                      [&] {
                        Graph graph;
                        graph.description = "Litewright, from a frozen TensorFlow graph";
                        graph.origin = path;
                        std::vector<std::string> problems;
                        import_signature(graph, def, variables, plan, problems);
                        finish_signatures(graph, variables, problems);
                        return graph;
                      });
}

namespace {

bool is_placeholder(const proto::GraphDef& graph, const std::string& name) {
  return std::any_of(graph.node().begin(), graph.node().end(), [&](const proto::NodeDef& node) {
    return node.name() == name && node.op() == "Placeholder";
  });
}

SignaturePlan plan_of(const proto::GraphDef& graph, const Variables& variables,
                      const LiveFunction& function) {
  SignaturePlan plan{.key = function.key, .inputs = {}, .outputs = {}};
  for (const LiveFunction::Port& port : function.inputs) {
    const auto [dtype, shape] = type_and_shape(graph, variables, port.reference);
    if (!shape) {
      fail(ErrorCode::kUnsupported, "the input '", port.name,
           "' has no known number of dimensions; state its shape in the function's input_signature");
    }
    plan.inputs.push_back({port.name, port.reference, dtype, *shape, port.tensor_name});
  }
  for (const LiveFunction::Port& port : function.outputs)
    plan.outputs.push_back({port.name, port.reference, port.tensor_name});
  for (const auto& [node, value] : function.variables) {
    if (is_placeholder(graph, node)) plan.handles.push_back(node);
  }
  for (const auto& [node, value] : function.tables) plan.handles.push_back(node);
  plan.constants = function.constants;
  return plan;
}

template <class Message>
Message parsed(const Bytes& bytes, const char* what) {
  Message message;
  if (bytes.size() > INT32_MAX || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    fail(ErrorCode::kInvalidModel, "the function's ", what, " is damaged");
  return message;
}

}  // namespace

Graph import_functions(const std::vector<LiveFunction>& functions, const ForeignOps& foreign) {
  Graph graph;
  graph.description = "Litewright, from TensorFlow functions";
  Variables variables;
  variables.set_foreign(foreign);
  std::vector<std::string> problems;
  for (const LiveFunction& function : functions) {
    with_context([&] { return "importing the function '" + function.key + "'"; },
                 [&] {
                   const auto def = parsed<proto::GraphDef>(function.graph, "graph");
                   const auto operators = parsed<proto::OpList>(function.operators, "list of operators");
                   variables.set_outputs(OpOutputs(operators));
                   for (const auto& [node, value] : function.variables) variables.give(node, value);
                   for (const auto& [node, table] : function.tables) variables.tables().give(node, table);
                   import_signature(graph, def, variables, plan_of(def, variables, function), problems);
                 });
  }
  finish_signatures(graph, variables, problems);
  return graph;
}

}  // namespace litewright::tf
