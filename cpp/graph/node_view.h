// One operator of a subgraph with its operands, as rules (versions, quantization, passes) look at it.
#pragma once

#include "graph/graph.h"

namespace litewright {

class NodeView {
 public:
  NodeView(const Subgraph& subgraph, const Operator& op) : subgraph_(&subgraph), op_(&op) {}

  const Operator& op() const { return *op_; }
  const Subgraph& subgraph() const { return *subgraph_; }
  int num_inputs() const { return static_cast<int>(op_->inputs.size()); }
  int num_outputs() const { return static_cast<int>(op_->outputs.size()); }
  // nullptr: the operand is absent.
  const Tensor* input(int i) const { return tensor(op_->inputs, i); }
  const Tensor* output(int i) const { return tensor(op_->outputs, i); }
  template <class T>
  const T& options() const {
    return op_->options.get<T>();
  }

 private:
  const Tensor* tensor(const std::vector<TensorId>& ids, int i) const {
    if (i < 0 || i >= static_cast<int>(ids.size()) || ids[i] == kNoTensor) return nullptr;
    return &subgraph_->tensors[ids[i]];
  }
  const Subgraph* subgraph_;
  const Operator* op_;
};

}  // namespace litewright
