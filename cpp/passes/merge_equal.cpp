// Two constants with the same bytes -> one; two operators with the same operands and options -> one
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "ops/op_def.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace litewright {
namespace {

constexpr size_t kBeginning = 256;  // bytes

bool same_constant(const Tensor& a, const Tensor& b) {
  return a.dtype == b.dtype && a.shape == b.shape && a.quantization == b.quantization &&
         a.sparsity == b.sparsity && a.data == b.data;
}

bool merge_constants(Subgraph& subgraph) {
  const Uses uses(subgraph);
  // By how they begin: hashing whole weights costs more than comparing the few that begin alike.
  std::unordered_multimap<std::string_view, TensorId> seen;
  bool changed = false;
  for (TensorId id = 0; id < static_cast<TensorId>(subgraph.tensors.size()); ++id) {
    const Tensor& tensor = subgraph.tensors[id];
    if (!tensor.is_constant || uses.is_output(id) || uses.consumers(id).empty()) continue;
    const std::string_view beginning(reinterpret_cast<const char*>(tensor.data.data()),
                                     std::min(tensor.data.size(), kBeginning));
    const auto [begin, end] = seen.equal_range(beginning);
    TensorId twin = kNoTensor;
    for (auto it = begin; it != end && twin == kNoTensor; ++it) {
      if (same_constant(subgraph.tensors[it->second], tensor)) twin = it->second;
    }
    if (twin == kNoTensor) {
      seen.emplace(beginning, id);
    } else {
      replace_reads(subgraph, id, twin);
      changed = true;
    }
  }
  return changed;
}

bool same_operator(const Operator& a, const Operator& b) {
  return a.code == b.code && a.inputs == b.inputs && a.options == b.options &&
         a.custom_code == b.custom_code && a.outputs.size() == b.outputs.size();
}

bool merge_operator(Subgraph& subgraph, int index) {
  const Operator& op = subgraph.operators[index];
  const OpDef* def = op.code == BuiltinOp::kCustom ? nullptr : find_op(op.code);
  if (def == nullptr || def->stateful || op.inputs.empty()) return false;
  for (TensorId id : op.inputs) {
    if (id != kNoTensor && subgraph.tensors[id].is_variable) return false;
  }
  for (TensorId id : op.outputs) {
    const auto& results = subgraph.outputs;
    if (id != kNoTensor &&
        (subgraph.tensors[id].is_variable || std::find(results.begin(), results.end(), id) != results.end()))
      return false;
  }
  for (int i = 0; i < index; ++i) {
    if (!same_operator(subgraph.operators[i], op)) continue;
    for (size_t k = 0; k < op.outputs.size(); ++k)
      replace_reads(subgraph, op.outputs[k], subgraph.operators[i].outputs[k]);
    remove_operators(subgraph, {index});
    return true;
  }
  return false;
}

}  // namespace

bool merge_equal_constants(Graph& graph) {
  bool changed = false;
  for (Subgraph& subgraph : graph.subgraphs) changed = merge_constants(subgraph) || changed;
  return changed;
}

bool merge_equal_operators(Graph& graph) { return rewrite_operators(graph, merge_operator); }

}  // namespace litewright
