#include "runtime/followers.h"

#include <algorithm>

namespace litewright {

TensorUses::TensorUses(const Subgraph& subgraph)
    : readers_(subgraph.tensors.size()),
      writers_(subgraph.tensors.size(), -1),
      outputs_(subgraph.tensors.size(), false) {
  for (size_t i = 0; i < subgraph.operators.size(); ++i) {
    const Operator& op = subgraph.operators[i];
    const int node = static_cast<int>(i);
    for (size_t k = 0; k < op.inputs.size(); ++k) {
      if (op.inputs[k] != kNoTensor) readers_[op.inputs[k]].push_back({node, static_cast<int>(k)});
    }
    for (TensorId id : op.outputs) {
      if (id != kNoTensor) writers_[id] = node;
    }
  }
  for (TensorId id : subgraph.outputs) outputs_[id] = true;
}

namespace {

// The two nodes of x * logistic(x), if they are all that reads x.
std::vector<int> swish_nodes(const Subgraph& subgraph, const TensorUses& uses, TensorId x) {
  const std::vector<TensorUses::Use>& readers = uses.readers(x);
  if (readers.size() != 2) return {};
  int logistic = readers[0].node, product = readers[1].node;
  if (subgraph.operators[logistic].code != BuiltinOp::kLogistic) std::swap(logistic, product);
  const Operator &first = subgraph.operators[logistic], &second = subgraph.operators[product];
  if (first.code != BuiltinOp::kLogistic || second.code != BuiltinOp::kMul) return {};
  if (second.options.get<MulOptions>().fused_activation_function != Activation::kNone) return {};
  const TensorId factor = first.outputs[0];
  if (uses.is_output(factor) || uses.readers(factor).size() != 1) return {};
  if (uses.readers(factor)[0].node != product) return {};
  return {logistic, product};
}

}  // namespace

Followers find_followers(const Subgraph& subgraph, const TensorUses& uses, int first,
                         const FollowFunction& follow, const BlockFunction& swish) {
  std::vector<BlockFunction> functions;
  Followers result;
  TensorId at = subgraph.operators[first].outputs[0];
  while (!uses.is_output(at) && !subgraph.tensors[at].is_variable) {
    const std::vector<TensorUses::Use>& readers = uses.readers(at);
    std::vector<int> nodes = swish_nodes(subgraph, uses, at);
    BlockFunction function = swish;
    if (nodes.empty()) {
      if (readers.size() != 1) break;
      const Operator& op = subgraph.operators[readers[0].node];
      const bool there = std::all_of(op.inputs.begin(), op.inputs.end(), [&](TensorId id) {
        return id == at || id == kNoTensor || (uses.writer(id) < first && !subgraph.tensors[id].is_variable);
      });
      if (!there || op.outputs.size() != 1 || op.outputs[0] == kNoTensor) break;
      nodes = {readers[0].node};
      function = follow(readers[0].node, readers[0].operand);
    }
    if (!function) break;
    functions.push_back(std::move(function));
    result.nodes.insert(result.nodes.end(), nodes.begin(), nodes.end());
    at = subgraph.operators[nodes.back()].outputs[0];
  }
  if (functions.empty() || subgraph.tensors[at].is_variable) return {};
  result.result = at;
  result.function = functions.size() == 1 ? functions[0] : [functions](const Block& block) {
    for (const BlockFunction& function : functions) function(block);
  };
  return result;
}

}  // namespace litewright
