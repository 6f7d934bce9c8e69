"""Layers and operations from hand-written Keras files, against NumPy, and in LiteRT."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py
import numpy as np
import pytest
from keras_files import layer, write_sequential

import litewright
from litewright import lite

RNG = np.random.default_rng(7)


def random(*shape: int) -> np.ndarray:
    return RNG.normal(0, 0.5, shape).astype(np.float32)


def session(engine: Any, content: bytes) -> Callable[..., list[np.ndarray]]:
    """A function that runs the model, in one interpreter for all its calls."""
    interpreter = engine.Interpreter(model_content=content)

    def run(*inputs: np.ndarray) -> list[np.ndarray]:
        for detail, x in zip(interpreter.get_input_details(), inputs, strict=True):
            if tuple(detail["shape"]) != x.shape:
                interpreter.resize_tensor_input(detail["index"], x.shape)
        interpreter.allocate_tensors()
        for detail, x in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(detail["index"], x)
        interpreter.invoke()
        return [interpreter.get_tensor(d["index"]).copy() for d in interpreter.get_output_details()]

    return run


def convert(path: Path) -> bytes:
    return lite.TFLiteConverter.from_keras_model(path).convert()


def sequential(
    path: Path, shape: Any, layers: list[Any], weights: Any = None, keras: str = "2.15.0"
) -> bytes:
    write_sequential(path, shape, layers, weights or {})
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = keras
    return convert(path)


def recurrent(kind: str, units: int, gates: int, **config: Any) -> tuple[Any, dict[str, np.ndarray]]:
    weights = {
        "kernel": random(6, gates * units),
        "recurrent_kernel": random(units, gates * units),
        "bias": random(*((2,) if kind == "GRU" else ()), gates * units),
    }
    settings = {"units": units, "use_bias": True, "return_sequences": True, "reset_after": True}
    return layer(kind, "r", **settings | config), weights


STATEFUL = {
    "gru": ("GRU", 3, {}),
    "rnn": ("SimpleRNN", 1, {"activation": "sigmoid"}),
    "lstm": ("LSTM", 4, {"recurrent_activation": "hard_sigmoid"}),
    "unrolled": ("GRU", 3, {"unroll": True}),
    "fused": ("LSTM", 4, {"activation": "tanh", "recurrent_activation": "sigmoid"}),
}


@pytest.mark.parametrize("name", STATEFUL)
def test_states_last_from_run_to_run(name: str, tmp_path: Path, litert: ModuleType) -> None:
    kind, gates, config = STATEFUL[name]
    made, weights = recurrent(kind, 4, gates, **config)
    whole = sequential(tmp_path / "whole.h5", (2, 8, 6), [made], {"r": weights})
    made["config"]["stateful"] = True
    parts = sequential(tmp_path / "parts.h5", (2, 4, 6), [made], {"r": weights})
    x = random(2, 8, 6)
    (wanted,) = session(lite, whole)(x)
    for engine in (lite, litert):
        run = session(engine, parts)
        results = [run(x[:, :4])[0], run(x[:, 4:])[0]]
        np.testing.assert_allclose(np.concatenate(results, 1), wanted, atol=1e-5)


def test_stateful_layers_need_a_batch_size(tmp_path: Path) -> None:
    made, weights = recurrent("GRU", 4, 3, stateful=True)
    with pytest.raises(litewright.ConverterError, match="batch_shape"):
        sequential(tmp_path / "a.h5", (None, 4, 6), [made], {"r": weights})


def test_one_channel_per_group(tmp_path: Path, litert: ModuleType) -> None:
    kernel, bias = random(1, 1, 1, 8), random(8)
    made = layer("Conv2D", "c", filters=8, kernel_size=[1, 1], groups=4, use_bias=True)
    content = sequential(tmp_path / "a.h5", (None, 3, 3, 4), [made], {"c": {"kernel": kernel, "bias": bias}})
    x = random(2, 3, 3, 4)
    wanted = np.repeat(x, 2, axis=-1) * kernel[0, 0, 0] + bias
    for engine in (lite, litert):
        np.testing.assert_allclose(session(engine, content)(x)[0], wanted, atol=1e-6)


def test_padding_to_the_aspect_ratio_is_even(tmp_path: Path) -> None:
    made = layer(
        "Resizing", "r", height=4, width=4, interpolation="nearest", pad_to_aspect_ratio=True, fill_value=9.0
    )
    content = sequential(tmp_path / "a.h5", (None, 4, 3, 1), [made], keras="3.15.1")
    x = random(1, 4, 3, 1)  # (4 - 3) // 2 = 0 columns on either side
    np.testing.assert_array_equal(session(lite, content)(x)[0], x[:, :, [0, 1, 1, 2]])


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count", "tf_idf"])
def test_integer_lookup(mode: str, tmp_path: Path, litert: ModuleType) -> None:
    made = layer(
        "IntegerLookup",
        "l",
        vocabulary=[30, 50, 10],
        output_mode=mode,
        num_oov_indices=1,
        idf_weights=[0.5, 1.0, 1.5] if mode == "tf_idf" else None,
    )
    path = write_sequential(tmp_path / "a.h5", (None, 1 if mode == "one_hot" else 3), [made], {})
    with h5py.File(path, "r+") as file:
        text = str(file.attrs["model_config"]).replace("float32", "int64", 1)
        file.attrs["model_config"] = text
    x = np.array([[50], [7]] if mode == "one_hot" else [[50, 7, 50], [10, 30, 30]], np.int64)
    index = np.array([{30: 1, 50: 2, 10: 3}.get(int(v), 0) for v in x.ravel()]).reshape(x.shape)
    hot = np.eye(4)[index]
    wanted = {
        "int": index,
        "one_hot": hot[:, 0],
        "multi_hot": hot.max(1),
        "count": hot.sum(1),
        "tf_idf": hot.sum(1) * [1.0, 0.5, 1.0, 1.5],
    }[mode]
    for engine in (lite, litert):
        np.testing.assert_allclose(session(engine, convert(path))(x)[0], wanted)


def test_auto_contrast(tmp_path: Path) -> None:
    content = sequential(tmp_path / "a.h5", (None, 3, 3, 2), [layer("AutoContrast", "c", value_range=[0, 1])])
    x = random(2, 3, 3, 2)
    x[1, :, :, 0] = 0.25  # flat: stays as it is
    low, high = x.min((1, 2), keepdims=True), x.max((1, 2), keepdims=True)
    wanted = np.where(high == low, x, (x - low) / np.where(high == low, 1, high - low))
    np.testing.assert_allclose(session(lite, content)(x)[0], wanted, atol=1e-6)


@pytest.mark.parametrize("offset", range(4))
def test_weights_at_any_place_of_an_archive(offset: int, tmp_path: Path) -> None:
    """Archives are read where they lie, at addresses that need not suit numbers."""
    kernel, bias = random(5, 3), random(3)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["layers/dense/vars/0"] = kernel
        file["layers/dense/vars/1"] = bias
    inputs = layer("InputLayer", "i", batch_shape=[None, 5])
    dense = layer("Dense", "dense", units=3, activation="linear", use_bias=True)
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [inputs, dense]}}
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config) + " " * offset)
        archive.writestr("metadata.json", '{"keras_version": "3.0.0"}')
        archive.write(tmp_path / "w.h5", "model.weights.h5")
    x = random(2, 5)
    np.testing.assert_allclose(
        session(lite, convert(tmp_path / "a.keras"))(x)[0], x @ kernel + bias, atol=1e-6
    )


def operation(path: Path, kind: str, shapes: list[list[int]], **config: Any) -> bytes:
    """A model of one keras.ops call, as Keras 3 records it."""

    def tensor(i: int) -> dict[str, Any]:
        details = {"shape": [None, *shapes[i]], "dtype": "float32", "keras_history": [f"x{i}", 0, 0]}
        return {"class_name": "__keras_tensor__", "config": details}

    layers: list[dict[str, Any]] = [
        {"module": "keras.layers", "name": f"x{i}", "inbound_nodes": []}
        | layer("InputLayer", f"x{i}", batch_shape=[None, *shape])
        for i, shape in enumerate(shapes)
    ]
    node = {"args": [tensor(i) for i in range(len(shapes))], "kwargs": {}}
    layers.append(
        {
            "module": "keras.src.ops.numpy",
            "class_name": kind,
            "name": "op",
            "config": {"name": "op", **config},
            "inbound_nodes": [node],
        }
    )
    model = {
        "name": "m",
        "layers": layers,
        "input_layers": [[f"x{i}", 0, 0] for i in range(len(shapes))],
        "output_layers": [["op", 0, 0]],
    }
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": model})
        file.create_group("model_weights").attrs["layer_names"] = [b"op"]
        file["model_weights"].create_group("op").attrs["weight_names"] = np.array([], "S1")
    return convert(path)


def unit(*shape: int) -> np.ndarray:
    return np.tanh(random(*shape)) * np.float32(0.9)


OPERATIONS: dict[str, tuple[Callable[..., Any], list[np.ndarray], dict[str, Any]]] = {
    "Arctan": (np.arctan, [random(2, 5)], {}),
    "Arcsin": (np.arcsin, [unit(2, 5)], {}),
    "Arccos": (np.arccos, [unit(2, 5)], {}),
    "Arcsinh": (np.arcsinh, [random(2, 5) * 9], {}),
    "Arccosh": (np.arccosh, [np.abs(random(2, 5)) + np.float32(1.1)], {}),
    "Arctanh": (np.arctanh, [unit(2, 5)], {}),
    "Erf": (np.vectorize(math.erf), [random(2, 5) * 3], {}),
    "Erfc": (np.vectorize(math.erfc), [random(2, 5) * 3], {}),
    "Cbrt": (np.cbrt, [random(2, 5)], {}),
    "Hypot": (np.hypot, [random(2, 5), random(2, 5)], {}),
    "Logaddexp": (np.logaddexp, [random(2, 5), random(2, 5)], {}),
    "Fmod": (np.fmod, [random(2, 5) * 5, random(2, 5)], {}),
    "Heaviside": (np.heaviside, [np.round(random(2, 5)), random(2, 5)], {}),
    "Sinc": (np.sinc, [np.round(random(2, 5) * 4) / 2], {}),
    "Isfinite": (np.isfinite, [np.array([[1, np.inf, -np.inf, np.nan]], np.float32)], {}),
    "Isinf": (np.isinf, [np.array([[1, np.inf, -np.inf, np.nan]], np.float32)], {}),
    "NanToNum": (
        lambda x: np.nan_to_num(x, nan=2, posinf=3, neginf=-4),
        [np.array([[1, np.inf, -np.inf, np.nan]], np.float32)],
        {"nan": 2, "posinf": 3, "neginf": -4},
    ),
    "Isclose": (
        lambda a, b: np.isclose(a, b, rtol=0.1, atol=0.1),
        [random(2, 9), random(2, 9)],
        {"rtol": 0.1, "atol": 0.1},
    ),
    "CountNonzero": (
        lambda x: np.count_nonzero(x, axis=1),
        [np.round(random(2, 9))],
        {"axis": 1},
    ),
    "Ptp": (lambda x: np.ptp(x, axis=1), [random(2, 5)], {"axis": 1}),
    "Diff": (lambda x: np.diff(x, n=2, axis=1), [random(2, 5, 3)], {"n": 2, "axis": 1}),
    "Rot90": (
        lambda x: np.rot90(x, k=3, axes=(1, 2)),
        [random(2, 4, 3)],
        {"k": 3, "axes": [1, 2]},
    ),
    "Diagonal": (
        lambda x: np.diagonal(x, 1, 1, 2),
        [random(2, 3, 4)],
        {"offset": 1, "axis1": 1, "axis2": 2},
    ),
    "Trace": (lambda x: np.trace(x, 0, 1, 2), [random(2, 4, 3)], {"axis1": 1, "axis2": 2}),
    "Argsort": (lambda x: np.argsort(x, axis=-1), [random(2, 7)], {"axis": -1}),
}


@pytest.mark.parametrize("kind", OPERATIONS)
def test_operations_equal_numpys(kind: str, tmp_path: Path, litert: ModuleType) -> None:
    wanted, inputs, config = OPERATIONS[kind]
    content = operation(tmp_path / "a.h5", kind, [list(x.shape[1:]) for x in inputs], **config)
    expected = np.asarray(wanted(*inputs))
    for engine in (lite, litert):
        (result,) = session(engine, content)(*inputs)
        np.testing.assert_allclose(result, expected, rtol=2e-5, atol=2e-6)


def test_weights_in_a_form_of_their_own_are_named(tmp_path: Path) -> None:
    policy = {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}}
    quantized = layer("Dense", "d", units=2)
    quantized["config"]["dtype"] = policy
    with pytest.raises(litewright.ConverterError, match="quantized"):
        sequential(tmp_path / "q.h5", (None, 3), [quantized], {"d": {"kernel": random(3, 2)}})
    weights = {
        "kernel": random(3, 2),
        "bias": random(2),
        "lora_kernel_a": random(3, 1),
        "lora_kernel_b": random(1, 2),
    }
    with pytest.raises(litewright.ConverterError, match="LoRA"):
        sequential(tmp_path / "l.h5", (None, 3), [layer("Dense", "d", units=2, lora_rank=1)], {"d": weights})


def test_weights_and_architecture_in_two_files(tmp_path: Path) -> None:
    weights = {"kernel": random(5, 3), "bias": random(3)}
    whole = write_sequential(tmp_path / "whole.h5", (None, 5), [layer("Dense", "d", units=3)], {"d": weights})
    with h5py.File(whole) as source, h5py.File(tmp_path / "model.weights.h5", "w") as target:
        (tmp_path / "model.json").write_text(str(source.attrs["model_config"]))
        for name in source["model_weights"]:
            source.copy(f"model_weights/{name}", target)
        target.attrs["layer_names"] = source["model_weights"].attrs["layer_names"]
    wanted = convert(whole)
    assert convert(tmp_path / "model.json") == wanted
    assert convert(tmp_path / "model.weights.h5") == wanted


def test_models_called_with_tensors_by_name(tmp_path: Path) -> None:
    """The inner model's inputs stand in another order than their names."""

    def tensor(name: str) -> dict[str, Any]:
        details = {"shape": [None, 3], "dtype": "float32", "keras_history": [name, 0, 0]}
        return {"class_name": "__keras_tensor__", "config": details}

    def functional(name: str, inputs: list[str], last: dict[str, Any]) -> dict[str, Any]:
        layers = [
            layer("InputLayer", i, batch_shape=[None, 3]) | {"name": i, "inbound_nodes": []} for i in inputs
        ]
        config = {
            "name": name,
            "layers": [*layers, last],
            "input_layers": [[i, 0, 0] for i in inputs],
            "output_layers": [[last["name"], 1 if last["class_name"] == "Functional" else 0, 0]],
        }
        return {"class_name": "Functional", "name": name, "config": config}

    subtract = layer("Subtract", "s") | {
        "name": "s",
        "inbound_nodes": [{"args": [[tensor("b"), tensor("a")]], "kwargs": {}}],
    }
    inner = functional("inner", ["b", "a"], subtract)
    inner["inbound_nodes"] = [{"args": [{"a": tensor("x"), "b": tensor("y")}], "kwargs": {}}]
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["keras_version"] = "3.15.1"
        file.attrs["model_config"] = json.dumps(functional("outer", ["x", "y"], inner))
        file.create_group("model_weights").attrs["layer_names"] = np.array([], "S1")
    x, y = random(2, 3), random(2, 3)
    np.testing.assert_allclose(session(lite, convert(tmp_path / "m.h5"))(x, y)[0], y - x, atol=1e-6)
