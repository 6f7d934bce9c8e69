// Element-wise operators and reductions.
#include <algorithm>
#include <limits>

#include "core/error.h"
#include "importers/tf/lowering.h"

namespace litewright::tf {
namespace {

// Arithmetic on what is known of two operands that shapes are computed with.
using Arithmetic = std::optional<int64_t> (*)(int64_t, int64_t);

std::optional<Extents> combine(Node& node, Arithmetic arithmetic) {
  const std::optional<Extents> a = node.extents(0), b = node.extents(1);
  if (arithmetic == nullptr || !a || !b) return std::nullopt;
  if (a->size() != b->size() && a->size() != 1 && b->size() != 1) return std::nullopt;
  Extents result(a->size() == 1 ? b->size() : a->size());
  for (size_t i = 0; i < result.size(); ++i) {
    const Extent& x = (*a)[a->size() == 1 ? 0 : i];
    const Extent& y = (*b)[b->size() == 1 ? 0 : i];
    if (!x.known || !y.known) continue;
    const std::optional<int64_t> value = arithmetic(x.value, y.value);
    if (value) result[i] = {true, *value};
  }
  return result;
}

template <BuiltinOp kCode, Arithmetic kArithmetic = nullptr>
Values lower_binary(Node& node) {
  const TensorId real = node.op(kCode, {node.input(0), node.input(1)});
  std::optional<Extents> extents = combine(node, kArithmetic);
  if (extents) return {node.with_extents(real, std::move(*extents))};
  return {real};
}

std::optional<int64_t> plus(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_add_overflow(a, b, &r) ? std::nullopt : std::optional(r);
}
std::optional<int64_t> minus(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_sub_overflow(a, b, &r) ? std::nullopt : std::optional(r);
}
std::optional<int64_t> times(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_mul_overflow(a, b, &r) ? std::nullopt : std::optional(r);
}
std::optional<int64_t> floor_quotient(int64_t a, int64_t b) {
  if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min())) return std::nullopt;
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}
std::optional<int64_t> larger(int64_t a, int64_t b) { return std::max(a, b); }
std::optional<int64_t> smaller(int64_t a, int64_t b) { return std::min(a, b); }

template <BuiltinOp kCode>
Values lower_unary(Node& node) {
  return {node.op(kCode, {node.input()})};
}
Values lower_square(Node& node) {
  const TensorId x = node.input();
  if (node.dtype(x) != DType::kFloat32) return {node.mul(x, x)};
  return {node.op(BuiltinOp::kSquare, {x}, SquareOptions{})};
}
Values lower_reciprocal(Node& node) { return {node.div(node.number(1, node.input()), node.input())}; }
Values lower_log1p(Node& node) {
  return {node.op(BuiltinOp::kLog, {node.add(node.input(), node.number(1, node.input()))})};
}
Values lower_expm1(Node& node) {
  return {node.sub(node.op(BuiltinOp::kExp, {node.input()}), node.number(1, node.input()))};
}
Values lower_tan(Node& node) {
  return {node.div(node.op(BuiltinOp::kSin, {node.input()}), node.op(BuiltinOp::kCos, {node.input()}))};
}
Values lower_add_n(Node& node) {
  if (node.count() == 1) return {node.input()};
  if (node.count() == 2) return {node.add(node.input(0), node.input(1))};
  return {node.op(BuiltinOp::kAddN, node.inputs(0, node.count()), AddNOptions{})};
}
Values lower_cast(Node& node) {
  const DType to = node.type("DstT");
  const TensorId real = node.cast(node.input(), to);
  std::optional<Extents> extents = node.extents(0);
  if (extents && (to == DType::kInt32 || to == DType::kInt64))
    return {node.with_extents(real, std::move(*extents))};
  return {real};
}
Values lower_select(Node& node) { return {node.select(node.input(0), node.input(1), node.input(2))}; }
// A condition of fewer dimensions picks whole rows.
Values lower_select_v1(Node& node) {
  const int rank = node.rank(node.input(0));
  if (rank == 0 || rank == node.rank(node.input(1))) return lower_select(node);
  TensorId condition = node.input(0);
  for (int i = rank; i < node.rank(node.input(1)); ++i) condition = node.expand(condition, i);
  return {node.select(condition, node.input(1), node.input(2))};
}
Values lower_clip(Node& node) {
  return {node.minimum(node.maximum(node.input(0), node.input(1)), node.input(2))};
}

template <BuiltinOp kCode>
Values lower_reduction(Node& node) {
  const Axes axes = node.axes(1, "the axes");
  const TensorId x = node.input();
  if (axes.empty() && node.rank(x) != 0 && node.builder().tensor(node.input(1)).shape == Shape{0}) return {x};
  const TensorId real = node.reduce(kCode, x, axes, node.flag("keep_dims"));
  if constexpr (kCode == BuiltinOp::kReduceProd) {
    const std::optional<Extents> extents = node.extents(0);
    if (extents && node.rank(x) == 1) {
      Extent product{true, 1};
      for (const Extent& extent : *extents) {
        const std::optional<int64_t> next =
            product.known && extent.known ? times(product.value, extent.value) : std::nullopt;
        product = {next.has_value(), next.value_or(0)};
      }
      return {node.with_extents(real, {product})};
    }
  }
  return {real};
}

Values lower_norm(Node& node) {
  const TensorId x = node.input();
  const TensorId sum =
      node.reduce(BuiltinOp::kSum, node.mul(x, x), node.axes(1, "the axes"), node.flag("keep_dims"));
  return {node.op(BuiltinOp::kSqrt, {sum})};
}

template <BuiltinOp kCode, class T>
Values lower_arg(Node& node) {
  const auto axis = static_cast<int32_t>(node.scalar(1, "the axis"));
  return {node.op(kCode, {node.input(), node.builder().scalar(axis)},
                  T{node.type("output_type", DType::kInt64)})};
}

Values lower_cumsum(Node& node) {
  const auto axis = static_cast<int32_t>(node.scalar(1, "the axis"));
  return {node.op(BuiltinOp::kCumsum, {node.input(), node.builder().scalar(axis)},
                  CumsumOptions{node.flag("exclusive"), node.flag("reverse")})};
}

}  // namespace

Rows binary_rows() {
  static const OpRow kRows[] = {
      {"Add", lower_binary<BuiltinOp::kAdd, plus>},
      {"AddV2", lower_binary<BuiltinOp::kAdd, plus>},
      {"Sub", lower_binary<BuiltinOp::kSub, minus>},
      {"Mul", lower_binary<BuiltinOp::kMul, times>},
      {"Maximum", lower_binary<BuiltinOp::kMaximum, larger>},
      {"Minimum", lower_binary<BuiltinOp::kMinimum, smaller>},
      {"FloorDiv", lower_binary<BuiltinOp::kFloorDiv, floor_quotient>},
      {"RealDiv", lower_binary<BuiltinOp::kDiv>},
      {"FloorMod", lower_binary<BuiltinOp::kFloorMod>},
      {"Pow", lower_binary<BuiltinOp::kPow>},
      {"Atan2", lower_binary<BuiltinOp::kAtan2>},
      {"SquaredDifference", lower_binary<BuiltinOp::kSquaredDifference>},
      {"Less", lower_binary<BuiltinOp::kLess>},
      {"LessEqual", lower_binary<BuiltinOp::kLessEqual>},
      {"Greater", lower_binary<BuiltinOp::kGreater>},
      {"GreaterEqual", lower_binary<BuiltinOp::kGreaterEqual>},
      {"Equal", lower_binary<BuiltinOp::kEqual>},
      {"NotEqual", lower_binary<BuiltinOp::kNotEqual>},
      {"LogicalAnd", lower_binary<BuiltinOp::kLogicalAnd>},
      {"LogicalOr", lower_binary<BuiltinOp::kLogicalOr>},
      {"BitwiseXor", lower_binary<BuiltinOp::kBitwiseXor>},
      {"RightShift", lower_binary<BuiltinOp::kRightShift>},
      {"AddN", lower_add_n},
      {"AccumulateNV2", lower_add_n},
      {"Select", lower_select_v1},
      {"SelectV2", lower_select},
      {"ClipByValue", lower_clip},
  };
  return kRows;
}

Rows unary_rows() {
  static const OpRow kRows[] = {
      {"Abs", lower_unary<BuiltinOp::kAbs>},
      {"Neg", lower_unary<BuiltinOp::kNeg>},
      {"Exp", lower_unary<BuiltinOp::kExp>},
      {"Log", lower_unary<BuiltinOp::kLog>},
      {"Log1p", lower_log1p},
      {"Expm1", lower_expm1},
      {"Sqrt", lower_unary<BuiltinOp::kSqrt>},
      {"Rsqrt", lower_unary<BuiltinOp::kRsqrt>},
      {"Square", lower_square},
      {"Sin", lower_unary<BuiltinOp::kSin>},
      {"Cos", lower_unary<BuiltinOp::kCos>},
      {"Tan", lower_tan},
      {"Floor", lower_unary<BuiltinOp::kFloor>},
      {"Ceil", lower_unary<BuiltinOp::kCeil>},
      {"Round", lower_unary<BuiltinOp::kRound>},
      {"Rint", lower_unary<BuiltinOp::kRound>},
      {"Sign", lower_unary<BuiltinOp::kSign>},
      {"LogicalNot", lower_unary<BuiltinOp::kLogicalNot>},
      {"Reciprocal", lower_reciprocal},
      {"Inv", lower_reciprocal},
      {"Cast", lower_cast},
      {"ZerosLike", lower_unary<BuiltinOp::kZerosLike>},
  };
  return kRows;
}

Rows reduction_rows() {
  static const OpRow kRows[] = {
      {"Mean", lower_reduction<BuiltinOp::kMean>},
      {"Sum", lower_reduction<BuiltinOp::kSum>},
      {"Max", lower_reduction<BuiltinOp::kReduceMax>},
      {"Min", lower_reduction<BuiltinOp::kReduceMin>},
      {"Prod", lower_reduction<BuiltinOp::kReduceProd>},
      {"All", lower_reduction<BuiltinOp::kReduceAll>},
      {"Any", lower_reduction<BuiltinOp::kReduceAny>},
      {"EuclideanNorm", lower_norm},
      {"ArgMax", lower_arg<BuiltinOp::kArgMax, ArgMaxOptions>},
      {"ArgMin", lower_arg<BuiltinOp::kArgMin, ArgMinOptions>},
      {"Cumsum", lower_cumsum},
  };
  return kRows;
}

}  // namespace litewright::tf
