"""One operator at a time, held to LiteRT's results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers
from tiny_models import STRING, TYPE_OF, Graph, Op, Tensor, build

import litewright.lite as lite

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")


def options(name: str, **fields: Any) -> Any:
    result = getattr(schema, name + "OptionsT")()
    for key, value in fields.items():
        setattr(result, key, value)
    return result


def strings(*values: bytes, shape: Sequence[int] | None = None) -> np.ndarray:
    array = np.array(values, object)
    return array if shape is None else array.reshape(shape)


@dataclass
class Case:
    """One operator: arrays of its operands, of which `constants` are in the file, and its results' dtypes."""

    op: str
    inputs: Sequence[np.ndarray]
    outputs: Sequence[str]
    options: Any = None
    constants: Sequence[int] = ()
    custom_options: bytes = b""
    shapes: Sequence[Sequence[int]] = ()  # of the results, where the file must say
    scales: dict[int, Sequence[float]] = field(default_factory=dict)
    output_scale: Sequence[float] = ()
    zero_points: dict[int, int] = field(default_factory=dict)
    output_zero_point: int = 0
    invokes: int = 1
    version: int = 1

    def model(self) -> bytes:
        tensors = []
        for i, array in enumerate(self.inputs):
            dtype = STRING if array.dtype == object else TYPE_OF[array.dtype.name]
            scales = self.scales.get(i, ())
            tensors.append(
                Tensor(
                    f"x{i}",
                    array.shape,
                    dtype,
                    value=array if i in self.constants else None,
                    scales=scales,
                    zero_points=[self.zero_points.get(i, 0)] * len(scales),
                )
            )
        for i, name in enumerate(self.outputs):
            dtype = STRING if name == "string" else TYPE_OF[name]
            tensors.append(
                Tensor(
                    f"y{i}",
                    self.shapes[i] if self.shapes else (),
                    dtype,
                    scales=self.output_scale,
                    zero_points=[self.output_zero_point] * len(self.output_scale),
                )
            )
        count = len(self.inputs)
        code = getattr(schema.BuiltinOperator, self.op, None)
        op = Op(
            schema.BuiltinOperator.CUSTOM if code is None else code,
            range(count),
            range(count, len(tensors)),
            self.version,
            self.op if code is None else None,
            self.options,
            self.custom_options,
        )
        return build(Graph(tensors, [op], [i for i in range(count) if i not in self.constants], op.outputs))

    def run(self, module: Any, reference: bool) -> list[np.ndarray]:
        resolver = module.OpResolverType.BUILTIN_REF if reference else module.OpResolverType.AUTO
        interpreter = module.Interpreter(model_content=self.model(), experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
        results = []
        for _ in range(self.invokes):
            for detail in interpreter.get_input_details():
                interpreter.set_tensor(detail["index"], self.inputs[int(detail["name"][1:])])
            interpreter.invoke()
            results += [
                np.asarray(interpreter.get_tensor(d["index"])) for d in interpreter.get_output_details()
            ]
        return results


def check(case: Case, litert: Any) -> None:
    try:
        expected = case.run(litert, reference=True)
    except (RuntimeError, ValueError):  # its reference kernels are fewer
        try:
            expected = case.run(litert, reference=False)
        except (RuntimeError, ValueError) as error:
            pytest.skip(f"LiteRT refuses it: {error}")
    for reference in (False, True):
        got = case.run(lite, reference)
        assert len(got) == len(expected)
        for ours, theirs in zip(got, expected, strict=True):
            assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
            if ours.dtype.kind in "fc":
                np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
            else:
                assert ours.tolist() == theirs.tolist()


def i32(*values: Any) -> np.ndarray:
    return np.array(values, np.int32)


def f32(values: Any) -> np.ndarray:
    return np.asarray(values, np.float32)


def flex(**values: Any) -> bytes:
    return bytes(flexbuffers.Dumps(values))
