// TensorFlow graphs written by hand, imported and run.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/saved_model.h"
#include "passes/passes.h"
#include "runtime/interpreter.h"

namespace litewright::tf {

constexpr int kFloat = 1, kInt = 3, kBool = 10, kVariant = 21;

// The nodes of a graph or a function. References inside a function name the output: "node:out:0".
template <class Def>
class Nodes {
 public:
  explicit Nodes(Def* def) : def_(def) {}
  class Node {
   public:
    explicit Node(proto::NodeDef* node) : node_(node) {}
    Node& type(const std::string& name, int type) { return attribute(name).set_type(type), *this; }
    Node& number(const std::string& name, int64_t value) { return attribute(name).set_i(value), *this; }
    Node& function(const std::string& name, const std::string& value) {
      return attribute(name).mutable_func()->set_name(value), *this;
    }
    Node& shape(const std::vector<int>& dims) {
      for (const int dim : dims) attribute("shape").mutable_shape()->add_dim()->set_size(dim);
      return *this;
    }
    proto::AttrValue& attribute(const std::string& name) { return (*node_->mutable_attr())[name]; }

   private:
    proto::NodeDef* node_;
  };

  Node add(const std::string& name, const std::string& op, const std::vector<std::string>& inputs = {}) {
    proto::NodeDef* node = new_node();
    node->set_name(name);
    node->set_op(op);
    for (const std::string& input : inputs) node->add_input(input);
    return Node(node);
  }
  void floats(const std::string& name, const std::vector<float>& values, const std::vector<int>& dims = {}) {
    proto::Tensor* tensor = constant(name, kFloat, dims);
    for (const float value : values) tensor->add_float_val(value);
  }
  void ints(const std::string& name, const std::vector<int>& values, const std::vector<int>& dims = {}) {
    proto::Tensor* tensor = constant(name, kInt, dims);
    for (const int value : values) tensor->add_int_val(value);
  }

 private:
  proto::NodeDef* new_node() {
    if constexpr (std::is_same_v<Def, proto::GraphDef>) {
      return def_->add_node();
    } else {
      return def_->add_node_def();
    }
  }
  proto::Tensor* constant(const std::string& name, int type, const std::vector<int>& dims) {
    proto::Tensor* tensor = add(name, "Const").type("dtype", type).attribute("value").mutable_tensor();
    tensor->set_dtype(type);
    for (const int dim : dims) tensor->mutable_tensor_shape()->add_dim()->set_size(dim);
    return tensor;
  }
  Def* def_;
};

// A model with the float input "x" [?, width] and one output.
class Model {
 public:
  explicit Model(int width = 2) : graph_(message_.add_meta_graphs()->mutable_graph_def()), nodes(graph_) {
    message_.mutable_meta_graphs(0)->mutable_meta_info_def()->add_tags("serve");
    nodes.add("x", "Placeholder").type("dtype", kFloat).shape({-1, width});
    proto::TensorInfo& x = (*signature().mutable_inputs())["x"];
    x.set_name("x:0");
    x.set_dtype(kFloat);
    for (const int dim : {-1, width}) x.mutable_tensor_shape()->add_dim()->set_size(dim);
  }
  // A function with these arguments and results; a result is the reference it has inside.
  Nodes<proto::FunctionDef> function(const std::string& name, const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& results) {
    proto::FunctionDef* def = graph_->mutable_library()->add_function();
    def->mutable_signature()->set_name(name);
    for (const std::string& argument : arguments)
      def->mutable_signature()->add_input_arg()->set_name(argument);
    for (size_t i = 0; i < results.size(); ++i) {
      const std::string key = "r" + std::to_string(i);
      def->mutable_signature()->add_output_arg()->set_name(key);
      (*def->mutable_ret())[key] = results[i];
    }
    return Nodes<proto::FunctionDef>(def);
  }
  void output(const std::string& reference) { (*signature().mutable_outputs())["y"].set_name(reference); }
  Graph import(bool optimized = true) const {
    char folder[] = "/tmp/litewright-XXXXXX";
    if (mkdtemp(folder) == nullptr) throw std::runtime_error("no temporary folder");
    std::ofstream(std::string(folder) + "/saved_model.pb") << message_.SerializeAsString();
    const std::shared_ptr<void> removed(nullptr, [&](void*) { std::filesystem::remove_all(folder); });
    Graph graph = import_saved_model(folder);
    if (optimized) optimize(graph);
    return graph;
  }

  proto::SavedModel& message() { return message_; }

 private:
  proto::SignatureDef& signature() {
    return (*message_.mutable_meta_graphs(0)->mutable_signature_def())["serving_default"];
  }
  proto::SavedModel message_;
  proto::GraphDef* graph_;

 public:
  Nodes<proto::GraphDef> nodes;
};

// The float results for rows of x.
inline std::vector<float> run(const Graph& graph, const std::vector<float>& x) {
  Interpreter interpreter(std::make_shared<litewright::Model>(graph));
  const TensorId input = graph.main().inputs[0];
  const auto width = graph.main().tensors[input].shape.back();
  interpreter.resize_input(0, {static_cast<int32_t>(x.size()) / width, width});
  interpreter.allocate();
  SubgraphExecutor& executor = interpreter.executor();
  std::copy(x.begin(), x.end(), reinterpret_cast<float*>(executor.data(input)));
  interpreter.invoke();
  const TensorId output = graph.main().outputs[0];
  const auto* first = reinterpret_cast<const float*>(executor.data(output));
  return {first, first + executor.slot(output).bytes / sizeof(float)};
}

inline std::vector<BuiltinOp> codes(const Graph& graph) {
  std::vector<BuiltinOp> all;
  for (const Operator& op : graph.main().operators) all.push_back(op.code);
  return all;
}

}  // namespace litewright::tf
