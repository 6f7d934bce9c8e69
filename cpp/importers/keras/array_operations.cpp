// keras.ops that move elements.
#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "importers/keras/description.h"
#include "importers/keras/operations.h"

namespace litewright::keras {
namespace {

TensorId first(Lowering& layer) { return operand(layer, 0, {"x", "x1", "a", "inputs", "array"}); }

Axes identity(int rank) {
  Axes order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

Results lower_identity(Lowering& layer) { return one(first(layer)); }

Results lower_reshape(Lowering& layer) {
  const TensorId x = first(layer);
  Shape dims = integers_setting(layer, layer.config().has("newshape") ? "newshape" : "shape", 1);
  Axes source(dims.size(), -1);
  // An unknown batch that stays in front keeps its place when another extent is to be inferred.
  if (std::count(dims.begin(), dims.end(), -1) > 1) source[0] = 0;
  return one(layer.reshape(x, dims, source));
}
Results lower_ravel(Lowering& layer) { return one(layer.reshape(first(layer), {-1})); }

Results lower_transpose(Lowering& layer) {
  const TensorId x = first(layer);
  Axes order = identity(layer.rank(x));
  if (setting(layer, "axes", 1).is_null()) {
    std::reverse(order.begin(), order.end());
  } else {
    order = integers_setting(layer, "axes", 1);
    for (int32_t& axis : order) axis = layer.axis(x, axis);
  }
  return one(layer.transpose(x, order));
}
Results lower_swap(Lowering& layer) {
  const TensorId x = first(layer);
  Axes order = identity(layer.rank(x));
  const int a = layer.axis(x, integers_setting(layer, "axis1", 1)[0]),
            b = layer.axis(x, integers_setting(layer, "axis2", 2)[0]);
  std::swap(order[static_cast<size_t>(a)], order[static_cast<size_t>(b)]);
  return one(layer.transpose(x, order));
}
Results lower_move(Lowering& layer) {
  const TensorId x = first(layer);
  Axes from = integers_setting(layer, "source", 1), to = integers_setting(layer, "destination", 2), order;
  if (from.size() != to.size()) layer.config().bad("source", "as long as 'destination'");
  std::vector<std::pair<int32_t, int32_t>> moves;
  for (size_t i = 0; i < from.size(); ++i) moves.emplace_back(layer.axis(x, to[i]), layer.axis(x, from[i]));
  std::sort(moves.begin(), moves.end());
  for (const int32_t axis : identity(layer.rank(x))) {
    const auto moved = [&](const auto& move) { return move.second == axis; };
    if (std::none_of(moves.begin(), moves.end(), moved)) order.push_back(axis);
  }
  for (const auto& [place, axis] : moves)
    order.insert(order.begin() + std::min<std::ptrdiff_t>(place, static_cast<std::ptrdiff_t>(order.size())),
                 axis);
  return one(layer.transpose(x, order));
}

Results lower_expand(Lowering& layer) {
  TensorId x = first(layer);
  Axes axes = integers_setting(layer, "axis", 1);
  const int rank = layer.rank(x) + static_cast<int>(axes.size());
  for (int32_t& axis : axes) axis = axis < 0 ? axis + rank : axis;
  std::sort(axes.begin(), axes.end());
  for (const int32_t axis : axes) {
    if (axis < 0 || axis > layer.rank(x)) layer.config().bad("axis", "an axis of the result");
    x = layer.expand(x, axis);
  }
  return one(x);
}
Results lower_squeeze(Lowering& layer) {
  TensorId x = first(layer);
  Axes axes;
  if (setting(layer, "axis", 1).is_null()) {
    for (int i = 0; i < layer.rank(x); ++i) {
      if (layer.shape(x)[static_cast<size_t>(i)] == 1) axes.push_back(i);
    }
  } else {
    axes = axes_setting(layer, x);
  }
  std::sort(axes.rbegin(), axes.rend());
  for (const int32_t axis : axes) x = layer.squeeze(x, axis);
  return one(x);
}

Results lower_concatenate(Lowering& layer) {
  const Ids ids = tensor_arguments(layer);
  return one(layer.concat(ids, axis_setting(layer, ids[0], 0)));
}
Results lower_stack(Lowering& layer) {
  const Ids ids = tensor_arguments(layer);
  const std::optional<int64_t> given = as_integer(setting(layer, "axis", 1));
  int64_t axis = given.value_or(0);
  if (axis < 0) axis += layer.rank(ids[0]) + 1;
  if (axis < 0 || axis > layer.rank(ids[0])) layer.config().bad("axis", "an axis of the result");
  return one(layer.pack(ids, static_cast<int>(axis)));
}
Results lower_unstack(Lowering& layer) {
  const TensorId x = first(layer);
  Results results;
  for (const TensorId id : layer.unpack(x, axis_setting(layer, x, 0, 2))) results.push_back({id, kNoTensor});
  return results;
}
Results lower_split(Lowering& layer) {
  const TensorId x = first(layer);
  const int axis = axis_setting(layer, x, 0, 2);
  const Json how = setting(layer, "indices_or_sections", 1);
  Results results;
  if (how.is_array()) {
    int32_t begin = 0;
    Axes ends = integers_setting(layer, "indices_or_sections", 1), sizes;
    ends.push_back(layer.channels(x, axis));
    for (const int32_t end : ends) {
      if (end < begin || end > ends.back())
        layer.config().bad("indices_or_sections", "in order, within the extent");
      sizes.push_back(end - begin);
      begin = end;
    }
    const auto parts = static_cast<int32_t>(sizes.size());
    const TensorId along = layer.builder().scalar(static_cast<int32_t>(axis));
    for (const TensorId id : layer.builder().add_multi(BuiltinOp::kSplitV, {x, layer.ints(sizes), along},
                                                       SplitVOptions{parts}, parts)) {
      results.push_back({id, kNoTensor});
    }
    return results;
  }
  const int32_t parts = integers_setting(layer, "indices_or_sections", 1)[0];
  if (parts < 1 || layer.channels(x, axis) % parts != 0)
    layer.config().bad("indices_or_sections", "a divisor of the extent");
  for (const TensorId id : layer.split(x, parts, axis)) results.push_back({id, kNoTensor});
  return results;
}

Results lower_tile(Lowering& layer) {
  TensorId x = first(layer);
  Axes repeats = integers_setting(layer, "repeats", 1);
  while (static_cast<int>(repeats.size()) < layer.rank(x)) repeats.insert(repeats.begin(), 1);
  while (static_cast<int>(repeats.size()) > layer.rank(x)) x = layer.expand(x, 0);
  return one(layer.op(BuiltinOp::kTile, {x, layer.ints(repeats)}, TileOptions{}));
}
Results lower_repeat(Lowering& layer) {
  TensorId x = first(layer);
  if (setting(layer, "axis", 2).is_null()) x = layer.reshape(x, {-1});
  const int axis = axis_setting(layer, x, 0, 2);
  const Axes repeats = integers_setting(layer, "repeats", 1);
  if (repeats.size() != 1 || repeats[0] < 1) layer.unsupported("repeats that differ from element to element");
  const int32_t extent = layer.channels(x, axis);
  Axes multiples(static_cast<size_t>(layer.rank(x)) + 1, 1);
  multiples[static_cast<size_t>(axis) + 1] = repeats[0];
  const TensorId tiled =
      layer.op(BuiltinOp::kTile, {layer.expand(x, axis + 1), layer.ints(multiples)}, TileOptions{});
  return one(layer.reshape_part(tiled, axis, axis + 2, {extent * repeats[0]}));
}
Results lower_pad(Lowering& layer) {
  const TensorId x = first(layer);
  const Json widths = setting(layer, "pad_width", 1);
  const std::string mode = layer.config().text("mode", "constant");
  std::vector<std::pair<int32_t, int32_t>> pads;
  for (int i = 0; i < layer.rank(x); ++i) {
    const Json& pair =
        widths.is_array() ? widths[std::min<size_t>(static_cast<size_t>(i), widths.size() - 1)] : widths;
    const std::optional<int64_t> before = as_integer(pair.is_array() && !pair.empty() ? pair[0] : pair);
    const std::optional<int64_t> after = as_integer(pair.is_array() && !pair.empty() ? pair.back() : pair);
    if (!before || !after || *before < 0 || *after < 0 || *before > (1 << 24) || *after > (1 << 24))
      layer.config().bad("pad_width", "made of pairs");
    pads.emplace_back(static_cast<int32_t>(*before), static_cast<int32_t>(*after));
  }
  if (mode == "constant")
    return one(layer.pad(x, pads, static_cast<float>(number_setting(layer, "constant_values", 0, 3))));
  if (mode != "reflect" && mode != "symmetric") layer.unsupported("the padding mode '" + mode + "'");
  Axes flat;
  for (const auto& [before, after] : pads) {
    flat.push_back(before);
    flat.push_back(after);
  }
  const TensorId amounts = layer.builder().constant(flat, {static_cast<int32_t>(pads.size()), 2});
  const MirrorPadMode how = mode == "reflect" ? MirrorPadMode::kReflect : MirrorPadMode::kSymmetric;
  return one(layer.op(BuiltinOp::kMirrorPad, {x, amounts}, MirrorPadOptions{how}));
}
Results lower_flip(Lowering& layer) {
  TensorId x = first(layer);
  Axes axes = axes_setting(layer, x);
  std::sort(axes.begin(), axes.end());
  // Neighbouring axes are turned by one operator.
  if (!axes.empty() && axes.back() - axes.front() == static_cast<int32_t>(axes.size()) - 1)
    return one(layer.op(BuiltinOp::kReverseV2, {x, layer.ints(axes)}, ReverseV2Options{}));
  for (const int32_t axis : axes) x = layer.reverse(x, axis);
  return one(x);
}
Results lower_roll(Lowering& layer) {
  const TensorId x = first(layer);
  if (setting(layer, "axis", 2).is_null()) layer.unsupported("roll without an axis");
  const int axis = axis_setting(layer, x, 0, 2);
  const int32_t extent = layer.channels(x, axis), given = integers_setting(layer, "shift", 1)[0];
  const int32_t shift = ((given % extent) + extent) % extent;
  if (shift == 0) return one(x);
  return one(layer.concat(
      {layer.narrow(x, axis, extent - shift, 0), layer.narrow(x, axis, 0, extent - shift)}, axis));
}
Results lower_take(Lowering& layer) {
  TensorId x = first(layer);
  if (setting(layer, "axis", 2).is_null()) x = layer.reshape(x, {-1});
  const int axis = axis_setting(layer, x, 0, 2);
  TensorId indices = operand(layer, 1, {"indices"});
  if (layer.dtype(indices) != DType::kInt64) indices = layer.cast(indices, DType::kInt32);
  return one(layer.gather(x, indices, axis));
}

// Keras 3 and Keras 2 spell slices differently.
bool is_slice(const Json& item) {
  return item.is_object() && (class_of(item) == "__slice__" || item.contains("start"));
}

// x[a, b:c:d, ..., None]
Results lower_get_item(Lowering& layer) {
  const TensorId x = first(layer);
  const Argument* key = layer.argument("key", 1);
  Json items = key == nullptr ? Json::array({Json()}) : key->value;
  if (key != nullptr && key->is_tensor())
    return one(layer.gather(x, layer.cast(key->tensor, DType::kInt32), 0));
  if (!items.is_array()) items = Json::array({items});
  const int rank = layer.rank(x);
  const auto takes_axis = [](const Json& item) {
    return !item.is_null() && class_of(item) != "__ellipsis__";
  };
  const auto used = static_cast<int>(std::count_if(items.begin(), items.end(), takes_axis));
  if (used > rank)
    fail(ErrorCode::kInvalidModel, "indexes ", used, " axes of a shape ", to_string(layer.shape(x)));
  Axes begin, end, strides, added;
  StridedSliceOptions options;
  int result_axis = 0;
  bool changed = false;
  const auto whole = [&] {
    options.begin_mask |= 1 << begin.size();
    options.end_mask |= 1 << begin.size();
    begin.push_back(0);
    end.push_back(0);
    strides.push_back(1);
    ++result_axis;
  };
  for (const Json& item : items) {
    const size_t axis = begin.size();
    if (item.is_null()) {
      added.push_back(result_axis++);
    } else if (class_of(item) == "__ellipsis__") {
      for (int i = used; i < rank; ++i) whole();
    } else if (is_slice(item)) {
      const Config slice(item.contains("config") ? config_of(item) : item, layer.config().where());
      const int64_t step = slice.integer("step", 1);
      if (step == 0) slice.bad("step", "other than zero");
      changed = changed || slice.has("start") || slice.has("stop") || step != 1;
      whole();
      strides[axis] = static_cast<int32_t>(step);
      if (slice.has("start")) {
        begin[axis] = static_cast<int32_t>(slice.integer("start"));
        options.begin_mask &= ~(1 << axis);
      }
      if (slice.has("stop")) {
        end[axis] = static_cast<int32_t>(slice.integer("stop"));
        options.end_mask &= ~(1 << axis);
      }
    } else {
      const std::optional<int64_t> index = as_integer(item);
      if (!index) layer.unsupported("indexing by " + brief(item) + "; use ops.take");
      options.shrink_axis_mask |= 1 << axis;
      if (*index == -1) options.end_mask |= 1 << axis;
      begin.push_back(static_cast<int32_t>(*index));
      end.push_back(static_cast<int32_t>(*index) + 1);
      strides.push_back(1);
      changed = true;
    }
  }
  while (static_cast<int>(begin.size()) < rank) whole();
  TensorId y = changed ? layer.slice(x, begin, end, strides, options) : x;
  for (const int32_t axis : added) y = layer.expand(y, axis);
  return one(y);
}

Results lower_slice(Lowering& layer) {
  const TensorId x = first(layer);
  const Axes begin = integers_setting(layer, "start_indices", 1), size = integers_setting(layer, "shape", 2);
  Axes end = begin;
  for (size_t i = 0; i < std::min(begin.size(), size.size()); ++i) end[i] += size[i];
  StridedSliceOptions options;
  if (layer.shape(x)[0] < 0) options.begin_mask = options.end_mask = 1;
  return one(layer.slice(x, begin, end, Axes(begin.size(), 1), options));
}

Results lower_cast(Lowering& layer) {
  const Json type = setting(layer, "dtype", 1);
  return one(type.is_null() ? first(layer)
                            : layer.cast(first(layer), graph_dtype(type, layer.config().where())));
}

Results like(Lowering& layer, double value) {
  const TensorId x = first(layer);
  if (value == 0) return one(layer.op(BuiltinOp::kZerosLike, {x}, ZerosLikeOptions{}));
  const TensorId zeros = layer.op(BuiltinOp::kZerosLike, {x}, ZerosLikeOptions{});
  return one(layer.add(zeros, layer.number(value, zeros)));
}

Results lower_one_hot(Lowering& layer) {
  const int64_t depth = as_integer(setting(layer, "num_classes", 1)).value_or(0);
  if (depth < 1 || depth > (1 << 24)) layer.config().bad("num_classes", "positive");
  const auto axis = static_cast<int32_t>(as_integer(setting(layer, "axis", 2)).value_or(-1));
  const TensorId x = layer.cast(first(layer), DType::kInt32);
  return one(layer.op(BuiltinOp::kOneHot,
                      {x, layer.builder().scalar(static_cast<int32_t>(depth)), layer.f(1), layer.f(0)},
                      OneHotOptions{axis}));
}

Ids top(Lowering& layer, TensorId x, int32_t count) {
  return layer.builder().add_multi(BuiltinOp::kTopkV2, {x, layer.builder().scalar(count)}, TopKV2Options{},
                                   2);
}
Results lower_top_k(Lowering& layer) {
  const int64_t count = as_integer(setting(layer, "k", 1)).value_or(0);
  if (count < 1 || count > INT32_MAX) layer.config().bad("k", "positive");
  const Ids found = top(layer, first(layer), static_cast<int32_t>(count));
  return {{found[0], kNoTensor}, {found[1], kNoTensor}};
}
Results lower_sort(Lowering& layer) {
  const TensorId x = first(layer);
  const int axis = axis_setting(layer, x, -1);
  if (axis != layer.rank(x) - 1)
    layer.unsupported("sorting over an axis other than the last; transpose before and after");
  const TensorId negative = top(layer, layer.op(BuiltinOp::kNeg, {x}), layer.channels(x, -1))[0];
  return one(layer.op(BuiltinOp::kNeg, {negative}));
}

// What lies on or below (above) a diagonal; the rest is zero.
Results triangle(Lowering& layer, bool lower) {
  const TensorId x = first(layer);
  const int64_t k = as_integer(setting(layer, "k", 1)).value_or(0);
  const int32_t rows = layer.channels(x, -2), columns = layer.channels(x, -1);
  std::vector<float> mask;
  for (int32_t r = 0; r < rows; ++r) {
    for (int32_t c = 0; c < columns; ++c) mask.push_back(lower ? c <= r + k : c >= r + k);
  }
  return one(layer.mul(x, layer.floats(std::move(mask), {rows, columns})));
}

Results lower_broadcast(Lowering& layer) {
  const TensorId x = first(layer);
  const Shape to = integers_setting(layer, "shape", 1);
  if (!is_static(to)) layer.unsupported("broadcasting to an unknown shape");
  return one(layer.op(BuiltinOp::kBroadcastTo, {x, layer.ints(to)}, BroadcastToOptions{}));
}

}  // namespace

Rows array_operations() {
  static const LayerRow kRows[] = {
      {"Reshape", lower_reshape},
      {"View", lower_reshape},
      {"Ravel", lower_ravel},
      {"Transpose", lower_transpose},
      {"Swapaxes", lower_swap},
      {"Moveaxis", lower_move},
      {"ExpandDims", lower_expand},
      {"Squeeze", lower_squeeze},
      {"Concatenate", lower_concatenate},
      {"Stack", lower_stack},
      {"Unstack", lower_unstack},
      {"Split", lower_split},
      {"Tile", lower_tile},
      {"Repeat", lower_repeat},
      {"Pad", lower_pad},
      {"Flip", lower_flip},
      {"Roll", lower_roll},
      {"Take", lower_take},
      {"GetItem", lower_get_item},
      {"Slice", lower_slice},
      {"Cast", lower_cast},
      {"SaturateCast", lower_cast},
      {"Copy", lower_identity},
      {"StopGradient", lower_identity},
      {"ConvertToTensor", lower_cast},
      {"ZerosLike", [](Lowering& layer) { return like(layer, 0); }},
      {"OnesLike", [](Lowering& layer) { return like(layer, 1); }},
      {"FullLike", [](Lowering& layer) { return like(layer, number_setting(layer, "fill_value", 0, 1)); }},
      {"OneHot", lower_one_hot},
      {"TopK", lower_top_k},
      {"Sort", lower_sort},
      {"Tril", [](Lowering& layer) { return triangle(layer, true); }},
      {"Triu", [](Lowering& layer) { return triangle(layer, false); }},
      {"BroadcastTo", lower_broadcast},
  };
  return kRows;
}

}  // namespace litewright::keras
