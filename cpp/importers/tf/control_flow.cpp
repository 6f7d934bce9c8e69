// Loops and branches: TensorFlow's functions become subgraphs, called by WHILE and IF.
#include <algorithm>
#include <utility>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/subgraphs.h"

namespace litewright::tf {

namespace {

bool any_broken(const Values& values) {
  return std::any_of(values.begin(), values.end(), [](const Value& value) { return value.broken; });
}

}  // namespace

Value with_list(TensorId id, DType dtype, const Shape& shape) {
  Value value(id);
  value.list = std::make_shared<TensorList>(TensorList{dtype, Shape(shape.begin() + 1, shape.end())});
  return value;
}

TensorId as_result(keras::Ops& ops, TensorId id, TensorId own) {
  const std::vector<TensorId>& inputs = ops.builder().subgraph().inputs;
  if (id == own || std::find(inputs.begin(), inputs.end(), id) == inputs.end()) return id;
  const Shape shape = ops.shape(id);
  const std::vector<int32_t> none;
  if (std::count(shape.begin(), shape.end(), -1) > 1) {
    return ops.declared(BuiltinOp::kReshape,
                        {id, ops.op(BuiltinOp::kShape, {id}, ShapeOptions{DType::kInt32})}, {}, ops.dtype(id),
                        shape);
  }
  return ops.declared(BuiltinOp::kReshape, {id, ops.builder().constant(shape, {ops.rank(id)})},
                      ReshapeOptions{shape}, ops.dtype(id), shape);
}

const proto::NameAttrList& function_attribute(const proto::NodeDef& node, const char* name) {
  const auto found = node.attr().find(name);
  if (found == node.attr().end()) fail(ErrorCode::kInvalidModel, "the attribute '", name, "' is missing");
  return found->second.func();
}

bool Walker::is_control(Frame& frame, const proto::NodeDef& node) {
  static const std::set<std::string> kKinds = {"While", "StatelessWhile", "If",   "StatelessIf",
                                               "Case",  "StatelessCase",  "Exit", "RefExit"};
  return kKinds.count(node.op()) != 0 || whole_choice(frame, node) != nullptr;
}

Values Walker::lower_control(Frame& frame, const proto::NodeDef& node, const Values& inputs) {
  const std::string name = frame.prefix + node.name();
  if (node.op() == "Exit" || node.op() == "RefExit") return lower_exit(frame, node, inputs);
  if (whole_choice(frame, node) != nullptr) return lower_merge(frame, node, inputs);
  if (node.op() == "While" || node.op() == "StatelessWhile") return loop(name, frame.prefix, node, inputs);
  if (inputs.empty() || inputs[0].id == kNoTensor) fail(ErrorCode::kInvalidModel, "it has no condition");
  const auto branch = [&](const proto::NameAttrList& function) -> Branch {
    const proto::FunctionDef* def = &function_named(function.name());
    return [this, name, def](const Values& arguments) { return call(name + "/", name, *def, arguments); };
  };
  if (node.op() == "If" || node.op() == "StatelessIf") {
    return choose(name, inputs[0].id, branch(function_attribute(node, "then_branch")),
                  branch(function_attribute(node, "else_branch")), Values(inputs.begin() + 1, inputs.end()));
  }
  std::vector<Branch> branches;
  const auto found = node.attr().find("branches");
  if (found != node.attr().end()) {
    for (const proto::NameAttrList& function : found->second.list().func())
      branches.push_back(branch(function));
  }
  if (branches.empty()) fail(ErrorCode::kInvalidModel, "it has no branches");
  return choose_case(name, branches, 0, inputs);
}

std::optional<Values> Walker::in_subgraph(int index, const std::string& name,
                                          const std::vector<Entry>& entries, const Branch& branch) {
  GraphBuilder* const outer = builder_;
  GraphBuilder inner(outer->graph(), index);
  inner.set_layer(name);
  Values arguments;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (entry.input) {
      const TensorId id = inner.input(concat(name, "/arg", i), entry.dtype, entry.shape);
      arguments.push_back(entry.outer.list ? with_list(id, entry.dtype, entry.shape) : Value(id));
      if (entry.same) arguments.back().extents = entry.outer.extents;
    } else if (entry.outer.id != kNoTensor) {
      const Tensor constant = outer->tensor(entry.outer.id);
      Value value = entry.outer;
      value.id = inner.constant(constant.dtype, constant.shape, constant.data, constant.name);
      arguments.push_back(std::move(value));
    } else {
      arguments.push_back(entry.outer);
    }
  }
  builder_ = &inner;
  Values results;
  try {
    results = branch(arguments);
  } catch (...) {
    builder_ = outer;
    throw;
  }
  builder_ = outer;
  if (any_broken(results)) return std::nullopt;
  return results;
}

Values Walker::choose_case(const std::string& name, const std::vector<Branch>& branches, size_t first,
                           const Values& inputs) {
  const Branch then = [&](const Values& all) { return branches[first](Values(all.begin() + 1, all.end())); };
  if (first + 1 == branches.size()) return then(inputs);
  keras::Ops ops(*builder_);
  const TensorId is_first =
      ops.op(BuiltinOp::kEqual, {inputs[0].id, builder_->scalar(static_cast<int32_t>(first))});
  return choose(
      name, is_first, then, [&](const Values& all) { return choose_case(name, branches, first + 1, all); },
      inputs);
}

Values Walker::choose(const std::string& name, TensorId condition, const Branch& then,
                      const Branch& otherwise, const Values& inputs) {
  keras::Ops ops(*builder_);
  const Tensor& given = builder_->tensor(condition);
  if (given.is_constant && given.dtype == DType::kBool && given.data.size() == 1)
    return (given.data.data()[0] != 0 ? then : otherwise)(inputs);
  if (given.dtype != DType::kBool)
    condition = ops.op(BuiltinOp::kNotEqual, {condition, ops.number(0, condition)});
  std::vector<Entry> entries;
  Ids operands = {condition};
  for (const Value& value : inputs) {
    Entry entry{value, true};
    if (value.id != kNoTensor && !builder_->tensor(value.id).is_constant) {
      entry.input = true;
      entry.shape = builder_->shape(value.id);
      entry.dtype = builder_->dtype(value.id);
      operands.push_back(value.id);
    }
    entries.push_back(std::move(entry));
  }
  const auto index = static_cast<int>(builder_->graph().subgraphs.size());
  for (int side = 0; side < 2; ++side) GraphBuilder(builder_->graph(), index + side);
  const auto first = in_subgraph(index, name, entries, then);
  const auto second = in_subgraph(index + 1, name, entries, otherwise);
  if (!first || !second) return broken_results();
  if (first->size() != second->size())
    fail(ErrorCode::kInvalidModel, "its branches have ", first->size(), " and ", second->size(), " results");
  GraphBuilder inner[2] = {GraphBuilder(builder_->graph(), index),
                           GraphBuilder(builder_->graph(), index + 1)};
  Values results(first->size());
  std::vector<Tensor> tensors;
  Ids outputs[2];
  for (size_t i = 0; i < results.size(); ++i) {
    const Value &a = (*first)[i], &b = (*second)[i];
    if (a.id == kNoTensor && b.id == kNoTensor && a.variable == b.variable && a.list == b.list) {
      results[i] = a;
      continue;
    }
    if (a.id == kNoTensor || b.id == kNoTensor)
      fail(ErrorCode::kUnsupported, "result ", i, " of its branches is a resource or an empty list");
    const Tensor &x = inner[0].tensor(a.id), &y = inner[1].tensor(b.id);
    const std::optional<Shape> shape = joined(x.shape, y.shape);
    if (x.dtype != y.dtype || !shape)
      fail(ErrorCode::kUnsupported, "result ", i, " of its branches is ", dtype_name(x.dtype),
           to_string(x.shape), " or ", dtype_name(y.dtype), to_string(y.shape), "; make them alike");
    tensors.push_back({.name = concat(name, ":", i), .dtype = x.dtype, .shape = *shape});
    outputs[0].push_back(a.id);
    outputs[1].push_back(b.id);
  }
  for (int side = 0; side < 2; ++side) {
    keras::Ops writer(inner[side]);
    inner[side].set_layer(name);
    for (TensorId& id : outputs[side]) id = as_result(writer, id, kNoTensor);
    inner[side].set_outputs(outputs[side]);
  }
  Operator op;
  op.code = BuiltinOp::kIf;
  op.inputs = operands;
  op.options = IfOptions{index, index + 1};
  const Ids ids = tensors.empty() ? Ids{} : builder_->add_declared(std::move(op), tensors);
  size_t next = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    if ((*first)[i].id == kNoTensor) continue;
    const TensorId id = ids[next++];
    results[i] = (*first)[i].list ? with_list(id, builder_->dtype(id), builder_->shape(id)) : Value(id);
  }
  return results;
}

}  // namespace litewright::tf
