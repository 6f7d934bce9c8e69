// Layers that move, repeat, cut or surround elements.
#include <algorithm>

#include "core/error.h"
#include "importers/keras/lowering.h"
#include "importers/keras/resizing.h"

namespace litewright::keras {
namespace {

Results lower_flatten(Lowering& layer) {
  TensorId x = layer.input();
  if (layer.rank(x) <= 1) return one(layer.reshape(x, {-1, 1}));
  x = to_channels_last(layer, x, channels_first(layer.config()) && layer.rank(x) > 2);
  const Shape& from = layer.shape(x);
  const Shape rest(from.begin() + 1, from.end());
  if (is_static(rest)) return one(layer.reshape(x, {-1, static_cast<int32_t>(num_elements(rest))}, {0, -1}));
  return one(layer.reshape(x, {-1, -1}, {0, -1}));
}

Results lower_reshape(Lowering& layer) {
  const TensorId x = layer.input();
  const Shape& from = layer.shape(x);
  Shape dims = {-1};
  Axes source = {0};
  int64_t known = 1;
  bool open = false;
  for (const int64_t size : layer.config().integers("target_shape")) {
    if (size < -1 || size > INT32_MAX || (size == -1 && open))
      layer.config().bad("target_shape", "a shape with at most one -1");
    open = open || size == -1;
    known *= size == -1 ? 1 : size;
    dims.push_back(static_cast<int32_t>(size));
    source.push_back(-1);
  }
  const Shape rest(from.begin() + 1, from.end());
  const std::optional<int64_t> count = checked_elements(rest);
  if (count && open && known > 0 && *count % known == 0) {
    *std::find(dims.begin() + 1, dims.end(), -1) = static_cast<int32_t>(*count / known);
  } else if (count && *count != known) {
    fail(ErrorCode::kInvalidModel, "an input of the shape ", to_string(from), " does not fit target_shape ",
         to_string(Shape(dims.begin() + 1, dims.end())));
  }
  return one(layer.reshape(x, dims, source));
}

Results lower_permute(Lowering& layer) {
  const TensorId x = layer.input();
  Axes permutation = {0};
  for (const int64_t dim : layer.config().integers("dims")) permutation.push_back(static_cast<int32_t>(dim));
  Axes sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<int32_t>(i))
      layer.config().bad("dims", "a permutation of the dimensions, counted from 1");
  }
  if (static_cast<int>(permutation.size()) != layer.rank(x))
    layer.config().bad("dims", "as long as the input has dimensions");
  return one(layer.transpose(x, permutation));
}

Results lower_repeat_vector(Lowering& layer) {
  const int64_t n = layer.config().integer("n");
  if (n < 1 || n > INT32_MAX) layer.config().bad("n", "positive");
  const TensorId x = layer.expand(layer.input(), 1);
  return one(layer.op(BuiltinOp::kTile, {x, layer.ints({1, static_cast<int32_t>(n), 1})}, TileOptions{}));
}

// "padding" and "cropping": one number, one per dimension, or (before, after) per dimension; 2-D accepts all
// forms.
std::vector<std::pair<int32_t, int32_t>> amounts(Lowering& layer, const char* key, int rank) {
  const Json& given = layer.config().raw(key);
  std::vector<std::pair<int32_t, int32_t>> pairs;
  const auto number = [&](const Json& value) {
    const std::optional<int64_t> amount = as_integer(value);
    if (!amount || *amount < 0 || *amount > (1 << 20))
      layer.config().bad(key, "made of numbers that are not negative");
    return static_cast<int32_t>(*amount);
  };
  const auto pair = [&](const Json& value) {
    if (!value.is_array()) return std::pair(number(value), number(value));
    if (value.size() != 2) layer.config().bad(key, "made of pairs");
    return std::pair(number(value[0]), number(value[1]));
  };
  if (!given.is_array()) {
    pairs.assign(static_cast<size_t>(rank), pair(given));
  } else if (rank == 1) {
    pairs.push_back(given.size() == 1 ? pair(given[0]) : pair(given));
  } else {
    if (given.size() != static_cast<size_t>(rank)) layer.config().bad(key, concat("a list of ", rank));
    for (const Json& item : given) pairs.push_back(pair(item));
  }
  if (layer.rank(layer.input()) != rank + 2)
    fail(ErrorCode::kInvalidModel, "its input should have ", rank + 2, " dimensions");
  return pairs;
}

template <int rank>
Results lower_zero_padding(Lowering& layer) {
  std::vector<std::pair<int32_t, int32_t>> pads(static_cast<size_t>(rank) + 2);
  const std::vector<std::pair<int32_t, int32_t>> given = amounts(layer, "padding", rank);
  std::copy(given.begin(), given.end(), pads.begin() + (channels_first(layer.config()) ? 2 : 1));
  return one(layer.pad(layer.input(), pads));
}

template <int rank>
Results lower_cropping(Lowering& layer) {
  const TensorId x = layer.input();
  const int start = channels_first(layer.config()) ? 2 : 1;
  Axes begin(static_cast<size_t>(rank) + 2, 0), end = begin;
  StridedSliceOptions options;
  options.begin_mask = options.end_mask = (1 << (rank + 2)) - 1;
  const auto given = amounts(layer, "cropping", rank);
  for (int i = 0; i < rank; ++i) {
    const auto [before, after] = given[static_cast<size_t>(i)];
    const int32_t extent = layer.shape(x)[static_cast<size_t>(start + i)];
    if (extent >= 0 && before + after >= extent)
      layer.config().bad("cropping", "less than the input's extent");
    begin[static_cast<size_t>(start + i)] = before;
    end[static_cast<size_t>(start + i)] = extent >= 0 ? extent - after : -after;
    if (before != 0) options.begin_mask &= ~(1 << (start + i));
    if (after != 0) options.end_mask &= ~(1 << (start + i));
  }
  if (options.begin_mask == options.end_mask && options.begin_mask == (1 << (rank + 2)) - 1) return one(x);
  return one(layer.slice(x, begin, end, Axes(static_cast<size_t>(rank) + 2, 1), options));
}

// Every element `times` times in a row along `axis`.
TensorId repeat_axis(Ops& ops, TensorId x, int axis, int32_t times) {
  if (times == 1) return x;
  const Shape from = ops.shape(x);
  if (from[static_cast<size_t>(axis)] < 0)
    fail(ErrorCode::kUnsupported, "the extent of axis ", axis, " must be known");
  Axes multiples(from.size() + 1, 1);
  multiples[static_cast<size_t>(axis) + 1] = times;
  const TensorId tiled =
      ops.op(BuiltinOp::kTile, {ops.expand(x, axis + 1), ops.ints(multiples)}, TileOptions{});
  return ops.reshape_part(tiled, axis, axis + 2, {from[static_cast<size_t>(axis)] * times});
}

Results lower_upsampling_1d(Lowering& layer) {
  return one(repeat_axis(layer, layer.input(), 1, layer.config().sizes("size", 1, 2)[0]));
}

Results lower_upsampling_2d(Lowering& layer) {
  const std::vector<int32_t> size = layer.config().sizes("size", 2, 2);
  const bool first = channels_first(layer.config());
  TensorId x = to_channels_last(layer, layer.input(), first);
  if (layer.rank(x) != 4) fail(ErrorCode::kInvalidModel, "its input should have 4 dimensions");
  const std::string how = layer.config().text("interpolation", "nearest");
  const Shape& from = layer.shape(x);
  if (from[1] < 0 || from[2] < 0) {
    x = resize_by(layer, x, size[0], size[1], how);
  } else {
    x = resize_to(layer, x, from[1] * size[0], from[2] * size[1], how);
  }
  return one(to_channels_first(layer, x, first));
}

Results lower_upsampling_3d(Lowering& layer) {
  const std::vector<int32_t> size = layer.config().sizes("size", 3, 2);
  const int start = channels_first(layer.config()) ? 2 : 1;
  TensorId x = layer.input();
  for (int i = 0; i < 3; ++i) x = repeat_axis(layer, x, start + i, size[static_cast<size_t>(i)]);
  return one(x);
}

}  // namespace

Rows reshaping_layers() {
  static const LayerRow kRows[] = {
      {"Flatten", lower_flatten},
      {"Reshape", lower_reshape},
      {"Permute", lower_permute},
      {"RepeatVector", lower_repeat_vector},
      {"ZeroPadding1D", lower_zero_padding<1>},
      {"ZeroPadding2D", lower_zero_padding<2>},
      {"ZeroPadding3D", lower_zero_padding<3>},
      {"Cropping1D", lower_cropping<1>},
      {"Cropping2D", lower_cropping<2>},
      {"Cropping3D", lower_cropping<3>},
      {"UpSampling1D", lower_upsampling_1d},
      {"UpSampling2D", lower_upsampling_2d},
      {"UpSampling3D", lower_upsampling_3d},
  };
  return kRows;
}

}  // namespace litewright::keras
