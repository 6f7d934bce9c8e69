// Constants, variables, and nodes that pass their operands on.
#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/lowering.h"
#include "importers/tf/variables.h"

namespace litewright::tf {
namespace {

Values lower_const(Node& node) {
  const auto found = node.def().attr().find("value");
  if (found == node.def().attr().end()) node.damaged("the attribute 'value' is missing");
  return {constant_of(node.builder(), found->second.tensor(), node.builder().layer())};
}

Values lower_pass(Node& node) {
  Values values;
  for (int i = 0; i < node.count(); ++i) values.push_back(node.value(i));
  return values;
}

Values lower_first(Node& node) { return {node.value(0)}; }

Values lower_handle(Node& node) {
  Value value;
  value.variable = node.def().name();
  return {value};
}

TensorId variable(Node& node, int i) {
  const Value& handle = node.value(i);
  if (handle.variable.empty()) return node.input(i);
  const TensorBundle::Value value = node.variables().read(handle.variable);
  return node.builder().constant(value.dtype, value.shape, value.data, handle.variable);
}

Values lower_read(Node& node) { return {variable(node, 0)}; }

Values lower_resource_gather(Node& node) {
  const auto batch_dims = static_cast<int>(node.integer("batch_dims", 0));
  return {node.gather(variable(node, 0), node.input(1), batch_dims, batch_dims)};
}

Values lower_legacy_variable(Node& node) {
  const TensorBundle::Value value = node.variables().read(node.def().name());
  return {node.builder().constant(value.dtype, value.shape, value.data, node.def().name())};
}

Values lower_nothing(Node&) { return {}; }

// One of two ways, [false, true], is taken; what lies on the other is dead until the ways meet.
Values lower_switch(Node& node) {
  const Tensor& condition = node.builder().tensor(node.input(1));
  if (!condition.is_constant || condition.data.size() != 1)
    node.unsupported("branches that are chosen at run time in TensorFlow 1's form; use tf.where");
  Value dead;
  dead.dead = true;
  const bool taken = condition.data.data()[0] != 0;
  return taken ? Values{dead, node.value(0)} : Values{node.value(0), dead};
}

Values lower_merge(Node& node) {
  for (int i = 0; i < node.count(); ++i) {
    if (!node.value(i).dead) return {node.value(i), node.builder().scalar(i)};
  }
  Value dead;
  dead.dead = true;
  return {dead};
}

}  // namespace

Rows basic_rows() {
  static const OpRow kRows[] = {
      {"Const", lower_const},
      {"Identity", lower_first},
      {"IdentityN", lower_pass},
      {"StopGradient", lower_first},
      {"PreventGradient", lower_first},
      {"CheckNumerics", lower_first},
      {"EnsureShape", lower_first},
      {"Snapshot", lower_first},
      {"PlaceholderWithDefault", lower_first},
      {"DisableCopyOnRead", lower_first},
      {"NoOp", lower_nothing},
      {"Switch", lower_switch},
      {"RefSwitch", lower_switch},
      {"Merge", lower_merge},
      {"RefMerge", lower_merge},
      {"Assert", lower_nothing},
      {"VarHandleOp", lower_handle},
      {"ReadVariableOp", lower_read},
      {"ResourceGather", lower_resource_gather},
      {"VariableV2", lower_legacy_variable},
      {"Variable", lower_legacy_variable},
  };
  return kRows;
}

}  // namespace litewright::tf
