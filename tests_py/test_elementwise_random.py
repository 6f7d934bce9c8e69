"""Operators that compute element by element, and reductions, on random operands, held to LiteRT's results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from single_operator import Case, options
from tiny_models import TYPE_OF

import litewright.lite as lite

Generator = Callable[[np.random.Generator], Case]
QUANTIZED = ["int8", "uint8", "int16"]
FUSED = {"ADD": "Add", "SUB": "Sub", "MUL": "Mul", "DIV": "Div"}
COMPARISONS = ["EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"]


def values(rng: np.random.Generator, shape: Any, dtype: str) -> np.ndarray:
    if dtype == "bool":
        return np.asarray(rng.integers(0, 2, shape)).astype(bool)
    if dtype.startswith(("float", "complex")):
        return np.asarray(rng.normal(0, 3, shape)).astype(dtype)
    info = np.iinfo(dtype)
    if dtype in QUANTIZED:
        return np.asarray(rng.integers(info.min, info.max + 1, shape)).astype(dtype)
    return np.asarray(rng.integers(max(info.min, -1000), 1000, shape)).astype(dtype)


def pair_of_shapes(rng: np.random.Generator) -> tuple[list[int], list[int]]:
    shape = [int(n) for n in rng.integers(1, 6, rng.integers(1, 5))]
    other = [1 if rng.random() < 0.3 else n for n in shape][int(rng.integers(0, len(shape))) :]
    return (shape, other) if rng.random() < 0.5 else (other, shape)


def zero_point(rng: np.random.Generator, dtype: str) -> int:
    if dtype == "int16":
        return 0
    info = np.iinfo(dtype)
    return int(rng.choice([info.min, info.max, int(rng.integers(info.min, info.max + 1))]))


def scale(rng: np.random.Generator, dtype: str, spread: float = 4.0) -> float:
    size = float(np.exp(rng.uniform(-spread, 0))) * 0.1
    return float(np.float32(size / 256 if dtype == "int16" else size))


def quantize(rng: np.random.Generator, case: Case, dtype: str, operands: int, spread: float = 4.0) -> Case:
    for i in range(operands):
        case.scales[i] = [scale(rng, dtype, spread)]
        case.zero_points[i] = zero_point(rng, dtype)
    case.output_scale = [scale(rng, dtype, spread)]
    case.output_zero_point = zero_point(rng, dtype)
    return case


def arithmetic(rng: np.random.Generator) -> Case:
    op = str(rng.choice(["ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"]))
    dtype = str(rng.choice(["float32", "int32", "int64"]))
    a, b = (values(rng, shape, dtype) for shape in pair_of_shapes(rng))
    if op == "DIV":
        b = b + (b == 0).astype(dtype)
    fused = {"fusedActivationFunction": int(rng.integers(0, 4))} if op in FUSED else {}
    return Case(op, [a, b], [dtype], options(FUSED[op], **fused) if fused else None)


def quantized_arithmetic(rng: np.random.Generator) -> Case:
    op = str(rng.choice(["ADD", "SUB", "MUL", "DIV", "SQUARED_DIFFERENCE"]))
    dtype = "int8" if op == "SQUARED_DIFFERENCE" else str(rng.choice(QUANTIZED))
    a, b = (values(rng, shape, dtype) for shape in pair_of_shapes(rng))
    fields: dict[str, Any] = {"fusedActivationFunction": int(rng.integers(0, 4))}
    if op in ("ADD", "SUB"):
        fields["potScaleInt16"] = False
    case = Case(op, [a, b], [dtype], options(FUSED[op], **fields) if op in FUSED else None)
    quantize(rng, case, dtype, 2)
    if op == "DIV":
        b[b == case.zero_points[1]] ^= 1
    return case


def remainders(rng: np.random.Generator) -> Case:
    op, dtype = rng.choice(["FLOOR_DIV", "FLOOR_MOD"]), str(rng.choice(["float32", "int8", "int16", "int32"]))
    a, b = (values(rng, shape, dtype) for shape in pair_of_shapes(rng))
    return Case(str(op), [a, b + (b == 0).astype(dtype)], [dtype])


def comparison(rng: np.random.Generator) -> Case:
    dtype = str(rng.choice(["float32", "int32", "int64", *QUANTIZED]))
    a, b = (values(rng, shape, dtype) for shape in pair_of_shapes(rng))
    if dtype not in QUANTIZED:
        return Case(str(rng.choice(COMPARISONS)), [a % 5, b % 5], ["bool"])
    case = quantize(rng, Case(str(rng.choice(COMPARISONS)), [a, b], ["bool"]), dtype, 2)
    case.output_scale = ()
    return case


UNARY = {  # name: dtypes, and options
    "RELU": (QUANTIZED, None),
    "RELU6": (QUANTIZED, None),
    "RELU_N1_TO_1": (QUANTIZED[:2], None),
    "RELU_0_TO_1": (QUANTIZED[:2], None),
    "LEAKY_RELU": (QUANTIZED, options("LeakyRelu", alpha=0.3)),
    "ELU": (["int8"], None),
    "GELU": (QUANTIZED, options("Gelu", approximate=True)),
    "HARD_SWISH": (QUANTIZED[:2], None),
    "EXP": (["int8", "int16"], None),
    "LOG": (["int8", "int16"], None),
    "ABS": (["int8", "int16"], None),
    "TANH": (QUANTIZED, None),
    "LOGISTIC": (QUANTIZED, None),
    "SOFTMAX": (QUANTIZED, options("Softmax", beta=1.0)),
    "LOG_SOFTMAX": (["int8", "uint8"], None),
    "L2_NORMALIZATION": (["int8", "uint8"], options("L2Norm")),
}
FIXED_OUTPUTS = {  # (scale, zero point of int8)
    "LOGISTIC": (1 / 256, -128),
    "TANH": (1 / 128, 0),
    "SOFTMAX": (1 / 256, -128),
    "LOG_SOFTMAX": (16 / 256, 127),
    "L2_NORMALIZATION": (1 / 128, 0),
}


def quantized_unary(rng: np.random.Generator) -> Case:
    op = str(rng.choice(list(UNARY)))
    dtypes, fields = UNARY[op]
    dtype = str(rng.choice(dtypes))
    case = Case(op, [values(rng, rng.integers(1, 40, 2), dtype)], [dtype], fields)
    quantize(rng, case, dtype, 1, 2.0)
    if op in FIXED_OUTPUTS:
        case.output_scale = [1 / 32768 if dtype == "int16" else FIXED_OUTPUTS[op][0]]
        zero = FIXED_OUTPUTS[op][1]
        case.output_zero_point = {"int8": zero, "uint8": zero + 128, "int16": 0}[dtype]
    return case


FLOAT_UNARY: dict[str, Any] = {
    **{name: None for name in ("RELU", "RELU6", "RELU_N1_TO_1", "ELU", "TANH", "LOGISTIC", "HARD_SWISH")},
    **{
        name: None for name in ("EXP", "ABS", "NEG", "SIN", "COS", "FLOOR", "CEIL", "ROUND", "SQUARE", "SIGN")
    },
    "GELU": options("Gelu", approximate=False),
    "LEAKY_RELU": options("LeakyRelu", alpha=0.3),
    "SOFTMAX": options("Softmax", beta=0.7),
    "LOG_SOFTMAX": None,
    "L2_NORMALIZATION": options("L2Norm"),
}


def float_unary(rng: np.random.Generator) -> Case:
    op = str(rng.choice(list(FLOAT_UNARY)))
    return Case(op, [values(rng, rng.integers(1, 40, 2), "float32")], ["float32"], FLOAT_UNARY[op])


def reduction(rng: np.random.Generator) -> Case:
    op = str(
        rng.choice(["MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_ANY", "REDUCE_ALL"])
    )
    choices = {  # LiteRT's reference takes the bytes of signed summands for uint8
        "SUM": ["float32", "int32", "int64", "uint8"],
        "REDUCE_ANY": ["bool"],
        "REDUCE_ALL": ["bool"],
        "REDUCE_PROD": ["float32", "int32", "int8", "int16"],
    }
    dtype = str(rng.choice(choices.get(op, ["float32", "int32", "int64", *QUANTIZED])))
    shape = [int(n) for n in rng.integers(1, 6, rng.integers(1, 5))]
    axes = rng.integers(-len(shape), len(shape), rng.integers(1, len(shape) + 1)).astype(np.int32)
    keep = options("Reducer", keepDims=bool(rng.integers(0, 2)))
    case = Case(
        op, [values(rng, shape, dtype), axes], [dtype], keep, constants=[1] if rng.random() < 0.7 else []
    )
    if dtype in QUANTIZED:
        quantize(rng, case, dtype, 1)
        if op in ("REDUCE_MAX", "REDUCE_MIN"):
            case.output_scale, case.output_zero_point = case.scales[0], case.zero_points[0]
    return case


def conversion(rng: np.random.Generator) -> Case:
    numbers = ["float32", "int8", "uint8", "int16", "int32", "int64", "bool"]
    source, target = str(rng.choice(numbers)), str(rng.choice(numbers))
    x = values(rng, rng.integers(1, 9, 2), source)
    x = np.abs(x) if target.startswith("u") and source == "float32" else x
    fields = {"inDataType": TYPE_OF[source], "outDataType": TYPE_OF[target]}
    return Case("CAST", [x], [target], options("Cast", **fields))


def quantization(rng: np.random.Generator) -> Case:
    source, target = (str(rng.choice(["float32", *QUANTIZED])) for _ in range(2))
    x = values(rng, rng.integers(1, 30, 2), source)
    if source == "float32":
        target = target if target != "float32" else "int8"
        case = Case("QUANTIZE", [x], [target])
        case.output_scale, case.output_zero_point = [scale(rng, target)], zero_point(rng, target)
        return case
    case = quantize(rng, Case("DEQUANTIZE" if target == "float32" else "QUANTIZE", [x], [target]), source, 1)
    if target == "float32":
        case.output_scale = ()
    else:
        case.output_scale, case.output_zero_point = [scale(rng, target)], zero_point(rng, target)
    return case


def arg_extremum(rng: np.random.Generator) -> Case:
    name = str(rng.choice(["Max", "Min"]))
    index = str(rng.choice(["int32", "int64"]))
    shape = rng.integers(1, 6, rng.integers(1, 5))
    axis = np.array(rng.integers(-len(shape), len(shape)), np.int32)
    x = values(rng, shape, str(rng.choice(["float32", "int8", "uint8", "int32", "bool"])))
    fields = options("Arg" + name, outputType=TYPE_OF[index])
    return Case("ARG_" + name.upper(), [x, axis], [index], fields, constants=[1])


def cumsum(rng: np.random.Generator) -> Case:
    dtype = str(rng.choice(["float32", "int32", "int64"]))
    shape = rng.integers(1, 6, rng.integers(1, 4))
    flags = {name: bool(rng.integers(0, 2)) for name in ("exclusive", "reverse")}
    axis = np.array(rng.integers(-len(shape), len(shape)), np.int32)
    return Case(
        "CUMSUM", [values(rng, shape, dtype), axis], [dtype], options("Cumsum", **flags), constants=[1]
    )


def selection(rng: np.random.Generator) -> Case:
    dtype = str(rng.choice(["float32", "int8", "int16", "int64", "bool"]))
    shape = [int(n) for n in rng.integers(1, 5, rng.integers(1, 5))]
    shapes = [
        [1 if rng.random() < 0.3 else n for n in shape][int(rng.integers(0, len(shape))) :] for _ in range(3)
    ]
    inputs = [values(rng, s, t) for s, t in zip(shapes, ["bool", dtype, dtype], strict=True)]
    return Case("SELECT_V2", inputs, [dtype])


def where(rng: np.random.Generator) -> Case:
    dtype = str(rng.choice(["bool", "float32", "int32", "int64", "int8"]))
    return Case(
        "WHERE",
        [np.asarray(rng.integers(0, 2, rng.integers(1, 5, rng.integers(1, 4)))).astype(dtype)],
        ["int64"],
    )


GENERATORS: list[Generator] = [
    arithmetic,
    quantized_arithmetic,
    remainders,
    comparison,
    quantized_unary,
    float_unary,
    reduction,
    conversion,
    quantization,
    arg_extremum,
    cumsum,
    selection,
    where,
]


def close(ours: np.ndarray, theirs: np.ndarray, steps: int) -> None:
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    if ours.dtype.kind == "f":
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-6)
    elif ours.dtype == bool:
        assert ours.tolist() == theirs.tolist()
    else:
        np.testing.assert_array_less(np.abs(ours.astype(np.int64) - theirs), steps + 1)


def check_random(case: Case, litert: Any) -> bool:
    """False if LiteRT refuses the case. Equal with its reference kernels, otherwise one step off."""
    try:
        expected = case.run(litert, reference=True)
    except (RuntimeError, ValueError):
        return False
    for ours, theirs in zip(case.run(lite, True), expected, strict=True):
        close(ours, theirs, 0)
    for ours, theirs in zip(case.run(lite, False), expected, strict=True):
        close(ours, theirs, 1 if case.output_scale else 0)
    return True


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.__name__)
def test_like_litert(generator: Generator) -> None:
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    seed = int(np.random.SeedSequence().entropy) % 2**32  # type: ignore[arg-type]
    rng = np.random.default_rng(seed)
    accepted = 0
    for number in range(25):
        case = generator(rng)
        try:
            accepted += check_random(case, litert)
        except Exception as error:
            raise AssertionError(
                f"seed {seed}, case {number}: {case.op} of {[x.dtype.name for x in case.inputs]}"
            ) from error
    assert accepted > 0
