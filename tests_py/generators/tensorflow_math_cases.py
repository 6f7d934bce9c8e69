"""Element-wise operators, reductions, products."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorflow_case_tools import bools, case, floats, ints, positive

raw = tf.raw_ops
BATCH = {(0, 0)}

for name, low, high in (
    ("Abs", -3, 3), ("Neg", -3, 3), ("Exp", -2, 2), ("Log", 0.1, 4), ("Log1p", 0, 4), ("Expm1", -1, 1),
    ("Sqrt", 0, 4), ("Rsqrt", 0.1, 4), ("Square", -2, 2), ("Sin", -4, 4), ("Cos", -4, 4), ("Tan", -1, 1),
    ("Sinh", -2, 2), ("Cosh", -2, 2), ("Asinh", -2, 2), ("Acosh", 1.1, 4), ("Atanh", -0.9, 0.9), ("Atan", -4, 4),
    ("Asin", -0.95, 0.95), ("Acos", -0.95, 0.95), ("Floor", -4, 4), ("Ceil", -4, 4), ("Round", -4, 4),
    ("Rint", -4, 4), ("Sign", -2, 2), ("Reciprocal", 0.2, 4), ("Inv", 0.2, 4), ("Sigmoid", -4, 4), ("Tanh", -3, 3),
    ("ZerosLike", -1, 1), ("OnesLike", -1, 1), ("Lgamma", 0.6, 4), ("Digamma", 0.6, 4),
):  # fmt: skip
    op = getattr(raw, name)
    case(name, lambda x, op=op: op(x=x), positive(3, 4, low=low, high=high), dynamic=BATCH)


case("Abs.int32", lambda x: raw.Abs(x=x), ints(-5, 5, 3, 4))
case("Neg.int32", lambda x: raw.Neg(x=x), ints(-5, 5, 3, 4))
case("Sign.int32", lambda x: raw.Sign(x=x), ints(-2, 3, 3, 4))
case("Square.int32", lambda x: raw.Square(x=x), ints(-5, 5, 3, 4))
case("OnesLike.int64", lambda x: raw.OnesLike(x=x), ints(-5, 5, 3, 4, dtype=np.int64), dynamic=BATCH)
case("ZerosLike.int32", lambda x: raw.ZerosLike(x=x), ints(-5, 5, 3, 4), dynamic=BATCH)
case("IsNan", lambda x: raw.IsNan(x=x), np.float32([1, np.nan, np.inf, -np.inf, 0]))
case("IsInf", lambda x: raw.IsInf(x=x), np.float32([1, np.nan, np.inf, -np.inf, 0]))
case("IsFinite", lambda x: raw.IsFinite(x=x), np.float32([1, np.nan, np.inf, -np.inf, 0]))
case("LogicalNot", lambda x: raw.LogicalNot(x=x), bools(3, 4))
case("Invert", lambda x: raw.Invert(x=x), ints(-9, 9, 5))
case("Softplus", lambda x: raw.Softplus(features=x), floats(3, 4))
case("Softsign", lambda x: raw.Softsign(features=x), floats(3, 4))
case("Relu", lambda x: raw.Relu(features=x), floats(3, 4))
case("Relu.int32", lambda x: raw.Relu(features=x), ints(-5, 5, 3, 4))
case("Relu6", lambda x: raw.Relu6(features=x), 4 * floats(3, 4))
case("Elu", lambda x: raw.Elu(features=x), floats(3, 4))
case("Selu", lambda x: raw.Selu(features=x), floats(3, 4))
case("LeakyRelu", lambda x: raw.LeakyRelu(features=x, alpha=0.3), floats(3, 4))
case("Gelu.approximate", lambda x: tf.nn.gelu(x, approximate=True), floats(3, 4))
case("HardSwish", lambda x: x * tf.nn.relu6(x + 3) / 6, floats(3, 4))

for name, a, b in (
    ("AddV2", floats(3, 4), floats(4)), ("Add", floats(3, 4), floats(3, 1)), ("Sub", floats(3, 4), floats(3, 4)),
    ("Mul", floats(2, 3, 4), floats(3, 1)), ("RealDiv", floats(3, 4), positive(4)),
    ("Div", floats(3, 4), positive(4)), ("Maximum", floats(3, 4), floats(4)), ("Minimum", floats(3, 4), floats(4)),
    ("Pow", positive(3, 4), floats(4)), ("SquaredDifference", floats(3, 4), floats(4)),
    ("FloorDiv", 9 * floats(3, 4), positive(4)), ("FloorMod", 9 * floats(3, 4), positive(4)),
    ("Atan2", floats(3, 4), floats(3, 4)), ("Xdivy", floats(3, 4), positive(4)), ("Xlogy", floats(3, 4), positive(4)),
    ("Xlog1py", floats(3, 4), positive(4)), ("Less", floats(3, 4), floats(4)), ("LessEqual", floats(3, 4), floats(4)),
    ("Greater", floats(3, 4), floats(4)), ("GreaterEqual", floats(3, 4), floats(4)),
    ("Equal", ints(0, 3, 3, 4), ints(0, 3, 4)), ("NotEqual", ints(0, 3, 3, 4), ints(0, 3, 4)),
    ("ApproximateEqual", floats(3, 4), floats(3, 4)),
    ("DivNoNan", floats(3, 4), np.float32([1, 0, 2, -3])), ("MulNoNan", floats(3, 4), np.float32([1, 0, 2, -3])),
    ("TruncateMod", 9 * floats(3, 4), positive(4)), ("Mod", 9 * floats(3, 4), positive(4)),
):  # fmt: skip
    op = getattr(raw, name)
    case(name, lambda x, y, op=op: op(x=x, y=y), a, b, dynamic=BATCH if a.ndim > 1 else ())

WHOLE = ints(-9, 10, 3, 4), np.int32([2, -3, 4, 7])
for name in (
    "AddV2", "Sub", "Mul", "Maximum", "Minimum", "FloorDiv", "FloorMod", "TruncateDiv", "TruncateMod", "Mod", "Div",
    "SquaredDifference", "Less", "LessEqual", "Greater", "GreaterEqual", "BitwiseAnd", "BitwiseOr", "BitwiseXor",
):  # fmt: skip
    op = getattr(raw, name)
    case(f"{name}.int32", lambda x, y, op=op: op(x=x, y=y), *WHOLE)
for name in ("AddV2", "Sub", "Mul", "Maximum", "Minimum", "FloorDiv", "FloorMod", "Equal", "Less"):
    op = getattr(raw, name)
    wide = [value.astype(np.int64) for value in WHOLE]
    case(f"{name}.int64", lambda x, y, op=op: op(x=x, y=y), *wide)
case("Pow.int32", lambda x, y: raw.Pow(x=x, y=y), ints(-3, 4, 3, 4), ints(0, 4, 4))
case("RightShift", lambda x, y: raw.RightShift(x=x, y=y), ints(-99, 99, 4), ints(0, 4, 4))
case("LeftShift", lambda x, y: raw.LeftShift(x=x, y=y), ints(0, 9, 4), ints(0, 4, 4))
case("LogicalAnd", lambda x, y: raw.LogicalAnd(x=x, y=y), bools(3, 4), bools(4))
case("LogicalOr", lambda x, y: raw.LogicalOr(x=x, y=y), bools(3, 4), bools(4))
case("LogicalXor", lambda x, y: tf.math.logical_xor(x, y), bools(3, 4), bools(4))
case("Equal.bool", lambda x, y: raw.Equal(x=x, y=y), bools(3, 4), bools(4))
case(
    "Equal.float",
    lambda x, y: raw.Equal(x=x, y=y),
    ints(0, 2, 3, 4, dtype=np.float32),
    ints(0, 2, 4, dtype=np.float32),
)
case("AddN", lambda x, y, z: raw.AddN(inputs=[x, y, z]), floats(3, 4), floats(3, 4), floats(3, 4))
case("AddN.two", lambda x, y: raw.AddN(inputs=[x, y]), floats(3, 4), floats(3, 4))
case("AccumulateNV2", lambda x, y: raw.AccumulateNV2(inputs=[x, y], shape=[3, 4]), floats(3, 4), floats(3, 4))
case("Select", lambda c, x, y: raw.Select(condition=c, x=x, y=y), bools(3, 4), floats(3, 4), floats(3, 4))
case("Select.rows", lambda c, x, y: raw.Select(condition=c, x=x, y=y), bools(3), floats(3, 4), floats(3, 4))
case("SelectV2", lambda c, x, y: raw.SelectV2(condition=c, t=x, e=y), bools(3, 1), floats(3, 4), floats(4))
case(
    "SelectV2.int32",
    lambda c, x, y: raw.SelectV2(condition=c, t=x, e=y),
    bools(4),
    ints(0, 9, 4),
    ints(0, 9, 4),
)
case("ClipByValue", lambda x: raw.ClipByValue(t=x, clip_value_min=-0.5, clip_value_max=0.7), floats(3, 4))
case("SigmoidGrad", lambda y, d: raw.SigmoidGrad(y=y, dy=d), positive(3, 4, high=0.9), floats(3, 4))
case("TanhGrad", lambda y, d: raw.TanhGrad(y=y, dy=d), positive(3, 4, high=0.9), floats(3, 4))
case("RsqrtGrad", lambda y, d: raw.RsqrtGrad(y=y, dy=d), positive(3, 4, high=0.9), floats(3, 4))
case("SqrtGrad", lambda y, d: raw.SqrtGrad(y=y, dy=d), positive(3, 4, high=0.9), floats(3, 4))
case("ReluGrad", lambda g, x: raw.ReluGrad(gradients=g, features=x), floats(3, 4), floats(3, 4))
case("BiasAddGrad", lambda x: raw.BiasAddGrad(out_backprop=x), floats(2, 3, 4))

for source, target in (
    (np.float32, tf.int32), (np.int32, tf.float32), (np.float32, tf.bool), (np.bool_, tf.float32),
    (np.int64, tf.int32), (np.int32, tf.int64), (np.uint8, tf.float32), (np.float32, tf.uint8),
    (np.int32, tf.bool), (np.bool_, tf.int32), (np.int8, tf.int32), (np.float32, tf.int64), (np.int16, tf.float32),
    (np.float32, tf.float16), (np.float16, tf.float32), (np.float64, tf.float32), (np.float32, tf.float64),
):  # fmt: skip
    values = ints(0, 2, 3, 4) if source == np.bool_ else 3 * positive(3, 4)
    case(
        f"Cast.{np.dtype(source).name}_{target.name}",
        lambda x, t=target: tf.cast(x, t),
        values.astype(source),
    )
case("Bitcast", lambda x: raw.Bitcast(input=x, type=tf.int32), floats(3, 4))
case("Bitcast.narrower", lambda x: raw.Bitcast(input=x, type=tf.uint8), floats(3, 4))

for name in ("Mean", "Sum", "Max", "Min", "Prod"):
    op = getattr(raw, name)
    case(name, lambda x, op=op: op(input=x, axis=[1]), floats(3, 4, 5), dynamic=BATCH)
    case(f"{name}.keep_dims", lambda x, op=op: op(input=x, axis=[0, -1], keep_dims=True), floats(3, 4, 5))
    case(f"{name}.int32", lambda x, op=op: op(input=x, axis=[1]), ints(-4, 5, 3, 4))
case("Sum.all", lambda x: tf.reduce_sum(x), floats(3, 4, 5), dynamic=BATCH)
case("Sum.no_axes", lambda x: raw.Sum(input=x, axis=tf.zeros([0], tf.int32)), floats(3, 4))
case("Sum.int64", lambda x: raw.Sum(input=x, axis=[1]), ints(-4, 5, 3, 4, dtype=np.int64))
case("Any", lambda x: raw.Any(input=x, axis=[1]), bools(3, 4))
case("All", lambda x: raw.All(input=x, axis=[1], keep_dims=True), bools(3, 4))
case("EuclideanNorm", lambda x: raw.EuclideanNorm(input=x, axis=[1]), floats(3, 4))
case("logsumexp", lambda x: tf.reduce_logsumexp(x, axis=1), floats(3, 4))
case("variance", lambda x: tf.math.reduce_variance(x, axis=1), floats(3, 4))
case("std", lambda x: tf.math.reduce_std(x, axis=1), floats(3, 4))
case("moments", lambda x: tf.nn.moments(x, [0, 1]), floats(3, 4, 5))
case("ArgMax", lambda x: raw.ArgMax(input=x, dimension=1), floats(3, 4), dynamic=BATCH)
case(
    "ArgMax.int32_result", lambda x: raw.ArgMax(input=x, dimension=-1, output_type=tf.int32), floats(3, 4, 5)
)
case("ArgMax.int32", lambda x: raw.ArgMax(input=x, dimension=0), ints(0, 99, 3, 4))
case("ArgMin", lambda x: raw.ArgMin(input=x, dimension=0), floats(3, 4))
for exclusive in (False, True):
    for reverse in (False, True):
        suffix = ("", ".exclusive")[exclusive] + ("", ".reverse")[reverse]
        case(f"Cumsum{suffix}", lambda x, e=exclusive, r=reverse: tf.cumsum(x, 1, e, r), floats(3, 4))
        case(f"Cumprod{suffix}", lambda x, e=exclusive, r=reverse: tf.math.cumprod(x, 1, e, r), floats(3, 4))
case("Cumsum.int32", lambda x: tf.cumsum(x, 0), ints(-4, 5, 3, 4))
case("CumulativeLogsumexp", lambda x: tf.math.cumulative_logsumexp(x, 1), floats(3, 4))

case("MatMul", lambda a, b: raw.MatMul(a=a, b=b), floats(3, 4), floats(4, 5), dynamic=BATCH)
case("MatMul.transpose_a", lambda a, b: raw.MatMul(a=a, b=b, transpose_a=True), floats(4, 3), floats(4, 5))
case("MatMul.transpose_b", lambda a, b: raw.MatMul(a=a, b=b, transpose_b=True), floats(3, 4), floats(5, 4))
case("MatMul.constant", lambda a: raw.MatMul(a=a, b=tf.constant(floats(4, 5))), floats(3, 4), dynamic=BATCH)
case("BatchMatMulV2", lambda a, b: tf.matmul(a, b), floats(2, 3, 4), floats(2, 4, 5), dynamic=BATCH)
case("BatchMatMulV2.adjoint", lambda a, b: tf.matmul(a, b, adjoint_b=True), floats(2, 3, 4), floats(2, 5, 4))
case("BatchMatMulV2.broadcast", lambda a, b: tf.matmul(a, b), floats(2, 2, 3, 4), floats(2, 4, 5))
case("BatchMatMul", lambda a, b: raw.BatchMatMul(x=a, y=b, adj_x=True), floats(2, 4, 3), floats(2, 4, 5))
case(
    "BatchMatMulV3",
    lambda a, b: raw.BatchMatMulV3(x=a, y=b, Tout=tf.float32),
    floats(2, 3, 4),
    floats(2, 4, 5),
)
for equation, shapes in {
    "ab,bc->ac": ((3, 4), (4, 5)), "abc,cd->abd": ((2, 3, 4), (4, 5)), "abc,abd->acd": ((2, 3, 4), (2, 3, 5)),
    "bqhd,bkhd->bhqk": ((2, 3, 2, 4), (2, 5, 2, 4)), "bhqk,bkhd->bqhd": ((2, 2, 3, 5), (2, 5, 2, 4)),
    "ij->ji": ((3, 4),), "ij->i": ((3, 4),), "i,j->ij": ((3,), (4,)), "i,i->": ((4,), (4,)),
    "...ij,jk->...ik": ((2, 3, 4), (4, 5)), "abcd,cde->abe": ((2, 3, 4, 5), (4, 5, 6)),
}.items():  # fmt: skip
    case(f"Einsum.{equation}", lambda *x, e=equation: tf.einsum(e, *x), *(floats(*shape) for shape in shapes))
case("Cross", lambda a, b: tf.linalg.cross(a, b), floats(4, 3), floats(4, 3))
case("L2Loss", lambda x: raw.L2Loss(t=x), floats(3, 4))
case("l2_normalize", lambda x: tf.math.l2_normalize(x, -1), floats(3, 4))
case("Softmax", lambda x: raw.Softmax(logits=x), floats(3, 4), dynamic=BATCH)
case("Softmax.axis", lambda x: tf.nn.softmax(x, 1), floats(2, 3, 4))
case("LogSoftmax", lambda x: raw.LogSoftmax(logits=x), floats(3, 4))
LABELS = np.float32([[0.5, 0.5, 0, 0], [0, 0, 1, 0]])
case(
    "SoftmaxCrossEntropyWithLogits",
    lambda x, y: raw.SoftmaxCrossEntropyWithLogits(features=x, labels=y),
    floats(2, 4),
    LABELS,
)
case(
    "SparseSoftmaxCrossEntropyWithLogits",
    lambda x, y: raw.SparseSoftmaxCrossEntropyWithLogits(features=x, labels=y),
    floats(2, 4),
    np.int32([1, 3]),
)
case(
    "sigmoid_cross_entropy", lambda x, y: tf.nn.sigmoid_cross_entropy_with_logits(y, x), floats(2, 4), LABELS
)
case("confusion", lambda x: tf.math.confusion_matrix(x, [1, 0, 2], 3), ints(0, 3, 3))
case("Polygamma", lambda x: raw.Polygamma(a=x, x=x), positive(3))
case("Betainc", lambda x: raw.Betainc(a=x, b=x, x=x), positive(3, high=0.9))
