// Shapes as values, and tensors made from them.
#include <algorithm>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

Values lower_shape_n(Node& node) {
  Values values;
  for (int i = 0; i < node.count(); ++i) {
    const TensorId x = node.input(i);
    const TensorId real = node.op(BuiltinOp::kShape, {x}, ShapeOptions{node.type("out_type", DType::kInt32)});
    Extents extents;
    for (const int32_t dim : node.shape(x)) extents.push_back({dim >= 0, dim});
    values.push_back(node.with_extents(real, std::move(extents)));
  }
  return values;
}

Values lower_rank(Node& node) {
  return {node.builder().scalar(static_cast<int32_t>(node.rank(node.input())))};
}

Values lower_size(Node& node) {
  const TensorId x = node.input();
  const DType type = node.type("out_type", DType::kInt32);
  const std::optional<int64_t> count = checked_elements(node.shape(x));
  if (count) return {node.cast(node.builder().scalar(static_cast<int32_t>(*count)), type)};
  const TensorId shape = node.op(BuiltinOp::kShape, {x}, ShapeOptions{DType::kInt32});
  return {node.cast(node.reduce(BuiltinOp::kReduceProd, shape, {0}, false), type)};
}

Values lower_reshape(Node& node) {
  const TensorId x = node.input();
  const std::optional<Extents> extents = node.extents(1);
  if (!extents) node.unsupported("the number of dimensions of its result is unknown");
  Shape dims = shape_of(*extents);
  const auto unknown = std::count(dims.begin(), dims.end(), -1);
  if (unknown <= 1) return {node.reshape(x, dims)};
  if (!all_known(*extents) && dims.size() == node.shape(x).size()) {  // extents that stay as they are
    const Shape& from = node.shape(x);
    bool same = true;
    for (size_t i = 0; i < dims.size(); ++i) same = same && dims[i] == from[i];
    if (same && std::count(from.begin(), from.end(), -1) == 1) return {x};
  }
  return {node.declared(BuiltinOp::kReshape, {x, node.shape_operand(1)}, {}, node.dtype(x), dims)};
}

Values lower_fill(Node& node) {
  const std::optional<Extents> extents = node.extents(0);
  if (!extents) node.unsupported("the number of dimensions of its result is unknown");
  const Shape dims = shape_of(*extents);
  if (is_static(dims)) return {node.op(BuiltinOp::kFill, {node.ints(dims), node.input(1)}, FillOptions{})};
  return {node.declared(BuiltinOp::kFill, {node.shape_operand(0), node.input(1)}, FillOptions{},
                        node.dtype(node.input(1)), dims)};
}

Values lower_broadcast_to(Node& node) {
  const TensorId x = node.input();
  const std::optional<Extents> extents = node.extents(1);
  if (!extents) node.unsupported("the number of dimensions of its result is unknown");
  const Shape dims = shape_of(*extents);
  if (is_static(dims)) return {node.op(BuiltinOp::kBroadcastTo, {x, node.ints(dims)}, BroadcastToOptions{})};
  return {node.declared(BuiltinOp::kBroadcastTo, {x, node.shape_operand(1)}, BroadcastToOptions{},
                        node.dtype(x), dims)};
}

Values lower_range(Node& node) {
  const Ids operands = node.inputs(0, 3);
  const auto constant = [&](TensorId id) { return node.builder().tensor(id).is_constant; };
  if (std::all_of(operands.begin(), operands.end(), constant))
    return {node.op(BuiltinOp::kRange, operands, RangeOptions{})};
  return {node.declared(BuiltinOp::kRange, operands, RangeOptions{}, node.dtype(operands[0]), {-1})};
}

// The shape of two tensors broadcast.
Values lower_broadcast_args(Node& node) {
  return {node.op(BuiltinOp::kBroadcastArgs, {node.input(0), node.input(1)})};
}

// start + i (stop - start) / (count - 1)
Values lower_lin_space(Node& node) {
  const int64_t count = node.scalar(2, "the number of steps");
  if (count < 1 || count > 1 << 24) node.damaged(concat("it has ", count, " steps"));
  std::vector<float> fractions;
  for (int64_t i = 0; i < count; ++i)
    fractions.push_back(
        count == 1 ? 0.0f : static_cast<float>(static_cast<double>(i) / static_cast<double>(count - 1)));
  const TensorId start = node.reshape(node.input(0), {1}), stop = node.reshape(node.input(1), {1});
  const TensorId steps = node.floats(fractions, {static_cast<int32_t>(count)});
  return {node.add(start, node.mul(steps, node.sub(stop, start)))};
}

Values lower_pack(Node& node) {
  const Ids operands = node.inputs(0, node.count());
  if (operands.empty()) node.damaged("it has no operands");
  const int axis = static_cast<int>(node.integer("axis", 0));
  const int rank = node.rank(operands[0]);
  const std::optional<int> at = normalize_axis(axis, rank + 1);
  if (!at) node.damaged(concat("axis ", axis, " does not exist"));
  const TensorId real = node.pack(operands, *at);
  if (rank != 0) return {real};
  Extents all;
  for (int i = 0; i < node.count(); ++i) {
    const std::optional<Extents> one = node.extents(i);
    if (!one || one->size() != 1) return {real};
    all.push_back((*one)[0]);
  }
  return {node.with_extents(real, std::move(all))};
}

Values lower_unpack(Node& node) {
  const TensorId x = node.input();
  const int axis = node.axis(x, node.integer("axis", 0));
  const Ids parts = node.unpack(x, axis);
  const std::optional<Extents> extents = node.extents(0);
  Values values;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (extents && extents->size() == parts.size()) {
      values.push_back(node.with_extents(parts[i], {(*extents)[i]}));
    } else {
      values.emplace_back(parts[i]);
    }
  }
  return values;
}

Values concatenated(Node& node, int first, int last, int64_t axis) {
  const Ids operands = node.inputs(first, last);
  if (operands.empty()) node.damaged("it has no operands");
  const TensorId real = node.concat(operands, node.axis(operands[0], axis));
  if (node.rank(real) != 1) return {real};
  Extents all;
  for (int i = first; i < last; ++i) {
    const std::optional<Extents> part = node.extents(i);
    if (!part) return {real};
    all.insert(all.end(), part->begin(), part->end());
  }
  return {node.with_extents(real, std::move(all))};
}
Values lower_concat_v2(Node& node) {
  return concatenated(node, 0, node.count() - 1, node.scalar(node.count() - 1, "the axis"));
}
Values lower_parallel_concat(Node& node) { return concatenated(node, 0, node.count(), 0); }
Values lower_concat(Node& node) { return concatenated(node, 1, node.count(), node.scalar(0, "the axis")); }

Values gathered(Node& node, int64_t axis) {
  const TensorId x = node.input(0), indices = node.input(1);
  const auto batch_dims = static_cast<int>(node.integer("batch_dims", 0));
  const TensorId real = node.gather(x, indices, node.axis(x, axis),
                                    batch_dims < 0 ? batch_dims + node.rank(indices) : batch_dims);
  const std::optional<Extents> all = node.extents(0), wanted = node.extents(1);
  if (!all || !wanted || !all_known(*wanted) || node.rank(x) != 1) return {real};
  Extents taken;
  for (const Extent& index : *wanted) {
    if (index.value < 0 || static_cast<size_t>(index.value) >= all->size())
      node.damaged(concat("index ", index.value, " is outside the operand"));
    taken.push_back((*all)[static_cast<size_t>(index.value)]);
  }
  return {node.with_extents(real, std::move(taken))};
}
Values lower_gather_v2(Node& node) { return gathered(node, node.scalar(2, "the axis")); }
Values lower_gather(Node& node) { return gathered(node, 0); }

}  // namespace

Rows shape_rows() {
  static const OpRow kRows[] = {
      {"Shape", lower_shape_n},
      {"ShapeN", lower_shape_n},
      {"Rank", lower_rank},
      {"Size", lower_size},
      {"Reshape", lower_reshape},
      {"Fill", lower_fill},
      {"BroadcastTo", lower_broadcast_to},
      {"Range", lower_range},
      {"Pack", lower_pack},
      {"Unpack", lower_unpack},
      {"ConcatV2", lower_concat_v2},
      {"Concat", lower_concat},
      {"GatherV2", lower_gather_v2},
      {"Gather", lower_gather},
      {"BroadcastArgs", lower_broadcast_args},
      {"LinSpace", lower_lin_space},
      {"ParallelConcat", lower_parallel_concat},
  };
  return kRows;
}

}  // namespace litewright::tf
