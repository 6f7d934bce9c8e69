"""Operators without builtins of their own: resizing, padded suppression, bands, counts, bits."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorflow_case_tools import RNG, bools, case, floats, ints, positive

raw = tf.raw_ops
IMAGE = (2, 5, 6, 3)

for method in ("bicubic", "area"):
    for height, width in ((9, 4), (5, 6), (3, 13)):
        case(
            f"resize.{method}_{height}x{width}",
            lambda x, method=method, size=(height, width): tf.image.resize(x, size, method),
            floats(*IMAGE),
            dynamic={(0, 0)},
        )
for align in (False, True):
    case(
        f"ResizeBicubic.align_corners_{align}",
        lambda x, align=align: raw.ResizeBicubic(images=x, size=[8, 4], align_corners=align),
        floats(*IMAGE),
    )
    case(
        f"ResizeArea.align_corners_{align}",
        lambda x, align=align: raw.ResizeArea(images=x, size=[8, 4], align_corners=align),
        ints(0, 256, *IMAGE, dtype=np.uint8),
    )


def boxes(count: int) -> np.ndarray:
    """Corners of boxes inside the unit square."""
    return np.sort(RNG.uniform(0, 1, (count, 2, 2)), axis=1).reshape(count, 4).astype(np.float32)


case(
    "non_max_suppression_padded",
    lambda b, s: tf.image.non_max_suppression_padded(b, s, 8, 0.4, 0.1, pad_to_max_output_size=True),
    boxes(30),
    positive(30, low=0.0, high=1.0),
)
case("MatrixBandPart.bool", lambda x: tf.linalg.band_part(x, -1, 0), bools(5, 5))
case("MatrixBandPart.not_finite", lambda x: tf.linalg.band_part(x / 0.0, 0, -1), floats(4, 5))
case(
    "MatrixBandPart.unknown_size",
    lambda x: tf.linalg.band_part(x, 1, 2),
    floats(2, 6, 5),
    dynamic={(0, 1), (0, 2)},
)
case("Transpose.run_time", tf.transpose, floats(2, 3, 4), np.array([2, 0, 1], np.int32))
case("bincount.run_time", tf.math.bincount, ints(0, 7, 12))
case("bincount.rows", lambda x: tf.math.bincount(x, minlength=6, maxlength=6, axis=-1), ints(0, 9, 3, 8))
case(
    "bincount.weights",
    lambda x, w: tf.math.bincount(x, weights=w, minlength=6, maxlength=6),
    ints(0, 9, 20),
    positive(20),
)
for dtype in (np.int8, np.uint8, np.int16, np.int32):
    limits = np.iinfo(dtype)
    pair = [ints(limits.min, limits.max, 40, dtype=dtype) for _ in range(2)]
    case(f"BitwiseAnd.{dtype.__name__}_range", tf.bitwise.bitwise_and, *pair)
    case(f"BitwiseOr.{dtype.__name__}_range", tf.bitwise.bitwise_or, *pair)
case("Lgamma.negative", tf.math.lgamma, np.linspace(-4.3, 9, 40, dtype=np.float32))
case("Lgamma.large", tf.math.lgamma, np.array([1e3, 1e5, 1e8, 0.5, np.inf], np.float32))
case(
    "MatMul.transposed",
    lambda x, y: tf.matmul(x, tf.transpose(y, [0, 2, 1])),
    floats(2, 3, 4),
    floats(2, 5, 4),
)
case("hard_swish", lambda x: x * tf.nn.relu6(x + 3.0) * (1.0 / 6.0), 4 * floats(3, 4), dynamic={(0, 0)})
case("StridedSlice.every_mask", lambda x: x[:, ::2, None, ..., -1], floats(3, 6, 4))
case("StridedSlice.ellipsis_first", lambda x: x[..., :3, :2], floats(4, 5))
