// Convolutions.
#include <algorithm>
#include <limits>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

// Strides, dilations and padding of a node; extents in the order of the spatial dimensions.
struct Geometry {
  Axes strides, dilations;
  Padding padding = Padding::kValid;
  std::vector<std::pair<int32_t, int32_t>> pads;  // explicit, per dimension of NHWC; else empty
  bool first = false;                             // channels first
};

// The spatial part of a per-dimension attribute; ones if it is absent.
Axes spatial(Node& node, const char* name, int rank, bool first) {
  const std::vector<int64_t> all = node.integers(name);
  if (all.empty()) return Axes(static_cast<size_t>(rank), 1);
  if (all.size() != static_cast<size_t>(rank) + 2)
    node.damaged(concat("the attribute '", name, "' has ", all.size(), " elements"));
  Axes result;
  for (int i = 0; i < rank; ++i) {
    const int64_t value = all[static_cast<size_t>(i + (first ? 2 : 1))];
    if (value < 1 || value > INT32_MAX) node.damaged(concat("the attribute '", name, "' holds ", value));
    result.push_back(static_cast<int32_t>(value));
  }
  return result;
}

Geometry geometry(Node& node, int rank) {
  Geometry g;
  g.first = node.text("data_format", rank == 3 ? "NDHWC" : "NHWC").substr(0, 2) == "NC";
  g.strides = spatial(node, "strides", rank, g.first);
  g.dilations = spatial(node, "dilations", rank, g.first);
  const std::string padding = node.text("padding", "");
  if (padding == "SAME") {
    g.padding = Padding::kSame;
  } else if (padding == "EXPLICIT") {
    const std::vector<int64_t> amounts = node.integers("explicit_paddings");
    if (amounts.size() != 2 * (static_cast<size_t>(rank) + 2))
      node.damaged("the attribute 'explicit_paddings' does not fit");
    g.pads.resize(static_cast<size_t>(rank) + 2);
    for (size_t i = 0; i < static_cast<size_t>(rank); ++i) {
      const size_t from = 2 * (i + (g.first ? 2 : 1));
      g.pads[i + 1] = {static_cast<int32_t>(amounts[from]), static_cast<int32_t>(amounts[from + 1])};
    }
  } else if (padding != "VALID") {
    node.damaged("unknown padding '" + padding + "'");
  }
  return g;
}

TensorId prepared(Node& node, const Geometry& g, TensorId x) {
  x = channels_last(node, x, g.first);
  return g.pads.empty() ? x : node.pad(x, g.pads);
}

TensorId no_bias(Node& node, int32_t channels) { return node.zeros({channels}); }

void need_rank(Node& node, TensorId x, int rank) {
  if (node.rank(x) != rank)
    node.damaged(concat("an operand should have ", rank, " dimensions, has ", to_string(node.shape(x))));
}

Values lower_conv(Node& node) {
  const Geometry g = geometry(node, 2);
  need_rank(node, node.input(0), 4);
  need_rank(node, node.input(1), 4);
  const TensorId filter = node.transpose(node.input(1), {3, 0, 1, 2});  // HWIO -> OHWI
  Conv2DOptions options;
  options.padding = g.padding;
  options.stride_h = g.strides[0];
  options.stride_w = g.strides[1];
  options.dilation_h_factor = g.dilations[0];
  options.dilation_w_factor = g.dilations[1];
  const int32_t filters = node.shape(filter)[0];
  if (filters < 0) node.unsupported("the number of filters is unknown");
  const TensorId y = node.op(BuiltinOp::kConv2D,
                             {prepared(node, g, node.input(0)), filter, no_bias(node, filters)}, options);
  return {channels_first(node, y, g.first)};
}

Values lower_depthwise(Node& node) {
  const Geometry g = geometry(node, 2);
  need_rank(node, node.input(0), 4);
  need_rank(node, node.input(1), 4);
  const Shape shape = node.shape(node.input(1));  // HWCM
  if (!is_static(shape)) node.unsupported("the filter's shape is unknown");
  const int32_t channels = shape[2] * shape[3];
  const TensorId filter = node.reshape(node.input(1), {1, shape[0], shape[1], channels});
  DepthwiseConv2DOptions options;
  options.padding = g.padding;
  options.stride_h = g.strides[0];
  options.stride_w = g.strides[1];
  options.dilation_h_factor = g.dilations[0];
  options.dilation_w_factor = g.dilations[1];
  options.depth_multiplier = shape[3];
  const TensorId y = node.op(BuiltinOp::kDepthwiseConv2D,
                             {prepared(node, g, node.input(0)), filter, no_bias(node, channels)}, options);
  return {channels_first(node, y, g.first)};
}

Values lower_conv3d(Node& node) {
  const Geometry g = geometry(node, 3);
  Conv3DOptions options;
  options.padding = g.padding;
  options.stride_d = g.strides[0];
  options.stride_h = g.strides[1];
  options.stride_w = g.strides[2];
  options.dilation_d_factor = g.dilations[0];
  options.dilation_h_factor = g.dilations[1];
  options.dilation_w_factor = g.dilations[2];
  const TensorId y = node.op(BuiltinOp::kConv3D, {prepared(node, g, node.input(0)), node.input(1)}, options);
  return {channels_first(node, y, g.first)};
}

// The transposed convolution: (output's shape, HWOI filter, input).
template <int kRank>
Values lower_transposed(Node& node) {
  const Geometry g = geometry(node, kRank);
  if (!g.pads.empty()) node.unsupported("explicit padding of a transposed convolution; use SAME or VALID");
  if (g.first) node.unsupported("channels first in a transposed convolution; use channels last");
  if (std::any_of(g.dilations.begin(), g.dilations.end(), [](int32_t d) { return d != 1; }))
    node.unsupported("a dilated transposed convolution; spread the filter with zeros instead");
  const std::optional<Extents> extents = node.extents(0);
  if (!extents || extents->size() != kRank + 2) node.damaged("the output's shape does not fit");
  Shape shape = shape_of(*extents);
  if (shape[0] < 0) shape[0] = node.shape(node.input(2))[0];
  const TensorId wanted = is_static(shape) ? node.ints(shape) : node.shape_operand(0);
  if constexpr (kRank == 3) {
    Conv3DOptions options;
    options.padding = g.padding;
    options.stride_d = g.strides[0];
    options.stride_h = g.strides[1];
    options.stride_w = g.strides[2];
    return {node.declared(BuiltinOp::kConv3DTranspose, {wanted, node.input(1), node.input(2)}, options,
                          DType::kFloat32, shape)};
  } else {
    TransposeConvOptions options;
    options.padding = g.padding;
    options.stride_h = g.strides[0];
    options.stride_w = g.strides[1];
    const TensorId filter = node.transpose(node.input(1), {2, 0, 1, 3});  // HWOI -> OHWI
    return {node.declared(BuiltinOp::kTransposeConv, {wanted, filter, node.input(2)}, options,
                          DType::kFloat32, shape)};
  }
}

template <BuiltinOp kCode>
Values lower_pool(Node& node) {
  const Geometry g = geometry(node, 2);
  const Axes window = spatial(node, "ksize", 2, g.first);
  TensorId x = channels_last(node, node.input(0), g.first);
  if (!g.pads.empty()) {
    if (kCode != BuiltinOp::kMaxPool2D)
      node.unsupported("explicit padding of an average; pad its input instead");
    x = node.pad(x, g.pads, std::numeric_limits<float>::lowest());
  }
  Pool2DOptions options;
  options.padding = g.padding;
  options.stride_h = g.strides[0];
  options.stride_w = g.strides[1];
  options.filter_height = window[0];
  options.filter_width = window[1];
  const TensorId y = node.op(kCode, {x}, options);
  return {channels_first(node, y, g.first)};
}

// The window and the strides are operands.
Values lower_max_pool_v2(Node& node) {
  const Axes window = node.axes(1, "the window"), strides = node.axes(2, "the strides");
  if (window.size() != 4 || strides.size() != 4) node.damaged("the window should have four extents");
  const bool first = node.text("data_format", "NHWC") == "NCHW";
  const size_t h = first ? 2 : 1;
  Pool2DOptions options;
  options.padding = node.text("padding", "VALID") == "SAME" ? Padding::kSame : Padding::kValid;
  options.filter_height = window[h];
  options.filter_width = window[h + 1];
  options.stride_h = strides[h];
  options.stride_w = strides[h + 1];
  const TensorId y = node.op(BuiltinOp::kMaxPool2D, {channels_last(node, node.input(0), first)}, options);
  return {channels_first(node, y, first)};
}

}  // namespace

Rows convolution_rows() {
  static const OpRow kRows[] = {
      {"Conv2D", lower_conv},
      {"DepthwiseConv2dNative", lower_depthwise},
      {"Conv3D", lower_conv3d},
      {"Conv2DBackpropInput", lower_transposed<2>},
      {"Conv3DBackpropInputV2", lower_transposed<3>},
      {"MaxPool", lower_pool<BuiltinOp::kMaxPool2D>},
      {"MaxPoolV2", lower_max_pool_v2},
      {"AvgPool", lower_pool<BuiltinOp::kAveragePool2D>},
  };
  return kRows;
}

}  // namespace litewright::tf
