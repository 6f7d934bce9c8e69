"""One model per keras.ops call and Python operator on tensors."""

from collections.abc import Callable
from typing import Any

import numpy as np
from case_tools import IMAGE, SERIES, functional
from keras import ops


def operation(name: str, body: Callable[..., Any], *shapes: Any) -> None:
    functional(f"op_{name}", *(shapes or (SERIES,)))(body)


for name in (
    "abs exp log sqrt square sin cos tan tanh sigmoid floor ceil round sign negative reciprocal "
    "rsqrt log1p expm1 log2 log10 exp2 relu softplus"
).split():
    operation(
        name,
        lambda x, n=name: getattr(ops, n)(
            ops.abs(x) + 0.5 if n in ("log", "sqrt", "reciprocal", "rsqrt", "log1p", "log2", "log10") else x
        ),
    )
for name in "mean sum max min prod std var logsumexp argmax argmin any all amax".split():
    operation(f"{name}", lambda x, n=name: getattr(ops, n)(x, axis=1))
operation("mean_keep", lambda x: ops.mean(x, axis=[1, 2], keepdims=True))
operation(
    "arith", lambda x, y: (x + 1.5) * y - x / 2.0 + (3.0 - y) - (-x) + 2 / (ops.abs(y) + 1), SERIES, SERIES
)
operation("power", lambda x: (ops.abs(x) + 0.1) ** 1.5 + ops.power(x, 2))
operation("compare", lambda x, y: ops.where((x > y) & (x < 1.0) | (y <= -1), x, y * 2.0), SERIES, SERIES)
operation(
    "equal",
    lambda x: ops.cast(ops.equal(ops.round(x), 0.0), "float32") + ops.cast(ops.not_equal(x, 0), "float32"),
)
operation("slice", lambda x: x[:, 1:8:2, ::-1])
operation("index", lambda x: x[:, -1] + x[:, 0, :])
operation("ellipsis", lambda x: x[..., 2:4])
operation("newaxis", lambda x: x[:, None, :, 1])
operation("reshape", lambda x: ops.reshape(x, (-1, 5, 12)))
operation("transpose", lambda x: ops.transpose(x, (0, 2, 1)))
operation("swap", lambda x: ops.swapaxes(x, 1, 2))
operation("moveaxis", lambda x: ops.moveaxis(x, 1, -1))
operation("expand", lambda x: ops.squeeze(ops.expand_dims(x, 1), 1) + ops.expand_dims(x, -1)[..., 0])
operation("concat", lambda x, y: ops.concatenate([x, y, x], axis=-1), SERIES, SERIES)
operation("stack", lambda x, y: ops.stack([x, y], axis=1), SERIES, SERIES)
operation("split", lambda x: ops.split(x, 2, axis=-1)[1])
operation("split_at", lambda x: ops.concatenate(ops.split(x, [3, 7], axis=1)[::-1], axis=1))
operation("unstack", lambda x: ops.unstack(x, axis=2)[3])
operation("tile", lambda x: ops.tile(x, (1, 2, 3)))
operation("repeat", lambda x: ops.repeat(x, 3, axis=1))
operation("pad", lambda x: ops.pad(x, [[0, 0], [1, 2], [0, 3]], constant_values=0.5))
operation("pad_reflect", lambda x: ops.pad(x, [[0, 0], [1, 2], [0, 3]], mode="reflect"))
operation("flip", lambda x: ops.flip(x, axis=1))
operation("roll", lambda x: ops.roll(x, 3, axis=1))
operation("take", lambda x: ops.take(x, [2, 0, 3], axis=1))
operation("clip", lambda x: ops.clip(x, -0.5, 0.7))
operation("maximum", lambda x: ops.maximum(x, 0.1) + ops.minimum(x, 0.3))
operation("matmul", lambda x, y: ops.matmul(x, ops.transpose(y, (0, 2, 1))), SERIES, (7, 6))
operation("matmul_4", lambda x: ops.matmul(x, ops.swapaxes(x, 2, 3)), (3, 4, 5))
operation("dot", lambda x: ops.dot(x, np.arange(12, dtype="float32").reshape(6, 2)))
operation("einsum", lambda x, y: ops.einsum("bij,bkj->bik", x, y), SERIES, (7, 6))
operation("cumsum", lambda x: ops.cumsum(x, axis=1))
operation("softmax", lambda x: ops.softmax(x, axis=1) + ops.log_softmax(x))
operation("normalize", lambda x: ops.normalize(x, axis=-1))
operation("one_hot", lambda x: ops.one_hot(x, 20), ((7,), "int32"))
operation("cast", lambda x: ops.cast(x, "int32"))
operation("full", lambda x: x + ops.ones_like(x) * 0.5 + ops.zeros_like(x))
operation("top_k", lambda x: ops.top_k(x, 3)[0])
operation("sort", lambda x: ops.sort(x, axis=-1))
operation("mod", lambda x: ops.mod(x, 2.0) + ops.floor_divide(x, 0.7))
operation("logical", lambda x: ops.cast(ops.logical_not(ops.logical_and(x > 0, x < 1)), "float32"))
operation("conv", lambda x: ops.average_pool(x, 2) + ops.max_pool(x, 2), IMAGE)
operation("resize", lambda x: ops.image.resize(x, (5, 4)), IMAGE)
operation("tril", lambda x: ops.tril(x) + ops.triu(x, 1))
operation("arctan2", lambda x, y: ops.arctan2(x, y), SERIES, SERIES)
operation("norm", lambda x: ops.norm(x, axis=-1))
operation("gelu", lambda x: ops.gelu(x, approximate=True))
operation("moments", lambda x: ops.moments(x, axes=[1])[1])
operation("squeeze_mean", lambda x: ops.mean(x, axis=(1, 2)), IMAGE)
operation("outer", lambda x: ops.expand_dims(x, 2) * ops.expand_dims(x, 1), (6,))
operation("attention", lambda x: ops.dot_product_attention(x, x, x), (10, 2, 4))
operation("meshed", lambda x: x * np.arange(6, dtype="float32"))
