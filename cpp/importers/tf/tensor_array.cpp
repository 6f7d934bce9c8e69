// TensorFlow 1's tensor arrays, as lists: what flows from one node of an array to the next is the list.
#include <algorithm>

#include "core/error.h"
#include "importers/proto/tensorflow.pb.h"
#include "importers/tf/lowering.h"
#include "passes/rewrite.h"

namespace litewright::tf {
namespace {

// What the operator of lists gives for these operands.
Values as_list(Node& node, const char* op, Values operands) {
  Node list(node.builder(), node.def(), std::move(operands), node.variables());
  return find_row(op)->lower(list);
}

// As an operand that states nothing of the elements' shape.
Value any_shape(Node& node) { return node.builder().scalar<int32_t>(-1); }

// (size) -> (handle, flow)
Values lower_array(Node& node) {
  if (node.flag("dynamic_size"))
    node.unsupported("a tensor array that grows; state its size, with dynamic_size=False");
  Value flow;
  flow.list =
      std::make_shared<TensorList>(TensorList{node.type("dtype"), std::nullopt, node.shape_operand(0)});
  const auto stated = node.def().attr().find("element_shape");
  if (stated != node.def().attr().end() && stated->second.has_shape() &&
      !stated->second.shape().unknown_rank()) {
    flow.list->element.emplace();
    for (const auto& dim : stated->second.shape().dim()) {
      const bool known = dim.size() >= 0 && dim.size() <= INT32_MAX;
      flow.list->element->push_back(known ? static_cast<int32_t>(dim.size()) : -1);
    }
  }
  return {Value(node.builder().scalar<int32_t>(0)), flow};
}

Values lower_read(Node& node) {
  return as_list(node, "TensorListGetItem", {node.value(2), node.value(1), any_shape(node)});
}
Values lower_write(Node& node) {
  return as_list(node, "TensorListSetItem", {node.value(3), node.value(1), node.value(2)});
}
Values lower_size(Node& node) { return as_list(node, "TensorListLength", {node.value(1)}); }
Values lower_concat(Node& node) { return as_list(node, "TensorListConcatV2", {node.value(1)}); }

// Whether `indices` are 0, 1, 2, ... for as long as they go on.
bool counts_up(Node& node, TensorId indices) {
  if (const auto values = int_values(node.builder().tensor(indices))) {
    for (size_t i = 0; i < values->size(); ++i) {
      if ((*values)[i] != static_cast<int64_t>(i)) return false;
    }
    return true;
  }
  for (const Operator& op : node.builder().subgraph().operators) {
    if (op.outputs.empty() || op.outputs[0] != indices || op.code != BuiltinOp::kRange) continue;
    const auto start = int_values(node.builder().tensor(op.inputs[0]));
    const auto step = int_values(node.builder().tensor(op.inputs[2]));
    return start && step && start->front() == 0 && step->front() == 1;
  }
  return false;
}

// Whether `indices` count all of `length` elements. Where neither is known they do: TensorFlow makes both of
// one number when it stacks and unstacks.
bool are_all(Node& node, TensorId indices, int32_t length) {
  return node.rank(indices) == 1 && node.shape(indices)[0] == length && counts_up(node, indices);
}

// (handle, indices, flow)
Values lower_gather(Node& node) {
  const Values stacked = as_list(node, "TensorListStack", {node.value(2), any_shape(node)});
  const TensorId all = stacked[0].id, indices = node.input(1);
  if (!node.shape(all).empty() && are_all(node, indices, node.shape(all)[0])) return stacked;
  return as_list(node, "TensorListGather", {node.value(2), node.value(1), any_shape(node)});
}

// (handle, indices, value, flow): every element is put into the array once.
Values lower_scatter(Node& node) {
  const TensorId items = node.input(2);
  if (node.rank(items) == 0) node.damaged("a scalar cannot be put into a list element by element");
  if (are_all(node, node.input(1), node.shape(items)[0]))
    return as_list(node, "TensorListFromTensor", {node.value(2)});
  return as_list(
      node, "TensorListScatterV2",
      {node.value(2), node.value(1), any_shape(node), as_list(node, "TensorListLength", {node.value(3)})[0]});
}

Values lower_nothing(Node&) { return {}; }

}  // namespace

Rows tensor_array_rows() {
  static const OpRow kRows[] = {
      {"TensorArrayV3", lower_array},          {"TensorArrayReadV3", lower_read},
      {"TensorArrayWriteV3", lower_write},     {"TensorArrayGatherV3", lower_gather},
      {"TensorArrayScatterV3", lower_scatter}, {"TensorArraySizeV3", lower_size},
      {"TensorArrayConcatV3", lower_concat},   {"TensorArrayCloseV3", lower_nothing},
  };
  return kRows;
}

}  // namespace litewright::tf
