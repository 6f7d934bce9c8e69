// Tensors rearranged, padded and repeated; images resized.
#include <algorithm>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

Values lower_transpose(Node& node) {
  const TensorId x = node.input();
  const std::optional<Extents> order = node.extents(1);
  if (node.rank(x) > 0 && (!order || !all_known(*order))) {
    const TensorId permutation = node.shape_operand(1);
    return {node.declared(BuiltinOp::kTranspose, {x, permutation}, {}, node.dtype(x),
                          Shape(node.shape(x).size(), -1))};
  }
  const Axes permutation = node.axes(1, "the permutation");
  if (permutation.size() != node.shape(x).size()) node.damaged("the permutation does not fit the operand");
  return {node.transpose(x, permutation)};
}

Values with_same_extents(Node& node, TensorId real) {
  std::optional<Extents> extents = node.extents(0);
  if (extents && node.rank(real) <= 1) return {node.with_extents(real, std::move(*extents))};
  return {real};
}

Values lower_expand(Node& node) {
  const TensorId x = node.input();
  const int64_t axis = node.scalar(1, "the axis");
  const std::optional<int> at = normalize_axis(axis, node.rank(x) + 1);
  if (!at) node.damaged(concat("axis ", axis, " does not exist"));
  return with_same_extents(node, node.expand(x, *at));
}

Values lower_squeeze(Node& node) {
  TensorId x = node.input();
  const Shape from = node.shape(x);
  std::vector<int> axes;
  for (const int64_t axis : node.integers("squeeze_dims")) axes.push_back(node.axis(x, axis));
  if (axes.empty()) {
    if (!is_static(from)) node.unsupported("without axes, all extents should be known");
    for (size_t i = 0; i < from.size(); ++i) {
      if (from[i] == 1) axes.push_back(static_cast<int>(i));
    }
  }
  std::sort(axes.begin(), axes.end(), std::greater<int>());
  Axes wanted(axes.rbegin(), axes.rend());
  if (std::count(from.begin(), from.end(), -1) > 1)
    return {node.op(BuiltinOp::kSqueeze, {x}, SqueezeOptions{wanted})};
  Shape dims = from;
  for (const int axis : axes) dims.erase(dims.begin() + axis);
  return with_same_extents(node, node.reshape(x, dims));
}

Values pad_at_run_time(Node& node) {
  const TensorId x = node.input(), pads = node.cast(node.input(1), DType::kInt32);
  const Shape dims(static_cast<size_t>(node.rank(x)), -1);
  if (node.count() < 3) return {node.declared(BuiltinOp::kPad, {x, pads}, PadOptions{}, node.dtype(x), dims)};
  return {node.declared(BuiltinOp::kPadv2, {x, pads, node.input(2)}, PadV2Options{}, node.dtype(x), dims)};
}

Values lower_pad(Node& node) {
  const TensorId x = node.input();
  if (!node.builder().tensor(node.input(1)).is_constant) return pad_at_run_time(node);
  const Axes amounts = node.axes(1, "the padding");
  const Shape shape = {node.rank(x), 2};
  if (amounts.size() != 2 * node.shape(x).size()) node.damaged("the padding does not fit the operand");
  const TensorId pads = node.builder().constant(amounts, shape);
  if (node.count() < 3) return {node.op(BuiltinOp::kPad, {x, pads}, PadOptions{})};
  return {node.op(BuiltinOp::kPadv2, {x, pads, node.input(2)}, PadV2Options{})};
}

Values lower_mirror_pad(Node& node) {
  const Axes amounts = node.axes(1, "the padding");
  const TensorId pads = node.builder().constant(amounts, {node.rank(node.input()), 2});
  const bool reflect = node.text("mode", "REFLECT") == "REFLECT";
  return {node.op(BuiltinOp::kMirrorPad, {node.input(), pads},
                  MirrorPadOptions{reflect ? MirrorPadMode::kReflect : MirrorPadMode::kSymmetric})};
}

Values lower_tile(Node& node) {
  const TensorId x = node.input(), counts = node.shape_operand(1);
  if (node.builder().tensor(counts).is_constant)
    return {node.op(BuiltinOp::kTile, {x, counts}, TileOptions{})};
  const std::optional<Extents> extents = node.extents(1);
  Shape shape = node.shape(x);
  if (!extents || extents->size() != shape.size()) node.damaged("the counts do not fit the operand");
  for (size_t i = 0; i < shape.size(); ++i) {
    const Extent& count = (*extents)[i];
    const int64_t extent = count.known && shape[i] >= 0 ? count.value * shape[i] : -1;
    shape[i] = extent > INT32_MAX ? -1 : static_cast<int32_t>(extent);
  }
  return {node.declared(BuiltinOp::kTile, {x, counts}, TileOptions{}, node.dtype(x), shape)};
}

// LiteRT reverses only axes that lie beside each other.
Values lower_reverse(Node& node) {
  TensorId x = node.input();
  for (const int64_t axis : node.axes(1, "the axes")) x = node.reverse(x, node.axis(x, axis));
  return {x};
}

Values lower_reverse_sequence(Node& node) {
  const TensorId lengths = node.input(1);
  const ReverseSequenceOptions options{static_cast<int32_t>(node.integer("seq_dim")),
                                       static_cast<int32_t>(node.integer("batch_dim", 0))};
  return {node.op(BuiltinOp::kReverseSequence, {node.input(), lengths}, options)};
}

// Of unknown extents only a step of one is possible: for it no extent is too small.
TensorId rolled(Node& node, TensorId x, int axis, int64_t shift) {
  const int32_t extent = node.shape(x)[static_cast<size_t>(axis)];
  if (extent == 0) return x;
  if (extent > 0) shift = (shift % extent + extent) % extent;
  if (shift == 0) return x;
  if (extent < 0 && shift != 1 && shift != -1) node.unsupported("the extent that it rolls is unknown");
  const auto cut = static_cast<int32_t>(-shift);
  return node.concat({node.narrow(x, axis, cut, 0), node.narrow(x, axis, 0, cut)}, axis);
}

Values lower_roll(Node& node) {
  TensorId x = node.input();
  const std::vector<int64_t> shifts = node.known(1, "the shift"), axes = node.known(2, "the axis");
  if (shifts.size() != axes.size()) node.damaged("it has not as many shifts as axes");
  for (size_t i = 0; i < axes.size(); ++i) x = rolled(node, x, node.axis(x, axes[i]), shifts[i]);
  return {x};
}

Values lower_bitcast(Node& node) {
  const TensorId x = node.input();
  const DType to = node.type("type");
  Shape dims = node.shape(x);
  const size_t from_size = dtype_size(node.dtype(x)), to_size = dtype_size(to);
  if (from_size == 0 || to_size == 0) node.unsupported("its types have no fixed size");
  if (to_size > from_size) {
    if (dims.empty() || dims.back() != static_cast<int32_t>(to_size / from_size))
      node.damaged("its operand does not hold whole elements");
    dims.pop_back();
  } else if (to_size < from_size) {
    dims.push_back(static_cast<int32_t>(from_size / to_size));
  }
  return {node.declared(BuiltinOp::kBitcast, {x}, BitcastOptions{}, to, dims)};
}

template <BuiltinOp kCode, class T>
Values lower_batch_space(Node& node) {
  const Axes block = node.axes(1, "the block"), amounts = node.axes(2, "the padding");
  const TensorId pads = node.builder().constant(amounts, {static_cast<int32_t>(block.size()), 2});
  return {node.op(kCode, {node.input(), node.ints(block), pads}, T{})};
}

// The older form: (x, pads), one size for both dimensions.
template <BuiltinOp kCode, class T>
Values lower_old_batch_space(Node& node) {
  const auto size = static_cast<int32_t>(node.integer("block_size"));
  const TensorId pads = node.builder().constant(node.axes(1, "the padding"), {2, 2});
  return {node.op(kCode, {node.input(), node.ints({size, size}), pads}, T{})};
}

template <BuiltinOp kCode, class T>
Values lower_space_depth(Node& node) {
  const bool first = node.text("data_format", "NHWC") == "NCHW";
  const TensorId x = channels_last(node, node.input(), first);
  const auto size = static_cast<int32_t>(node.integer("block_size"));
  return {channels_first(node, node.op(kCode, {x}, T{size}), first)};
}

template <BuiltinOp kCode, class T>
Values lower_resize(Node& node) {
  const bool bilinear = kCode == BuiltinOp::kResizeBilinear;
  const TensorId x = bilinear ? node.cast(node.input(), DType::kFloat32) : node.input();
  const T options{node.flag("align_corners"), node.flag("half_pixel_centers")};
  const TensorId size = node.shape_operand(1);
  if (node.builder().tensor(size).is_constant) return {node.op(kCode, {x, size}, options)};
  const std::optional<Extents> extents = node.extents(1);
  if (!extents || extents->size() != 2 || node.rank(x) != 4)
    node.damaged("the size does not fit the operand");
  const Shape dims = shape_of(*extents), from = node.shape(x);
  return {node.declared(kCode, {x, size}, options, node.dtype(x), {from[0], dims[0], dims[1], from[3]})};
}

}  // namespace

Rows array_rows() {
  static const OpRow kRows[] = {
      {"Transpose", lower_transpose},
      {"ExpandDims", lower_expand},
      {"Squeeze", lower_squeeze},
      {"Pad", lower_pad},
      {"PadV2", lower_pad},
      {"MirrorPad", lower_mirror_pad},
      {"Tile", lower_tile},
      {"ReverseV2", lower_reverse},
      {"ReverseSequence", lower_reverse_sequence},
      {"Roll", lower_roll},
      {"Bitcast", lower_bitcast},
      {"SpaceToBatch", lower_old_batch_space<BuiltinOp::kSpaceToBatchNd, SpaceToBatchNDOptions>},
      {"BatchToSpace", lower_old_batch_space<BuiltinOp::kBatchToSpaceNd, BatchToSpaceNDOptions>},
      {"SpaceToBatchND", lower_batch_space<BuiltinOp::kSpaceToBatchNd, SpaceToBatchNDOptions>},
      {"BatchToSpaceND", lower_batch_space<BuiltinOp::kBatchToSpaceNd, BatchToSpaceNDOptions>},
  };
  return kRows;
}

Rows image_rows() {
  static const OpRow kRows[] = {
      {"SpaceToDepth", lower_space_depth<BuiltinOp::kSpaceToDepth, SpaceToDepthOptions>},
      {"DepthToSpace", lower_space_depth<BuiltinOp::kDepthToSpace, DepthToSpaceOptions>},
      {"ResizeBilinear", lower_resize<BuiltinOp::kResizeBilinear, ResizeBilinearOptions>},
      {"ResizeNearestNeighbor",
       lower_resize<BuiltinOp::kResizeNearestNeighbor, ResizeNearestNeighborOptions>},
  };
  return kRows;
}

}  // namespace litewright::tf
