#include "passes/rewrite.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "graph/validate.h"
#include "ops/op_def.h"

namespace litewright {

Uses::Uses(const Subgraph& subgraph)
    : producer_(subgraph.tensors.size(), -1),
      first_(subgraph.tensors.size() + 1, 0),
      is_output_(subgraph.tensors.size(), false) {
  const auto each_operand = [&](const auto& visit) {
    for (size_t i = 0; i < subgraph.operators.size(); ++i) {
      for (TensorId id : subgraph.operators[i].inputs) {
        if (id != kNoTensor) visit(id, static_cast<int>(i));
      }
    }
  };
  each_operand([&](TensorId id, int) { ++first_[id + 1]; });
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  consumers_.resize(first_.back());
  std::vector<int> next(first_.begin(), first_.end() - 1);
  each_operand([&](TensorId id, int index) { consumers_[next[id]++] = index; });
  for (size_t i = 0; i < subgraph.operators.size(); ++i) {
    for (TensorId id : subgraph.operators[i].outputs) {
      if (id != kNoTensor) producer_[id] = static_cast<int>(i);
    }
  }
  for (TensorId id : subgraph.outputs) is_output_[id] = true;
}

void replace_reads(Subgraph& subgraph, TensorId from, TensorId to) {
  for (Operator& op : subgraph.operators) std::replace(op.inputs.begin(), op.inputs.end(), from, to);
}

bool bypass_operator(Subgraph& subgraph, int index, TensorId source) {
  const TensorId result = subgraph.operators[index].outputs[0];
  const Uses uses(subgraph);
  if (uses.is_output(result)) {
    const int producer = uses.producer(source);
    if (producer < 0 || uses.is_output(source)) return false;
    // The producer writes the output tensor itself, so that the output keeps its name.
    std::vector<TensorId>& outputs = subgraph.operators[producer].outputs;
    std::replace(outputs.begin(), outputs.end(), source, result);
    subgraph.operators[index].inputs.assign(1, kNoTensor);
    replace_reads(subgraph, source, result);
  } else {
    replace_reads(subgraph, result, source);
  }
  subgraph.operators.erase(subgraph.operators.begin() + index);
  return true;
}

void remove_operators(Subgraph& subgraph, const std::vector<int>& indexes) {
  std::vector<int> sorted = indexes;
  std::sort(sorted.rbegin(), sorted.rend());
  for (int index : sorted) subgraph.operators.erase(subgraph.operators.begin() + index);
}

namespace {

bool has_effect(const Graph& graph, const Operator& op) {
  const OpDef* def = op.code == BuiltinOp::kCustom ? nullptr : find_op(op.code);
  if (def == nullptr) return true;
  if (op.code != BuiltinOp::kWhile && op.code != BuiltinOp::kIf) return def->stateful;
  for (const int32_t called : called_subgraphs(op)) {
    for (const Operator& inner : graph.subgraphs[static_cast<size_t>(called)].operators) {
      if (has_effect(graph, inner)) return true;
    }
  }
  return false;
}

void remove_dead_operators(const Graph& graph, Subgraph& subgraph) {
  std::vector<bool> needed(subgraph.tensors.size(), false);
  for (TensorId id : subgraph.outputs) needed[id] = true;
  std::vector<Operator> kept;
  for (auto op = subgraph.operators.rbegin(); op != subgraph.operators.rend(); ++op) {
    const bool used = std::any_of(op->outputs.begin(), op->outputs.end(),
                                  [&](TensorId id) { return id != kNoTensor && needed[id]; });
    if (!used && !has_effect(graph, *op)) continue;
    for (TensorId id : op->inputs) {
      if (id != kNoTensor) needed[id] = true;
    }
    kept.push_back(std::move(*op));
  }
  std::reverse(kept.begin(), kept.end());
  subgraph.operators = std::move(kept);
}

void remove_unused_tensors(Graph& graph, int index) {
  Subgraph& subgraph = graph.subgraphs[index];
  std::vector<bool> used(subgraph.tensors.size(), false);
  const auto mark = [&](const std::vector<TensorId>& ids) {
    for (TensorId id : ids) {
      if (id != kNoTensor) used[id] = true;
    }
  };
  mark(subgraph.inputs);
  mark(subgraph.outputs);
  for (const Operator& op : subgraph.operators) {
    mark(op.inputs);
    mark(op.outputs);
    mark(op.intermediates);
  }
  for (const Signature& signature : graph.signatures) {
    if (signature.subgraph != index) continue;
    for (const auto& entry : signature.inputs) used[entry.second] = true;
    for (const auto& entry : signature.outputs) used[entry.second] = true;
  }
  for (size_t i = 0; i < used.size(); ++i) {
    const Quantization& q = subgraph.tensors[i].quantization;
    if (used[i] && q.block_size > 0) mark({q.block_scales, q.block_zero_points});
  }
  std::vector<TensorId> moved(used.size(), kNoTensor);
  std::vector<Tensor> kept;
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    moved[i] = static_cast<TensorId>(kept.size());
    kept.push_back(std::move(subgraph.tensors[i]));
  }
  subgraph.tensors = std::move(kept);
  const auto renumber = [&](TensorId& id) { id = id == kNoTensor ? kNoTensor : moved[id]; };
  const auto renumber_all = [&](std::vector<TensorId>& ids) {
    std::for_each(ids.begin(), ids.end(), renumber);
  };
  renumber_all(subgraph.inputs);
  renumber_all(subgraph.outputs);
  for (Operator& op : subgraph.operators) {
    renumber_all(op.inputs);
    renumber_all(op.outputs);
    renumber_all(op.intermediates);
  }
  for (Tensor& tensor : subgraph.tensors) {
    renumber(tensor.quantization.block_scales);
    renumber(tensor.quantization.block_zero_points);
  }
  for (Signature& signature : graph.signatures) {
    if (signature.subgraph != index) continue;
    for (auto& entry : signature.inputs) renumber(entry.second);
    for (auto& entry : signature.outputs) renumber(entry.second);
  }
}

void renumber_calls(Operator& op, const std::vector<int64_t>& moved) {
  if (called_subgraphs(op).empty()) return;
  for (const char* name :
       {"then_subgraph_index", "else_subgraph_index", "cond_subgraph_index", "body_subgraph_index",
        "init_subgraph_index", "decomposition_subgraph_index", "branch_subgraph_indices"}) {
    const OptionField* field = op.options.schema()->find(name);
    if (field == nullptr) continue;
    OptionValue value = get_field(op.options, *field);
    if (auto* one = std::get_if<int64_t>(&value)) *one = moved[static_cast<size_t>(*one)];
    if (auto* many = std::get_if<std::vector<int64_t>>(&value)) {
      for (int64_t& index : *many) index = moved[static_cast<size_t>(index)];
    }
    set_field(op.options, name, value);
  }
}

}  // namespace

void remove_unused(Graph& graph) {
  const std::set<int> called = called_by_any(graph);
  for (size_t i = 0; i < graph.subgraphs.size(); ++i) {
    remove_dead_operators(graph, graph.subgraphs[i]);
    remove_unused_tensors(graph, static_cast<int>(i));
  }
  remove_no_longer_called(graph, called);
}

std::set<int> called_by_any(const Graph& graph) {
  std::set<int> called;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      for (const int32_t index : called_subgraphs(op)) called.insert(index);
    }
  }
  return called;
}

void remove_no_longer_called(Graph& graph, const std::set<int>& once) {
  std::set<int> candidates = once;
  candidates.erase(0);
  for (const Signature& signature : graph.signatures) candidates.erase(signature.subgraph);
  // What only a removed subgraph calls goes too.
  std::vector<bool> kept(graph.subgraphs.size(), true);
  for (bool changed = true; changed;) {
    changed = false;
    std::set<int> called;
    for (size_t i = 0; i < kept.size(); ++i) {
      for (const Operator& op : graph.subgraphs[i].operators) {
        if (!kept[i]) break;
        for (const int32_t index : called_subgraphs(op)) called.insert(index);
      }
    }
    for (const int index : candidates) {
      const auto at = static_cast<size_t>(index);
      if (!kept[at] || called.count(index) != 0) continue;
      kept[at] = false;
      changed = true;
    }
  }
  std::vector<int64_t> moved;
  int64_t next = 0;
  for (const bool keep : kept) moved.push_back(keep ? next++ : -1);
  if (next == static_cast<int64_t>(kept.size())) return;
  std::vector<Subgraph> subgraphs;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) subgraphs.push_back(std::move(graph.subgraphs[i]));
  }
  graph.subgraphs = std::move(subgraphs);
  for (Subgraph& subgraph : graph.subgraphs) {
    for (Operator& op : subgraph.operators) renumber_calls(op, moved);
  }
  for (Signature& signature : graph.signatures)
    signature.subgraph = static_cast<int32_t>(moved[static_cast<size_t>(signature.subgraph)]);
}

bool rewrite_operators(Graph& graph, const std::function<bool(Subgraph&, int)>& rewrite) {
  bool any = false;
  for (Subgraph& subgraph : graph.subgraphs) {
    for (int i = 0; i < static_cast<int>(subgraph.operators.size()); ++i) {
      if (!rewrite(subgraph, i)) continue;
      any = true;
      i = std::max(-1, i - 2);  // what came just before may fit now
    }
  }
  return any;
}

Graph extract_operator(const Subgraph& subgraph, const Operator& op) {
  Graph graph;
  Subgraph& one = graph.subgraphs.emplace_back();
  one.name = "main";
  Operator copy = op;
  std::map<TensorId, TensorId> taken;
  const auto take = [&](TensorId& id) {
    if (id == kNoTensor) return;
    const auto [place, added] = taken.emplace(id, static_cast<TensorId>(one.tensors.size()));
    if (added) one.tensors.push_back(subgraph.tensors[id]);
    id = place->second;
  };
  std::for_each(copy.inputs.begin(), copy.inputs.end(), take);
  for (const auto& [old_id, id] : taken) {
    if (!one.tensors[id].is_constant && !one.tensors[id].is_variable) one.inputs.push_back(id);
  }
  std::for_each(copy.outputs.begin(), copy.outputs.end(), take);
  std::for_each(copy.intermediates.begin(), copy.intermediates.end(), take);
  one.outputs = copy.outputs;
  one.operators.push_back(std::move(copy));
  return graph;
}

TensorId add_constant(Subgraph& subgraph, const std::string& name, Shape shape,
                      const std::vector<float>& values) {
  subgraph.tensors.push_back(
      {.name = name, .shape = std::move(shape), .is_constant = true, .data = Bytes::copy(values)});
  return static_cast<TensorId>(subgraph.tensors.size()) - 1;
}

std::optional<std::vector<float>> float_values(const Tensor& tensor) {
  if (!tensor.is_constant || tensor.dtype != DType::kFloat32 || tensor.sparsity.present())
    return std::nullopt;
  const auto values = tensor.data.as<float>();
  return std::vector<float>(values.begin(), values.end());
}

std::optional<std::vector<int64_t>> int_values(const Tensor& tensor) {
  if (!tensor.is_constant) return std::nullopt;
  std::vector<int64_t> result;
  if (tensor.dtype == DType::kInt32) {
    for (int32_t value : tensor.data.as<int32_t>()) result.push_back(value);
  } else if (tensor.dtype == DType::kInt64) {
    for (int64_t value : tensor.data.as<int64_t>()) result.push_back(value);
  } else {
    return std::nullopt;
  }
  return result;
}

std::optional<std::vector<float>> channel_values(const Tensor& tensor, int64_t channels, size_t rank) {
  const auto count = static_cast<int64_t>(tensor.data.size() / sizeof(float));
  if (channels < 0 || tensor.shape.size() > rank ||
      (count != 1 && (count != channels || tensor.shape.back() != channels)))
    return std::nullopt;
  std::optional<std::vector<float>> values = float_values(tensor);
  if (values && count == 1) values->assign(channels, values->front());
  return values;
}

}  // namespace litewright
