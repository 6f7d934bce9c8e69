"""Tiny .tflite models, written with LiteRT's schema bindings: the tests must not rest on our own writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

ADD, CUSTOM, ABS = 0, 32, 101
FLOAT32, INT32, UINT8, STRING, BOOL, INT8, RESOURCE, INT4, INT2, UINT4 = 0, 2, 3, 5, 6, 9, 13, 17, 19, 20
TYPE_OF = {
    "float32": 0, "float16": 1, "int32": 2, "uint8": 3, "int64": 4, "bool": 6, "int16": 7, "complex64": 8,
    "int8": 9, "float64": 10, "complex128": 11, "uint64": 12, "uint32": 15, "uint16": 16,
}  # fmt: skip


@dataclass
class Tensor:
    name: str
    shape: Sequence[int] = ()
    dtype: int = FLOAT32
    signature: Sequence[int] | None = None
    value: np.ndarray | None = None  # makes it a constant
    scales: Sequence[float] = ()
    zero_points: Sequence[int] = ()
    axis: int = 0
    variable: bool = False


@dataclass
class Op:
    code: int
    inputs: Sequence[int]
    outputs: Sequence[int]
    version: int = 1
    custom: str | None = None
    options: Any = None  # one of the schema's ...OptionsT
    custom_options: bytes = b""


@dataclass
class Graph:
    tensors: list[Tensor]
    ops: list[Op] = field(default_factory=list)
    inputs: Sequence[int] = (0,)
    outputs: Sequence[int] = ()
    name: str = "main"


@dataclass
class Signature:
    key: str
    inputs: dict[str, int]
    outputs: dict[str, int]
    subgraph: int = 0


def _maps(names: dict[str, int]) -> list[Any]:
    result = []
    for name, index in sorted(names.items()):
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name, index
        result.append(entry)
    return result


def build(graphs: Graph | list[Graph], signatures: Sequence[Signature] = (), version: int = 3) -> bytes:
    """The bytes of a model."""
    model = schema.ModelT()
    model.version, model.description = version, "test"
    model.buffers, model.operatorCodes, model.subgraphs = [schema.BufferT()], [], []
    codes: list[tuple[int, int, str | None]] = []
    for graph in [graphs] if isinstance(graphs, Graph) else graphs:
        subgraph = schema.SubGraphT()
        subgraph.name, subgraph.tensors, subgraph.operators = graph.name, [], []
        subgraph.inputs, subgraph.outputs = list(graph.inputs), list(graph.outputs)
        for tensor in graph.tensors:
            entry = schema.TensorT()
            entry.name, entry.type, entry.shape = tensor.name, tensor.dtype, list(tensor.shape)
            entry.isVariable, entry.buffer = tensor.variable, 0
            if tensor.signature is not None:
                entry.shapeSignature = list(tensor.signature)
            if tensor.value is not None:
                buffer = schema.BufferT()
                buffer.data = np.frombuffer(tensor.value.tobytes(), np.uint8)
                entry.buffer = len(model.buffers)
                model.buffers.append(buffer)
            if tensor.scales:
                quantization = schema.QuantizationParametersT()
                quantization.scale, quantization.zeroPoint = list(tensor.scales), list(tensor.zero_points)
                quantization.quantizedDimension = tensor.axis
                entry.quantization = quantization
            subgraph.tensors.append(entry)
        for op in graph.ops:
            code = (op.code, op.version, op.custom)
            if code not in codes:
                codes.append(code)
            node = schema.OperatorT()
            node.opcodeIndex, node.inputs, node.outputs = codes.index(code), list(op.inputs), list(op.outputs)
            if op.options is not None:
                name = type(op.options).__name__.removesuffix("T")
                if hasattr(schema.BuiltinOptions, name):
                    node.builtinOptions, node.builtinOptionsType = (
                        op.options,
                        getattr(schema.BuiltinOptions, name),
                    )
                else:
                    node.builtinOptions2 = op.options
                    node.builtinOptions2Type = getattr(schema.BuiltinOptions2, name)
            if op.custom_options:
                node.customOptions = np.frombuffer(op.custom_options, np.uint8)
            subgraph.operators.append(node)
        model.subgraphs.append(subgraph)
    for number, op_version, custom in codes:
        entry = schema.OperatorCodeT()
        entry.builtinCode, entry.deprecatedBuiltinCode = number, min(number, 127)
        entry.version, entry.customCode = op_version, custom
        model.operatorCodes.append(entry)
    if signatures:
        model.signatureDefs = []
    for signature in signatures:
        entry = schema.SignatureDefT()
        entry.signatureKey, entry.subgraphIndex = signature.key, signature.subgraph
        entry.inputs, entry.outputs = _maps(signature.inputs), _maps(signature.outputs)
        model.signatureDefs.append(entry)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def passthrough(dtype: int, shape: Sequence[int] = (2, 2), **kwargs: Any) -> bytes:
    """A model whose one input, `x`, is its output."""
    return build(Graph([Tensor("x", shape, dtype, **kwargs)], [], [0], [0]))


def add(shape: Sequence[int] = (2, 3), signature: Sequence[int] | None = None, other: Any = None) -> bytes:
    """x + k, with tensors 0 `x`, 1 the constant `k` (ones unless `other`), 2 `y`."""
    k = np.ones(1, np.float32) if other is None else np.asarray(other, np.float32)
    tensors = [Tensor("x", shape, signature=signature), Tensor("k", k.shape, value=k)]
    tensors.append(Tensor("y", shape, signature=signature))
    return build(Graph(tensors, [Op(ADD, [0, 1], [2])], [0], [2]))


def chain(shape: Sequence[int] = (2,)) -> bytes:
    """|x + x| + x: tensors 0 `x`, 1 and 2 intermediate, 3 `y`."""
    tensors = [Tensor(name, shape) for name in ("x", "a", "b", "y")]
    ops = [Op(ADD, [0, 0], [1]), Op(ABS, [1], [2]), Op(ADD, [2, 0], [3])]
    return build(Graph(tensors, ops, [0], [3]))


def two_signatures() -> bytes:
    """Signatures `add` (a, b -> sum) in subgraph 0 and `double` (x -> y) in subgraph 1; batches are free."""
    free = {"shape": (1, 2), "signature": (-1, 2)}
    first = Graph([Tensor("add_a", **free), Tensor("add_b", **free), Tensor("sum", **free)],
                  [Op(ADD, [0, 1], [2])], [0, 1], [2])  # fmt: skip
    second = Graph(
        [Tensor("double_x", **free), Tensor("twice", **free)], [Op(ADD, [0, 0], [1])], [0], [1], "double"
    )
    signatures = [
        Signature("double", {"x": 0}, {"y": 1}, 1),
        Signature("add", {"b": 1, "a": 0}, {"sum": 2}, 0),
    ]
    return build([first, second], signatures)
