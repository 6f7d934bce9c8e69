// keras.ops that TFLite has no operator for, made of those it has.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "importers/keras/operations.h"

namespace litewright::keras {
namespace {

TensorId first(Lowering& layer) { return operand(layer, 0, {"x", "x1", "a", "array", "images", "inputs"}); }
TensorId real(Lowering& layer) { return layer.cast(first(layer), DType::kFloat32); }
std::pair<TensorId, TensorId> reals(Lowering& layer) {
  const auto [a, b] = operands(layer);
  return {layer.cast(a, DType::kFloat32), layer.cast(b, DType::kFloat32)};
}

TensorId abs(Ops& ops, TensorId x) { return ops.op(BuiltinOp::kAbs, {x}); }
TensorId sign(Ops& ops, TensorId x) { return ops.op(BuiltinOp::kSign, {x}); }
TensorId exp(Ops& ops, TensorId x) { return ops.op(BuiltinOp::kExp, {x}); }
TensorId log(Ops& ops, TensorId x) { return ops.op(BuiltinOp::kLog, {x}); }
TensorId sqrt(Ops& ops, TensorId x) { return ops.op(BuiltinOp::kSqrt, {x}); }
TensorId negative(Ops& ops, TensorId x) { return ops.op(BuiltinOp::kNeg, {x}); }
TensorId atan2(Ops& ops, TensorId y, TensorId x) { return ops.op(BuiltinOp::kAtan2, {y, x}); }
TensorId less(Ops& ops, TensorId a, TensorId b) { return ops.op(BuiltinOp::kLess, {a, b}, LessOptions{}); }
TensorId equal(Ops& ops, TensorId a, TensorId b) { return ops.op(BuiltinOp::kEqual, {a, b}, EqualOptions{}); }

// ATAN2 wants two operands of one shape.
Results lower_arctan(Lowering& l) {
  const TensorId x = real(l);
  return one(atan2(l, x, l.add(l.op(BuiltinOp::kZerosLike, {x}, ZerosLikeOptions{}), l.f(1))));
}
// The other leg of a right triangle with hypotenuse 1.
TensorId other_leg(Lowering& l, TensorId x) { return sqrt(l, l.sub(l.f(1), l.mul(x, x))); }
Results lower_arcsin(Lowering& l) {
  const TensorId x = real(l);
  return one(atan2(l, x, other_leg(l, x)));
}
Results lower_arccos(Lowering& l) {
  const TensorId x = real(l);
  return one(atan2(l, other_leg(l, x), x));
}
// Of |x|, so that large negative numbers do not cancel.
Results lower_arcsinh(Lowering& l) {
  const TensorId x = real(l), size = abs(l, x);
  return one(l.mul(sign(l, x), log(l, l.add(size, sqrt(l, l.add(l.mul(x, x), l.f(1)))))));
}
Results lower_arccosh(Lowering& l) {
  const TensorId x = real(l);
  return one(log(l, l.add(x, sqrt(l, l.sub(l.mul(x, x), l.f(1))))));
}
Results lower_arctanh(Lowering& l) {
  const TensorId x = real(l);
  return one(l.mul(log(l, l.div(l.add(x, l.f(1)), l.sub(l.f(1), x))), l.f(0.5)));
}

// Abramowitz and Stegun, 7.1.26: within 1.5e-7.
TensorId erf(Lowering& l, TensorId x) {
  const TensorId size = abs(l, x);
  const TensorId t = l.div(l.f(1), l.add(l.mul(size, l.f(0.3275911)), l.f(1)));
  TensorId sum = l.f(1.061405429);
  for (const double c : {-1.453152027, 1.421413741, -0.284496736, 0.254829592})
    sum = l.add(l.mul(sum, t), l.f(c));
  const TensorId rest = l.mul(l.mul(sum, t), exp(l, negative(l, l.mul(x, x))));
  return l.mul(sign(l, x), l.sub(l.f(1), rest));
}
Results lower_erf(Lowering& l) { return one(erf(l, real(l))); }
Results lower_erfc(Lowering& l) { return one(l.sub(l.f(1), erf(l, real(l)))); }

Results lower_cbrt(Lowering& l) {
  const TensorId x = real(l);
  return one(l.mul(sign(l, x), l.op(BuiltinOp::kPow, {abs(l, x), l.f(1.0 / 3)}, PowOptions{})));
}
Results lower_hypot(Lowering& l) {
  const auto [a, b] = reals(l);
  return one(sqrt(l, l.add(l.mul(a, a), l.mul(b, b))));
}
Results lower_log_add(Lowering& l) {
  const auto [a, b] = reals(l);
  const TensorId smaller = exp(l, negative(l, abs(l, l.sub(a, b))));
  return one(l.add(l.maximum(a, b), log(l, l.add(smaller, l.f(1)))));
}
Results lower_fmod(Lowering& l) {  // with the sign of x
  const auto [x, y] = reals(l);
  const TensorId quotient = l.div(x, y);
  const TensorId whole = l.mul(sign(l, quotient), l.op(BuiltinOp::kFloor, {abs(l, quotient)}));
  return one(l.sub(x, l.mul(whole, y)));
}
Results lower_heaviside(Lowering& l) {
  const auto [x, at_zero] = reals(l);
  const TensorId positive = l.cast(less(l, l.f(0), x), DType::kFloat32);
  return one(l.select(equal(l, x, l.f(0)), at_zero, positive));
}
Results lower_sinc(Lowering& l) {
  const TensorId x = l.mul(real(l), l.f(M_PI)), zero = equal(l, x, l.f(0));
  return one(l.select(zero, l.f(1), l.div(l.op(BuiltinOp::kSin, {x}), l.select(zero, l.f(1), x))));
}
Results lower_isinf(Lowering& l) { return one(equal(l, abs(l, real(l)), l.f(INFINITY))); }
Results lower_isfinite(Lowering& l) { return one(less(l, abs(l, real(l)), l.f(INFINITY))); }
Results lower_isclose(Lowering& l) {
  const auto [a, b] = reals(l);
  const TensorId allowed = l.add(l.f(number_setting(l, "atol", 1e-8, 3)),
                                 l.mul(abs(l, b), l.f(number_setting(l, "rtol", 1e-5, 2))));
  return one(l.op(BuiltinOp::kLessEqual, {abs(l, l.sub(a, b)), allowed}, LessEqualOptions{}));
}
Results lower_nan_to_num(Lowering& l) {
  constexpr double kMost = std::numeric_limits<float>::max();
  const TensorId x = real(l);
  const TensorId nan = l.op(BuiltinOp::kNotEqual, {x, x}, NotEqualOptions{});
  const TensorId number = l.select(nan, l.f(number_setting(l, "nan", 0)), x);
  return one(l.minimum(l.maximum(number, l.f(number_setting(l, "neginf", -kMost))),
                       l.f(number_setting(l, "posinf", kMost))));
}

Results lower_count_nonzero(Lowering& l) {
  const TensorId x = first(l);
  const TensorId counts =
      l.cast(l.op(BuiltinOp::kNotEqual, {x, l.number(0, x)}, NotEqualOptions{}), DType::kInt32);
  return one(l.reduce(BuiltinOp::kSum, counts, axes_setting(l, x), false));
}
Results lower_spread(Lowering& l) {
  const TensorId x = first(l);
  const Axes axes = axes_setting(l, x);
  const bool keep = flag_setting(l, "keepdims", 2);
  return one(
      l.sub(l.reduce(BuiltinOp::kReduceMax, x, axes, keep), l.reduce(BuiltinOp::kReduceMin, x, axes, keep)));
}
Results lower_diff(Lowering& l) {
  TensorId x = first(l);
  const Json axis = setting(l, "axis", 2), times = setting(l, "n", 1);
  const int along = l.axis(x, as_integer(axis).value_or(-1));
  for (int64_t i = 0; i < as_integer(times).value_or(1); ++i)
    x = l.sub(l.narrow(x, along, 1, 0), l.narrow(x, along, 0, -1));
  return one(x);
}

Results flipped(Lowering& l, int axis) { return one(l.reverse(first(l), axis)); }
Results lower_rot90(Lowering& l) {
  const TensorId x = first(l);
  Axes axes = l.config().has("axes") ? integers_setting(l, "axes", 2) : Axes{0, 1};
  if (axes.size() != 2) l.config().bad("axes", "two axes");
  for (int32_t& axis : axes) axis = l.axis(x, axis);
  const int64_t turns = ((as_integer(setting(l, "k", 1)).value_or(1) % 4) + 4) % 4;
  if (turns == 0) return one(x);
  if (turns == 2) return one(l.reverse(l.reverse(x, axes[0]), axes[1]));
  Axes order(static_cast<size_t>(l.rank(x)));
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
  std::swap(order[static_cast<size_t>(axes[0])], order[static_cast<size_t>(axes[1])]);
  return one(turns == 1 ? l.transpose(l.reverse(x, axes[1]), order)
                        : l.reverse(l.transpose(x, order), axes[1]));
}
// hstack, vstack and dstack of tensors with a batch and at least one more axis.
Results stacked(Lowering& l, int axis) {
  Ids ids = tensor_arguments(l);
  for (TensorId& id : ids) {
    while (l.rank(id) <= axis) id = l.expand(id, l.rank(id));
  }
  return one(l.concat(ids, axis));
}
Results lower_array_split(Lowering& l) {
  const TensorId x = first(l);
  const int axis = axis_setting(l, x, 0, 2);
  const int32_t extent = l.channels(x, axis), parts = integers_setting(l, "indices_or_sections", 1)[0];
  if (parts < 1 || parts > extent) l.config().bad("indices_or_sections", "a number of parts");
  Axes sizes;
  for (int32_t i = 0; i < parts; ++i) sizes.push_back(extent / parts + (i < extent % parts ? 1 : 0));
  Results results;
  for (const TensorId id : l.builder().add_multi(
           BuiltinOp::kSplitV, {x, l.ints(sizes), l.builder().scalar(static_cast<int32_t>(axis))},
           SplitVOptions{parts}, parts)) {
    results.push_back({id, kNoTensor});
  }
  return results;
}

// The elements [.., i, i + offset] of two axes, as the last axis.
TensorId diagonal(Lowering& l) {
  TensorId x = first(l);
  const Json given[] = {setting(l, "axis1", 2), setting(l, "axis2", 3)};
  const int a = l.axis(x, as_integer(given[0]).value_or(0)), b = l.axis(x, as_integer(given[1]).value_or(1));
  if (a == b) l.config().bad("axis1", "other than 'axis2'");
  Axes order;
  for (int i = 0; i < l.rank(x); ++i) {
    if (i != a && i != b) order.push_back(i);
  }
  order.insert(order.end(), {a, b});
  x = l.transpose(x, order);
  const auto offset = static_cast<int32_t>(as_integer(setting(l, "offset", 1)).value_or(0));
  const int32_t rows = l.channels(x, -2), columns = l.channels(x, -1);
  Axes places;
  for (int32_t r = 0; r < rows; ++r) {
    if (r + offset >= 0 && r + offset < columns) places.push_back(r * columns + r + offset);
  }
  const int rank = l.rank(x);
  return l.gather(l.reshape_part(x, rank - 2, rank, {rows * columns}), l.ints(places), rank - 2);
}
Results lower_diagonal(Lowering& l) { return one(diagonal(l)); }
Results lower_trace(Lowering& l) {
  const TensorId x = diagonal(l);
  return one(l.reduce(BuiltinOp::kSum, x, {l.rank(x) - 1}, false));
}

Results lower_argsort(Lowering& l) {
  const TensorId x = first(l);
  if (axis_setting(l, x, -1) != l.rank(x) - 1)
    l.unsupported("sorting over an axis other than the last; transpose before and after");
  const Ids found = l.builder().add_multi(
      BuiltinOp::kTopkV2, {negative(l, x), l.builder().scalar(l.channels(x, -1))}, TopKV2Options{}, 2);
  return one(found[1]);
}
Results lower_take_along_axis(Lowering& l) {
  const TensorId x = first(l), indices = l.cast(operand(l, 1, {"indices"}), DType::kInt32);
  const int last = l.rank(x) - 1;
  if (axis_setting(l, x, 0, 2) != last || l.rank(indices) != l.rank(x))
    l.unsupported("taking along an axis other than the last; transpose before and after");
  return one(l.gather(x, indices, last, last));
}

Results lower_depth_to_space(Lowering& l) {
  return one(l.op(BuiltinOp::kDepthToSpace, {first(l)},
                  DepthToSpaceOptions{integers_setting(l, "block_size", 1)[0]}));
}
Results lower_space_to_depth(Lowering& l) {
  return one(l.op(BuiltinOp::kSpaceToDepth, {first(l)},
                  SpaceToDepthOptions{integers_setting(l, "block_size", 1)[0]}));
}
Results lower_grayscale(Lowering& l) {
  const TensorId x = real(l);
  if (l.channels(x, -1) != 3) l.unsupported("images should be channels_last with three channels");
  const TensorId shares = l.floats({0.2989f, 0.587f, 0.114f}, {1, 3});
  return one(l.dense(x, shares, kNoTensor));
}

}  // namespace

Rows derived_operations() {
  static const LayerRow kRows[] = {
      {"Arctan", lower_arctan},
      {"Arcsin", lower_arcsin},
      {"Arccos", lower_arccos},
      {"Arcsinh", lower_arcsinh},
      {"Arccosh", lower_arccosh},
      {"Arctanh", lower_arctanh},
      {"Erf", lower_erf},
      {"Erfc", lower_erfc},
      {"Cbrt", lower_cbrt},
      {"Hypot", lower_hypot},
      {"Logaddexp", lower_log_add},
      {"Fmod", lower_fmod},
      {"Heaviside", lower_heaviside},
      {"Sinc", lower_sinc},
      {"Isinf", lower_isinf},
      {"Isfinite", lower_isfinite},
      {"Isclose", lower_isclose},
      {"NanToNum", lower_nan_to_num},
      {"Fabs", [](Lowering& l) { return one(abs(l, real(l))); }},
      {"Signbit", [](Lowering& l) { return one(less(l, real(l), l.f(0))); }},
      {"CountNonzero", lower_count_nonzero},
      {"Ptp", lower_spread},
      {"Diff", lower_diff},
      {"Flipud", [](Lowering& l) { return flipped(l, 0); }},
      {"Fliplr", [](Lowering& l) { return flipped(l, 1); }},
      {"Rot90", lower_rot90},
      {"Vstack", [](Lowering& l) { return stacked(l, 0); }},
      {"Hstack", [](Lowering& l) { return stacked(l, 1); }},
      {"Dstack", [](Lowering& l) { return stacked(l, 2); }},
      {"ArraySplit", lower_array_split},
      {"Diagonal", lower_diagonal},
      {"Trace", lower_trace},
      {"Argsort", lower_argsort},
      {"TakeAlongAxis", lower_take_along_axis},
      {"DepthToSpace", lower_depth_to_space},
      {"SpaceToDepth", lower_space_to_depth},
      {"RGBToGrayscale", lower_grayscale},
  };
  return kRows;
}

}  // namespace litewright::keras
