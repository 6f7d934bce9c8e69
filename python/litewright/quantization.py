"""Post-training quantization of any float model."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright import _core
from litewright.progress import track

__all__ = ["quantize"]

Ranges = npt.NDArray[np.float32]


def quantize(
    model: bytes | str | os.PathLike[str],
    mode: str = "dynamic",
    representative_dataset: Any = None,
    *,
    allow_float: bool = True,
    inference_input_type: Any = np.float32,
    inference_output_type: Any = np.float32,
    keep_float: Iterable[str] = (),
) -> bytes:
    """A quantized copy of a float .tflite model, whoever made it.

    Args:
      model: the file's content or its path.
      mode: "dynamic" (int8 weights, float activations), "float16" (weights stored as float16), "int8",
        "int16x8" (int8 weights, int16 activations) or "int4" (int4 weights, float activations).
      representative_dataset: a function that yields calibration samples, for "int8" and "int16x8"; see
        `litewright.lite.RepresentativeDataset`.
      allow_float: False makes operators without an integer form an error that lists them.
      inference_input_type, inference_output_type: float32, or an integer type of the mode.
      keep_float: what stays float: layer names, operator names ("SOFTMAX") or regular expressions that match
        the whole name of a layer or of an operator's result.

    Raises:
      ValueError: not a float model, or arguments or samples that do not fit it.
      ConverterError: operators without an integer form, where `allow_float` is False.
      OSError: the file cannot be read.
    """
    content = model if isinstance(model, bytes) else Path(model).read_bytes()
    graph = _core.Graph.read(content)
    result = quantize_graph(
        graph,
        mode,
        representative_dataset,
        allow_float=allow_float,
        input_type=np.dtype(inference_input_type).name,
        output_type=np.dtype(inference_output_type).name,
        keep_float=keep_float,
    )
    return result.write()


def quantize_graph(
    graph: _core.Graph,
    mode: str,
    representative_dataset: Any,
    *,
    allow_float: bool = True,
    input_type: str = "float32",
    output_type: str = "float32",
    per_channel: bool = True,
    per_channel_dense: bool = True,
    keep_float: Iterable[str] = (),
) -> _core.Graph:
    """`quantize` from graph to graph."""
    ranges = None
    if mode in ("int8", "int16x8"):
        if representative_dataset is None:
            raise ValueError("For full integer quantization, a `representative_dataset` must be specified.")
        ranges = calibrate(graph, representative_dataset)
    return _core.quantize(
        graph,
        mode,
        ranges=ranges,
        allow_float=allow_float,
        input_type=input_type,
        output_type=output_type,
        per_channel=per_channel,
        per_channel_dense=per_channel_dense,
        keep_float=matching_operators(graph, keep_float),
    )


def matching_operators(graph: _core.Graph, patterns: Iterable[str]) -> set[int]:
    """The numbers of the operators that `patterns` name by layer, operator name or result.

    Raises:
      ValueError: a pattern matches nothing, or is no regular expression.
    """
    patterns = [patterns] if isinstance(patterns, str) else list(patterns)
    operators = graph.operators()
    found: set[int] = set()
    for pattern in patterns:
        try:
            expression = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"keep_float: {pattern!r} is not a regular expression: {error}") from error
        matches = {
            index
            for index, operator in enumerate(operators)
            if any(
                name == pattern or expression.fullmatch(name)
                for name in (operator["layer"], operator["name"], *operator["output_names"])
                if name
            )
        }
        if not matches:
            layers = sorted({operator["layer"] or operator["name"] for operator in operators})
            raise ValueError(f"keep_float: {pattern!r} matches none of {', '.join(layers[:40])}")
        found |= matches
    return found


def calibrate(graph: _core.Graph, representative_dataset: Any) -> Ranges:
    """Runs the samples through the float model; the smallest and largest value of every tensor, [tensors, 2].

    Raises:
      TypeError: the dataset is not callable. ValueError: it is empty, or a sample does not fit the model.
    """
    observer = _core.Observer(graph, num_threads=os.cpu_count() or 1)
    count = 0
    for sample in track(samples(graph, representative_dataset), "Calibrating"):
        observer.run(sample)
        count += 1
    if count == 0:
        raise ValueError(
            "representative_dataset yielded no samples; calibration needs at least one (a hundred are usual)."
        )
    ranges: Ranges = observer.ranges()
    return ranges


def samples(graph: _core.Graph, representative_dataset: Any) -> Iterator[list[npt.NDArray[Any]]]:
    """The dataset's samples as lists in the order of the model's inputs, each checked against the model."""
    generator: Callable[[], Iterable[Any]] = getattr(
        representative_dataset, "input_gen", representative_dataset
    )
    if not callable(generator):
        raise TypeError(
            f"representative_dataset should be a function that yields samples, not a"
            f" {type(representative_dataset).__name__}; write `lambda: samples` or a generator function."
        )
    inputs = graph.inputs()
    for number, sample in enumerate(generator()):
        yield check_sample(inputs, sample, f"representative_dataset, sample {number}")


def check_sample(inputs: list[dict[str, Any]], sample: Any, where: str) -> list[npt.NDArray[Any]]:
    """One sample in the order of the model's inputs.

    Raises:
      ValueError: names the sample, the input and what does not fit.
    """
    return [
        _check_array(value, spec, f"{where}, input {position} '{spec['name']}'")
        for position, (value, spec) in enumerate(zip(_in_order(inputs, sample, where), inputs, strict=True))
    ]


def _in_order(inputs: list[dict[str, Any]], sample: Any, where: str) -> Sequence[Any]:
    names = [spec["name"] for spec in inputs]
    if isinstance(sample, tuple) and len(sample) == 2 and isinstance(sample[0], str):
        sample = sample[1]  # (signature key, inputs by name)
    if isinstance(sample, Mapping):
        unknown = [name for name in sample if name not in names]
        missing = [name for name in names if name not in sample]
        if unknown or missing:
            given = sorted(map(str, sample))
            raise ValueError(f"{where}: has the names {given}; the model's inputs are {names}.")
        return [sample[name] for name in names]
    if isinstance(sample, (list, tuple)):
        if len(sample) != len(names):
            raise ValueError(
                f"{where}: Invalid input shapes: expected {len(names)} items got {len(sample)} items;"
                f" the model's inputs are {names}."
            )
        return sample
    raise ValueError(
        f"{where}: You need to provide either a dictionary with input names and values, a tuple with"
        " signature key and a dictionary with input names and values, or an array with input values in the"
        " order of input tensors of the graph in the representative_dataset function;"
        f" it is a {type(sample).__name__}."
        + (" Put it into a list: [sample]." if len(names) == 1 else "")
    )


def _check_array(value: Any, spec: dict[str, Any], where: str) -> npt.NDArray[Any]:
    array = np.asarray(value)
    wanted = np.dtype(spec["dtype"])
    if array.dtype != wanted:
        raise ValueError(
            f"{where}: Got value of type {array.dtype.name} but expected type {wanted.name};"
            f" use .astype(np.{wanted.name})."
        )
    shape = tuple(spec["shape"])
    if array.ndim != len(shape) or any(
        want not in (-1, got) for want, got in zip(shape, array.shape, strict=True)
    ):
        hint = " Add the batch dimension: sample[None]." if array.shape == shape[1:] else ""
        raise ValueError(f"{where}: has the shape {list(array.shape)}; the model takes {list(shape)}.{hint}")
    if wanted.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{where}: holds NaN or infinity.")
    return array
