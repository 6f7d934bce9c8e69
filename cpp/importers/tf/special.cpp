// Element-wise operators without builtins of their own, spelled out in others.
#include <cmath>
#include <limits>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

TensorId unary(Node& node, BuiltinOp code, TensorId x) { return node.op(code, {x}); }
TensorId one(Node& node) { return node.f(1); }
TensorId equal_zero(Node& node, TensorId x) { return node.op(BuiltinOp::kEqual, {x, node.number(0, x)}); }

// (e^x + sign e^-x) / 2
TensorId hyperbolic(Node& node, bool cosine) {
  const TensorId x = node.input(), up = unary(node, BuiltinOp::kExp, x);
  const TensorId down = unary(node, BuiltinOp::kExp, unary(node, BuiltinOp::kNeg, x));
  return node.mul(cosine ? node.add(up, down) : node.sub(up, down), node.f(0.5));
}
Values lower_sinh(Node& node) { return {hyperbolic(node, false)}; }
Values lower_cosh(Node& node) { return {hyperbolic(node, true)}; }

// sign(x) log(|x| + sqrt(x^2 + 1))
Values lower_asinh(Node& node) {
  const TensorId x = node.input();
  const TensorId root = unary(node, BuiltinOp::kSqrt, node.add(node.mul(x, x), one(node)));
  const TensorId size = unary(node, BuiltinOp::kLog, node.add(unary(node, BuiltinOp::kAbs, x), root));
  return {node.mul(unary(node, BuiltinOp::kSign, x), size)};
}
Values lower_acosh(Node& node) {
  const TensorId x = node.input();
  const TensorId root = unary(node, BuiltinOp::kSqrt, node.sub(node.mul(x, x), one(node)));
  return {unary(node, BuiltinOp::kLog, node.add(x, root))};
}
Values lower_atanh(Node& node) {
  const TensorId x = node.input();
  const TensorId ratio = node.div(node.add(one(node), x), node.sub(one(node), x));
  return {node.mul(unary(node, BuiltinOp::kLog, ratio), node.f(0.5))};
}

// The leg beside x in the unit circle.
TensorId leg(Node& node, TensorId x) {
  return unary(node, BuiltinOp::kSqrt, node.mul(node.sub(one(node), x), node.add(one(node), x)));
}
Values lower_atan(Node& node) {
  return {node.op(BuiltinOp::kAtan2, {node.input(), node.add(node.mul(node.input(), node.f(0)), one(node))})};
}
Values lower_asin(Node& node) {
  return {node.op(BuiltinOp::kAtan2, {node.input(), leg(node, node.input())})};
}
Values lower_acos(Node& node) {
  return {node.op(BuiltinOp::kAtan2, {leg(node, node.input()), node.input()})};
}

Values lower_is_nan(Node& node) { return {node.op(BuiltinOp::kNotEqual, {node.input(), node.input()})}; }
template <BuiltinOp kCode>
Values lower_against_infinity(Node& node) {
  const TensorId infinity = node.f(std::numeric_limits<double>::infinity());
  return {node.op(kCode, {unary(node, BuiltinOp::kAbs, node.input()), infinity})};
}

Values lower_invert(Node& node) {
  return {node.op(BuiltinOp::kBitwiseXor, {node.input(), node.number(-1, node.input())})};
}
Values lower_left_shift(Node& node) {
  const TensorId power = node.op(BuiltinOp::kPow, {node.number(2, node.input(1)), node.input(1)});
  return {node.mul(node.input(0), power)};
}

// 0 where the operand `zero` is 0, also if the other result is not a number.
template <TensorId (*kOtherwise)(Node&), int kZero>
Values lower_unless_zero(Node& node) {
  const TensorId x = node.input(kZero);
  return {node.select(equal_zero(node, x), node.number(0, x), kOtherwise(node))};
}
TensorId quotient(Node& node) { return node.div(node.input(0), node.input(1)); }
TensorId product(Node& node) { return node.mul(node.input(0), node.input(1)); }
TensorId times_log(Node& node) {
  return node.mul(node.input(0), unary(node, BuiltinOp::kLog, node.input(1)));
}
TensorId times_log1p(Node& node) {
  return node.mul(node.input(0), unary(node, BuiltinOp::kLog, node.add(node.input(1), one(node))));
}

Values lower_approximate_equal(Node& node) {
  const TensorId distance = unary(node, BuiltinOp::kAbs, node.sub(node.input(0), node.input(1)));
  return {node.op(BuiltinOp::kLess, {distance, node.f(node.real("tolerance", 1e-5))})};
}

// The quotient rounded towards zero.
TensorId truncated(Node& node) {
  const TensorId ratio = node.div(node.input(0), node.input(1));
  if (node.dtype(ratio) != DType::kFloat32) return ratio;
  const TensorId size = unary(node, BuiltinOp::kFloor, unary(node, BuiltinOp::kAbs, ratio));
  return node.mul(unary(node, BuiltinOp::kSign, ratio), size);
}
Values lower_truncate_div(Node& node) { return {truncated(node)}; }
// What is left of x with its sign.
Values lower_truncate_mod(Node& node) {
  return {node.sub(node.input(0), node.mul(truncated(node), node.input(1)))};
}
// Of integers towards zero.
Values lower_div(Node& node) { return {node.div(node.input(0), node.input(1))}; }

Values lower_ones_like(Node& node) {
  const TensorId x = node.input();
  const TensorId zeros = node.op(BuiltinOp::kZerosLike, {x});
  return {node.add(zeros, node.number(1, x))};
}

// Derivatives, where a graph that was trained in the model is saved with it.
Values lower_sigmoid_grad(Node& node) {
  const TensorId y = node.input(0);
  return {node.mul(node.input(1), node.mul(y, node.sub(one(node), y)))};
}
Values lower_tanh_grad(Node& node) {
  const TensorId y = node.input(0);
  return {node.mul(node.input(1), node.sub(one(node), node.mul(y, y)))};
}
Values lower_rsqrt_grad(Node& node) {
  const TensorId y = node.input(0);
  return {node.mul(node.mul(node.mul(y, y), y), node.mul(node.input(1), node.f(-0.5)))};
}
Values lower_sqrt_grad(Node& node) { return {node.div(node.mul(node.input(1), node.f(0.5)), node.input(0))}; }
Values lower_relu_grad(Node& node) {
  const TensorId positive = node.op(BuiltinOp::kGreater, {node.input(1), node.number(0, node.input(1))});
  return {node.select(positive, node.input(0), node.number(0, node.input(0)))};
}
Values lower_bias_add_grad(Node& node) {
  const TensorId x = node.input();
  const int channels = node.text("data_format", "NHWC") == "NCHW" ? 1 : node.rank(x) - 1;
  Axes axes;
  for (int i = 0; i < node.rank(x); ++i) {
    if (i != channels) axes.push_back(i);
  }
  return {node.reduce(BuiltinOp::kSum, x, axes, false)};
}

}  // namespace

Rows special_rows() {
  static const OpRow kRows[] = {
      {"Sinh", lower_sinh},
      {"Cosh", lower_cosh},
      {"Asinh", lower_asinh},
      {"Acosh", lower_acosh},
      {"Atanh", lower_atanh},
      {"Atan", lower_atan},
      {"Asin", lower_asin},
      {"Acos", lower_acos},
      {"IsNan", lower_is_nan},
      {"IsInf", lower_against_infinity<BuiltinOp::kEqual>},
      {"IsFinite", lower_against_infinity<BuiltinOp::kLess>},
      {"Invert", lower_invert},
      {"LeftShift", lower_left_shift},
      {"DivNoNan", lower_unless_zero<quotient, 1>},
      {"MulNoNan", lower_unless_zero<product, 1>},
      {"Xdivy", lower_unless_zero<quotient, 0>},
      {"Xlogy", lower_unless_zero<times_log, 0>},
      {"Xlog1py", lower_unless_zero<times_log1p, 0>},
      {"ApproximateEqual", lower_approximate_equal},
      {"TruncateDiv", lower_truncate_div},
      {"TruncateMod", lower_truncate_mod},
      {"Mod", lower_truncate_mod},
      {"Div", lower_div},
      {"OnesLike", lower_ones_like},
      {"SigmoidGrad", lower_sigmoid_grad},
      {"TanhGrad", lower_tanh_grad},
      {"RsqrtGrad", lower_rsqrt_grad},
      {"SqrtGrad", lower_sqrt_grad},
      {"ReluGrad", lower_relu_grad},
      {"BiasAddGrad", lower_bias_add_grad},
  };
  return kRows;
}

}  // namespace litewright::tf
