// keras.ops that are layers in disguise: products of matrices, pooling, resizing, attention.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "importers/keras/einsum.h"
#include "importers/keras/operations.h"
#include "importers/keras/resizing.h"

namespace litewright::keras {
namespace {

TensorId first(Lowering& layer) { return operand(layer, 0, {"x", "x1", "a", "inputs", "images"}); }

// What a transpose of the last two axes gave `x`; kNoTensor if `x` is not such a result.
TensorId before_turn(Lowering& layer, TensorId x) {
  Axes turn(static_cast<size_t>(layer.rank(x)));
  std::iota(turn.begin(), turn.end(), 0);
  if (turn.size() < 3) return kNoTensor;
  std::swap(turn[turn.size() - 1], turn[turn.size() - 2]);
  const Subgraph& graph = layer.builder().subgraph();
  for (const Operator& op : graph.operators) {
    if (op.code != BuiltinOp::kTranspose || op.outputs[0] != x) continue;
    const auto order = graph.tensors[static_cast<size_t>(op.inputs[1])].data.as<int32_t>();
    if (std::equal(order.begin(), order.end(), turn.begin(), turn.end())) return op.inputs[0];
  }
  return kNoTensor;
}

Results lower_matmul(Lowering& layer) {
  const auto [a, b] = operands(layer);
  if (layer.rank(a) >= 2 && layer.rank(b) == 2 && layer.builder().tensor(b).is_constant) {
    return one(layer.dense(a, layer.transpose(b, {1, 0}), kNoTensor));
  }
  const TensorId turned = before_turn(layer, b);
  return one(turned == kNoTensor ? layer.matmul(a, b) : layer.matmul(a, turned, false, true));
}

Results lower_einsum(Lowering& layer) {
  const std::string text = layer.config().text("subscripts");
  const Ids ids = tensor_arguments(layer);
  if (ids.size() == 1) return one(einsum(layer, parse_equation(text, layer.rank(ids[0]), -1), ids[0]));
  if (ids.size() != 2) layer.unsupported("einsum of more than two tensors; write it in steps of two");
  return one(einsum(layer, parse_equation(text, layer.rank(ids[0]), layer.rank(ids[1])), ids[0], ids[1]));
}

Results lower_resize(Lowering& layer) {
  const Axes size = integers_setting(layer, "size", 1);
  if (size.size() != 2 || size[0] < 1 || size[1] < 1) layer.config().bad("size", "a height and a width");
  for (const char* key : {"antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio"}) {
    if (flag_setting(layer, key))
      layer.unsupported(std::string(key) + " is not convertible here; use layers.Resizing");
  }
  const TensorId x = layer.cast(first(layer), DType::kFloat32);
  const bool single = layer.rank(x) == 3, channels = channels_first(layer.config());
  TensorId y = to_channels_last(layer, single ? layer.expand(x, 0) : x, channels);
  y = to_channels_first(
      layer, resize_to(layer, y, size[0], size[1], layer.config().text("interpolation", "bilinear")),
      channels);
  return one(single ? layer.squeeze(y, 0) : y);
}

Results pool(Lowering& layer, const char* kind) {
  const std::string name = std::string(kind) + "Pooling" + std::to_string(layer.rank(first(layer)) - 2) + "D";
  const LayerRow* row = find_layer(name);
  if (row == nullptr) layer.unsupported("pooling over so many dimensions");
  return row->lower(layer);
}

// [b, t, heads, size] each.
Results lower_dot_product_attention(Lowering& layer) {
  const TensorId q = operand(layer, 0, {"query"}), k = operand(layer, 1, {"key"}),
                 v = operand(layer, 2, {"value"});
  if (layer.argument("bias", 3) != nullptr || layer.argument("mask", 4) != nullptr ||
      layer.config().flag("is_causal", false)) {
    layer.unsupported("dot_product_attention with bias, mask or is_causal; use layers.MultiHeadAttention");
  }
  const double scale =
      number_setting(layer, "scale", 1 / std::sqrt(static_cast<double>(layer.channels(q, -1))), 5);
  const Axes turn = {0, 2, 1, 3};
  const TensorId queries = layer.mul(layer.transpose(q, turn), layer.f(scale));
  const TensorId weights = layer.softmax(layer.matmul(queries, layer.transpose(k, turn), false, true));
  return one(layer.transpose(layer.matmul(weights, layer.transpose(v, turn)), turn));
}

}  // namespace

Rows product_operations() {
  static const LayerRow kRows[] = {
      {"Matmul", lower_matmul},
      {"Dot", lower_matmul},
      {"Einsum", lower_einsum},
      {"Resize", lower_resize},
      {"MaxPool", [](Lowering& layer) { return pool(layer, "Max"); }},
      {"AveragePool", [](Lowering& layer) { return pool(layer, "Average"); }},
      {"DotProductAttention", lower_dot_product_attention},
  };
  return kRows;
}

}  // namespace litewright::keras
