// While: its functions become the subgraphs of a WHILE.
#include <algorithm>
#include <utility>

#include "core/error.h"
#include "graph/dimension_source.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/subgraphs.h"
#include "passes/rewrite.h"

namespace litewright::tf {
namespace {

constexpr int kMostRounds = 10;  // of finding out how the shapes in a loop change
constexpr int kMostSteps = 1000;

// Which results are the argument of the same number, handed on by nothing but Identity.
std::vector<bool> handed_on(const proto::FunctionDef& function) {
  std::unordered_map<std::string, const proto::NodeDef*> identities;
  for (const proto::NodeDef& node : function.node_def()) {
    if (node.op() == "Identity" && node.input_size() > 0) identities.emplace(node.name(), &node);
  }
  std::vector<bool> result;
  for (int i = 0; i < function.signature().output_arg_size(); ++i) {
    const auto found = function.ret().find(function.signature().output_arg(i).name());
    std::string from = found == function.ret().end() ? "" : found->second;
    for (int steps = 0; steps < kMostSteps; ++steps) {
      const auto identity = identities.find(from.substr(0, from.find(':')));
      if (identity == identities.end()) break;
      from = identity->second->input(0);
    }
    result.push_back(i < function.signature().input_arg_size() &&
                     from == function.signature().input_arg(i).name());
  }
  return result;
}

Shape with_length(int32_t length, const Shape& element) {
  Shape shape = {length};
  shape.insert(shape.end(), element.begin(), element.end());
  return shape;
}

int32_t known_length(const GraphBuilder& builder, const TensorList& list) {
  if (list.length == kNoTensor) return -1;
  const auto value = int_values(builder.tensor(list.length));
  return value && value->size() == 1 ? static_cast<int32_t>(value->front()) : -1;
}

}  // namespace

std::vector<Walker::Entry> Walker::entries_of(const Values& inputs, const std::vector<bool>& same) const {
  std::vector<Entry> entries;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Entry entry{inputs[i], same[i]};
    if (inputs[i].id != kNoTensor) {
      const Tensor& tensor = builder_->tensor(inputs[i].id);
      entry.input = !same[i] || !tensor.is_constant;
      entry.dtype = tensor.dtype;
      entry.shape = tensor.shape;
    } else if (inputs[i].list) {  // the first round finds out what it holds
      entry.outer.list = std::make_shared<TensorList>(*inputs[i].list);
      entry.outer.list->length = kNoTensor;
      entry.dtype = inputs[i].list->dtype;
    } else if (!same[i]) {
      fail(ErrorCode::kUnsupported, "value ", i, " of the loop is a resource that changes");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Makes the entries as general as what one round of the body turns them into. Returns whether that changed
// any.
bool Walker::widen(std::vector<Entry>& entries, const Values& inputs, const Values& results,
                   const GraphBuilder& body) const {
  bool changed = false;
  for (size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    if (!entry.input) {
      const std::shared_ptr<TensorList>& list = entry.outer.list;
      if (entry.outer.id != kNoTensor || !list || !list->element || entry.same) continue;
      entry.shape = with_length(known_length(*builder_, *inputs[i].list), *list->element);
      entry.input = changed = true;
      continue;
    }
    if (results[i].id == kNoTensor || body.dtype(results[i].id) != entry.dtype)
      fail(ErrorCode::kInvalidModel, "value ", i, " of the loop changes its type");
    const std::optional<Shape> both = joined(entry.shape, body.shape(results[i].id));
    if (!both) fail(ErrorCode::kUnsupported, "value ", i, " of the loop changes its number of dimensions");
    changed = changed || *both != entry.shape;
    entry.shape = *both;
  }
  return changed;
}

// The tensor that the loop starts with for entry `i`, a list that nothing was put into before the loop.
TensorId Walker::first_list(const std::vector<Entry>& entries, const Value& list, size_t i,
                            const Subgraph& body, TensorId result) {
  keras::Ops ops(*builder_);
  Shape element(entries[i].shape.begin() + 1, entries[i].shape.end());
  if (list.list->length == kNoTensor) {  // a loop in a loop that is being tried
    list.list->element = element;
    return ops.declared(BuiltinOp::kFill, {ops.ints({}), ops.f(0)}, FillOptions{}, entries[i].dtype,
                        entries[i].shape);
  }
  Ids dims(element.size(), kNoTensor);
  for (size_t k = 0; k < element.size(); ++k) {
    if (element[k] >= 0) continue;
    const Dimension inner = dimension_source(body, result, static_cast<int>(k) + 1);
    size_t from = 0;
    for (size_t input = 0; from < entries.size(); ++from) {
      if (entries[from].input && body.inputs[input++] == inner.tensor) break;
    }
    if (from == entries.size() || entries[from].outer.id == kNoTensor) {
      fail(ErrorCode::kUnsupported, "dimension ", k, " of what the loop collects is unknown until it runs; ",
           "state the batch size, or the shape of the elements");
    }
    const Dimension outer = dimension_source(builder_->subgraph(), entries[from].outer.id, inner.axis);
    element[k] = builder_->shape(outer.tensor)[static_cast<size_t>(outer.axis)];
    if (element[k] < 0) dims[k] = ops.extent(outer.tensor, outer.axis);
  }
  return zero_list(ops, entries[i].dtype, list.list->length, element, dims);
}

Values Walker::loop(const std::string& name, const std::string& prefix, const proto::NodeDef& node,
                    const Values& inputs) {
  const proto::FunctionDef& condition = function_named(function_attribute(node, "cond").name());
  const proto::FunctionDef& body = function_named(function_attribute(node, "body").name());
  if (body.signature().output_arg_size() != static_cast<int>(inputs.size()) ||
      condition.signature().output_arg_size() != 1) {
    fail(ErrorCode::kInvalidModel, "the loop has ", inputs.size(), " values, its body returns ",
         body.signature().output_arg_size(), ", its condition ", condition.signature().output_arg_size());
  }
  const auto run = [&](const proto::FunctionDef& function) -> Branch {
    return [&](const Values& arguments) { return call(prefix, name, function, arguments); };
  };
  return write_while(name, inputs, handed_on(body), run(condition), run(body));
}

Values Walker::write_while(const std::string& name, const Values& inputs, const std::vector<bool>& same,
                           const Branch& condition, const Branch& body) {
  std::vector<Entry> entries = entries_of(inputs, same);
  Graph& graph = builder_->graph();
  const auto index = static_cast<int>(graph.subgraphs.size());
  for (int round = 0; round < kMostRounds; ++round) {
    graph.subgraphs.resize(static_cast<size_t>(index));
    for (int side = 0; side < 2; ++side) GraphBuilder(graph, index + side);
    const auto goes_on = in_subgraph(index, name, entries, condition);
    const auto results = in_subgraph(index + 1, name, entries, body);
    if (!goes_on || !results) {
      graph.subgraphs.resize(static_cast<size_t>(index));
      return broken_results();
    }
    const GraphBuilder inner(graph, index + 1);
    if (!widen(entries, inputs, *results, inner))
      return write_loop(name, index, entries, inputs, *goes_on, *results);
  }
  fail(ErrorCode::kUnsupported, "the shapes of its values change from round to round");
}

Values Walker::write_loop(const std::string& name, int index, const std::vector<Entry>& entries,
                          const Values& inputs, const Values& goes_on, const Values& results) {
  Graph& graph = builder_->graph();
  GraphBuilder condition(graph, index), body(graph, index + 1);
  condition.set_layer(name);
  body.set_layer(name);
  keras::Ops before(condition), inside(body);
  if (goes_on[0].id == kNoTensor) fail(ErrorCode::kInvalidModel, "its condition is no tensor");
  TensorId verdict = goes_on[0].id;
  if (condition.dtype(verdict) != DType::kBool)
    verdict = before.op(BuiltinOp::kNotEqual, {verdict, before.number(0, verdict)});
  condition.set_outputs({verdict});
  Operator loop;
  loop.code = BuiltinOp::kWhile;
  loop.options = WhileOptions{index, index + 1};
  Ids next;
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].input) continue;
    const TensorId own = body.subgraph().inputs[next.size()];
    next.push_back(as_result(inside, results[i].id, own));
    const TensorId first = inputs[i].id != kNoTensor
                               ? inputs[i].id
                               : first_list(entries, inputs[i], i,
                                            graph.subgraphs[static_cast<size_t>(index) + 1], results[i].id);
    loop.inputs.push_back(first);
    tensors.push_back({.name = concat(name, ":", i), .dtype = entries[i].dtype, .shape = entries[i].shape});
  }
  body.set_outputs(next);
  const Ids ids = tensors.empty() ? Ids{} : builder_->add_declared(std::move(loop), tensors);
  Values values;
  size_t output = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool trial = inputs[i].id == kNoTensor && inputs[i].list && inputs[i].list->length == kNoTensor;
    const TensorId id = entries[i].input ? ids[output++] : kNoTensor;
    if (id == kNoTensor || entries[i].same || trial) {
      values.push_back(inputs[i]);
    } else {
      values.push_back(inputs[i].list ? with_list(id, entries[i].dtype, entries[i].shape) : Value(id));
    }
  }
  return values;
}

}  // namespace litewright::tf
