// Parts of tensors.
#include <algorithm>
#include <bit>

#include "core/error.h"
#include "importers/tf/lowering.h"
#include "passes/rewrite.h"

namespace litewright::tf {
namespace {

// The elements that a slice of a vector takes, where its bounds are known.
std::optional<Extents> sliced(Node& node, const StridedSliceOptions& options) {
  const std::optional<Extents> all = node.extents(0), begin = node.extents(1), end = node.extents(2),
                               stride = node.extents(3);
  if (!all || node.rank(node.input()) != 1 || !begin || begin->size() != 1 || !end || end->size() != 1 ||
      !stride || !all_known(*stride) || (*stride)[0].value == 0) {
    return std::nullopt;
  }
  if (options.ellipsis_mask != 0 || options.new_axis_mask != 0) return std::nullopt;
  const auto count = static_cast<int64_t>(all->size());
  const int64_t step = (*stride)[0].value;
  const auto bound = [&](const Extent& given, bool masked, int64_t otherwise) -> std::optional<int64_t> {
    if (masked) return otherwise;
    if (!given.known) return std::nullopt;
    const int64_t value = given.value < 0 ? given.value + count : given.value;
    return step > 0 ? std::clamp<int64_t>(value, 0, count) : std::clamp<int64_t>(value, -1, count - 1);
  };
  if (options.shrink_axis_mask & 1) {
    if (!(*begin)[0].known) return std::nullopt;
    const int64_t at = (*begin)[0].value + ((*begin)[0].value < 0 ? count : 0);
    if (at < 0 || at >= count) node.damaged("it takes an element outside its operand");
    return Extents{(*all)[static_cast<size_t>(at)]};
  }
  const std::optional<int64_t> from = bound((*begin)[0], options.begin_mask & 1, step > 0 ? 0 : count - 1);
  const std::optional<int64_t> to = bound((*end)[0], options.end_mask & 1, step > 0 ? count : -1);
  if (!from || !to) return std::nullopt;
  Extents taken;
  for (int64_t i = *from; step > 0 ? i < *to : i > *to; i += step)
    taken.push_back((*all)[static_cast<size_t>(i)]);
  return taken;
}

// The extents of a slice whose bounds are not all known.
Shape slice_shape(Node& node, const StridedSliceOptions& options) {
  const std::optional<Extents> begin = node.extents(1), end = node.extents(2), stride = node.extents(3);
  const Shape from = node.shape(node.input());
  if (!begin || !end || !stride || options.ellipsis_mask != 0 || options.new_axis_mask != 0)
    node.unsupported("the bounds of the slice should be constant");
  Shape shape;
  for (size_t i = 0; i < from.size(); ++i) {
    const bool given = i < begin->size();
    if (given && (options.shrink_axis_mask >> i & 1)) continue;
    const bool whole = !given || ((options.begin_mask >> i & 1) && (options.end_mask >> i & 1));
    shape.push_back(whole && (!given || (*stride)[i].value == 1) ? from[i] : -1);
  }
  return shape;
}

// Spells out the dimensions that an ellipsis stands for: not every runtime takes it beside other masks.
void spell_out_ellipsis(Node& node, Ids& operands, StridedSliceOptions& options) {
  std::vector<int64_t> given[3];
  for (int i = 0; i < 3; ++i) given[i] = int_values(node.builder().tensor(operands[i + 1])).value();
  const size_t count = given[0].size();
  const auto ellipsis = static_cast<size_t>(std::countr_zero(static_cast<uint32_t>(options.ellipsis_mask)));
  if (ellipsis >= count || given[1].size() != count || given[2].size() != count || count > 32) return;
  int kept = 0;
  for (size_t i = 0; i < count; ++i) kept += i != ellipsis && !(options.new_axis_mask >> i & 1) ? 1 : 0;
  const int hidden = node.rank(operands[0]) - kept;
  if (hidden < 0 || hidden + static_cast<int>(count) > 32) return;
  Axes spelled[3];
  StridedSliceOptions masks;
  for (size_t i = 0; i < count; ++i) {
    for (int k = 0; k < (i == ellipsis ? hidden : 1); ++k) {
      const int32_t bit = 1 << spelled[0].size();
      const auto from = [&](int32_t mask) { return i == ellipsis || (mask >> i & 1) ? bit : 0; };
      masks.begin_mask |= from(options.begin_mask);
      masks.end_mask |= from(options.end_mask);
      if (i != ellipsis) {
        masks.new_axis_mask |= from(options.new_axis_mask);
        masks.shrink_axis_mask |= from(options.shrink_axis_mask);
      }
      for (int side = 0; side < 3; ++side)
        spelled[side].push_back(i == ellipsis ? side / 2 : static_cast<int32_t>(given[side][i]));
    }
  }
  options = masks;
  for (int i = 0; i < 3; ++i) operands[i + 1] = node.ints(spelled[i]);
}

Values lower_strided_slice(Node& node) {
  StridedSliceOptions options;
  options.begin_mask = static_cast<int32_t>(node.integer("begin_mask", 0));
  options.end_mask = static_cast<int32_t>(node.integer("end_mask", 0));
  options.ellipsis_mask = static_cast<int32_t>(node.integer("ellipsis_mask", 0));
  options.new_axis_mask = static_cast<int32_t>(node.integer("new_axis_mask", 0));
  options.shrink_axis_mask = static_cast<int32_t>(node.integer("shrink_axis_mask", 0));
  Ids operands = {node.input(), node.shape_operand(1), node.shape_operand(2), node.shape_operand(3)};
  bool constant = true;
  for (size_t i = 1; i < 4; ++i) constant = constant && node.builder().tensor(operands[i]).is_constant;
  if (constant && options.ellipsis_mask != 0) spell_out_ellipsis(node, operands, options);
  const TensorId real = constant ? node.op(BuiltinOp::kStridedSlice, operands, options)
                                 : node.declared(BuiltinOp::kStridedSlice, operands, options,
                                                 node.dtype(operands[0]), slice_shape(node, options));
  std::optional<Extents> extents = sliced(node, options);
  if (extents) return {node.with_extents(real, std::move(*extents))};
  return {real};
}

Values lower_slice(Node& node) {
  const TensorId x = node.input();
  const Ids operands = {x, node.shape_operand(1), node.shape_operand(2)};
  const bool constant =
      node.builder().tensor(operands[1]).is_constant && node.builder().tensor(operands[2]).is_constant;
  TensorId real;
  const std::optional<Extents> begin = node.extents(1), size = node.extents(2);
  if (constant) {
    real = node.op(BuiltinOp::kSlice, operands, SliceOptions{});
  } else {
    if (!size) node.unsupported("the number of dimensions of its result is unknown");
    real = node.declared(BuiltinOp::kSlice, operands, SliceOptions{}, node.dtype(x), shape_of(*size));
  }
  const std::optional<Extents> all = node.extents(0);
  if (!all || node.rank(x) != 1 || !begin || !size || !all_known(*begin) || !all_known(*size)) return {real};
  const auto count = static_cast<int64_t>(all->size());
  const int64_t from = (*begin)[0].value;
  const int64_t length = (*size)[0].value < 0 ? count - from : (*size)[0].value;
  if (from < 0 || length < 0 || from > count || length > count - from)
    node.damaged("it reaches outside its operand");
  return {node.with_extents(real, Extents(all->begin() + from, all->begin() + from + length))};
}

Values split(Node& node, int data, int axis_operand) {
  const TensorId x = node.input(data);
  const int axis = node.axis(x, node.scalar(axis_operand, "the axis"));
  const int64_t parts = node.integer("num_split");
  if (parts < 1 || parts > 65536) node.damaged(concat("it splits into ", parts, " parts"));
  const Ids results = node.split(x, static_cast<int>(parts), axis);
  return {results.begin(), results.end()};
}
Values lower_split(Node& node) { return split(node, 1, 0); }

Values lower_split_v(Node& node) {
  const TensorId x = node.input();
  const auto axis = static_cast<int32_t>(node.axis(x, node.scalar(2, "the axis")));
  const Axes sizes = node.axes(1, "the sizes");
  const auto count = static_cast<int>(sizes.size());
  const Ids results = node.builder().add_multi(
      BuiltinOp::kSplitV, {x, node.ints(sizes), node.builder().scalar(axis)}, SplitVOptions{count}, count);
  return {results.begin(), results.end()};
}

Values lower_gather_nd(Node& node) {
  return {node.op(BuiltinOp::kGatherNd, {node.input(0), node.input(1)}, GatherNdOptions{})};
}
Values lower_one_hot(Node& node) {
  const auto depth = static_cast<int32_t>(node.scalar(1, "the depth"));
  return {node.op(BuiltinOp::kOneHot,
                  {node.input(0), node.builder().scalar(depth), node.input(2), node.input(3)},
                  OneHotOptions{static_cast<int32_t>(node.integer("axis", -1))})};
}

}  // namespace

Rows slicing_rows() {
  static const OpRow kRows[] = {
      {"StridedSlice", lower_strided_slice},
      {"Slice", lower_slice},
      {"Split", lower_split},
      {"SplitV", lower_split_v},
      {"GatherNd", lower_gather_nd},
      {"OneHot", lower_one_hot},
  };
  return kRows;
}

}  // namespace litewright::tf
