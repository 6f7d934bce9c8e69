"""Writes tests_py/data/tensorflow_operators.npz (needs TensorFlow): small functions of TensorFlow operators,
each with inputs and the results that TensorFlow computes.

Of a case NAME the file holds: NAME/graph (a serialized GraphDef), NAME/in/TENSOR, NAME/out/TENSOR. All is
drawn from one seed, so that another run writes the same cases.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_operator_cases import CASES, Case

FILE = Path(__file__).parent.parent / "data" / "tensorflow_operators.npz"


def concrete(case: Case) -> Any:
    """The case as a concrete function; extents of `case.dynamic` dimensions are unknown in it."""
    specs = []
    for i, value in enumerate(case.inputs):
        shape = [None if (i, axis) in case.dynamic else size for axis, size in enumerate(np.shape(value))]
        dtype = tf.string if value.dtype.kind in "OS" else value.dtype
        specs.append(tf.TensorSpec(shape, dtype, name=f"x{i}"))
    return tf.function(case.function, specs, autograph=False).get_concrete_function()


def arrays_of(case: Case) -> dict[str, np.ndarray]:
    """What the file holds of a case."""
    function = concrete(case)
    graph = function.graph.as_graph_def()
    for node in graph.node:
        node.attr.pop("_user_specified_name", None)
    arrays = {f"{case.name}/graph": np.frombuffer(graph.SerializeToString(), np.uint8)}
    for tensor, value in zip(function.inputs, case.inputs, strict=True):
        arrays[f"{case.name}/in/{tensor.name}"] = value
    results = function(*(tf.constant(value) for value in case.inputs))
    flat = tf.nest.flatten(results)
    for tensor, value in zip(function.outputs, flat, strict=True):
        array = value.numpy()
        if array.dtype == object:
            array = np.array(array.tolist(), dtype="S")
        arrays[f"{case.name}/out/{tensor.name}"] = array
    return arrays


def main(names: list[str]) -> None:
    """Writes all cases; with names, only says whether those can be made."""
    arrays: dict[str, np.ndarray] = {}
    failed: list[str] = []
    make: Callable[[Case], dict[str, np.ndarray]] = arrays_of
    for case in CASES:
        if names and case.name not in names:
            continue
        try:
            arrays |= make(case)
        except Exception as error:
            print(f"{case.name}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr)
            if names:
                raise SystemExit(1) from error
            failed.append(case.name)
    if failed:
        raise SystemExit(f"{len(failed)} cases failed: {', '.join(failed)}")
    if not names:
        FILE.parent.mkdir(exist_ok=True)
        np.savez_compressed(FILE, **arrays)
        print(f"{len(CASES)} cases, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
