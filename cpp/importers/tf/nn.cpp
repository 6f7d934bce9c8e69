// Products of matrices, normalizations and activations.
#include <cmath>

#include "core/error.h"
#include "importers/keras/einsum.h"
#include "importers/keras/lowering.h"
#include "importers/tf/lowering.h"
#include "passes/rewrite.h"

namespace litewright::tf {
namespace {

bool is_constant(Node& node, TensorId x) { return node.builder().tensor(x).is_constant; }

Values lower_matmul(Node& node) {
  TensorId a = node.input(0), b = node.input(1);
  if (node.rank(a) != 2 || node.rank(b) != 2) node.damaged("its operands should be matrices");
  const bool adj_a = node.flag("transpose_a"), adj_b = node.flag("transpose_b");
  if (!is_constant(node, b)) return {node.matmul(a, b, adj_a, adj_b)};
  if (adj_a) a = node.transpose(a, {1, 0});
  if (!adj_b) b = node.transpose(b, {1, 0});
  return {node.dense(a, b, kNoTensor)};
}

Values lower_batch_matmul(Node& node) {
  TensorId a = node.input(0), b = node.input(1);
  const bool adj_a = node.flag("adj_x"), adj_b = node.flag("adj_y");
  if (is_constant(node, b) && node.rank(b) == 2 && !adj_a) {
    return {node.dense(a, adj_b ? b : node.transpose(b, {1, 0}), kNoTensor)};
  }
  return {node.matmul(a, b, adj_a, adj_b)};
}

Values lower_einsum(Node& node) {
  const std::string text = node.text("equation", "");
  if (node.count() > 2) node.unsupported("an einsum of more than two operands; take them two by two");
  const bool two = node.count() == 2;
  const keras::Equation equation =
      keras::parse_equation(text, node.rank(node.input(0)), two ? node.rank(node.input(1)) : -1);
  if (two && is_constant(node, node.input(1)) && node.dtype(node.input(1)) == DType::kFloat32) {
    const Tensor& kernel = node.builder().tensor(node.input(1));
    const keras::Weight weight{kernel.shape, kernel.data};
    return {keras::einsum_dense(node, equation, node.input(0), weight, nullptr)};
  }
  return {two ? keras::einsum(node, equation, node.input(0), node.input(1))
              : keras::einsum(node, equation, node.input(0))};
}

// A vector along the channels, shaped to broadcast over x.
TensorId per_channel(Node& node, TensorId vector, TensorId x) {
  if (node.text("data_format", "NHWC").substr(0, 2) != "NC") return vector;
  Shape shape(static_cast<size_t>(node.rank(x)), 1);
  if (shape.size() < 2) node.damaged("its operand has no channels");
  shape[1] = node.shape(vector)[0];
  return node.reshape(vector, shape);
}

Values lower_bias(Node& node) {
  return {node.add(node.input(0), per_channel(node, node.input(1), node.input(0)))};
}

// The value that all elements of a FILL have, if a constant.
std::optional<float> filled_with(Node& node, TensorId id) {
  for (const Operator& op : node.builder().subgraph().operators) {
    if (op.outputs[0] != id || op.code != BuiltinOp::kFill) continue;
    const auto value = float_values(node.builder().tensor(op.inputs[1]));
    return value ? std::optional(value->front()) : std::nullopt;
  }
  return std::nullopt;
}

// By the statistics of the operand itself, as Keras 2 states layer normalization.
Values lower_batch_statistics(Node& node) {
  const TensorId x = node.input(0);
  const int channels = node.text("data_format", "NHWC").substr(0, 2) == "NC" ? 1 : node.rank(x) - 1;
  Axes others;
  for (int i = 0; i < node.rank(x); ++i) {
    if (i != channels) others.push_back(i);
  }
  const TensorId mean = node.mean(x, others, true);
  const TensorId variance =
      node.mean(node.op(BuiltinOp::kSquaredDifference, {x, mean}, SquaredDifferenceOptions{}), others, true);
  TensorId factor = node.op(BuiltinOp::kRsqrt, {node.add(variance, node.f(node.real("epsilon", 1e-4)))});
  if (filled_with(node, node.input(1)) != 1.0F)
    factor = node.mul(factor, per_channel(node, node.input(1), x));
  TensorId y = node.mul(node.sub(x, mean), factor);
  if (filled_with(node, node.input(2)) != 0.0F) y = node.add(y, per_channel(node, node.input(2), x));
  const Shape vector = {node.shape(x)[static_cast<size_t>(channels)]};
  return {y, node.reshape(mean, vector), node.reshape(variance, vector)};
}

Values lower_batch_norm(Node& node) {
  if (node.flag("is_training", true)) return lower_batch_statistics(node);
  const TensorId x = node.input(0);
  const TensorId spread =
      node.op(BuiltinOp::kRsqrt, {node.add(node.input(4), node.f(node.real("epsilon", 1e-4)))});
  const TensorId scale = node.mul(node.input(1), spread);
  const TensorId offset = node.sub(node.input(2), node.mul(node.input(3), scale));
  return {node.add(node.mul(x, per_channel(node, scale, x)), per_channel(node, offset, x)), node.input(3),
          node.input(4)};
}

template <BuiltinOp kCode>
Values lower_plain(Node& node) {
  return {node.op(kCode, {node.input()})};
}
Values lower_relu(Node& node) {
  const TensorId x = node.input();
  return {node.dtype(x) == DType::kFloat32 ? node.relu(x) : node.maximum(x, node.number(0, x))};
}
Values lower_softmax(Node& node) { return {node.softmax(node.input())}; }
Values lower_leaky(Node& node) {
  const auto alpha = static_cast<float>(node.real("alpha", 0.2));
  return {node.op(BuiltinOp::kLeakyRelu, {node.input()}, LeakyReluOptions{alpha})};
}
template <const char* const& kName>
Values lower_named(Node& node) {
  return {keras::activate_named(node, node.input(), kName)};
}
constexpr const char *kSelu = "selu", *kSoftplus = "softplus", *kSoftsign = "softsign";

Values lower_l2_loss(Node& node) {
  const TensorId x = node.input();
  Axes all;
  for (int i = 0; i < node.rank(x); ++i) all.push_back(i);
  return {node.mul(node.reduce(BuiltinOp::kSum, node.mul(x, x), all, false), node.f(0.5))};
}

Values lower_lrn(Node& node) {
  LocalResponseNormalizationOptions options;
  options.radius = static_cast<int32_t>(node.integer("depth_radius", 5));
  options.bias = static_cast<float>(node.real("bias", 1));
  options.alpha = static_cast<float>(node.real("alpha", 1));
  options.beta = static_cast<float>(node.real("beta", 0.5));
  return {node.op(BuiltinOp::kLocalResponseNormalization, {node.input()}, options)};
}

}  // namespace

Rows nn_rows() {
  static const OpRow kRows[] = {
      {"MatMul", lower_matmul},
      {"BatchMatMul", lower_batch_matmul},
      {"BatchMatMulV2", lower_batch_matmul},
      {"BatchMatMulV3", lower_batch_matmul},
      {"Einsum", lower_einsum},
      {"BiasAdd", lower_bias},
      {"BiasAddV1", lower_bias},
      {"FusedBatchNorm", lower_batch_norm},
      {"FusedBatchNormV2", lower_batch_norm},
      {"FusedBatchNormV3", lower_batch_norm},
      {"Relu", lower_relu},
      {"Relu6", lower_plain<BuiltinOp::kRelu6>},
      {"Elu", lower_plain<BuiltinOp::kElu>},
      {"Sigmoid", lower_plain<BuiltinOp::kLogistic>},
      {"Tanh", lower_plain<BuiltinOp::kTanh>},
      {"LeakyRelu", lower_leaky},
      {"Selu", lower_named<kSelu>},
      {"Softplus", lower_named<kSoftplus>},
      {"Softsign", lower_named<kSoftsign>},
      {"Softmax", lower_softmax},
      {"LogSoftmax", lower_plain<BuiltinOp::kLogSoftmax>},
      {"L2Loss", lower_l2_loss},
      {"LRN", lower_lrn},
  };
  return kRows;
}

}  // namespace litewright::tf
