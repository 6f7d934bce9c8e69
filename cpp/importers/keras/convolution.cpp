// Convolutions in one, two and three dimensions: plain, depthwise and separable. In one dimension they run as
// two-dimensional ones of height 1.
#include <algorithm>

#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

struct Geometry {
  int rank;  // spatial dimensions
  std::vector<int32_t> kernel, strides, dilation;
  Padding padding;
  bool causal;
  bool first;  // channels_first
};

Geometry geometry(Lowering& layer, int rank) {
  const Config& config = layer.config();
  Geometry g{rank,
             config.sizes("kernel_size", rank, 0),
             config.sizes("strides", rank, 1),
             config.sizes("dilation_rate", rank, 1),
             Padding::kValid,
             false,
             channels_first(config)};
  if (!config.has("kernel_size")) config.bad("kernel_size", "given");
  const std::string padding = config.text("padding", "valid");
  if (padding == "same") g.padding = Padding::kSame;
  g.causal = padding == "causal" && rank == 1;
  if (padding != "same" && padding != "valid" && !g.causal) config.bad("padding", "'same' or 'valid'");
  const auto above_one = [](int32_t value) { return value > 1; };
  if (std::any_of(g.strides.begin(), g.strides.end(), above_one) &&
      std::any_of(g.dilation.begin(), g.dilation.end(), above_one)) {
    fail(ErrorCode::kInvalidModel, "dilation_rate above 1 with strides above 1 is not possible");
  }
  if (layer.rank(layer.input()) != rank + 2) {
    fail(ErrorCode::kInvalidModel, "its input should have ", rank + 2, " dimensions, has the shape ",
         to_string(layer.shape(layer.input())));
  }
  return g;
}

// The input, channels last and, for one dimension, with a height of 1.
TensorId prepared(Lowering& layer, const Geometry& g) {
  TensorId x = to_channels_last(layer, layer.cast(layer.input(), DType::kFloat32), g.first);
  if (g.causal) x = layer.pad(x, {{0, 0}, {g.dilation[0] * (g.kernel[0] - 1), 0}, {0, 0}});
  return g.rank == 1 ? layer.expand(x, 1) : x;
}

Results finished(Lowering& layer, const Geometry& g, TensorId y) {
  if (g.rank == 1) y = layer.squeeze(y, 1);
  const Config& config = layer.config();
  y = activate(layer, y, config.contains("activation") ? config.raw("activation") : Json());
  return one(to_channels_first(layer, y, g.first));
}

TensorId bias_or_zeros(Lowering& layer, int32_t filters) {
  return layer.config().flag("use_bias", true) ? layer.constant(layer.weight("bias", {filters}))
                                               : layer.zeros({filters});
}

Conv2DOptions conv_options(const Geometry& g) {
  Conv2DOptions options;
  options.padding = g.padding;
  options.stride_h = g.rank == 1 ? 1 : g.strides[0];
  options.stride_w = g.strides.back();
  options.dilation_h_factor = g.rank == 1 ? 1 : g.dilation[0];
  options.dilation_w_factor = g.dilation.back();
  return options;
}

DepthwiseConv2DOptions depthwise_options(const Geometry& g, int32_t multiplier) {
  DepthwiseConv2DOptions options;
  options.padding = g.padding;
  options.stride_h = g.rank == 1 ? 1 : g.strides[0];
  options.stride_w = g.strides.back();
  options.dilation_h_factor = g.rank == 1 ? 1 : g.dilation[0];
  options.dilation_w_factor = g.dilation.back();
  options.depth_multiplier = multiplier;
  return options;
}

// [h, w, in, out] (or [w, in, out]) as OHWI.
TensorId ohwi(Lowering& layer, const Geometry& g, const Weight& weight, int32_t in, int32_t out) {
  const Shape shape = {g.rank == 1 ? 1 : g.kernel[0], g.kernel.back(), in, out};
  return layer.floats(permuted(weight, shape, {3, 0, 1, 2}), {out, shape[0], shape[1], in});
}

Shape kernel_shape(const Geometry& g, int32_t a, int32_t b) {
  Shape shape = g.kernel;
  shape.push_back(a);
  shape.push_back(b);
  return shape;
}

void check_groups(int32_t in, int32_t filters, int32_t groups) {
  if (groups < 1 || filters < 1 || in % groups != 0 || filters % groups != 0) {
    fail(ErrorCode::kInvalidModel, in, " channels and ", filters, " filters do not divide into ", groups,
         " groups");
  }
}

template <int rank>
Results lower_conv(Lowering& layer) {
  const Geometry g = geometry(layer, rank);
  const auto filters = static_cast<int32_t>(layer.config().integer("filters"));
  const auto groups = static_cast<int32_t>(layer.config().integer("groups", 1));
  const TensorId x = prepared(layer, g);
  const int32_t in = layer.channels(x, -1);
  check_groups(in, filters, groups);
  const Weight kernel = layer.weight("kernel", kernel_shape(g, in / groups, filters));
  if (groups == in && in > 1) {
    const TensorId filter =
        layer.constant(kernel, {1, g.rank == 1 ? 1 : g.kernel[0], g.kernel.back(), filters});
    return finished(layer, g,
                    layer.op(BuiltinOp::kDepthwiseConv2D, {x, filter, bias_or_zeros(layer, filters)},
                             depthwise_options(g, filters / in)));
  }
  const TensorId filter = ohwi(layer, g, kernel, in / groups, filters);
  return finished(layer, g,
                  layer.op(BuiltinOp::kConv2D, {x, filter, bias_or_zeros(layer, filters)}, conv_options(g)));
}

Conv3DOptions conv3d_options(const Geometry& g) {
  Conv3DOptions options;
  options.padding = g.padding;
  options.stride_d = g.strides[0];
  options.stride_h = g.strides[1];
  options.stride_w = g.strides[2];
  options.dilation_d_factor = g.dilation[0];
  options.dilation_h_factor = g.dilation[1];
  options.dilation_w_factor = g.dilation[2];
  return options;
}

// CONV_3D knows no groups: filters get zero taps on the channels of other groups.
std::vector<float> without_groups(const Weight& kernel, int32_t groups) {
  const auto filters = static_cast<size_t>(kernel.shape.back()), part = static_cast<size_t>(kernel.shape[3]);
  const size_t each = filters / static_cast<size_t>(groups), in = part * static_cast<size_t>(groups);
  const auto values = kernel.values();
  const size_t taps = values.size() / (part * filters);
  std::vector<float> dense(taps * in * filters, 0.0f);
  for (size_t tap = 0; tap < taps; ++tap) {
    for (size_t c = 0; c < part; ++c) {
      for (size_t f = 0; f < filters; ++f) {
        const size_t channel = f / each * part + c;
        dense[(tap * in + channel) * filters + f] = values[(tap * part + c) * filters + f];
      }
    }
  }
  return dense;
}

Results lower_conv3d(Lowering& layer) {
  const Geometry g = geometry(layer, 3);
  const auto filters = static_cast<int32_t>(layer.config().integer("filters"));
  const auto groups = static_cast<int32_t>(layer.config().integer("groups", 1));
  const TensorId x = prepared(layer, g);
  const int32_t in = layer.channels(x, -1);
  check_groups(in, filters, groups);
  const Weight kernel = layer.weight("kernel", kernel_shape(g, in / groups, filters));
  Ids operands = {x, groups == 1
                         ? layer.constant(kernel)
                         : layer.floats(without_groups(kernel, groups), kernel_shape(g, in, filters))};
  if (layer.config().flag("use_bias", true))
    operands.push_back(layer.constant(layer.weight("bias", {filters})));
  return finished(layer, g, layer.op(BuiltinOp::kConv3D, operands, conv3d_options(g)));
}

int32_t depth_multiplier(Lowering& layer) {
  const int64_t multiplier = layer.config().integer("depth_multiplier", 1);
  if (multiplier < 1 || multiplier > (1 << 20)) layer.config().bad("depth_multiplier", "positive");
  return static_cast<int32_t>(multiplier);
}

// [h, w, in, m] is [1, h, w, in * m] without moving anything.
TensorId depthwise_filter(Lowering& layer, const Geometry& g, const char* name, int32_t in,
                          int32_t multiplier) {
  const Weight kernel = layer.weight(name, kernel_shape(g, in, multiplier));
  return layer.constant(kernel, {1, g.rank == 1 ? 1 : g.kernel[0], g.kernel.back(), in * multiplier});
}

template <int rank>
Results lower_depthwise(Lowering& layer) {
  const Geometry g = geometry(layer, rank);
  const TensorId x = prepared(layer, g);
  const int32_t in = layer.channels(x, -1), multiplier = depth_multiplier(layer);
  const char* name = layer.has_weight("depthwise_kernel") ? "depthwise_kernel" : "kernel";
  const TensorId filter = depthwise_filter(layer, g, name, in, multiplier);
  const TensorId bias = bias_or_zeros(layer, in * multiplier);
  return finished(layer, g,
                  layer.op(BuiltinOp::kDepthwiseConv2D, {x, filter, bias}, depthwise_options(g, multiplier)));
}

template <int rank>
Results lower_separable(Lowering& layer) {
  const Geometry g = geometry(layer, rank);
  const TensorId x = prepared(layer, g);
  const int32_t in = layer.channels(x, -1), multiplier = depth_multiplier(layer);
  const auto filters = static_cast<int32_t>(layer.config().integer("filters"));
  const TensorId depthwise = depthwise_filter(layer, g, "depthwise_kernel", in, multiplier);
  const int32_t middle = in * multiplier;
  const Weight pointwise =
      layer.weight("pointwise_kernel", rank == 1 ? Shape{1, middle, filters} : Shape{1, 1, middle, filters});
  const TensorId bias = bias_or_zeros(layer, filters);
  const TensorId spread = layer.op(BuiltinOp::kDepthwiseConv2D, {x, depthwise, layer.zeros({middle})},
                                   depthwise_options(g, multiplier));
  Conv2DOptions options;
  options.padding = g.padding;
  options.stride_h = options.stride_w = 1;
  const TensorId filter =
      layer.floats(permuted(pointwise, {middle, filters}, {1, 0}), {filters, 1, 1, middle});
  return finished(layer, g, layer.op(BuiltinOp::kConv2D, {spread, filter, bias}, options));
}

}  // namespace

Rows convolution_layers() {
  static const LayerRow kRows[] = {
      {"Conv1D", lower_conv<1>},
      {"Conv2D", lower_conv<2>},
      {"Conv3D", lower_conv3d},
      {"Convolution1D", lower_conv<1>},
      {"Convolution2D", lower_conv<2>},
      {"Convolution3D", lower_conv3d},
      {"DepthwiseConv1D", lower_depthwise<1>},
      {"DepthwiseConv2D", lower_depthwise<2>},
      {"SeparableConv1D", lower_separable<1>},
      {"SeparableConv2D", lower_separable<2>},
      {"SeparableConvolution1D", lower_separable<1>},
      {"SeparableConvolution2D", lower_separable<2>},
  };
  return kRows;
}

}  // namespace litewright::keras
