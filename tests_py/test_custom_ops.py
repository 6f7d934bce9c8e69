"""Operators that are Python functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import CUSTOM, FLOAT32, Graph, Op, Tensor, build

from litewright import lite
from litewright.interpreter import CustomOp, InterpreterWithCustomOps


def model(outputs: int = 1, dtype: int = FLOAT32) -> bytes:
    """My(x) with x float32 [2, 3], `outputs` results, and the option bytes "scale"."""
    results = [Tensor(f"y{i}", (2, 3), dtype) for i in range(outputs)]
    indexes = list(range(1, outputs + 1))
    op = Op(CUSTOM, [0], indexes, custom="My", custom_options=b"scale")
    return build(Graph([Tensor("x", (2, 3)), *results], [op], [0], indexes))


def run(content: bytes, x: np.ndarray, my: Any) -> list[np.ndarray]:
    interpreter = lite.Interpreter(model_content=content, custom_ops={"My": my})
    interpreter.resize_tensor_input(0, x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, x)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]


X = np.arange(6, dtype=np.float32).reshape(2, 3)


def test_shapes_follow_from_the_results():
    assert run(model(), X, lambda x: 2 * x)[0].tolist() == (2 * X).tolist()
    assert run(model(), X, lambda x: x.sum(axis=1))[0].tolist() == [3, 12]


def test_shape_function():
    op = CustomOp(lambda x: np.concatenate([x, x]), shape=lambda shape: (2 * shape[0], *shape[1:]))
    assert run(model(), X, op)[0].shape == (4, 3)
    assert run(model(), X[:1], op)[0].shape == (2, 3)


def test_several_results_and_options():
    seen = []

    def split(x: np.ndarray, options: bytes) -> tuple[np.ndarray, np.ndarray]:
        seen.append(options)
        return x[:, :1], x[:, 1:]

    left, right = run(model(outputs=2), X, split)
    assert left.tolist() == X[:, :1].tolist() and right.tolist() == X[:, 1:].tolist()
    assert seen == [b"scale"]


def test_registerers():
    def register(registry: Any) -> None:
        registry.add_custom("My", lambda x: -x)

    interpreter = InterpreterWithCustomOps(custom_op_registerers=[register], model_content=model())
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, X)
    interpreter.invoke()
    assert interpreter.get_tensor(1).tolist() == (-X).tolist()
    with pytest.raises(ValueError, match="not callable"):
        InterpreterWithCustomOps(custom_op_registerers=["TF_Register"], model_content=model())


def raises(x: np.ndarray) -> np.ndarray:
    raise KeyError("lost")


@pytest.mark.parametrize(
    ("op", "message"),
    [
        (raises, "KeyError: 'lost'"),
        (lambda x: x.astype(np.float64), "FLOAT64 but expected type FLOAT32"),
        (lambda x: (x, x), "2 arrays for 1 outputs"),
        (lambda x: None, "output 0 'y0'"),
        (CustomOp(lambda x: x[:1], shape=lambda shape: shape), r"shape \[1, 3\] for output 0 'y0'"),
    ],
)
def test_failures_of_the_function_are_reported(op: Any, message: str):
    interpreter = lite.Interpreter(model_content=model(), custom_ops={"My": op})
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, X)
    with pytest.raises(RuntimeError, match=message) as caught:
        interpreter.invoke()
    assert "Node number 0 (My) failed to invoke" in str(caught.value)
    interpreter.allocate_tensors()


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (raises, "KeyError: 'lost'"),
        (lambda shape: [shape, shape], "2 shapes for 1 outputs"),
        (lambda shape: [-1, 3], "would have the shape"),
        (lambda shape: "large", "ValueError|TypeError"),
    ],
)
def test_failures_of_the_shape_function_are_reported(shape: Any, message: str):
    op = CustomOp(lambda x: x, shape=shape)
    interpreter = lite.Interpreter(model_content=model(), custom_ops={"My": op})
    with pytest.raises(RuntimeError, match=message):
        interpreter.allocate_tensors()


def test_arguments_are_checked():
    with pytest.raises(TypeError, match="functions by name"):
        lite.Interpreter(model_content=model(), custom_ops={"My": 3})
    interpreter = lite.Interpreter(model_content=model(), custom_ops={"Other": raises})
    with pytest.raises(RuntimeError, match="unresolved custom op: My"):
        interpreter.allocate_tensors()


def max_unpooling(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """What 2 x 2 max pooling took its results from; 0 elsewhere. Places are flat within a batch entry."""
    batch, height, width, depth = values.shape
    result = np.zeros((batch, 4 * height * width * depth), np.float32)
    for entry in range(batch):
        result[entry, places[entry].ravel()] = values[entry].ravel()
    return result.reshape(batch, 2 * height, 2 * width, depth)


def corpus_files(folder: Path) -> list[tuple[Path, set[str]]]:
    """The files of a folder with operators of the application's own, and these operators' names."""
    from litewright import _core

    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".tflite", ".bin"):
            continue
        try:
            interpreter = lite.Interpreter(model_path=path)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            if "unresolved custom op" not in str(error):
                continue
            interpreter = lite.Interpreter(model_path=path)
            names = {op["op_name"] for op in interpreter._get_ops_details()}
            builtin = {row["name"] for row in _core.op_table()} | set(_core.custom_ops())
            found.append((path, names - builtin))
    return found


def test_corpus_files_run_with_functions(shared: Path, rng: np.random.Generator):
    print([(path.name, names) for path, names in corpus_files(shared / "corpus")])
