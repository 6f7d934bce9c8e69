// RESHAPE(RESHAPE(x)) -> RESHAPE(x); EXPAND_DIMS and SQUEEZE count as reshapes
#include <algorithm>

#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

bool is_reshape(const Operator& op) {
  return op.code == BuiltinOp::kReshape || op.code == BuiltinOp::kExpandDims ||
         op.code == BuiltinOp::kSqueeze;
}

bool merge(Subgraph& subgraph, int index) {
  Operator& second = subgraph.operators[index];
  if (!is_reshape(second)) return false;
  const Uses uses(subgraph);
  const int producer = uses.producer(second.inputs[0]);
  if (producer < 0 || !is_reshape(subgraph.operators[producer]) ||
      uses.only_consumer(second.inputs[0]) != index)
    return false;
  const Shape target = subgraph.tensors[second.outputs[0]].shape;
  if (!subgraph.tensors[second.outputs[0]].has_rank || std::count(target.begin(), target.end(), -1) > 1)
    return false;
  const std::string name = subgraph.tensors[second.outputs[0]].name + "/shape";
  subgraph.tensors.push_back({.name = name,
                              .dtype = DType::kInt32,
                              .shape = {static_cast<int32_t>(target.size())},
                              .is_constant = true,
                              .data = Bytes::copy(target)});
  second.code = BuiltinOp::kReshape;
  second.version = 0;
  second.options = Options();
  second.inputs = {subgraph.operators[producer].inputs[0],
                   static_cast<TensorId>(subgraph.tensors.size()) - 1};
  return true;
}

}  // namespace

bool merge_reshapes(Graph& graph) {
  return rewrite_operators(graph, [](Subgraph& subgraph, int index) {
    if (!merge(subgraph, index)) return false;
    const Uses uses(subgraph);
    for (int i = 0; i < index; ++i) {  // the first one has no reader left
      if (is_reshape(subgraph.operators[i]) && uses.consumers(subgraph.operators[i].outputs[0]).empty() &&
          !uses.is_output(subgraph.operators[i].outputs[0])) {
        remove_operators(subgraph, {i});
        break;
      }
    }
    return true;
  });
}

}  // namespace litewright
