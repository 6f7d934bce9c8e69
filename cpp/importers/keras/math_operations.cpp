// keras.ops that compute element by element, and reductions.
#include <cmath>

#include "core/error.h"
#include "importers/keras/operations.h"

namespace litewright::keras {
namespace {

TensorId first(Lowering& layer) { return operand(layer, 0, {"x", "x1", "a"}); }
TensorId as_float(Lowering& layer, TensorId x) { return layer.cast(x, DType::kFloat32); }

template <BuiltinOp code>
Results unary(Lowering& layer) {
  return one(layer.op(code, {first(layer)}));
}
template <BuiltinOp code>
Results float_unary(Lowering& layer) {
  return one(layer.op(code, {as_float(layer, first(layer))}));
}
template <BuiltinOp code>
Results binary(Lowering& layer) {
  const auto [a, b] = operands(layer);
  return one(layer.op(code, {a, b}));
}
template <BuiltinOp code>
Results float_binary(Lowering& layer) {
  const auto [a, b] = operands(layer);
  return one(layer.op(code, {as_float(layer, a), as_float(layer, b)}));
}
template <BuiltinOp code>
Results logical(Lowering& layer) {
  const auto [a, b] = operands(layer);
  return one(layer.op(code, {layer.cast(a, DType::kBool), layer.cast(b, DType::kBool)}));
}
// f(x * before + shift), then + after.
Results shifted(Lowering& layer, BuiltinOp code, double before, double shift, double scale, double after) {
  TensorId x = as_float(layer, first(layer));
  if (before != 1) x = layer.mul(x, layer.f(before));
  if (shift != 0) x = layer.add(x, layer.f(shift));
  x = layer.op(code, {x});
  if (scale != 1) x = layer.mul(x, layer.f(scale));
  return one(after == 0 ? x : layer.add(x, layer.f(after)));
}

Results lower_tan(Lowering& layer) {
  const TensorId x = as_float(layer, first(layer));
  return one(layer.div(layer.op(BuiltinOp::kSin, {x}), layer.op(BuiltinOp::kCos, {x})));
}
// (e^x + sign * e^-x) / 2
Results hyperbolic(Lowering& layer, bool plus) {
  const TensorId x = as_float(layer, first(layer));
  const TensorId up = layer.op(BuiltinOp::kExp, {x}),
                 down = layer.op(BuiltinOp::kExp, {layer.op(BuiltinOp::kNeg, {x})});
  return one(layer.mul(plus ? layer.add(up, down) : layer.sub(up, down), layer.f(0.5)));
}
Results lower_reciprocal(Lowering& layer) {
  return one(layer.div(layer.f(1), as_float(layer, first(layer))));
}
Results lower_trunc(Lowering& layer) {
  const TensorId x = first(layer);
  return one(layer.mul(layer.op(BuiltinOp::kSign, {x}),
                       layer.op(BuiltinOp::kFloor, {layer.op(BuiltinOp::kAbs, {x})})));
}
Results lower_isnan(Lowering& layer) {
  const TensorId x = first(layer);
  return one(layer.op(BuiltinOp::kNotEqual, {x, x}));
}
Results lower_xor(Lowering& layer) {
  const auto [a, b] = operands(layer);
  return one(layer.op(BuiltinOp::kNotEqual, {layer.cast(a, DType::kBool), layer.cast(b, DType::kBool)}));
}
Results lower_divide_no_nan(Lowering& layer) {
  const auto [a, b] = operands(layer);
  const TensorId zero = layer.op(BuiltinOp::kEqual, {b, layer.f(0)});
  return one(layer.select(zero, layer.f(0), layer.div(a, layer.select(zero, layer.f(1), b))));
}
Results lower_squared_difference(Lowering& layer) { return binary<BuiltinOp::kSquaredDifference>(layer); }

Results lower_where(Lowering& layer) {
  const TensorId condition = layer.cast(operand(layer, 0, {"condition"}), DType::kBool);
  const Argument* yes = layer.argument("x1", 1);
  const Argument* no = layer.argument("x2", 2);
  if (yes == nullptr || no == nullptr)
    layer.unsupported("where() without its two values gives a result of unknown size");
  TensorId a = yes->is_tensor() ? yes->tensor : kNoTensor, b = no->is_tensor() ? no->tensor : kNoTensor;
  if (a == kNoTensor) a = constant_from(layer, yes->value, b);
  if (b == kNoTensor) b = constant_from(layer, no->value, a);
  if (layer.dtype(a) != layer.dtype(b)) {
    a = as_float(layer, a);
    b = as_float(layer, b);
  }
  return one(layer.select(condition, a, b));
}

Results lower_clip(Lowering& layer) {
  TensorId x = first(layer);
  const double low = number_setting(layer, "x_min", -INFINITY, 1),
               high = number_setting(layer, "x_max", INFINITY, 2);
  if (low == -1 && high == 1 && layer.dtype(x) == DType::kFloat32)
    return one(layer.op(BuiltinOp::kReluN1To1, {x}));
  if (low == 0 && high == 6 && layer.dtype(x) == DType::kFloat32)
    return one(layer.op(BuiltinOp::kRelu6, {x}));
  if (high < 3e38) x = layer.minimum(x, layer.number(high, x));
  if (low > -3e38)
    x = low == 0 && layer.dtype(x) == DType::kFloat32 ? layer.relu(x)
                                                      : layer.maximum(x, layer.number(low, x));
  return one(x);
}

template <BuiltinOp code>
Results reduction(Lowering& layer) {
  TensorId x = first(layer);
  if (code == BuiltinOp::kReduceAny || code == BuiltinOp::kReduceAll) x = layer.cast(x, DType::kBool);
  if (code == BuiltinOp::kMean || layer.dtype(x) == DType::kBool) {
    if (code != BuiltinOp::kReduceAny && code != BuiltinOp::kReduceAll)
      x = layer.cast(x, code == BuiltinOp::kMean ? DType::kFloat32 : DType::kInt32);
  }
  return one(layer.reduce(code, x, axes_setting(layer, x), flag_setting(layer, "keepdims", 2)));
}

TensorId variance(Lowering& layer, TensorId x, const Axes& axes, bool keep) {
  const TensorId mean = layer.mean(x, axes, true);
  return layer.mean(layer.op(BuiltinOp::kSquaredDifference, {x, mean}, SquaredDifferenceOptions{}), axes,
                    keep);
}
Results lower_var(Lowering& layer) {
  const TensorId x = as_float(layer, first(layer));
  return one(variance(layer, x, axes_setting(layer, x), flag_setting(layer, "keepdims")));
}
Results lower_std(Lowering& layer) { return one(layer.op(BuiltinOp::kSqrt, {lower_var(layer)[0].id})); }
Results lower_moments(Lowering& layer) {
  const TensorId x = as_float(layer, first(layer));
  const Json given = setting(layer, "axes", 1);
  Axes axes;
  for (const Json& item : given.is_array() ? given : Json::array({given})) {
    const std::optional<int64_t> axis = as_integer(item);
    if (!axis) layer.config().bad("axes", "a list of integers");
    axes.push_back(layer.axis(x, *axis));
  }
  const bool keep = flag_setting(layer, "keepdims", 2);
  return {{layer.mean(x, axes, keep), kNoTensor}, {variance(layer, x, axes, keep), kNoTensor}};
}
Results lower_logsumexp(Lowering& layer) {
  const TensorId x = as_float(layer, first(layer));
  const Axes axes = axes_setting(layer, x);
  const bool keep = flag_setting(layer, "keepdims", 2);
  const TensorId top = layer.reduce(BuiltinOp::kReduceMax, x, axes, true);
  const TensorId sum =
      layer.reduce(BuiltinOp::kSum, layer.op(BuiltinOp::kExp, {layer.sub(x, top)}), axes, keep);
  const TensorId highest = keep ? top : layer.reduce(BuiltinOp::kReduceMax, x, axes, false);
  return one(layer.add(layer.op(BuiltinOp::kLog, {sum}), highest));
}
Results lower_norm(Lowering& layer) {
  const TensorId x = as_float(layer, first(layer));
  const Json order = setting(layer, "ord", 1);
  const Axes axes = axes_setting(layer, x, 2);
  const bool keep = flag_setting(layer, "keepdims", 3);
  if (order == 1) return one(layer.reduce(BuiltinOp::kSum, layer.op(BuiltinOp::kAbs, {x}), axes, keep));
  if (!order.is_null() && order != 2 && order != "euclidean" && order != "fro")
    layer.unsupported("norms other than 1 and 2");
  return one(layer.op(BuiltinOp::kSqrt, {layer.reduce(BuiltinOp::kSum, layer.mul(x, x), axes, keep)}));
}

template <BuiltinOp code>
Results arg_extreme(Lowering& layer) {
  TensorId x = first(layer);
  const bool keep = flag_setting(layer, "keepdims", 2);
  int axis = 0;
  if (setting(layer, "axis", 1).is_null()) {
    x = layer.reshape(x, {-1});
  } else {
    axis = axis_setting(layer, x, 0);
  }
  Options options = ArgMaxOptions{DType::kInt32};
  if (code == BuiltinOp::kArgMin) options = ArgMinOptions{DType::kInt32};
  const TensorId y = layer.op(code, {x, layer.builder().scalar(static_cast<int32_t>(axis))}, options);
  return one(keep ? layer.expand(y, axis) : y);
}

Results lower_cumsum(Lowering& layer) {
  const TensorId x = first(layer);
  const auto axis = static_cast<int32_t>(axis_setting(layer, x, 0));
  return one(layer.op(BuiltinOp::kCumsum, {x, layer.builder().scalar(axis)}, CumsumOptions{}));
}

Results lower_l2_normalize(Lowering& layer) {
  const TensorId x = as_float(layer, first(layer));
  const Json order = setting(layer, "order");
  if (!order.is_null() && order != 2) layer.unsupported("normalize with an order other than 2");
  const int axis = axis_setting(layer, x, -1);
  const TensorId sum = layer.reduce(BuiltinOp::kSum, layer.mul(x, x), {axis}, true);
  const double epsilon = number_setting(layer, "epsilon", 1e-12);
  return one(layer.mul(x, layer.op(BuiltinOp::kRsqrt, {layer.maximum(sum, layer.f(epsilon))})));
}

}  // namespace

Rows math_operations() {
  static const LayerRow kRows[] = {
      {"Add", binary<BuiltinOp::kAdd>},
      {"Subtract", binary<BuiltinOp::kSub>},
      {"Multiply", binary<BuiltinOp::kMul>},
      {"Divide", float_binary<BuiltinOp::kDiv>},
      {"TrueDivide", float_binary<BuiltinOp::kDiv>},
      {"DivideNoNan", lower_divide_no_nan},
      {"FloorDivide", binary<BuiltinOp::kFloorDiv>},
      {"Mod", binary<BuiltinOp::kFloorMod>},
      {"Power", binary<BuiltinOp::kPow>},
      {"Maximum", binary<BuiltinOp::kMaximum>},
      {"Minimum", binary<BuiltinOp::kMinimum>},
      {"SquaredDifference", lower_squared_difference},
      {"Arctan2", float_binary<BuiltinOp::kAtan2>},
      {"Equal", binary<BuiltinOp::kEqual>},
      {"NotEqual", binary<BuiltinOp::kNotEqual>},
      {"Greater", binary<BuiltinOp::kGreater>},
      {"GreaterEqual", binary<BuiltinOp::kGreaterEqual>},
      {"Less", binary<BuiltinOp::kLess>},
      {"LessEqual", binary<BuiltinOp::kLessEqual>},
      {"LogicalAnd", logical<BuiltinOp::kLogicalAnd>},
      {"LogicalOr", logical<BuiltinOp::kLogicalOr>},
      {"LogicalXor", lower_xor},
      {"LogicalNot",
       [](Lowering& l) { return one(l.op(BuiltinOp::kLogicalNot, {l.cast(first(l), DType::kBool)})); }},
      {"Where", lower_where},
      {"Clip", lower_clip},
      {"Absolute", unary<BuiltinOp::kAbs>},
      {"Abs", unary<BuiltinOp::kAbs>},
      {"Negative", unary<BuiltinOp::kNeg>},
      {"Square", unary<BuiltinOp::kSquare>},
      {"Sign", unary<BuiltinOp::kSign>},
      {"Floor", float_unary<BuiltinOp::kFloor>},
      {"Ceil", float_unary<BuiltinOp::kCeil>},
      {"Round", float_unary<BuiltinOp::kRound>},
      {"Trunc", lower_trunc},
      {"Exp", float_unary<BuiltinOp::kExp>},
      {"Exp2",
       [](Lowering& l) {
         return one(l.op(BuiltinOp::kPow, {l.f(2), as_float(l, first(l))}, PowOptions{}));
       }},
      {"Expm1", [](Lowering& l) { return shifted(l, BuiltinOp::kExp, 1, 0, 1, -1); }},
      {"Log", float_unary<BuiltinOp::kLog>},
      {"Log1p", [](Lowering& l) { return shifted(l, BuiltinOp::kLog, 1, 1, 1, 0); }},
      {"Log2", [](Lowering& l) { return shifted(l, BuiltinOp::kLog, 1, 0, 1 / std::log(2.0), 0); }},
      {"Log10", [](Lowering& l) { return shifted(l, BuiltinOp::kLog, 1, 0, 1 / std::log(10.0), 0); }},
      {"Deg2rad", [](Lowering& l) { return one(l.mul(as_float(l, first(l)), l.f(M_PI / 180))); }},
      {"Rad2deg", [](Lowering& l) { return one(l.mul(as_float(l, first(l)), l.f(180 / M_PI))); }},
      {"Sqrt", float_unary<BuiltinOp::kSqrt>},
      {"Rsqrt", float_unary<BuiltinOp::kRsqrt>},
      {"Reciprocal", lower_reciprocal},
      {"Sin", float_unary<BuiltinOp::kSin>},
      {"Cos", float_unary<BuiltinOp::kCos>},
      {"Tan", lower_tan},
      {"Sinh", [](Lowering& l) { return hyperbolic(l, false); }},
      {"Cosh", [](Lowering& l) { return hyperbolic(l, true); }},
      {"Tanh", float_unary<BuiltinOp::kTanh>},
      {"Isnan", lower_isnan},
      {"Mean", reduction<BuiltinOp::kMean>},
      {"Sum", reduction<BuiltinOp::kSum>},
      {"Max", reduction<BuiltinOp::kReduceMax>},
      {"Amax", reduction<BuiltinOp::kReduceMax>},
      {"Min", reduction<BuiltinOp::kReduceMin>},
      {"Amin", reduction<BuiltinOp::kReduceMin>},
      {"Prod", reduction<BuiltinOp::kReduceProd>},
      {"Any", reduction<BuiltinOp::kReduceAny>},
      {"All", reduction<BuiltinOp::kReduceAll>},
      {"Var", lower_var},
      {"Std", lower_std},
      {"Moments", lower_moments},
      {"Logsumexp", lower_logsumexp},
      {"Norm", lower_norm},
      {"Normalize", lower_l2_normalize},
      {"Argmax", arg_extreme<BuiltinOp::kArgMax>},
      {"Argmin", arg_extreme<BuiltinOp::kArgMin>},
      {"Cumsum", lower_cumsum},
  };
  return kRows;
}

}  // namespace litewright::keras
