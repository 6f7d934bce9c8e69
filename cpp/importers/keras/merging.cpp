// Layers that bring several tensors together.
#include <algorithm>

#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

// Present only where every input that has a mask is present.
TensorId merged_mask(Lowering& layer) {
  TensorId all = kNoTensor;
  for (const Value& value : layer.inputs()) {
    if (value.mask == kNoTensor || value.mask == all) continue;
    all = all == kNoTensor ? value.mask
                           : layer.op(BuiltinOp::kLogicalAnd, {all, value.mask}, LogicalAndOptions{});
  }
  return all;
}

// The inputs brought to one rank: extents of one are put behind the batch, as Keras does.
Ids aligned(Lowering& layer) {
  if (layer.inputs().size() < 2)
    fail(ErrorCode::kInvalidModel, "merges at least two tensors, is called with ", layer.inputs().size());
  int rank = 0;
  for (const Value& value : layer.inputs()) rank = std::max(rank, layer.rank(value.id));
  Ids ids;
  for (const Value& value : layer.inputs()) {
    TensorId id = value.id;
    while (layer.rank(id) < rank && layer.rank(id) >= 1) id = layer.expand(id, 1);
    ids.push_back(id);
  }
  return ids;
}

template <class Combine>
Results chain(Lowering& layer, const Combine& combine) {
  const Ids ids = aligned(layer);
  TensorId result = ids[0];
  for (size_t i = 1; i < ids.size(); ++i) result = combine(result, ids[i]);
  return one(result, merged_mask(layer));
}

Results lower_add(Lowering& layer) {
  return chain(layer, [&](TensorId a, TensorId b) { return layer.add(a, b); });
}
Results lower_subtract(Lowering& layer) {
  if (layer.inputs().size() != 2)
    fail(ErrorCode::kInvalidModel, "subtracts one tensor from another, is called with ",
         layer.inputs().size());
  return chain(layer, [&](TensorId a, TensorId b) { return layer.sub(a, b); });
}
Results lower_multiply(Lowering& layer) {
  return chain(layer, [&](TensorId a, TensorId b) { return layer.mul(a, b); });
}
Results lower_maximum(Lowering& layer) {
  return chain(layer, [&](TensorId a, TensorId b) { return layer.maximum(a, b); });
}
Results lower_minimum(Lowering& layer) {
  return chain(layer, [&](TensorId a, TensorId b) { return layer.minimum(a, b); });
}
Results lower_average(Lowering& layer) {
  Results sum = lower_add(layer);
  sum[0].id = layer.mul(sum[0].id, layer.f(1.0 / static_cast<double>(layer.inputs().size())));
  return sum;
}

Results lower_concatenate(Lowering& layer) {
  Ids ids;
  for (const Value& value : layer.inputs()) ids.push_back(value.id);
  if (ids.empty()) fail(ErrorCode::kInvalidModel, "is called with no tensors");
  const int axis = layer.axis(ids[0], layer.config().integer("axis", -1));
  for (const TensorId id : ids) {
    if (layer.dtype(id) != layer.dtype(ids[0])) {
      for (TensorId& each : ids) each = layer.cast(each, DType::kFloat32);
      break;
    }
  }
  TensorId mask = axis == 1 ? kNoTensor : merged_mask(layer);
  const auto masked = [](const Value& value) { return value.mask != kNoTensor; };
  if (axis == 1 && std::all_of(layer.inputs().begin(), layer.inputs().end(), masked)) {
    Ids masks;
    for (const Value& value : layer.inputs()) masks.push_back(value.mask);
    mask = layer.concat(masks, 1);
  }
  return one(layer.concat(ids, axis), mask);
}

TensorId l2_normalized(Lowering& layer, TensorId x, int axis) {
  if (axis == layer.rank(x) - 1) return layer.op(BuiltinOp::kL2Normalization, {x}, L2NormOptions{});
  const TensorId sum = layer.reduce(BuiltinOp::kSum, layer.mul(x, x), {axis}, true);
  return layer.mul(x, layer.op(BuiltinOp::kRsqrt, {layer.maximum(sum, layer.f(1e-12))}));
}

// [b, ..., k, ...] with `axis` moved to the end (or to the front of the rest), the others flattened into one.
TensorId as_matrix(Lowering& layer, TensorId x, int axis, bool axis_last, Shape& others) {
  Axes order = {0}, rest;
  for (int i = 1; i < layer.rank(x); ++i) {
    if (i == axis) continue;
    rest.push_back(i);
    others.push_back(layer.channels(x, i));
  }
  const int32_t k = layer.channels(x, axis), n = static_cast<int32_t>(num_elements(others));
  if (!axis_last) order.push_back(axis);
  order.insert(order.end(), rest.begin(), rest.end());
  if (axis_last) order.push_back(axis);
  return layer.reshape(layer.transpose(x, order), axis_last ? Shape{-1, n, k} : Shape{-1, k, n});
}

Results lower_dot(Lowering& layer) {
  TensorId a = layer.input(0), b = layer.input(1);
  std::vector<int64_t> axes = layer.config().integers("axes");
  if (axes.size() == 1) axes.push_back(axes[0]);
  if (axes.size() != 2) layer.config().bad("axes", "one or two axes");
  const int first = layer.axis(a, axes[0]), second = layer.axis(b, axes[1]);
  if (first == 0 || second == 0) layer.config().bad("axes", "axes other than the batch");
  if (layer.config().flag("normalize", false)) {
    a = l2_normalized(layer, a, first);
    b = l2_normalized(layer, b, second);
  }
  if (layer.rank(a) == 2 && layer.rank(b) == 2) {
    return one(layer.reduce(BuiltinOp::kSum, layer.mul(a, b), {1}, true));
  }
  if (layer.rank(a) == 3 && layer.rank(b) == 3) {  // no need to move anything
    return one(layer.matmul(a, b, first == 1, second == 2));
  }
  Shape left, right;
  const TensorId x = as_matrix(layer, a, first, true, left), y = as_matrix(layer, b, second, false, right);
  Shape dims = {-1};
  dims.insert(dims.end(), left.begin(), left.end());
  dims.insert(dims.end(), right.begin(), right.end());
  return one(layer.reshape(layer.matmul(x, y), dims));
}

// The residual of keras.applications' InceptionResNetV2: x + scale * y.
Results lower_custom_scale(Lowering& layer) {
  const TensorId scaled = layer.mul(layer.input(1), layer.f(layer.config().number("scale")));
  return one(layer.add(layer.input(0), scaled));
}

constexpr MaskRule kOwn = MaskRule::kOwn;

}  // namespace

Rows merging_layers() {
  static const LayerRow kRows[] = {
      {"Add", lower_add, kOwn},
      {"Subtract", lower_subtract, kOwn},
      {"Multiply", lower_multiply, kOwn},
      {"Average", lower_average, kOwn},
      {"Maximum", lower_maximum, kOwn},
      {"Minimum", lower_minimum, kOwn},
      {"Concatenate", lower_concatenate, kOwn},
      {"Dot", lower_dot},
      {"CustomScaleLayer", lower_custom_scale},
  };
  return kRows;
}

}  // namespace litewright::keras
