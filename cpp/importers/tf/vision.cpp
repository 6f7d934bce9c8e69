// Boxes, patches, colours and three-dimensional pooling.
#include <algorithm>
#include <limits>

#include "core/error.h"
#include "importers/tf/foreign.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

// (boxes, scores, most, overlap, least score, sigma)
Ids suppression(Node& node, int operands) {
  const auto scalar = [&](int i, double otherwise) {
    return node.count() > i && i < operands ? node.input(i) : node.f(otherwise);
  };
  const std::optional<Extents> most = node.extents(2);
  const bool known = most && most->size() == 1 && (*most)[0].known;
  const TensorId count =
      known ? node.builder().scalar(static_cast<int32_t>((*most)[0].value)) : node.input(2);
  const int32_t extent = known ? static_cast<int32_t>((*most)[0].value) : -1;
  Ids inputs = {node.input(0), node.input(1), count, scalar(3, node.real("iou_threshold", 0.5)),
                scalar(4, -std::numeric_limits<float>::max())};
  const bool soft = operands > 5;
  if (soft) inputs.push_back(scalar(5, 0));
  Operator op;
  op.code = soft ? BuiltinOp::kNonMaxSuppressionV5 : BuiltinOp::kNonMaxSuppressionV4;
  op.inputs = inputs;
  if (soft) op.options = NonMaxSuppressionV5Options{};
  if (!soft) op.options = NonMaxSuppressionV4Options{};
  const std::string name = node.builder().layer();
  std::vector<Tensor> results;
  results.push_back({.name = name + "/selected_indices", .dtype = DType::kInt32, .shape = {extent}});
  if (soft)
    results.push_back({.name = name + "/selected_scores", .dtype = DType::kFloat32, .shape = {extent}});
  results.push_back({.name = name + "/valid_outputs", .dtype = DType::kInt32, .shape = {}});
  return node.builder().add_declared(std::move(op), results);
}

// Without padding: as many as there are.
Values cut(Node& node, const Ids& results) {
  const TensorId valid = results.back();
  const TensorId begin = node.ints({0}), size = node.reshape(valid, {1});
  Values values;
  for (size_t i = 0; i + 1 < results.size(); ++i) {
    values.emplace_back(node.declared(BuiltinOp::kSlice, {results[i], begin, size}, SliceOptions{},
                                      node.dtype(results[i]), {-1}));
  }
  values.emplace_back(valid);
  return values;
}

template <int kOperands, bool kMayPad>
Values lower_suppression(Node& node) {
  const Ids results = suppression(node, kOperands);
  if (kMayPad && node.flag("pad_to_max_output_size")) return {results.begin(), results.end()};
  Values values = cut(node, results);
  if (!kMayPad) values.pop_back();
  return values;
}

Values lower_detection(Node& node) {
  const int64_t most = node.integer("max_detections"), classes = node.integer("max_classes_per_detection", 1);
  if (most < 1 || classes < 1 || most > 1 << 20 || classes > 1 << 10)
    node.damaged("it detects an impossible number");
  const auto count = static_cast<int32_t>(most * classes);
  return custom_operator(node, {{DType::kFloat32, Shape{1, count, 4}},
                                {DType::kFloat32, Shape{1, count}},
                                {DType::kFloat32, Shape{1, count}},
                                {DType::kFloat32, Shape{1}}});
}

// A convolution whose filters each copy one element of the window.
Values lower_patches(Node& node) {
  const std::vector<int64_t> sizes = node.integers("ksizes"), strides = node.integers("strides"),
                             rates = node.integers("rates");
  const TensorId x = node.input();
  if (sizes.size() != 4 || strides.size() != 4 || rates.size() != 4 || node.rank(x) != 4)
    node.damaged("its attributes should have four elements");
  const int32_t channels = node.shape(x)[3];
  const int64_t count = channels < 0 ? -1 : sizes[1] * sizes[2] * channels;
  if (count < 1 || count > 4096 || node.dtype(x) != DType::kFloat32)
    node.unsupported("patches of more than 4096 or an unknown number of elements, or not of float32");
  std::vector<float> filter(static_cast<size_t>(count * count), 0.0f);
  for (int64_t i = 0; i < count; ++i) filter[static_cast<size_t>(i * count + i)] = 1;
  const auto extent = [](int64_t value) { return static_cast<int32_t>(value); };
  const TensorId weights =
      node.floats(std::move(filter), {extent(count), extent(sizes[1]), extent(sizes[2]), channels});
  Conv2DOptions options;
  options.padding = node.text("padding", "VALID") == "SAME" ? Padding::kSame : Padding::kValid;
  options.stride_h = extent(strides[1]);
  options.stride_w = extent(strides[2]);
  options.dilation_h_factor = extent(rates[1]);
  options.dilation_w_factor = extent(rates[2]);
  return {node.op(BuiltinOp::kConv2D, {x, weights, node.zeros({extent(count)})}, options)};
}

Values lower_contrast(Node& node) {
  const TensorId x = node.input();
  const int rank = node.rank(x);
  if (rank < 3) node.damaged("its operand is no image");
  const TensorId mean = node.mean(x, {rank - 3, rank - 2}, true);
  return {node.add(node.mul(node.sub(x, mean), node.input(1)), mean)};
}

struct Colour {
  TensorId hue, saturation, value;
};

TensorId channel(Node& node, TensorId x, int32_t i) { return node.narrow(x, node.rank(x) - 1, i, i + 1); }

Colour to_hsv(Node& node, TensorId x) {
  const int last = node.rank(x) - 1;
  if (last < 0 || node.shape(x).back() != 3) node.damaged("its operand should have three channels");
  const TensorId r = channel(node, x, 0), g = channel(node, x, 1), b = channel(node, x, 2);
  const TensorId value = node.reduce(BuiltinOp::kReduceMax, x, {last}, true);
  const TensorId range = node.sub(value, node.reduce(BuiltinOp::kReduceMin, x, {last}, true));
  const TensorId zero = node.f(0), one = node.f(1);
  const auto positive = [&](TensorId y) { return node.op(BuiltinOp::kGreater, {y, zero}); };
  const auto equal = [&](TensorId a, TensorId c) { return node.op(BuiltinOp::kEqual, {a, c}); };
  const TensorId saturation =
      node.select(positive(value), node.div(range, node.select(positive(value), value, one)), zero);
  const TensorId divisor = node.mul(node.select(positive(range), range, one), node.f(6));
  const TensorId by_red = node.div(node.sub(g, b), divisor);
  const TensorId by_green = node.add(node.div(node.sub(b, r), divisor), node.f(2.0 / 6));
  const TensorId by_blue = node.add(node.div(node.sub(r, g), divisor), node.f(4.0 / 6));
  TensorId hue = node.select(equal(value, r), by_red, node.select(equal(value, g), by_green, by_blue));
  hue = node.select(positive(range), hue, zero);
  hue = node.select(node.op(BuiltinOp::kLess, {hue, zero}), node.add(hue, one), hue);
  return {hue, saturation, value};
}

TensorId to_rgb(Node& node, const Colour& colour) {
  const TensorId six = node.mul(colour.hue, node.f(6));
  const TensorId zero = node.f(0), one = node.f(1), two = node.f(2);
  const auto clipped = [&](TensorId y) { return node.minimum(node.maximum(y, zero), one); };
  const auto distance = [&](double centre) {
    return node.op(BuiltinOp::kAbs, {node.sub(six, node.f(centre))});
  };
  const TensorId r = clipped(node.sub(distance(3), one)), g = clipped(node.sub(two, distance(2))),
                 b = clipped(node.sub(two, distance(4)));
  const auto mixed = [&](TensorId y) {
    const TensorId faded = node.add(node.sub(one, colour.saturation), node.mul(colour.saturation, y));
    return node.mul(faded, colour.value);
  };
  return node.concat({mixed(r), mixed(g), mixed(b)}, node.rank(colour.hue) - 1);
}

Values lower_to_hsv(Node& node) {
  const Colour colour = to_hsv(node, node.input());
  return {node.concat({colour.hue, colour.saturation, colour.value}, node.rank(node.input()) - 1)};
}
Values lower_to_rgb(Node& node) {
  const TensorId x = node.input();
  return {to_rgb(node, {channel(node, x, 0), channel(node, x, 1), channel(node, x, 2)})};
}
Values lower_saturation(Node& node) {
  Colour colour = to_hsv(node, node.input());
  const TensorId scaled = node.mul(colour.saturation, node.input(1));
  colour.saturation = node.minimum(node.maximum(scaled, node.f(0)), node.f(1));
  return {to_rgb(node, colour)};
}
Values lower_hue(Node& node) {
  Colour colour = to_hsv(node, node.input());
  const TensorId turned = node.add(colour.hue, node.input(1));
  colour.hue = node.sub(turned, node.op(BuiltinOp::kFloor, {turned}));
  return {to_rgb(node, colour)};
}

// Over height and width, then over depth: a window's mean is the mean of its planes' means, its maximum
// likewise.
template <BuiltinOp kCode>
Values lower_pool_3d(Node& node) {
  const std::vector<int64_t> sizes = node.integers("ksize"), strides = node.integers("strides");
  const TensorId x = node.input();
  if (sizes.size() != 5 || strides.size() != 5 || node.rank(x) != 5)
    node.damaged("its attributes should have five elements");
  if (node.text("data_format", "NDHWC") != "NDHWC") node.unsupported("channels first; use channels last");
  const Shape from = node.shape(x);
  if (std::count(from.begin() + 1, from.end(), -1) != 0)
    node.unsupported("all extents but the batch should be known");
  const auto extent = [](int64_t value) { return static_cast<int32_t>(value); };
  Pool2DOptions plane;
  plane.padding = node.text("padding", "VALID") == "SAME" ? Padding::kSame : Padding::kValid;
  Pool2DOptions depth = plane;
  plane.filter_height = extent(sizes[2]);
  plane.filter_width = extent(sizes[3]);
  plane.stride_h = extent(strides[2]);
  plane.stride_w = extent(strides[3]);
  depth.filter_height = extent(sizes[1]);
  depth.stride_h = extent(strides[1]);
  depth.filter_width = depth.stride_w = 1;
  const TensorId planes = node.op(kCode, {node.reshape(x, {-1, from[2], from[3], from[4]})}, plane);
  const Shape small = node.shape(planes);
  const TensorId columns = node.reshape(planes, {-1, from[1], small[1] * small[2], from[4]});
  const TensorId y = node.op(kCode, {columns}, depth);
  return {node.reshape(y, {from[0] < 0 ? -1 : from[0], node.shape(y)[1], small[1], small[2], from[4]})};
}

constexpr const char* kBoxes = "cropping boxes has no builtin; crop before the model";

}  // namespace

Rows vision_rows() {
  static const OpRow kRows[] = {
      {"NonMaxSuppression", lower_suppression<3, false>},
      {"NonMaxSuppressionV2", lower_suppression<4, false>},
      {"NonMaxSuppressionV3", lower_suppression<5, false>},
      {"NonMaxSuppressionV4", lower_suppression<5, true>},
      {"NonMaxSuppressionV5", lower_suppression<6, true>},
      {"TFLite_Detection_PostProcess", lower_detection},
      {"ExtractImagePatches", lower_patches},
      {"AdjustContrastv2", lower_contrast},
      {"RGBToHSV", lower_to_hsv},
      {"HSVToRGB", lower_to_rgb},
      {"AdjustSaturation", lower_saturation},
      {"AdjustHue", lower_hue},
      {"MaxPool3D", lower_pool_3d<BuiltinOp::kMaxPool2D>},
      {"AvgPool3D", lower_pool_3d<BuiltinOp::kAveragePool2D>},
      {"CropAndResize", nullptr, kBoxes},
  };
  return kRows;
}

}  // namespace litewright::tf
