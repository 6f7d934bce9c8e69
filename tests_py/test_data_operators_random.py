"""Operators that move and choose data, on random operands, held to LiteRT's results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from single_operator import Case, check, options

DTYPES = ["float32", "int8", "uint8", "int16", "int32", "int64", "bool", "float16"]


def array_of(rng: np.random.Generator, shape: Sequence[int], dtype: str) -> np.ndarray:
    return np.asarray(rng.integers(0, 2 if dtype == "bool" else 100, shape)).astype(dtype)


def transpose(rng: np.random.Generator) -> Case:
    shape = rng.integers(1, 7, rng.integers(1, 7)) * (20 if rng.random() < 0.2 else 1)
    shape = shape[:3] if shape.max() > 7 else shape
    x = array_of(rng, shape, rng.choice(DTYPES[:6]))
    return Case("TRANSPOSE", [x, rng.permutation(len(shape)).astype(np.int32)], [x.dtype.name], constants=[1])


def strided_slice(rng: np.random.Generator) -> Case:
    rank = int(rng.integers(1, 5))
    x = array_of(rng, rng.integers(1, 6, rank), rng.choice(DTYPES[:6]))
    entries = int(rng.integers(1, rank + 1))
    masks = {m: int(rng.integers(0, 2**entries)) for m in ("beginMask", "endMask")}
    begin, end = rng.integers(-4, 5, entries), rng.integers(-5, 7, entries)
    strides = rng.choice([1, 2, -1, -2, 3], entries)
    special = rng.random()
    if special < 0.3:
        masks["newAxisMask"] = 1 << int(rng.integers(0, entries))
    elif special < 0.6:
        masks["ellipsisMask"] = 1 << int(rng.integers(0, entries))
    elif special < 0.9:
        axis = int(rng.integers(0, entries))
        masks["shrinkAxisMask"] = 1 << axis
        masks["beginMask"] &= ~(1 << axis)
        begin[axis], strides[axis] = rng.integers(-x.shape[axis], x.shape[axis]), 1
    inputs = [x, *(v.astype(np.int32) for v in (begin, end, strides))]
    constants = [1, 2, 3] if rng.random() < 0.7 else []
    return Case("STRIDED_SLICE", inputs, [x.dtype.name], options("StridedSlice", **masks), constants)


def pad(rng: np.random.Generator) -> Case:
    rank = int(rng.integers(1, 6))
    x = array_of(rng, rng.integers(1, 5, rank), rng.choice(["float32", "int8", "int32", "int64"]))
    paddings = rng.integers(0, 4, (rank, 2)).astype(rng.choice(["int32", "int64"]))
    if rng.random() < 0.5:
        return Case("PADV2", [x, paddings, array_of(rng, (), x.dtype.name)], [x.dtype.name], constants=[1, 2])
    return Case("PAD", [x, paddings], [x.dtype.name], constants=[1])


def mirror_pad(rng: np.random.Generator) -> Case:
    x = array_of(rng, rng.integers(3, 6, rng.integers(1, 4)), rng.choice(["float32", "int8", "int32"]))
    paddings = rng.integers(0, 3, (x.ndim, 2)).astype(np.int32)
    return Case(
        "MIRROR_PAD", [x, paddings], [x.dtype.name], options("MirrorPad", mode=int(rng.integers(0, 2))), [1]
    )


def gather(rng: np.random.Generator) -> Case:
    rank = int(rng.integers(1, 5))
    shape = rng.integers(1, 6, rank)
    axis = int(rng.integers(0, rank))
    batch = int(rng.integers(0, axis + 1))
    indices = rng.integers(0, shape[axis], [*shape[:batch], *rng.integers(1, 4, rng.integers(0, 3))])
    x = array_of(rng, shape, rng.choice(DTYPES))
    return Case(
        "GATHER",
        [x, np.asarray(indices).astype(rng.choice(["int32", "int64"]))],
        [x.dtype.name],
        options("Gather", axis=axis - rank if rng.random() < 0.3 else axis, batchDims=batch),
    )


def space_to_batch(rng: np.random.Generator) -> Case:
    spatial = int(rng.integers(1, 3))
    block = rng.integers(1, 4, spatial)
    extents = rng.integers(1, 6, spatial)
    before = rng.integers(0, 3, spatial)
    after = -(extents + before) % block
    x = array_of(rng, [2, *extents, 3], rng.choice(["float32", "int8", "int32", "int64"]))
    paddings = np.stack([before, after], 1).astype(np.int32)
    return Case("SPACE_TO_BATCH_ND", [x, block.astype(np.int32), paddings], [x.dtype.name], constants=[1, 2])


def batch_to_space(rng: np.random.Generator) -> Case:
    spatial = int(rng.integers(1, 3))
    block = rng.integers(1, 4, spatial)
    x = array_of(
        rng,
        [2 * int(np.prod(block)), *rng.integers(2, 5, spatial), 3],
        rng.choice(["float32", "int8", "int64"]),
    )
    crops = rng.integers(0, 2, (spatial, 2)).astype(np.int32)
    return Case("BATCH_TO_SPACE_ND", [x, block.astype(np.int32), crops], [x.dtype.name], constants=[1, 2])


def resize(rng: np.random.Generator) -> Case:
    op = str(rng.choice(["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"]))
    x = array_of(
        rng,
        [2, *rng.integers(1, 8, 2), rng.integers(1, 20)],
        rng.choice(["float32", "uint8", "int8", "int16"]),
    )
    align, half = [(False, False), (True, False), (False, True)][rng.integers(0, 3)]
    name = "ResizeBilinear" if op == "RESIZE_BILINEAR" else "ResizeNearestNeighbor"
    size = rng.integers(1, 12, 2).astype(np.int32)
    return Case(op, [x, size], [x.dtype.name], options(name, alignCorners=align, halfPixelCenters=half), [1])


def tile(rng: np.random.Generator) -> Case:
    x = array_of(
        rng, rng.integers(1, 5, rng.integers(1, 5)), rng.choice(["float32", "int8", "bool", "int64"])
    )
    return Case(
        "TILE", [x, rng.integers(0, 4, x.ndim).astype(rng.choice(["int32", "int64"]))], [x.dtype.name]
    )


def reverse_sequence(rng: np.random.Generator) -> Case:
    x = array_of(rng, rng.integers(1, 5, 4), rng.choice(["float32", "int16", "int64"]))
    sequence, batch = rng.permutation(4)[:2]
    lengths = rng.integers(0, x.shape[sequence] + 1, x.shape[batch]).astype(rng.choice(["int32", "int64"]))
    return Case(
        "REVERSE_SEQUENCE",
        [x, lengths],
        [x.dtype.name],
        options("ReverseSequence", seqDim=int(sequence), batchDim=int(batch)),
    )


def scatter_nd(rng: np.random.Generator) -> Case:
    shape = rng.integers(1, 5, rng.integers(1, 4)).astype(np.int32)
    depth = int(rng.integers(1, len(shape) + 1))
    indices = np.stack([rng.integers(0, d, 6) for d in shape[:depth]], -1).astype(np.int32)
    updates = array_of(rng, [6, *shape[depth:]], rng.choice(["float32", "int8", "int32", "int64", "bool"]))
    return Case("SCATTER_ND", [indices, updates, shape], [updates.dtype.name])


def topk(rng: np.random.Generator) -> Case:
    x = array_of(rng, rng.integers(1, 9, rng.integers(1, 4)), rng.choice(DTYPES[:6]))
    k = np.array(rng.integers(0, x.shape[-1] + 1), np.int32)
    return Case("TOPK_V2", [x, k], [x.dtype.name, "int32"])


@pytest.mark.parametrize(
    "make",
    [
        transpose,
        strided_slice,
        pad,
        mirror_pad,
        gather,
        space_to_batch,
        batch_to_space,
        resize,
        tile,
        reverse_sequence,
        scatter_nd,
        topk,
    ],
)
def test_random_cases_match_litert(
    make: Callable[[np.random.Generator], Case], litert: Any, rng: np.random.Generator
) -> None:
    judged = 0
    for _ in range(25):
        case = make(rng)
        try:
            check(case, litert)
            judged += 1
        except pytest.skip.Exception:
            continue
        except Exception as error:
            raise AssertionError(
                f"{case.op} of {[(x.dtype.name, x.shape, x.tolist()) for x in case.inputs]}, "
                f"{vars(case.options or object)}"
            ) from error
    assert judged > 5
