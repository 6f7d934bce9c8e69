// Nodes as the delegate reads them.
#pragma once

#include <cfloat>
#include <cstring>
#include <string_view>
#include <vector>

#include "litewright/litewright.h"

namespace opencl {

class Node {
 public:
  Node(const lw_graph& graph, const lw_node& node) : graph_(&graph), node_(&node) {}

  std::string_view op() const { return node_->op; }
  size_t num_inputs() const { return node_->num_inputs; }
  int input_id(size_t i) const { return i < node_->num_inputs ? node_->inputs[i] : -1; }
  int output_id() const { return node_->outputs[0]; }
  // nullptr: absent.
  const lw_tensor* input(size_t i) const { return input_id(i) < 0 ? nullptr : graph_->tensors[input_id(i)]; }
  const lw_tensor* output() const { return graph_->tensors[output_id()]; }
  // An option of the operator; 0 if it has none of this name.
  int option(std::string_view name) const {
    for (size_t i = 0; i < node_->num_attributes; ++i) {
      const lw_attribute& attribute = *node_->attributes[i];
      if (name == attribute.name && attribute.kind == LW_ATTR_INT) return static_cast<int>(attribute.integer);
    }
    return 0;
  }

 private:
  const lw_graph* graph_;
  const lw_node* node_;
};

inline size_t elements(const lw_tensor& tensor) {
  size_t count = 1;
  for (int i = 0; i < tensor.rank; ++i) count *= static_cast<size_t>(tensor.dims[i]);
  return count;
}

// The limits of a fused activation (the format's ActivationFunctionType). False: it is no clamp.
inline bool activation_range(int activation, float& lo, float& hi) {
  constexpr float kLow[] = {-FLT_MAX, 0, -1, 0}, kHigh[] = {FLT_MAX, FLT_MAX, 1, 6};
  if (activation < 0 || activation > 3) return false;
  lo = kLow[activation];
  hi = kHigh[activation];
  return true;
}

// Whether the delegate computes this node.
bool can_run(const Node& node);

}  // namespace opencl
