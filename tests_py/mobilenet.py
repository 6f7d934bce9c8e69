"""MobileNetV2 as a Keras 2 HDF5 file with random weights, written without Keras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

# Of each group of blocks: expansion, channels, blocks, stride of the first.
_GROUPS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def random_kernel(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Weights [height, width, in, out] that keep the size of values; depthwise ones have one out."""
    inputs = shape[0] * shape[1] * (shape[2] if shape[3] > 1 else 1)
    return random.normal(0, np.sqrt(2 / inputs), shape).astype(np.float32)


def random_normalization(random: np.random.Generator, channels: int) -> list[np.ndarray]:
    """Gamma, beta, mean and variance."""
    values = [random.uniform(0.8, 1.2, channels), random.normal(0, 0.02, channels),
              random.normal(0, 0.02, channels), random.uniform(0.8, 1.2, channels)]  # fmt: skip
    return [value.astype(np.float32) for value in values]


class _Writer:
    def __init__(self, size: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.layers: list[dict[str, Any]] = []
        self.weights: dict[str, dict[str, np.ndarray]] = {}
        self.x = self.add("InputLayer", "input_1", [], batch_input_shape=[None, size, size, 3])
        self.channels = 3

    def add(self, class_name: str, name: str, inputs: list[str], **config: Any) -> str:
        nodes = [[[source, 0, 0, {}] for source in inputs]] if inputs else []
        config = {"name": name, "trainable": True, "dtype": "float32", **config}
        self.layers.append({"class_name": class_name, "name": name, "config": config, "inbound_nodes": nodes})
        return name

    def conv(self, name: str, filters: int, kernel: int = 1, stride: int = 1) -> None:
        self._spatial("Conv2D", name, kernel, stride, filters=filters, groups=1)
        self.weights[name] = {"kernel": random_kernel(self.random, (kernel, kernel, self.channels, filters))}
        self.channels = filters

    def depthwise(self, name: str, stride: int) -> None:
        self._spatial("DepthwiseConv2D", name, 3, stride, depth_multiplier=1)
        self.weights[name] = {"depthwise_kernel": random_kernel(self.random, (3, 3, self.channels, 1))}

    def _spatial(self, class_name: str, name: str, kernel: int, stride: int, **config: Any) -> None:
        self.x = self.add(
            class_name, name, [self.x], kernel_size=[kernel] * 2, strides=[stride] * 2, padding="same",
            data_format="channels_last", dilation_rate=[1, 1], activation="linear", use_bias=False, **config,
        )  # fmt: skip

    def normalize(self, name: str, relu: bool = True) -> None:
        self.x = self.add(
            "BatchNormalization",
            name,
            [self.x],
            axis=[3],
            momentum=0.999,
            epsilon=0.001,
            center=True,
            scale=True,
        )
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        self.weights[name] = dict(zip(names, random_normalization(self.random, self.channels), strict=True))
        if relu:
            self.x = self.add(
                "ReLU", name + "_relu", [self.x], max_value=6.0, negative_slope=0.0, threshold=0.0
            )

    def block(self, number: int, expansion: int, channels: int, stride: int) -> None:
        source, before = self.x, self.channels
        if expansion > 1:
            self.conv(f"block_{number}_expand", expansion * before)
            self.normalize(f"block_{number}_expand_bn")
        self.depthwise(f"block_{number}_depthwise", stride)
        self.normalize(f"block_{number}_depthwise_bn")
        self.conv(f"block_{number}_project", channels)
        self.normalize(f"block_{number}_project_bn", relu=False)
        if stride == 1 and before == channels:
            self.x = self.add("Add", f"block_{number}_add", [source, self.x])

    def save(self, path: Path) -> Path:
        config = {
            "name": "mobilenet", "trainable": True, "layers": self.layers,
            "input_layers": [["input_1", 0, 0]], "output_layers": [[self.x, 0, 0]],
        }  # fmt: skip
        with h5py.File(path, "w") as file:
            file.attrs["keras_version"] = "2.15.0"
            file.attrs["backend"] = "tensorflow"
            file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config})
            group = file.create_group("model_weights")
            group.attrs["layer_names"] = [layer["name"].encode() for layer in self.layers]
            for layer in self.layers:
                name = layer["name"]
                inner = group.create_group(name)
                variables = self.weights.get(name, {})
                inner.attrs["weight_names"] = [f"{name}/{key}:0".encode() for key in variables]
                for key, value in variables.items():
                    inner.create_dataset(f"{name}/{key}:0", data=value)
        return path


def write(path: Path, size: int, head: tuple[np.ndarray, np.ndarray] | None = None, seed: int = 0) -> Path:
    """The model up to its 1280 features, or with a softmax head of these weights. Returns `path`."""
    w = _Writer(size, seed)
    w.conv("Conv1", 32, 3, 2)
    w.normalize("bn_Conv1")
    number = 0
    for expansion, channels, count, stride in _GROUPS:
        for i in range(count):
            w.block(number, expansion, channels, stride if i == 0 else 1)
            number += 1
    w.conv("Conv_1", 1280)
    w.normalize("Conv_1_bn")
    w.x = w.add("GlobalAveragePooling2D", "features", [w.x], data_format="channels_last", keepdims=False)
    if head is not None:
        kernel, bias = head
        w.x = w.add("Dense", "head", [w.x], units=kernel.shape[1], activation="softmax", use_bias=True)
        w.weights["head"] = {"kernel": kernel, "bias": bias}
    return w.save(path)


def fit_head(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A two-class head that looks along the line between the means of the classes 0 and 1."""
    zeros, ones = features[labels == 0].mean(0), features[labels == 1].mean(0)
    weights = zeros - ones
    middle = (zeros + ones) / 2
    weights *= 4 / np.abs((features - middle) @ weights).max()
    offset = -float(middle @ weights)
    return np.stack([weights, -weights], 1).astype(np.float32), np.float32([offset, -offset])
