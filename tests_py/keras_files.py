"""Keras 2 HDF5 files with hand-written layers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Weights = Mapping[str, np.ndarray]


def layer(class_name: str, name: str, **config: Any) -> dict[str, Any]:
    return {
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
    }


def dense(name: str, units: int, activation: str = "linear") -> dict[str, Any]:
    return layer("Dense", name, units=units, activation=activation, use_bias=True)


def write_sequential(
    path: Path,
    input_shape: Sequence[int | None],
    layers: Sequence[dict[str, Any]],
    weights: Mapping[str, Weights],
) -> Path:
    """A Sequential model; `weights` has the variables of each layer by name. Returns `path`."""
    inputs = layer("InputLayer", "input_1", batch_input_shape=list(input_shape), sparse=False, ragged=False)
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": [inputs, *layers]}}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        group = file.create_group("model_weights")
        names = [entry["config"]["name"] for entry in layers]
        group.attrs["layer_names"] = [name.encode() for name in names]
        for name in names:
            variables = weights.get(name, {})
            inner = group.create_group(name)
            inner.attrs["weight_names"] = [f"{name}/{variable}:0".encode() for variable in variables]
            for variable, value in variables.items():
                inner.create_dataset(f"{name}/{variable}:0", data=value)
    return path
