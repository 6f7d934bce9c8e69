"""What is in a model: operators with their shapes, multiply-adds and bytes, and the memory a run needs."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litewright import _core

__all__ = ["Inspection", "OperatorInfo", "TensorInfo", "inspect"]


@dataclass
class TensorInfo:
    """A tensor. `bytes` is what it takes in memory, of constants in the file; None where its size is not
    known."""

    index: int
    name: str
    dtype: str
    shape: list[int]
    bytes: int | None
    constant: bool
    variable: bool
    scale: list[float]
    zero_point: list[int]
    axis: int

    @property
    def quantization(self) -> str:
        """In words; empty where there is none."""
        if not self.scale:
            return ""
        if len(self.scale) > 1:
            return f"{len(self.scale)} scales along dimension {self.axis}"
        return f"{self.scale[0]:.6g} * (q - {self.zero_point[0] if self.zero_point else 0})"


@dataclass
class OperatorInfo:
    """An operator of a subgraph. `macs` are its multiply-adds, `weight_bytes` those of its constants."""

    index: int
    name: str
    version: int
    inputs: list[int]
    outputs: list[int]
    options: dict[str, Any]
    macs: int
    weight_bytes: int
    output_bytes: int


@dataclass
class SubgraphInfo:
    """A subgraph in the order in which it runs."""

    name: str
    inputs: list[int]
    outputs: list[int]
    tensors: list[TensorInfo]
    operators: list[OperatorInfo]


@dataclass
class Inspection:
    """A model's parts. `memory` holds `arena_bytes` and `buffers`, where the main subgraph can be
    allocated; else
    `problem` says why not."""

    name: str
    bytes: int
    description: str
    subgraphs: list[SubgraphInfo]
    signatures: list[dict[str, Any]]
    metadata: list[dict[str, Any]]
    memory: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def main(self) -> SubgraphInfo:
        """The first subgraph."""
        return self.subgraphs[0]

    @property
    def macs(self) -> int:
        """Multiply-adds of one run of the main subgraph."""
        return sum(op.macs for op in self.main.operators)

    @property
    def weight_bytes(self) -> int:
        """Bytes of all constants."""
        return sum(t.bytes or 0 for graph in self.subgraphs for t in graph.tensors if t.constant)

    def operator_counts(self) -> dict[str, int]:
        """How often each operator occurs, the most frequent first."""
        return dict(Counter(op.name for graph in self.subgraphs for op in graph.operators).most_common())


def inspect(model: bytes | str | os.PathLike[str]) -> Inspection:
    """Reads a .tflite file or its content.

    Raises:
      OSError: the file cannot be read. ValueError: it is not a valid model.
    """
    content = model if isinstance(model, bytes) else Path(model).read_bytes()
    parts = _core.describe(_core.Graph.read(content))
    memory, problem = {}, ""
    try:
        memory = _core.memory_plan(_core.Model.from_bytes(content))
    except (RuntimeError, ValueError) as error:
        problem = str(error)
    shapes = memory.pop("shapes", None)
    return Inspection(
        name="" if isinstance(model, bytes) else Path(model).name,
        bytes=len(content),
        description=parts["description"],
        subgraphs=[_subgraph(row, shapes if i == 0 else None) for i, row in enumerate(parts["subgraphs"])],
        signatures=parts["signatures"],
        metadata=parts["metadata"],
        memory=memory,
        problem=problem,
    )


def _subgraph(row: dict[str, Any], shapes: list[list[int]] | None) -> SubgraphInfo:
    tensors = [
        _tensor(index, tensor, shapes[index] if shapes else tensor["shape"] or [])
        for index, tensor in enumerate(row["tensors"])
    ]
    operators = []
    for index, op in enumerate(row["operators"]):
        inputs = [tensors[i] for i in op["inputs"] if i >= 0]
        outputs = [tensors[i] for i in op["outputs"] if i >= 0]
        operators.append(
            OperatorInfo(
                index,
                op["name"],
                op["version"],
                op["inputs"],
                op["outputs"],
                op["options"],
                macs=_macs(op["name"], inputs, outputs, op["options"]),
                weight_bytes=sum(tensor.bytes or 0 for tensor in inputs if tensor.constant),
                output_bytes=sum(tensor.bytes or 0 for tensor in outputs),
            )
        )
    return SubgraphInfo(row["name"], row["inputs"], row["outputs"], tensors, operators)


_BITS = {"int4": 4, "uint4": 4, "int2": 2, "bool": 8, "complex64": 64, "complex128": 128, "bfloat16": 16}


def _bits(dtype: str) -> int:
    digits = "".join(filter(str.isdigit, dtype))
    return _BITS.get(dtype, int(digits) if digits and not dtype.startswith("float8") else 8)


def _tensor(index: int, row: dict[str, Any], shape: list[int]) -> TensorInfo:
    constant_bytes = row["constant_bytes"]
    size: int | None = constant_bytes
    if size is None and row["dtype"] not in ("string", "variant"):
        size = math.prod(max(extent, 1) for extent in shape) * max(_bits(row["dtype"]), 8) // 8
    return TensorInfo(
        index,
        row["name"],
        row["dtype"],
        list(shape),
        size,
        constant_bytes is not None,
        row["variable"],
        row["scale"],
        row["zero_point"],
        row["axis"],
    )


def _elements(shape: Sequence[int]) -> int:
    return math.prod(max(extent, 1) for extent in shape)


def _macs(name: str, inputs: list[TensorInfo], outputs: list[TensorInfo], options: dict[str, Any]) -> int:
    """Multiply-adds of one run; 0 for operators that do other things."""
    if len(inputs) < 2 or not outputs:
        return 0
    first, weights, result = inputs[0].shape, inputs[1].shape, _elements(outputs[0].shape)
    if name in ("CONV_2D", "FULLY_CONNECTED") and weights:
        return result * _elements(weights[1:])
    if name == "DEPTHWISE_CONV_2D" and len(weights) == 4:
        return result * weights[1] * weights[2]
    if name == "CONV_3D" and len(weights) == 5:
        return result * _elements(weights[:4])
    if name == "TRANSPOSE_CONV" and len(inputs) > 2:
        return _elements(inputs[2].shape) * _elements(weights[:3])
    if name == "BATCH_MATMUL" and len(first) >= 2:
        return result * max(first[-2 if options.get("adj_x") else -1], 1)
    if "SEQUENCE_LSTM" in name or "SEQUENCE_RNN" in name:
        steps = _elements(first[:-1])
        return steps * sum(_elements(t.shape) for t in inputs if t.constant and len(t.shape) == 2)
    return 0
