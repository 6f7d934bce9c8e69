"""Operators that arrange, cut and gather."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorflow_case_tools import bools, case, floats, ints, positive, texts

raw = tf.raw_ops
BATCH = {(0, 0)}

case("Identity", lambda x: raw.Identity(input=x) + 1, floats(3, 4))
case("IdentityN", lambda x, y: raw.IdentityN(input=[x + 1, y * 2]), floats(3, 4), floats(2))
case("StopGradient", lambda x: raw.StopGradient(input=x) + 1, floats(3, 4))
case("PreventGradient", lambda x: raw.PreventGradient(input=x) + 1, floats(3, 4))
case("CheckNumerics", lambda x: tf.debugging.check_numerics(x, "x") + 1, floats(3, 4))
case("Snapshot", lambda x: raw.Snapshot(input=x) + 1, floats(3, 4))
case("EnsureShape", lambda x: tf.ensure_shape(x, [3, 4]) + 1, floats(3, 4), dynamic=BATCH)
case("PlaceholderWithDefault", lambda x: x + tf.compat.v1.placeholder_with_default([1.0], [1]), floats(3, 4))
case("Assert", lambda x: _asserted(x), positive(3, 4))
case("PassThrough.string", lambda x: tf.identity(x), texts("ab", "c", ""), dynamic=BATCH)


def _asserted(x: tf.Tensor) -> tf.Tensor:
    tf.debugging.assert_positive(x)
    return x + 1


case("Shape", lambda x: raw.Shape(input=x), floats(3, 4), dynamic=BATCH)
case("Shape.int64", lambda x: raw.Shape(input=x, out_type=tf.int64), floats(3, 4), dynamic=BATCH)
case("ShapeN", lambda x, y: raw.ShapeN(input=[x, y]), floats(3, 4), floats(2), dynamic=BATCH)
case("Rank", lambda x: raw.Rank(input=x), floats(3, 4), dynamic=BATCH)
case("Size", lambda x: raw.Size(input=x), floats(3, 4), dynamic=BATCH)
case("Size.int64", lambda x: raw.Size(input=x, out_type=tf.int64), floats(3, 4))
case("Reshape", lambda x: tf.reshape(x, [-1, 2]), floats(3, 4), dynamic=BATCH)
case("Reshape.batch", lambda x: tf.reshape(x, [tf.shape(x)[0], -1]), floats(3, 4, 5), dynamic=BATCH)
case(
    "Reshape.two_unknown",
    lambda x: tf.reshape(x, [tf.shape(x)[1], tf.shape(x)[0], 2]),
    floats(3, 4, 2),
    dynamic={(0, 0), (0, 1)},
)
case("Reshape.int64_shape", lambda x: tf.reshape(x, tf.constant([4, 3], tf.int64)), floats(3, 4))
case("ExpandDims", lambda x: tf.expand_dims(x, -1), floats(3, 4), dynamic=BATCH)
case("Squeeze", lambda x: tf.squeeze(x, [1]), floats(3, 1, 4), dynamic=BATCH)
case("Squeeze.all", lambda x: tf.squeeze(x), floats(1, 3, 1, 4))
case("Transpose", lambda x: tf.transpose(x, [1, 0, 2]), floats(2, 3, 4), dynamic=BATCH)
case("Transpose.reversed", lambda x: tf.transpose(x), floats(2, 3, 4))
case("Transpose.5d", lambda x: tf.transpose(x, [4, 0, 3, 1, 2]), floats(2, 3, 2, 2, 3))
case("InvertPermutation", lambda x: raw.InvertPermutation(x=x), np.int32([2, 0, 3, 1]))
case("Pad", lambda x: tf.pad(x, [[1, 0], [2, 1]]), floats(3, 4), dynamic=BATCH)
case("PadV2", lambda x: tf.pad(x, [[1, 0], [2, 1]], constant_values=7.0), floats(3, 4))
case("Pad.int32", lambda x: tf.pad(x, [[1, 0], [2, 1]]), ints(0, 9, 3, 4))
case("Pad.at_run_time", lambda x, p: tf.pad(x, p), floats(3, 4), np.int32([[1, 0], [0, 2]]))
case("MirrorPad.reflect", lambda x: tf.pad(x, [[1, 1], [2, 0]], "REFLECT"), floats(3, 4))
case("MirrorPad.symmetric", lambda x: tf.pad(x, [[1, 1], [2, 0]], "SYMMETRIC"), floats(3, 4))
case("Tile", lambda x: tf.tile(x, [2, 3]), floats(3, 4), dynamic=BATCH)
case("Tile.at_run_time", lambda x: tf.tile(x[:1], [tf.shape(x)[0], 1]), floats(3, 4), dynamic=BATCH)
case("Tile.int32", lambda x: tf.tile(x, [2, 1]), ints(0, 9, 3, 4))
case("ReverseV2", lambda x: tf.reverse(x, [1]), floats(3, 4), dynamic=BATCH)
case("ReverseV2.two", lambda x: tf.reverse(x, [0, 2]), floats(3, 4, 2))
case("ReverseSequence", lambda x: tf.reverse_sequence(x, [2, 3, 1], 1, 0), floats(3, 4))
case(
    "ReverseSequence.int64",
    lambda x: tf.reverse_sequence(x, tf.constant([2, 3, 1], tf.int64), 1, 0),
    floats(3, 4),
)
case("Roll", lambda x: tf.roll(x, 2, 1), floats(3, 5))
case("Roll.several", lambda x: tf.roll(x, [1, -2], [0, 1]), floats(3, 5))
case("Roll.batch", lambda x: tf.roll(x, -1, 0), floats(3, 5), dynamic=BATCH)
case("ConcatV2", lambda x, y: tf.concat([x, y], 1), floats(3, 4), floats(3, 2), dynamic={(0, 0), (1, 0)})
case("Concat", lambda x, y: raw.Concat(concat_dim=0, values=[x, y]), floats(3, 4), floats(2, 4))
case(
    "ConcatV2.int64",
    lambda x, y: tf.concat([x, y], 0),
    ints(0, 9, 3, dtype=np.int64),
    ints(0, 9, 2, dtype=np.int64),
)
case(
    "ParallelConcat", lambda x, y: raw.ParallelConcat(values=[x, y], shape=[2, 4]), floats(1, 4), floats(1, 4)
)
case("Pack", lambda x, y: tf.stack([x, y], 1), floats(3, 4), floats(3, 4), dynamic={(0, 0), (1, 0)})
case("Unpack", lambda x: tf.unstack(x, axis=1), floats(3, 2, 4), dynamic=BATCH)
case("Split", lambda x: tf.split(x, 2, 1), floats(3, 4), dynamic=BATCH)
case("SplitV", lambda x: tf.split(x, [1, 2, -1], 1), floats(3, 6), dynamic=BATCH)
case("SplitV.int64", lambda x: tf.split(x, tf.constant([1, 3], tf.int64), 1), floats(3, 4))
case("Slice", lambda x: tf.slice(x, [0, 1], [-1, 2]), floats(3, 4), dynamic=BATCH)
case("Slice.at_run_time", lambda x, b: tf.slice(x, b, [2, 2]), floats(3, 4), np.int32([1, 2]))

for name, function in {
    "plain": lambda x: x[1:3, 0:4:2], "negative": lambda x: x[-2:, ::-1], "shrink": lambda x: x[1], "last": lambda x: x[..., -1],
    "new_axis": lambda x: x[:, tf.newaxis, 1:], "ellipsis": lambda x: x[..., 1:2], "mixed": lambda x: x[1, ..., tf.newaxis, 0],
    "step": lambda x: x[::2, 3:0:-2],
}.items():  # fmt: skip
    case(f"StridedSlice.{name}", function, floats(4, 5, 2))
    if name != "mixed":
        case(f"StridedSlice.{name}.batch", function, floats(4, 5, 2), dynamic=BATCH)
case("StridedSlice.at_run_time", lambda x, n: x[: n[0], 1:], floats(4, 5), np.int32([2]))
case("StridedSlice.int32", lambda x: x[1:, 0], ints(0, 9, 4, 5))
case("StridedSlice.bool", lambda x: x[1:, 0], bools(4, 5))
case("StridedSlice.string", lambda x: x[1:], texts("a", "bc", "def"))

case("GatherV2", lambda x, i: tf.gather(x, i), floats(5, 3), ints(0, 5, 4), dynamic={(1, 0)})
case("GatherV2.axis", lambda x, i: tf.gather(x, i, axis=1), floats(3, 5, 2), ints(0, 5, 2, 2))
case("GatherV2.batch_dims", lambda x, i: tf.gather(x, i, batch_dims=1), floats(3, 5, 2), ints(0, 5, 3, 4))
case(
    "GatherV2.batch_dims_axis",
    lambda x, i: tf.gather(x, i, axis=2, batch_dims=1),
    floats(3, 2, 5),
    ints(0, 5, 3, 4),
)
case("GatherV2.int64", lambda x, i: tf.gather(x, i), floats(5, 3), ints(0, 5, 4, dtype=np.int64))
case("GatherV2.string", lambda x, i: tf.gather(x, i), texts("a", "bc", "def"), ints(0, 3, 4))
case("Gather", lambda x, i: raw.Gather(params=x, indices=i), floats(5, 3), ints(0, 5, 4))
case("GatherNd", lambda x, i: tf.gather_nd(x, i), floats(4, 5, 2), ints(0, 4, 3, 2))
case("GatherNd.batch_dims", lambda x, i: tf.gather_nd(x, i, 1), floats(3, 5, 2), ints(0, 5, 3, 1))
case("GatherNd.int64", lambda x, i: tf.gather_nd(x, i), floats(4, 5), ints(0, 4, 3, 2, dtype=np.int64))
case("ScatterNd", lambda i, u: tf.scatter_nd(i, u, [6, 2]), np.int32([[1], [4], [1]]), floats(3, 2))
case(
    "ScatterNd.int64",
    lambda i, u: tf.scatter_nd(i, u, tf.constant([6], tf.int64)),
    np.int64([[1], [4]]),
    floats(2),
)
case(
    "ScatterNd.at_run_time",
    lambda i, u, x: tf.scatter_nd(i, u, tf.shape(x)),
    np.int32([[1], [2]]),
    floats(2, 4),
    floats(3, 4),
    dynamic={(2, 0)},
)
X = floats(5, 2), np.int32([[1], [4], [0]]), floats(3, 2)
case("TensorScatterUpdate", lambda x, i, u: tf.tensor_scatter_nd_update(x, i, u), *X)
case("TensorScatterAdd", lambda x, i, u: tf.tensor_scatter_nd_add(x, i, u), *X)
case("TensorScatterSub", lambda x, i, u: tf.tensor_scatter_nd_sub(x, i, u), *X)
case("TensorScatterMax", lambda x, i, u: tf.tensor_scatter_nd_max(x, i, u), *X)
case("TensorScatterMin", lambda x, i, u: tf.tensor_scatter_nd_min(x, i, u), *X)
case(
    "TensorScatterAdd.repeated",
    lambda x, i, u: tf.tensor_scatter_nd_add(x, i, u),
    X[0],
    np.int32([[1], [1], [0]]),
    X[2],
)
case(
    "TensorScatterUpdate.int32",
    lambda x, i, u: tf.tensor_scatter_nd_update(x, i, u),
    ints(0, 9, 5),
    np.int32([[1], [3]]),
    ints(0, 9, 2),
)
case("DynamicStitch", lambda x, y: tf.dynamic_stitch([[0, 2], [1, 3]], [x, y]), floats(2, 3), floats(2, 3))
case("DynamicPartition", lambda x, p: tf.dynamic_partition(x, p, 2), floats(4, 2), np.int32([0, 1, 1, 0]))
case("OneHot", lambda x: tf.one_hot(x, 4), ints(0, 4, 3), dynamic=BATCH)
case("OneHot.values", lambda x: tf.one_hot(x, 4, on_value=5.0, off_value=-1.0, axis=0), ints(0, 4, 3))
case("OneHot.int64", lambda x: tf.one_hot(x, 4, dtype=tf.int32), ints(0, 4, 3, dtype=np.int64))
case("TopKV2", lambda x: tf.math.top_k(x, 3), floats(2, 6), dynamic=BATCH)
case("TopKV2.int32", lambda x: tf.math.top_k(x, 2), np.int32([[5, 1, 7, 3], [2, 9, 4, 8]]))
case("TopKV2.at_run_time", lambda x, k: tf.math.top_k(x, k), floats(2, 6), np.int32(3))
case("sort", lambda x: tf.sort(x, axis=-1), floats(2, 6))
case("argsort", lambda x: tf.argsort(x, direction="DESCENDING"), floats(2, 6))
case("NthElement", lambda x: raw.NthElement(input=x, n=2), floats(2, 6))
case("InTopKV2", lambda p, t: raw.InTopKV2(predictions=p, targets=t, k=2), floats(3, 5), ints(0, 5, 3))
case("Unique", lambda x: tf.unique(x), np.int32([3, 1, 3, 7, 1]))
case("Unique.float", lambda x: tf.unique(x), np.float32([3, 1, 3, 7, 1]))
case("Unique.int64_index", lambda x: tf.unique(x, tf.int64), np.int64([3, 1, 3, 7, 1]))
case("UniqueV2", lambda x: raw.UniqueV2(x=x, axis=tf.zeros([0], tf.int32)), np.int32([3, 1, 3, 7, 1]))
case("UniqueWithCounts", lambda x: tf.unique_with_counts(x), np.int32([3, 1, 3, 7, 1]))
case("ListDiff", lambda x, y: raw.ListDiff(x=x, y=y), np.int32([3, 1, 5, 7]), np.int32([1, 7]))
case("Where", lambda c: tf.where(c), bools(3, 4), dynamic=BATCH)
case("Where.float", lambda x: tf.where(x), ints(0, 2, 3, 4, dtype=np.float32))
case("boolean_mask", lambda x, m: tf.boolean_mask(x, m), floats(4, 2), np.array([True, False, True, True]))
case("Fill", lambda x: tf.fill([tf.shape(x)[0], 2], 3.0), floats(3, 4), dynamic=BATCH)
case("Fill.int32", lambda x: tf.fill(tf.shape(x), 3), floats(3, 4), dynamic=BATCH)
case("Range", lambda n: tf.range(0, n, 2), np.int32(7))
case("Range.float", lambda n: tf.range(0.0, n, 0.5), np.float32(3))
case("Range.int64", lambda n: tf.range(n), np.int64(5))
case("LinSpace", lambda x: x + tf.linspace(0.0, 1.0, 4), floats(3, 4))
case("LinSpace.at_run_time", lambda a, b: raw.LinSpace(start=a, stop=b, num=5), np.float32(1), np.float32(4))
case("BroadcastTo", lambda x: tf.broadcast_to(x, [2, 3, 4]), floats(3, 1))
case(
    "BroadcastTo.at_run_time",
    lambda x, y: tf.broadcast_to(x, tf.shape(y)),
    floats(1, 4),
    floats(3, 4),
    dynamic={(1, 0)},
)
case("BroadcastArgs", lambda a, b: raw.BroadcastArgs(s0=a, s1=b), np.int32([3, 1]), np.int32([1, 4]))
case("BroadcastArgs.int64", lambda a, b: raw.BroadcastArgs(s0=a, s1=b), np.int64([3, 1]), np.int64([4]))
case(
    "SpaceToBatchND",
    lambda x: raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[0, 0], [1, 1]]),
    floats(1, 4, 4, 2),
)
case(
    "BatchToSpaceND",
    lambda x: raw.BatchToSpaceND(input=x, block_shape=[2, 2], crops=[[0, 0], [1, 0]]),
    floats(4, 2, 3, 1),
)
case(
    "SpaceToBatch",
    lambda x: raw.SpaceToBatch(input=x, paddings=[[0, 0], [0, 0]], block_size=2),
    floats(1, 4, 4, 2),
)
case(
    "BatchToSpace",
    lambda x: raw.BatchToSpace(input=x, crops=[[0, 0], [0, 0]], block_size=2),
    floats(4, 2, 2, 2),
)
case("SpaceToDepth", lambda x: raw.SpaceToDepth(input=x, block_size=2), floats(2, 4, 6, 3), dynamic=BATCH)
case("DepthToSpace", lambda x: raw.DepthToSpace(input=x, block_size=2), floats(2, 2, 3, 8), dynamic=BATCH)
case("MatrixDiag", lambda x: raw.MatrixDiag(diagonal=x), floats(2, 3))
case(
    "MatrixDiagV2",
    lambda x: raw.MatrixDiagV2(diagonal=x, k=0, num_rows=-1, num_cols=-1, padding_value=0.0),
    floats(2, 3),
)
case("MatrixDiagV3", lambda x: tf.linalg.diag(x), floats(2, 3))
case("MatrixDiagV3.other_diagonal", lambda x: tf.linalg.diag(x, k=1), floats(2, 3))
case("MatrixDiagPart", lambda x: raw.MatrixDiagPart(input=x), floats(2, 3, 3))
case("MatrixDiagPartV3", lambda x: tf.linalg.diag_part(x), floats(2, 3, 4))
case("MatrixSetDiag", lambda x, d: raw.MatrixSetDiag(input=x, diagonal=d), floats(2, 3, 3), floats(2, 3))
case("MatrixSetDiagV3", lambda x, d: tf.linalg.set_diag(x, d), floats(2, 3, 4), floats(2, 3))
case("Diag", lambda x: raw.Diag(diagonal=x), floats(3))
case("DiagPart", lambda x: raw.DiagPart(input=x), floats(3, 3))
case("MatrixBandPart", lambda x: tf.linalg.band_part(x, 1, 0), floats(2, 4, 4))
case("MatrixBandPart.all_below", lambda x: tf.linalg.band_part(x, -1, 0), floats(4, 5))
case("eye", lambda x: x @ tf.eye(4), floats(3, 4))
case("trace", lambda x: tf.linalg.trace(x), floats(2, 3, 3))
case(
    "SparseToDense",
    lambda v: raw.SparseToDense(
        sparse_indices=[[0, 1], [2, 3]], output_shape=[3, 4], sparse_values=v, default_value=-1.0
    ),
    floats(2),
)
case("SegmentSum", lambda x: tf.math.segment_sum(x, [0, 0, 1, 3]), floats(4, 2))
case("SegmentSum.int64", lambda x: tf.math.segment_sum(x, tf.constant([0, 0, 1, 3], tf.int64)), floats(4, 2))
for name in ("sum", "max", "min", "prod", "mean"):
    op = getattr(tf.math, f"unsorted_segment_{name}")
    case(f"UnsortedSegment.{name}", lambda x, op=op: op(x, [2, 0, 2, 1], 3), floats(4, 2))
    if name != "mean":
        case(f"UnsortedSegment.{name}.int32", lambda x, op=op: op(x, [2, 0, 2, 1], 3), ints(1, 9, 4, 2))
case("SegmentMean", lambda x: tf.math.segment_mean(x, [0, 0, 1, 1]), floats(4, 2))
case("SegmentMax", lambda x: tf.math.segment_max(x, [0, 0, 1, 1]), floats(4, 2))
case("SegmentMin", lambda x: tf.math.segment_min(x, [0, 0, 1, 1]), floats(4, 2))
case("SegmentProd", lambda x: tf.math.segment_prod(x, [0, 0, 1, 1]), floats(4, 2))
case("Bucketize", lambda x: raw.Bucketize(input=x, boundaries=[-1.0, 0.0, 1.0]), floats(3, 4))
case("Bincount", lambda x: tf.math.bincount(x, minlength=5, maxlength=5), ints(0, 5, 8))
case("searchsorted", lambda x: tf.searchsorted(tf.constant([0.0, 1.0, 2.0]), x), positive(4))
case("sequence_mask", lambda x: tf.sequence_mask(x, 5), ints(0, 6, 3))
case("meshgrid", lambda x, y: tf.meshgrid(x, y), floats(3), floats(4))
case("repeat", lambda x: tf.repeat(x, 2, axis=1), floats(2, 3))
case("tensordot", lambda x, y: tf.tensordot(x, y, 1), floats(2, 3, 4), floats(4, 5))
case("embedding_lookup", lambda i: tf.nn.embedding_lookup(tf.constant(floats(5, 3)), i), ints(0, 5, 2, 2))
