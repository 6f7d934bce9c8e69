// Builds a subgraph operator by operator; dtypes and shapes of results come from the operator table.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace litewright {

class GraphBuilder {
 public:
  // Adds to `graph.subgraphs[subgraph]`, which is made if it is the next one. `graph` must outlive the
  // builder.
  explicit GraphBuilder(Graph& graph, int subgraph = 0);

  // The layer that later operators belong to, for tensor names and messages.
  void set_layer(std::string layer) { layer_ = std::move(layer); }
  const std::string& layer() const { return layer_; }

  // A subgraph input; -1 in `shape` is a dimension known only at run time.
  TensorId input(const std::string& name, DType dtype, Shape shape);
  // A tensor that keeps its value between runs, zero at first.
  TensorId variable(const std::string& name, DType dtype, Shape shape);

  template <class T>
  TensorId constant(const std::vector<T>& values, Shape shape, const std::string& name = "") {
    return constant(dtype_of<T>, std::move(shape), Bytes::copy(values), name);
  }
  template <class T>
  TensorId scalar(T value, const std::string& name = "") {
    return constant(std::vector<T>{value}, {}, name);
  }
  TensorId ints(const std::vector<int32_t>& values, const std::string& name = "") {
    return constant(values, {static_cast<int32_t>(values.size())}, name);
  }
  // `data` holds exactly the elements of `shape`.
  TensorId constant(DType dtype, Shape shape, Bytes data, const std::string& name = "");

  // Adds an operator with one result, inferred from the operator table. A dimension that depends on an
  // unknown one is unknown. Error (with the layer) if the operator refuses its operands.
  TensorId add(BuiltinOp op, const std::vector<TensorId>& inputs, Options options = {},
               const std::string& name = "");
  // The same for `outputs` results.
  std::vector<TensorId> add_multi(BuiltinOp op, const std::vector<TensorId>& inputs, Options options,
                                  int outputs, const std::string& name = "");
  // An operator whose results the caller states (control flow, custom operators): nothing is inferred.
  std::vector<TensorId> add_declared(Operator op, const std::vector<Tensor>& outputs);

  void set_outputs(const std::vector<TensorId>& outputs) { subgraph().outputs = outputs; }
  const Tensor& tensor(TensorId id) const { return graph_->subgraphs[index_].tensors[id]; }
  Tensor& tensor(TensorId id) { return subgraph().tensors[id]; }
  const Shape& shape(TensorId id) const { return tensor(id).shape; }
  DType dtype(TensorId id) const { return tensor(id).dtype; }
  Subgraph& subgraph() { return graph_->subgraphs[index_]; }
  Graph& graph() { return *graph_; }
  int index() const { return index_; }

 private:
  std::string unique_name(const std::string& wanted);
  TensorId add_tensor(Tensor tensor);
  Graph* graph_;
  int index_;
  std::string layer_;
  int next_suffix_ = 0;
};

// Infers the shapes and dtypes of one operator's results from the subgraph's tensors, -1 standing for unknown
// dimensions. Throws NeedsValue (ops/op_def.h) if they depend on values that are not constants.
std::vector<Tensor> infer_operator(const Subgraph& subgraph, const Operator& op, int outputs);

}  // namespace litewright
