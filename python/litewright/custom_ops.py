"""Operators of the application's own, as Python functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CustomOp", "CustomOpRegistry"]

Native = dict[str, tuple[Callable[..., Any], Callable[..., Any] | None]]


@dataclass(frozen=True)
class CustomOp:
    """A custom operator: what computes it, and what says how large its results are.

    `function(*inputs)` takes an array for each operand (None where the model leaves it out) and returns an
    array, or a sequence of arrays where the operator has several results; dtypes must be those the model
    declares. `shape(*input_shapes)` takes and returns shapes the same way. Without it the arrays that the
    function returns say the shapes, and what follows is planned anew in every run.

    A function with a parameter named `options` is given the bytes that the model stores with the operator.
    """

    function: Callable[..., Any]
    shape: Callable[..., Any] | None = None


class CustomOpRegistry:
    """What `custom_op_registerers` are called with."""

    def __init__(self) -> None:
        self.custom_ops: dict[str, Callable[..., Any] | CustomOp] = {}

    def add_custom(self, name: str, op: Callable[..., Any] | CustomOp) -> None:
        """Names a custom operator, as the `custom_code` of model files does."""
        self.custom_ops[name] = op


def native_ops(custom_ops: Mapping[str, Callable[..., Any] | CustomOp]) -> Native:
    """The operators as the native interpreter takes them: (run, shape or None) by name."""
    result: Native = {}
    for name, op in custom_ops.items():
        full = op if isinstance(op, CustomOp) else CustomOp(op)
        if not isinstance(name, str) or not callable(full.function):
            raise TypeError(f"custom_ops takes functions by name, not {name!r}: {op!r}")
        shape = None if full.shape is None else _caller(full.shape, _shapes)
        result[name] = (_caller(full.function, _arrays), shape)
    return result


def _caller(
    function: Callable[..., Any], to_list: Callable[[Any], list[Any]]
) -> Callable[[Sequence[Any], bytes], list[Any]]:
    try:
        wants_options = "options" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # functions of C extensions may have no signature
        wants_options = False
    if wants_options:
        return lambda inputs, options: to_list(function(*inputs, options=options))
    return lambda inputs, options: to_list(function(*inputs))


def _arrays(returned: Any) -> list[NDArray[Any]]:
    if isinstance(returned, (list, tuple)):
        return [np.asarray(array) for array in returned]
    return [np.asarray(returned)]


def _shapes(returned: Iterable[Any]) -> list[list[int]]:
    shapes = list(returned)
    if all(isinstance(extent, (int, np.integer)) for extent in shapes):
        shapes = [shapes]
    return [[int(extent) for extent in shape] for shape in shapes]
