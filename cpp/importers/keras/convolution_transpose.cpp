// Transposed convolutions. Their operators take the output's shape as an operand, which carries the batch's
// size.
#include "core/error.h"
#include "importers/keras/lowering.h"

namespace litewright::keras {
namespace {

struct Geometry {
  int rank;
  std::vector<int32_t> kernel, strides, dilation, extra;  // extra: output_padding, -1 if not given
  bool same, first;
};

Geometry geometry(Lowering& layer, int rank) {
  const Config& config = layer.config();
  if (!config.has("kernel_size")) config.bad("kernel_size", "given");
  Geometry g{rank,
             config.sizes("kernel_size", rank, 0),
             config.sizes("strides", rank, 1),
             config.sizes("dilation_rate", rank, 1),
             std::vector<int32_t>(static_cast<size_t>(rank), -1),
             config.text("padding", "valid") == "same",
             channels_first(config)};
  if (config.has("output_padding")) {
    std::vector<int64_t> extra = config.integers("output_padding");
    if (extra.size() == 1) extra.resize(static_cast<size_t>(rank), extra[0]);
    if (extra.size() != static_cast<size_t>(rank)) config.bad("output_padding", concat("a list of ", rank));
    for (size_t i = 0; i < extra.size(); ++i) {
      if (extra[i] < 0 || extra[i] >= g.strides[i]) config.bad("output_padding", "below the strides");
      g.extra[i] = static_cast<int32_t>(extra[i]);
    }
  }
  if (config.integer("groups", 1) != 1) layer.unsupported("groups above 1 are not possible here");
  if (layer.rank(layer.input()) != rank + 2) {
    fail(ErrorCode::kInvalidModel, "its input should have ", rank + 2, " dimensions, has the shape ",
         to_string(layer.shape(layer.input())));
  }
  return g;
}

// An extent of the output is in * stride + constant.
int32_t constant_part(const Geometry& g, size_t i) {
  const int32_t kernel = (g.kernel[i] - 1) * g.dilation[i] + 1, stride = g.strides[i];
  if (g.same) return g.extra[i] < 0 ? 0 : kernel % 2 + g.extra[i] - stride;
  return (g.extra[i] < 0 ? std::max(kernel, stride) : kernel + g.extra[i]) - stride;
}

// [k.., out, in] with zeros between the taps where dilated, channels where the operator wants them.
std::vector<float> spread_taps(const Geometry& g, const Weight& weight, Shape& shape) {
  Shape dense = weight.shape;
  for (int i = 0; i < g.rank; ++i) {
    const auto at = static_cast<size_t>(i);
    dense[at] = (g.kernel[at] - 1) * g.dilation[at] + 1;
  }
  shape = dense;
  const auto values = weight.values();
  if (dense == weight.shape) return {values.begin(), values.end()};
  const size_t block =
      static_cast<size_t>(dense[dense.size() - 1]) * static_cast<size_t>(dense[dense.size() - 2]);
  std::vector<float> spread(static_cast<size_t>(num_elements(dense)), 0.0f);
  const size_t taps = values.size() / std::max<size_t>(block, 1);
  for (size_t tap = 0; tap < taps; ++tap) {
    size_t rest = tap, to = 0, scale = 1;
    for (int i = g.rank - 1; i >= 0; --i) {
      const auto at = static_cast<size_t>(i);
      to += rest % static_cast<size_t>(g.kernel[at]) * static_cast<size_t>(g.dilation[at]) * scale;
      rest /= static_cast<size_t>(g.kernel[at]);
      scale *= static_cast<size_t>(dense[at]);
    }
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(tap * block), block,
                spread.begin() + static_cast<std::ptrdiff_t>(to * block));
  }
  return spread;
}

// The output's shape as an operand; extents that are unknown are worked out at run time.
TensorId output_shape(Lowering& layer, const Geometry& g, TensorId x, const Shape& shape) {
  Axes source(shape.size(), -1);
  source[0] = 0;
  bool spatial = true;
  for (int i = 1; i <= g.rank; ++i)
    spatial = spatial && shape[shape.size() - 2 - static_cast<size_t>(g.rank - i)] >= 0;
  if (spatial) return layer.extents(x, shape, source);
  Axes factors(shape.size(), 1), offsets(shape.size(), 0);
  const size_t base = shape.size() - 1 - static_cast<size_t>(g.rank);
  for (size_t i = 0; i < static_cast<size_t>(g.rank); ++i) {
    factors[base + i] = g.strides[i];
    offsets[base + i] = constant_part(g, i);
  }
  factors.back() = 0;
  offsets.back() = shape.back();
  const TensorId extents = layer.op(BuiltinOp::kShape, {x}, ShapeOptions{DType::kInt32});
  return layer.add(layer.mul(extents, layer.ints(factors)), layer.ints(offsets));
}

template <int rank>
Results lower_conv_transpose(Lowering& layer) {
  const Geometry g = geometry(layer, rank);
  const auto filters = static_cast<int32_t>(layer.config().integer("filters"));
  TensorId x = to_channels_last(layer, layer.cast(layer.input(), DType::kFloat32), g.first);
  const int32_t in = layer.channels(x, -1);
  Shape kernel_shape = g.kernel;
  kernel_shape.push_back(filters);
  kernel_shape.push_back(in);
  const Weight kernel = layer.weight("kernel", kernel_shape);
  const bool biased = layer.config().flag("use_bias", true);
  const TensorId bias = biased ? layer.constant(layer.weight("bias", {filters})) : kNoTensor;
  if (rank == 1) x = layer.expand(x, 1);
  Shape taps;
  std::vector<float> values = spread_taps(g, kernel, taps);
  Shape shape = {layer.shape(x)[0]};
  if (rank == 1) shape.push_back(1);
  for (size_t i = 0; i < static_cast<size_t>(rank); ++i) {
    const int32_t extent = layer.shape(x)[i + (rank == 1 ? 2 : 1)];
    shape.push_back(extent < 0 ? -1 : extent * g.strides[i] + constant_part(g, i));
  }
  shape.push_back(filters);
  const TensorId out = output_shape(layer, g, x, shape);
  const Padding padding = g.same ? Padding::kSame : Padding::kValid;
  TensorId y;
  if (rank == 3) {
    Conv3DOptions options;
    options.padding = padding;
    options.stride_d = g.strides[0];
    options.stride_h = g.strides[1];
    options.stride_w = g.strides[2];
    Ids operands = {out, layer.floats(std::move(values), taps), x};
    if (bias != kNoTensor) operands.push_back(bias);
    y = layer.declared(BuiltinOp::kConv3DTranspose, operands, options, DType::kFloat32, shape);
  } else {
    TransposeConvOptions options;
    options.padding = padding;
    options.stride_h = rank == 1 ? 1 : g.strides[0];
    options.stride_w = g.strides.back();
    if (rank == 1) taps.insert(taps.begin(), 1);
    const TensorId filter =
        layer.floats(permuted(values, taps, {2, 0, 1, 3}), {taps[2], taps[0], taps[1], taps[3]});
    Ids operands = {out, filter, x};
    if (bias != kNoTensor) operands.push_back(bias);
    y = layer.declared(BuiltinOp::kTransposeConv, operands, options, DType::kFloat32, shape);
  }
  if (rank == 1) y = layer.squeeze(y, 1);
  const Config& config = layer.config();
  y = activate(layer, y, config.contains("activation") ? config.raw("activation") : Json());
  return one(to_channels_first(layer, y, g.first));
}

}  // namespace

Rows convolution_transpose_layers() {
  static const LayerRow kRows[] = {
      {"Conv1DTranspose", lower_conv_transpose<1>},
      {"Conv2DTranspose", lower_conv_transpose<2>},
      {"Conv3DTranspose", lower_conv_transpose<3>},
      {"Convolution1DTranspose", lower_conv_transpose<1>},
      {"Convolution2DTranspose", lower_conv_transpose<2>},
      {"Convolution3DTranspose", lower_conv_transpose<3>},
  };
  return kRows;
}

}  // namespace litewright::keras
