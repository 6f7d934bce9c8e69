#include "runtime/partition.h"

#include <algorithm>
#include <map>
#include <set>

namespace litewright {

std::vector<std::vector<size_t>> group_operators(const Subgraph& subgraph,
                                                 const std::vector<uint8_t>& claimed) {
  const size_t count = subgraph.operators.size();
  std::vector<uint8_t> pending(subgraph.tensors.size(), 0);  // an operator that has not run writes the tensor
  for (const Operator& op : subgraph.operators) {
    for (TensorId id : op.outputs) {
      if (id != kNoTensor) pending[id] = 1;
    }
  }
  const auto ready = [&](const Operator& op) {
    return std::none_of(op.inputs.begin(), op.inputs.end(),
                        [&](TensorId id) { return id != kNoTensor && pending[id]; });
  };
  std::vector<std::vector<size_t>> groups;
  std::vector<bool> done(count, false);
  size_t left = count;
  // Operators stand in execution order, so one walk takes all of a kind that can run without the other kind.
  for (uint8_t kind = 0; left > 0; kind = !kind) {
    std::vector<size_t> taken;
    for (size_t i = 0; i < count; ++i) {
      if (done[i]) continue;
      const Operator& op = subgraph.operators[i];
      if ((claimed[i] != 0) != (kind != 0)) continue;
      if (!ready(op)) {
        if (kind == 0) break;
        continue;
      }
      done[i] = true;
      for (TensorId id : op.outputs) {
        if (id != kNoTensor) pending[id] = 0;
      }
      taken.push_back(i);
    }
    left -= taken.size();
    if (kind != 0 && !taken.empty()) groups.push_back(taken);
    if (kind == 0) {
      for (size_t i : taken) groups.push_back({i});
    }
  }
  return groups;
}

namespace {

// The tensors that operators outside of `inside`, or the caller of the subgraph, read.
std::set<TensorId> read_outside(const Subgraph& subgraph, const std::set<size_t>& inside) {
  std::set<TensorId> read(subgraph.outputs.begin(), subgraph.outputs.end());
  for (size_t i = 0; i < subgraph.operators.size(); ++i) {
    if (inside.count(i)) continue;
    read.insert(subgraph.operators[i].inputs.begin(), subgraph.operators[i].inputs.end());
  }
  return read;
}

}  // namespace

Part cut_out(const Subgraph& subgraph, const std::vector<size_t>& operators) {
  Part part;
  std::map<TensorId, TensorId> inner;
  const auto copy_tensor = [&](TensorId id) {
    if (id == kNoTensor) return kNoTensor;
    const auto [entry, added] = inner.emplace(id, static_cast<TensorId>(part.subgraph.tensors.size()));
    if (added) part.subgraph.tensors.push_back(subgraph.tensors[id]);
    return entry->second;
  };
  const std::set<TensorId> needed = read_outside(subgraph, {operators.begin(), operators.end()});
  std::set<TensorId> computed;
  for (size_t i : operators) {
    Operator op = subgraph.operators[i];
    for (TensorId& id : op.inputs) {
      const bool is_input = id != kNoTensor && !subgraph.tensors[id].is_constant && !computed.count(id);
      const TensorId outer = id;
      const bool first = id != kNoTensor && !inner.count(id);
      id = copy_tensor(outer);
      if (!is_input || !first) continue;
      part.subgraph.inputs.push_back(id);
      part.outer_inputs.push_back(outer);
    }
    for (TensorId& id : op.outputs) {
      const TensorId outer = id;
      if (outer != kNoTensor) computed.insert(outer);
      id = copy_tensor(outer);
      if (outer == kNoTensor || !needed.count(outer)) continue;
      part.subgraph.outputs.push_back(id);
      part.outer_outputs.push_back(outer);
    }
    part.subgraph.operators.push_back(std::move(op));
  }
  return part;
}

}  // namespace litewright
