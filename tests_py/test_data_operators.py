"""Operators that move, choose and generate data, held to LiteRT's results."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from single_operator import Case, check, f32, flex, i32, options, strings

import litewright.lite as lite

RNG = np.random.default_rng(5)
DETECTION = {
    "max_detections": 5, "max_classes_per_detection": 2, "num_classes": 3, "nms_score_threshold": 0.1,
    "nms_iou_threshold": 0.5, "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0,
}  # fmt: skip
BOXES = f32(RNG.normal(size=(1, 20, 4)) * 0.1)
SCORES = f32(RNG.random((1, 20, 4)))
ANCHORS = f32(np.concatenate([RNG.random((20, 2)), 0.2 + 0.3 * RNG.random((20, 2))], 1))
DETECTED = ["float32"] * 4

CASES = {
    "broadcast_args": Case("BROADCAST_ARGS", [i32(2, 1, 3), i32(4, 1)], ["int32"]),
    "broadcast_args_i64": Case(
        "BROADCAST_ARGS", [np.array([5], np.int64), np.array([4, 1], np.int64)], ["int64"]
    ),
    "random_normal": Case(
        "RANDOM_STANDARD_NORMAL", [i32(3, 5)], ["float32"], options("Random", seed=7, seed2=9), [0], invokes=3
    ),
    "random_normal_dynamic": Case(
        "RANDOM_STANDARD_NORMAL", [i32(3, 4)], ["float32"], options("Random", seed=7, seed2=9), invokes=3
    ),
    "random_uniform": Case(
        "RANDOM_UNIFORM", [i32(7)], ["float32"], options("Random", seed=2**40, seed2=-3), [0], invokes=2
    ),
    "multinomial": Case(
        "MULTINOMIAL",
        [f32(RNG.normal(size=(3, 6))), i32(9).reshape(())],
        ["int64"],
        options("Random", seed=4, seed2=1),
        [1],
        invokes=2,
    ),
    "multinomial_infinite": Case(
        "MULTINOMIAL", [f32([[0, -np.inf, 1]]), i32(5).reshape(())], ["int32"], options("Random", seed=4), [1]
    ),
    "hashtable_lookup": Case(
        "HASHTABLE_LOOKUP",
        [i32(5, -1, 9, 2), i32(-1, 2, 9), f32(RNG.normal(size=(3, 2)))],
        ["float32", "uint8"],
    ),
    "hashtable_lookup_string": Case(
        "HASHTABLE_LOOKUP", [i32(5, 2), i32(-1, 2, 9), strings(b"a", b"bcd", b"")], ["string", "uint8"]
    ),
    "lsh_sparse": Case(
        "LSH_PROJECTION",
        [f32(RNG.normal(size=(3, 4))), i32(12, 34, 5)],
        ["int32"],
        options("LSHProjection", type=1),
    ),
    "skip_gram": Case(
        "SKIP_GRAM",
        [strings(b"The quick  brown fox jumps over")],
        ["string"],
        options("SkipGram", ngramSize=3, maxSkipSize=1, includeAllNgrams=True),
    ),
    "skip_gram_only_full": Case(
        "SKIP_GRAM", [strings(b"a b c d")], ["string"], options("SkipGram", ngramSize=2, maxSkipSize=2)
    ),
    "skip_gram_too_short": Case("SKIP_GRAM", [strings(b"Hi")], ["string"], options("SkipGram", ngramSize=2)),
    "dilate": Case(
        "DILATE", [f32(RNG.normal(size=(2, 3, 2))), i32(2, 1, 3), f32(-9)], ["float32"], constants=[1, 2]
    ),
    "dilate_none": Case("DILATE", [i32(1, 2, 3).reshape(1, 3), i32(1, 1), i32(7).reshape(())], ["int32"]),
    "shift_left": Case("STABLEHLO_SHIFT_LEFT", [i32(1, -3, 7), i32(3, 2, 30)], ["int32"]),
    "stablehlo_and": Case("STABLEHLO_AND", [i32(12, 10, -1), i32(10, 6, 5)], ["int32"]),
    "stablehlo_and_bool": Case(
        "STABLEHLO_AND", [np.array([True, False, True]), np.array([True, True, False])], ["bool"]
    ),
    "stablehlo_multiply_f16": Case(
        "STABLEHLO_MULTIPLY", [np.float16([1.5, 3, -2]), np.float16([0.1, 2, 7])], ["float16"]
    ),
    "stablehlo_pad": Case(
        "STABLEHLO_PAD",
        [i32(1, 2, 3, 4, 5, 6).reshape(2, 3), i32(9).reshape(())],
        ["int32"],
        options("StablehloPad", edgePaddingLow=[-1, 2], edgePaddingHigh=[1, -1], interiorPadding=[1, 2]),
    ),
    "stablehlo_pad_cut": Case(
        "STABLEHLO_PAD",
        [i32(*range(8)), i32(9).reshape(())],
        ["int32"],
        options("StablehloPad", edgePaddingLow=[-4], edgePaddingHigh=[-3], interiorPadding=[2]),
    ),
    "spectrogram": Case(
        "AudioSpectrogram",
        [f32(RNG.normal(size=(30, 2)))],
        ["float32"],
        custom_options=flex(window_size=12, stride=5, magnitude_squared=False),
    ),
    "spectrogram_squared": Case(
        "AudioSpectrogram",
        [f32(RNG.normal(size=(64, 1)))],
        ["float32"],
        custom_options=flex(window_size=32, stride=16, magnitude_squared=True),
    ),
    "mfcc": Case(
        "Mfcc",
        [f32(RNG.random((1, 3, 129))), i32(16000).reshape(())],
        ["float32"],
        custom_options=flex(
            upper_frequency_limit=4000,
            lower_frequency_limit=20,
            filterbank_channel_count=40,
            dct_coefficient_count=13,
        ),
    ),
    "transpose_conv_same": Case(
        "Convolution2DTransposeBias",
        [f32(RNG.normal(size=(2, 3, 4, 2))), f32(RNG.normal(size=(3, 3, 2, 2))), f32([1, 2, 3])],
        ["float32"],
        constants=[1, 2],
        custom_options=struct.pack("5i", 1, 2, 3, 0, 0),
        shapes=[(2, 9, 8, 3)],
    ),
    "transpose_conv_valid": Case(
        "Convolution2DTransposeBias",
        [f32(RNG.normal(size=(1, 3, 4, 2))), f32(RNG.normal(size=(3, 3, 3, 2))), f32([1, 2, 3])],
        ["float32"],
        constants=[1, 2],
        custom_options=struct.pack("5i", 2, 2, 2, 0, 0),
        shapes=[(1, 7, 9, 3)],
    ),
    "hadamard": Case(
        "aeq.hadamard_rotation",
        [f32(RNG.normal(size=(2, 3, 16)))],
        ["float32"],
        shapes=[(2, 3, 16)],
        custom_options=flex(hadamard_size=8, random_binary_vector=[1] * 8),
    ),
    "detection_fast": Case(
        "TFLite_Detection_PostProcess",
        [BOXES, SCORES, ANCHORS],
        DETECTED,
        constants=[2],
        custom_options=flex(**DETECTION),
    ),
    "detection_one_class": Case(
        "TFLite_Detection_PostProcess",
        [BOXES, SCORES, ANCHORS],
        DETECTED,
        constants=[2],
        custom_options=flex(**{**DETECTION, "max_classes_per_detection": 1}),
    ),
    "detection_regular": Case(
        "TFLite_Detection_PostProcess",
        [BOXES, SCORES[..., 1:], ANCHORS],
        DETECTED,
        constants=[2],
        custom_options=flex(
            **{**DETECTION, "max_classes_per_detection": 1}, use_regular_nms=True, detections_per_class=3
        ),
    ),
    "detection_bytes": Case(
        "TFLite_Detection_PostProcess",
        [
            RNG.integers(0, 40, (1, 20, 4), np.uint8),
            RNG.integers(0, 255, (1, 20, 4), np.uint8),
            RNG.integers(1, 99, (20, 4), np.uint8),
        ],
        DETECTED,
        constants=[2],
        custom_options=flex(**DETECTION),
        scales={0: [0.02], 1: [0.004], 2: [0.01]},
    ),
    "embedding_f16": Case(
        "EMBEDDING_LOOKUP",
        [i32(2, 0, 1), RNG.integers(-9, 9, (3, 5), np.int8)],
        ["float16"],
        constants=[1],
        scales={1: [0.5, 0.25, 0.125]},
        version=3,
    ),
    "gather_string": Case(
        "GATHER", [strings(b"a", b"", b"ccc"), i32(2, 2, 0)], ["string"], options("Gather")
    ),
    "gather_negative_batch": Case(
        "GATHER",
        [i32(*range(24)).reshape(2, 3, 4), i32(0, 2, 1, 1).reshape(2, 2)],
        ["int32"],
        options("Gather", axis=2, batchDims=-1),
        version=5,
    ),
    "reshape_string": Case(
        "RESHAPE", [strings(b"a", b"b", b"", b"d"), i32(2, -1)], ["string"], constants=[1]
    ),
    "tile_string": Case("TILE", [strings(b"a", b"bc", shape=(2, 1)), i32(2, 2)], ["string"], version=2),
    "slice_string": Case(
        "SLICE", [strings(b"a", b"bc", b"d", b"", shape=(2, 2)), i32(0, 1), i32(2, 1)], ["string"], version=3
    ),
    "gather_nd_string": Case(
        "GATHER_ND",
        [strings(b"a", b"bc", b"d", b"", shape=(2, 2)), i32([1, 0], [0, 1])],
        ["string"],
        version=2,
    ),
    "strided_slice_string": Case(
        "STRIDED_SLICE",
        [strings(b"a", b"bc", b"d", b"e"), i32(-1), i32(-9), i32(-2)],
        ["string"],
        options("StridedSlice"),
        version=5,
    ),
    "topk_nan": Case(
        "TOPK_V2", [f32([[1, np.nan, 3, 3, -np.inf]]), i32(4).reshape(())], ["float32", "int32"]
    ),
    "concat_u8_requantized": Case(
        "CONCATENATION",
        [np.arange(6, dtype=np.uint8).reshape(2, 3) * 40, np.arange(4, dtype=np.uint8).reshape(2, 2) * 60],
        ["uint8"],
        options("Concatenation", axis=1),
        scales={0: [0.5], 1: [0.25]},
        output_scale=[0.4],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_matches_litert(name: str, litert: Any) -> None:
    check(CASES[name], litert)


@pytest.mark.parametrize("item_bytes", [1, 3, 6, 12, 24, 50, 80, 200])
def test_lsh_projection_hashes_items_of_any_size(
    item_bytes: int, litert: Any, rng: np.random.Generator
) -> None:
    items = rng.integers(0, 256, (4, item_bytes), np.uint8)
    seeds, weights = f32(rng.normal(size=(5, 6))), f32(rng.normal(size=4))
    check(
        Case("LSH_PROJECTION", [seeds, items, weights], ["int32"], options("LSHProjection", type=2)), litert
    )


@pytest.mark.parametrize("adjoint", [False, True])
def test_batch_matmul_of_16_and_8_bits(adjoint: bool, litert: Any, rng: np.random.Generator) -> None:
    x = rng.integers(-3000, 3000, (2, 3, 4)).astype(np.int16)
    y = rng.integers(-127, 128, (2, 5, 4) if adjoint else (2, 4, 5)).astype(np.int8)
    fields = options("BatchMatMul", adjY=adjoint)
    scales: dict[int, list[float]] = {0: [0.01], 1: [0.02]}
    check(Case("BATCH_MATMUL", [x, y], ["int16"], fields, scales=scales, output_scale=[0.03]), litert)


def test_batch_matmul_sums_of_8_bits(litert: Any, rng: np.random.Generator) -> None:
    x, y = (rng.integers(-128, 128, shape).astype(np.int8) for shape in [(3, 4), (4, 5)])
    scales: dict[int, list[float]] = {0: [0.01], 1: [0.02]}
    check(
        Case("BATCH_MATMUL", [x, y], ["int32"], options("BatchMatMul"), scales=scales, output_scale=[1.0]),
        litert,
    )


def test_a_result_without_a_declared_dtype_gets_the_computed_one() -> None:
    case = Case("RESHAPE", [np.arange(4, dtype=np.int8), i32(2, 2)], ["float32"], constants=[1])
    (result,) = case.run(lite, reference=False)
    assert result.dtype == np.int8 and result.tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize("combiner", [0, 1, 2])
def test_embedding_lookup_sparse_combines(combiner: int, litert: Any, rng: np.random.Generator) -> None:
    places = i32([0, 0], [0, 2], [1, 0], [3, 1])
    weights = f32(rng.random(4) + 0.5)
    inputs = [i32(1, 3, 0, 2), places, i32(4, 3), weights, f32(rng.normal(size=(4, 2, 3)))]
    check(
        Case(
            "EMBEDDING_LOOKUP_SPARSE",
            inputs,
            ["float32"],
            options("EmbeddingLookupSparse", combiner=combiner),
        ),
        litert,
    )


@pytest.mark.parametrize(
    "case",
    [
        Case("RESHAPE", [f32([1, 2, 3]), i32(2, 2)], ["float32"], constants=[1]),
        Case("GATHER", [f32([1, 2, 3]), i32(3)], ["float32"], options("Gather")),
        Case("GATHER_ND", [f32([1, 2, 3]), i32([-1])], ["float32"]),
        Case("SLICE", [f32([1, 2, 3]), i32(2), i32(2)], ["float32"]),
        Case("TRANSPOSE", [f32([[1, 2]]), i32(0, 0)], ["float32"], constants=[1]),
        Case("SCATTER_ND", [i32([9]), f32([1]), i32(3)], ["float32"]),
        Case(
            "STRIDED_SLICE",
            [f32([1, 2, 3]), i32(0), i32(2), i32(0)],
            ["float32"],
            options("StridedSlice"),
            [1, 2, 3],
        ),
        Case("TILE", [f32([1, 2]), i32(2**31 - 1)], ["float32"]),
        Case("PAD", [f32([1, 2]), i32([2**31 - 1, 2**31 - 1])], ["float32"]),
        Case("UNSORTED_SEGMENT_SUM", [f32([1, 2]), i32(0, 5), i32(2).reshape(())], ["float32"]),
        Case("EMBEDDING_LOOKUP", [i32(4), f32([[1, 2]])], ["float32"]),
        Case("TFLite_Detection_PostProcess", [BOXES, SCORES, ANCHORS], DETECTED, custom_options=b"\x01\x02"),
        Case("SPACE_TO_BATCH_ND", [f32(np.ones((1, 3, 1))), i32(0), i32([0, 0])], ["float32"]),
        Case(
            "REVERSE_SEQUENCE",
            [f32([[1, 2]]), i32(3)],
            ["float32"],
            options("ReverseSequence", seqDim=1, batchDim=0),
        ),
    ],
    ids=lambda case: case.op,
)
def test_impossible_operands_raise(case: Case) -> None:
    with pytest.raises((RuntimeError, ValueError)):
        case.run(lite, reference=False)
