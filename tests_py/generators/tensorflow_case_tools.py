"""How a case of TensorFlow operators is stated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

RNG = np.random.default_rng(7)


@dataclass(frozen=True)
class Case:
    """A function of tensors, its inputs, and the (input, axis) pairs whose extent it does not know."""

    name: str
    function: Callable[..., Any]
    inputs: tuple[np.ndarray, ...]
    dynamic: frozenset[tuple[int, int]]


CASES: list[Case] = []


def case(
    name: str, function: Callable[..., Any], *inputs: np.ndarray, dynamic: Iterable[tuple[int, int]] = ()
) -> None:
    """Adds a case; its name is the operator, a dot and what is special."""
    assert all(known.name != name for known in CASES), name
    CASES.append(Case(name, function, inputs, frozenset(dynamic)))


def floats(*shape: int) -> np.ndarray:
    """Normally distributed numbers."""
    return RNG.standard_normal(shape).astype(np.float32)


def positive(*shape: int, low: float = 0.1, high: float = 3.0) -> np.ndarray:
    """Numbers between `low` and `high`."""
    return RNG.uniform(low, high, shape).astype(np.float32)


def ints(low: int, high: int, *shape: int, dtype: Any = np.int32) -> np.ndarray:
    """Whole numbers from `low` to `high` - 1."""
    return RNG.integers(low, high, shape).astype(dtype)


def bools(*shape: int) -> np.ndarray:
    """Coin flips."""
    return RNG.random(shape) < 0.5


def texts(*values: str) -> np.ndarray:
    """Strings."""
    return np.array([value.encode() for value in values], dtype="S")
