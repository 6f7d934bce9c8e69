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

// log |gamma(x)| by Lanczos' approximation with g = 7; below 1/2 by reflection.
Values lower_lgamma(Node& node) {
  constexpr double kTerms[] = {676.520368121885098567,   -1259.13921672240287047,  771.32342877765307885,
                               -176.61502916214059907,   12.507343278686904814,    -0.13857109526572011690,
                               9.9843695780195708596e-6, 1.50563273514931155834e-7};
  const TensorId x = node.input();
  const TensorId small = node.op(BuiltinOp::kLess, {x, node.f(0.5)});
  const TensorId z = node.select(small, unary(node, BuiltinOp::kNeg, x), node.sub(x, one(node)));
  TensorId sum = node.f(0.99999999999980993228);
  for (int i = 0; i < 8; ++i) sum = node.add(sum, node.div(node.f(kTerms[i]), node.add(z, node.f(i + 1))));
  const TensorId t = node.add(z, node.f(7.5));
  const TensorId log_t = node.add(
      unary(node, BuiltinOp::kLog, node.add(node.mul(z, node.f(1 / 7.5)), one(node))), node.f(std::log(7.5)));
  const TensorId power = node.mul(node.sub(node.add(z, node.f(0.5)), node.div(t, log_t)), log_t);
  const TensorId direct = node.add(node.add(power, unary(node, BuiltinOp::kLog, sum)),
                                   node.f(0.91893853320467274178));  // log sqrt(2 pi)
  const TensorId size = unary(node, BuiltinOp::kAbs, x);
  const TensorId above = node.sub(size, unary(node, BuiltinOp::kFloor, size));
  const TensorId part = node.minimum(above, node.sub(one(node), above));
  const TensorId sine = unary(node, BuiltinOp::kSin, node.mul(part, node.f(3.14159265358979323846)));
  const TensorId reflected =
      node.sub(node.sub(node.f(1.14472988584940017414), unary(node, BuiltinOp::kLog, sine)), direct);
  const TensorId infinity = node.f(std::numeric_limits<float>::infinity());
  const TensorId finite = node.op(BuiltinOp::kLess, {size, infinity});
  return {node.select(finite, node.select(small, reflected, direct), size)};
}

// a & b without its lowest bit is (a / 2) + (b / 2) - (a / 2 ^ b / 2), which cannot overflow; a | b is
// (a ^ b) + (a & b).
template <bool kOr>
Values lower_bits(Node& node) {
  const DType type = node.dtype(node.input());
  if (type == DType::kInt64 || type == DType::kUInt64 || type == DType::kUInt32)
    node.unsupported("it is not there for 64 bits, nor for uint32; cast its operands to int32");
  const TensorId a = node.cast(node.input(0), DType::kInt32), b = node.cast(node.input(1), DType::kInt32);
  const TensorId bit = node.builder().scalar<int32_t>(1);
  const auto half = [&](TensorId x) {
    const TensorId ones = node.add(node.op(BuiltinOp::kZerosLike, {x}), bit);
    return node.op(BuiltinOp::kRightShift, {x, ones});
  };
  const auto exclusive = [&](TensorId x, TensorId y) {
    return node.op(BuiltinOp::kBitwiseXor, {x, y}, BitwiseXorOptions{});
  };
  const TensorId a_half = half(a), b_half = half(b);
  const TensorId high = node.sub(node.add(a_half, b_half), exclusive(a_half, b_half));
  const TensorId low = node.mul(node.sub(a, node.add(a_half, a_half)), node.sub(b, node.add(b_half, b_half)));
  const TensorId both = node.add(high, low);
  return {node.cast(kOr ? node.add(exclusive(a, b), both) : both, type)};
}

}  // namespace

Rows special_rows() {
  static const OpRow kRows[] = {
      {"Lgamma", lower_lgamma},
      {"BitwiseAnd", lower_bits<false>},
      {"BitwiseOr", lower_bits<true>},
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
