"""Small Keras models to quantize, and samples for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from keras_files import dense, layer, write_sequential

import litewright.lite as lite

SHAPE = (8, 8, 3)
INT8 = lite.OpsSet.TFLITE_BUILTINS_INT8
INT16 = lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
BUILTINS = lite.OpsSet.TFLITE_BUILTINS


def one_by_one(content: bytes, images: np.ndarray) -> np.ndarray:
    """The first output of each image, run by itself."""
    interpreter = lite.Interpreter(model_content=content, num_threads=2)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    rows = []
    for image in images:
        interpreter.set_tensor(source, image[None])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(target)[0])
    return np.stack(rows)


def conv(name: str, filters: int, **config: Any) -> dict[str, Any]:
    config = {"kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "dilation_rate": [1, 1],
              "data_format": "channels_last", "activation": "linear", "use_bias": True, "groups": 1,
              **config}  # fmt: skip
    return layer("Conv2D", name, filters=filters, **config)


def classifier(path: Path, activation: str = "relu", filters: int = 6) -> Path:
    """conv -> pool -> flatten -> fc -> softmax, [8, 8, 3] -> 5 classes."""
    random = np.random.default_rng(3)
    layers = [
        conv("conv", filters, activation=activation),
        layer("MaxPooling2D", "pool", pool_size=[2, 2], strides=[2, 2], padding="valid",
              data_format="channels_last"),
        layer("Flatten", "flatten", data_format="channels_last"),
        dense("fc", 5, "softmax"),
    ]  # fmt: skip
    weights = {
        "conv": {
            "kernel": random.normal(0, 0.3, (3, 3, 3, filters)).astype(np.float32),
            "bias": random.normal(0, 0.3, filters).astype(np.float32),
        },
        "fc": {
            "kernel": random.normal(0, 0.5 / filters, (16 * filters, 5)).astype(np.float32),
            "bias": random.normal(0, 0.3, 5).astype(np.float32),
        },
    }
    return write_sequential(path, [None, *SHAPE], layers, weights)


def one_bad_layer(path: Path) -> Path:
    """Dense layers d0 to d3, [16] -> 16. The third has enormous weights for a unit that is always zero, so
    that 8 bits lose all others."""
    random = np.random.default_rng(5)
    weights = {}
    for number in range(4):
        kernel = random.normal(0, 0.3, (16, 16)).astype(np.float32)
        bias = random.normal(0, 0.3, 16).astype(np.float32)
        if number == 1:
            kernel[:, 0], bias[0] = 0, -1
        if number == 2:
            kernel[0] = 1000
        weights[f"d{number}"] = {"kernel": kernel, "bias": bias}
    layers = [dense(f"d{number}", 16, "relu" if number < 3 else "linear") for number in range(4)]
    return write_sequential(path, [None, 16], layers, weights)


def images(count: int, seed: int = 0, shape: Sequence[int] = SHAPE) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.uniform(0, 1, (1, *shape)).astype(np.float32) for _ in range(count)]


def dataset(count: int = 200, shape: Sequence[int] = SHAPE):
    return lambda: ([image] for image in images(count, shape=shape))


def converter(path: Path, samples: Any = None, **attributes: Any) -> lite.TFLiteConverter:
    result = lite.TFLiteConverter.from_keras_model(path)
    result.optimizations = [lite.Optimize.DEFAULT]
    result.representative_dataset = samples
    for name, value in attributes.items():
        setattr(result, name, value)
    return result


def run(module: Any, content: bytes, inputs: Sequence[np.ndarray], **options: Any) -> np.ndarray:
    """The first output for every input, as floats."""
    interpreter = module.Interpreter(model_content=content, **options)
    interpreter.allocate_tensors()
    details, out = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    results = []
    for array in inputs:
        if details["dtype"] != np.float32:
            scale, zero = details["quantization"]
            limits = np.iinfo(details["dtype"])
            array = np.clip(np.round(array / scale) + zero, limits.min, limits.max).astype(details["dtype"])
        interpreter.set_tensor(details["index"], array)
        interpreter.invoke()
        values = interpreter.get_tensor(out["index"])
        if out["dtype"] != np.float32:
            scale, zero = out["quantization"]
            values = (values.astype(np.float32) - zero) * scale
        results.append(values[0])
    return np.stack(results)


def relative_error(got: np.ndarray, want: np.ndarray) -> float:
    return float(np.sqrt(np.mean((got - want) ** 2) / np.mean(want**2)))
