// Pooling: windows, global and adaptive. In one dimension it runs as two-dimensional, in three as two passes.
#include <algorithm>
#include <map>

#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

struct Window {
  std::vector<int32_t> size, strides;
  Padding padding;
};

TensorId pool_2d(Ops& ops, BuiltinOp code, TensorId x, Padding padding, int32_t h, int32_t w,
                 int32_t stride_h, int32_t stride_w) {
  Pool2DOptions options;
  options.padding = padding;
  options.filter_height = h;
  options.filter_width = w;
  options.stride_h = stride_h;
  options.stride_w = stride_w;
  return ops.op(code, {x}, options);
}

// [b, d, h, w, c]: first h and w of every slice, then d.
TensorId pool_3d(Lowering& layer, BuiltinOp code, TensorId x, const Window& window) {
  const Shape from = layer.shape(x);
  for (int i = 1; i < 5; ++i) layer.channels(x, i);
  const int32_t depth = from[1], channels = from[4];
  TensorId slices = layer.reshape(x, {-1, from[2], from[3], channels});
  slices = pool_2d(layer, code, slices, window.padding, window.size[1], window.size[2], window.strides[1],
                   window.strides[2]);
  const int32_t h = layer.shape(slices)[1], w = layer.shape(slices)[2];
  TensorId rows = layer.reshape(slices, {-1, depth, h * w, channels});
  rows = pool_2d(layer, code, rows, window.padding, window.size[0], 1, window.strides[0], 1);
  return layer.reshape(rows, {-1, layer.shape(rows)[1], h, w, channels});
}

template <BuiltinOp code, int rank>
Results lower_pool(Lowering& layer) {
  const Config& config = layer.config();
  Window window;
  window.size = config.sizes("pool_size", rank, 2);
  window.strides = config.has("strides") ? config.sizes("strides", rank, 1) : window.size;
  const std::string padding = config.text("padding", "valid");
  if (padding != "same" && padding != "valid") config.bad("padding", "'same' or 'valid'");
  window.padding = padding == "same" ? Padding::kSame : Padding::kValid;
  const bool first = channels_first(config);
  if (layer.rank(layer.input()) != rank + 2) {
    fail(ErrorCode::kInvalidModel, "its input should have ", rank + 2, " dimensions");
  }
  TensorId x = to_channels_last(layer, layer.input(), first);
  if constexpr (rank == 3) {
    x = pool_3d(layer, code, x, window);
  } else if constexpr (rank == 2) {
    x = pool_2d(layer, code, x, window.padding, window.size[0], window.size[1], window.strides[0],
                window.strides[1]);
  } else {
    x = pool_2d(layer, code, layer.expand(x, 1), window.padding, 1, window.size[0], 1, window.strides[0]);
    x = layer.squeeze(x, 1);
  }
  return one(to_channels_first(layer, x, first));
}

Axes spatial_axes(Lowering& layer, int rank, bool first) {
  if (layer.rank(layer.input()) != rank + 2) {
    fail(ErrorCode::kInvalidModel, "its input should have ", rank + 2, " dimensions");
  }
  Axes axes;
  for (int i = 0; i < rank; ++i) axes.push_back(i + (first ? 2 : 1));
  return axes;
}

template <BuiltinOp code, int rank>
Results lower_global(Lowering& layer) {
  const bool first = channels_first(layer.config()), keep = layer.config().flag("keepdims", false);
  const Axes axes = spatial_axes(layer, rank, first);
  TensorId x = layer.input();
  if (code == BuiltinOp::kMean && rank == 1 && layer.mask() != kNoTensor) {
    const TensorId weight = layer.expand(layer.cast(layer.mask(), DType::kFloat32), first ? 1 : 2);
    const TensorId total = layer.reduce(BuiltinOp::kSum, layer.mul(x, weight), axes, keep);
    return one(layer.div(total, layer.reduce(BuiltinOp::kSum, weight, axes, keep)));
  }
  return one(layer.reduce(code, x, axes, keep));
}

// Output i of an adaptive layer covers [begin, end) of the input.
struct Cover {
  int32_t begin, end;
};
std::vector<Cover> covers(int32_t in, int32_t out) {
  std::vector<Cover> all;
  for (int64_t i = 0; i < out; ++i) {
    all.push_back({static_cast<int32_t>(i * in / out), static_cast<int32_t>(((i + 1) * in + out - 1) / out)});
  }
  return all;
}

// Means along axis 1 of [b, n, rest] are one product with a constant.
TensorId adapt_mean(Lowering& layer, TensorId x, int32_t out) {
  const int32_t in = layer.shape(x)[1];
  std::vector<float> weights(static_cast<size_t>(in) * static_cast<size_t>(out), 0.0f);
  float* row = weights.data();
  for (const Cover& cover : covers(in, out)) {
    std::fill(row + cover.begin, row + cover.end, 1.0f / static_cast<float>(cover.end - cover.begin));
    row += in;
  }
  return layer.matmul(layer.floats(std::move(weights), {1, out, in}), x);
}

// The highest along one axis of an image batch: windows of every size at every place, then those that are
// wanted.
TensorId adapt_max(Lowering& layer, TensorId x, int axis, int32_t out) {
  const std::vector<Cover> all = covers(layer.shape(x)[static_cast<size_t>(axis)], out);
  std::map<int32_t, int32_t> offsets;  // of each window size among the concatenated windows
  for (const Cover& cover : all) offsets[cover.end - cover.begin] = 0;
  Ids windows;
  int32_t total = 0;
  for (auto& [size, offset] : offsets) {
    offset = total;
    windows.push_back(pool_2d(layer, BuiltinOp::kMaxPool2D, x, Padding::kValid, axis == 1 ? size : 1,
                              axis == 2 ? size : 1, 1, 1));
    total += layer.shape(windows.back())[static_cast<size_t>(axis)];
  }
  Axes places;
  for (const Cover& cover : all) places.push_back(offsets[cover.end - cover.begin] + cover.begin);
  return layer.gather(layer.concat(windows, axis), layer.ints(places), axis);
}

template <BuiltinOp pool, int rank>
Results lower_adaptive(Lowering& layer) {
  const std::vector<int32_t> out = layer.config().sizes("output_size", rank, 1);
  const bool first = channels_first(layer.config());
  spatial_axes(layer, rank, first);
  TensorId x = to_channels_last(layer, layer.input(), first);
  const Shape from = layer.shape(x);
  bool even = rank == 2, same = true;
  for (int i = 0; i < rank; ++i) {
    const int32_t in = layer.channels(x, i + 1), wanted = out[static_cast<size_t>(i)];
    even = even && in % wanted == 0;
    same = same && in == wanted;
  }
  if (same) return one(layer.input());
  if (even) {
    const int32_t h = from[1] / out[0], w = from[2] / out.back();
    return one(to_channels_first(layer, pool_2d(layer, pool, x, Padding::kValid, h, w, h, w), first));
  }
  // One axis after the other: what is before it goes into the batch, what is behind into the channels.
  Shape extents(from.begin() + 1, from.end());
  for (int i = 0; i < rank; ++i) {
    const auto at = static_cast<size_t>(i);
    const auto rest = static_cast<int32_t>(elements_between(extents, at + 1, extents.size()));
    if (extents[at] == out[at]) continue;
    if (pool == BuiltinOp::kAveragePool2D) {
      x = adapt_mean(layer, layer.reshape(x, {-1, extents[at], rest}), out[at]);
    } else if (rank == 2) {
      x = adapt_max(layer, x, i + 1, out[at]);
    } else {
      x = adapt_max(layer, layer.reshape(x, {-1, extents[at], 1, rest}), 1, out[at]);
    }
    extents[at] = out[at];
  }
  extents.insert(extents.begin(), -1);
  return one(to_channels_first(layer, layer.reshape(x, extents, {0}), first));
}

constexpr BuiltinOp kMax = BuiltinOp::kMaxPool2D, kAverage = BuiltinOp::kAveragePool2D;
constexpr BuiltinOp kHighest = BuiltinOp::kReduceMax, kMean = BuiltinOp::kMean;

}  // namespace

Rows pooling_layers() {
  static const LayerRow kRows[] = {
      {"MaxPooling1D", lower_pool<kMax, 1>},
      {"MaxPooling2D", lower_pool<kMax, 2>},
      {"MaxPooling3D", lower_pool<kMax, 3>},
      {"MaxPool1D", lower_pool<kMax, 1>},
      {"MaxPool2D", lower_pool<kMax, 2>},
      {"MaxPool3D", lower_pool<kMax, 3>},
      {"AveragePooling1D", lower_pool<kAverage, 1>},
      {"AveragePooling2D", lower_pool<kAverage, 2>},
      {"AveragePooling3D", lower_pool<kAverage, 3>},
      {"AvgPool1D", lower_pool<kAverage, 1>},
      {"AvgPool2D", lower_pool<kAverage, 2>},
      {"AvgPool3D", lower_pool<kAverage, 3>},
      {"GlobalAveragePooling1D", lower_global<kMean, 1>},
      {"GlobalAveragePooling2D", lower_global<kMean, 2>},
      {"GlobalAveragePooling3D", lower_global<kMean, 3>},
      {"GlobalAvgPool1D", lower_global<kMean, 1>},
      {"GlobalAvgPool2D", lower_global<kMean, 2>},
      {"GlobalAvgPool3D", lower_global<kMean, 3>},
      {"GlobalMaxPooling1D", lower_global<kHighest, 1>},
      {"GlobalMaxPooling2D", lower_global<kHighest, 2>},
      {"GlobalMaxPooling3D", lower_global<kHighest, 3>},
      {"GlobalMaxPool1D", lower_global<kHighest, 1>},
      {"GlobalMaxPool2D", lower_global<kHighest, 2>},
      {"GlobalMaxPool3D", lower_global<kHighest, 3>},
      {"AdaptiveMaxPooling1D", lower_adaptive<kMax, 1>},
      {"AdaptiveMaxPooling2D", lower_adaptive<kMax, 2>},
      {"AdaptiveMaxPooling3D", lower_adaptive<kMax, 3>},
      {"AdaptiveAveragePooling1D", lower_adaptive<kAverage, 1>},
      {"AdaptiveAveragePooling2D", lower_adaptive<kAverage, 2>},
      {"AdaptiveAveragePooling3D", lower_adaptive<kAverage, 3>},
  };
  return kRows;
}

}  // namespace litewright::keras
