"""Post-training quantization of any float model."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright import _core
from litewright.calibration import Calibration, Sample, calibrate, compare, first_samples
from litewright.progress import track
from litewright.quantization_report import QuantizationReport

__all__ = ["QuantizationOptions", "QuantizedModel", "quantize"]

_CALIBRATIONS = ("minmax", "moving_average", "percentile", "mse")
_INTEGER_MODES = ("int8", "int16x8")
_RANKING_SAMPLES = 4


@dataclass
class QuantizationOptions:
    """What helps when accuracy drops; the defaults give TensorFlow's numbers.

    Attributes:
      calibration: how ranges come from the samples: "minmax" (the extrema), "moving_average" (of the extrema
        of each sample), "percentile" (without a share of the values at each end) or "mse" (the range that
        loses least). calibration_parameter: the share that stays of the moving average (0.9), or the
        percentile (99.99).
      equalize: move scale between neighbouring layers, so that the channels of their weights have like
        ranges; the float results stay.
      bias_correction: add to each bias what rounding the weights takes from the mean of the result.
      keep_float: what stays float: layer names, operator names ("SOFTMAX") or regular expressions that match
        the whole name of a layer or of an operator's result.
      keep_int16: in mode "int8", what has 16-bit activations instead; named like keep_float.
      target_error: keep the worst layers float until the error of the results, relative to their size (both
        root mean square, over the report's samples), is at most this.
      report_samples: how many samples are kept for the report and `target_error`.
    """

    calibration: str = "minmax"
    calibration_parameter: float | None = None
    equalize: bool = False
    bias_correction: bool = False
    keep_float: Sequence[str] = ()
    keep_int16: Sequence[str] = ()
    target_error: float | None = None
    report_samples: int = 8

    def check(self, mode: str, has_dataset: bool, allow_float: bool) -> None:
        """Raises:
        ValueError: the options contradict each other or the mode."""
        if self.calibration not in _CALIBRATIONS:
            raise ValueError(f"calibration should be one of {_CALIBRATIONS}, not {self.calibration!r}")
        parameters = {"moving_average": (0, 1), "percentile": (50, 100)}
        if self.calibration_parameter is not None:
            if self.calibration not in parameters:
                raise ValueError(f"calibration {self.calibration!r} has no parameter")
            low, high = parameters[self.calibration]
            if not low < self.calibration_parameter <= high:
                raise ValueError(
                    f"calibration_parameter of {self.calibration!r} should be above {low} and at most {high},"
                    f" not {self.calibration_parameter}"
                )
        if self.calibration != "minmax" and mode not in _INTEGER_MODES:
            raise ValueError(f"calibration {self.calibration!r} needs an integer mode; {mode} has no ranges")
        if self.keep_int16 and mode != "int8":
            raise ValueError(f"keep_int16 is for mode int8, not for {mode}")
        if mode == "float16" and (self.equalize or self.bias_correction):
            raise ValueError("equalize and bias_correction are for integer weights, not for float16")
        if self.bias_correction and not has_dataset:
            raise ValueError("bias_correction needs a representative_dataset")
        if self.report_samples < 1:
            raise ValueError(f"report_samples should be at least 1, not {self.report_samples}")
        if self.target_error is not None and not self.target_error > 0:
            raise ValueError(f"target_error should be above 0, not {self.target_error}")
        if not allow_float and (self.keep_float or self.target_error is not None):
            raise ValueError(
                "keep_float and target_error keep operators float, which is not allowed here:"
                " add OpsSet.TFLITE_BUILTINS to target_spec.supported_ops, or set allow_float."
            )


@dataclass
class Quantization:
    """A quantized graph and what it was made from."""

    original: _core.Graph
    graph: _core.Graph
    mode: str
    samples: list[Sample]
    kept_float: list[str] = field(default_factory=list)
    random_samples: bool = False

    def report(self) -> QuantizationReport:
        """Runs both graphs on the samples and compares them."""
        return QuantizationReport(
            self.original,
            self.graph,
            self.samples,
            mode=self.mode,
            kept_float=self.kept_float,
            random_samples=self.random_samples,
        )


class QuantizedModel(bytes):
    """The content of a quantized .tflite file, which also knows how it was made."""

    _quantization: Quantization
    _report: QuantizationReport | None = None

    @property
    def kept_float(self) -> list[str]:
        """The layers that `target_error` kept float."""
        return self._quantization.kept_float

    @property
    def report(self) -> QuantizationReport:
        """How far the model is from the float one, measured when first asked for."""
        if self._report is None:
            self._report = self._quantization.report()
        return self._report


def quantize(
    model: bytes | str | os.PathLike[str],
    mode: str = "dynamic",
    representative_dataset: Any = None,
    *,
    allow_float: bool = True,
    inference_input_type: Any = np.float32,
    inference_output_type: Any = np.float32,
    calibration: str = "minmax",
    calibration_parameter: float | None = None,
    equalize: bool = False,
    bias_correction: bool = False,
    keep_float: Iterable[str] = (),
    keep_int16: Iterable[str] = (),
    target_error: float | None = None,
    report_samples: int = 8,
) -> QuantizedModel:
    """A quantized copy of a float .tflite model, whoever made it.

    Args:
      model: the file's content or its path.
      mode: "dynamic" (int8 weights, float activations), "float16" (weights stored as float16), "int8",
        "int16x8" (int8 weights, int16 activations) or "int4" (int4 weights, float activations).
      representative_dataset: a function that yields calibration samples, for "int8" and "int16x8"; see
        `litewright.lite.RepresentativeDataset`.
      allow_float: False makes operators without an integer form an error that lists them.
      inference_input_type, inference_output_type: float32, or an integer type of the mode.
      The others: see `QuantizationOptions`.

    Returns:
      The file's content; its `report` says how far it is from the float model.

    Raises:
      ValueError: not a float model, or arguments or samples that do not fit it or each other.
      ConverterError: operators without an integer form, where `allow_float` is False.
      OSError: the file cannot be read.
    """
    content = model if isinstance(model, bytes) else Path(model).read_bytes()
    result = quantize_graph(
        _core.Graph.read(content),
        mode,
        representative_dataset,
        QuantizationOptions(
            calibration,
            calibration_parameter,
            equalize,
            bias_correction,
            [keep_float] if isinstance(keep_float, str) else list(keep_float),
            [keep_int16] if isinstance(keep_int16, str) else list(keep_int16),
            target_error,
            report_samples,
        ),
        allow_float=allow_float,
        input_type=np.dtype(inference_input_type).name,
        output_type=np.dtype(inference_output_type).name,
    )
    quantized = QuantizedModel(result.graph.write())
    quantized._quantization = result
    return quantized


def quantize_graph(
    graph: _core.Graph,
    mode: str,
    representative_dataset: Any,
    options: QuantizationOptions | None = None,
    *,
    allow_float: bool = True,
    input_type: str = "float32",
    output_type: str = "float32",
    per_channel: bool = True,
    per_channel_dense: bool = True,
    bias16_type: str = "int64",
    trained_ranges: npt.NDArray[np.float32] | None = None,
) -> Quantization:
    """`quantize` from graph to graph; `equalize` changes `graph`. `trained_ranges`, [tensors, 2] with NaN
    where there is none, come before those of the samples, which are not needed then."""
    options = options or QuantizationOptions()
    has_dataset = representative_dataset is not None
    options.check(mode, has_dataset, allow_float)
    trained = trained_ranges is not None
    integer = mode in _INTEGER_MODES
    if integer and not has_dataset and not trained:
        raise ValueError("For full integer quantization, a `representative_dataset` must be specified.")
    if options.equalize:
        graph.equalize()
    seen: Calibration | None = None
    if has_dataset and (integer or options.bias_correction):
        seen = calibrate(
            graph,
            representative_dataset,
            method=options.calibration,
            parameter=options.calibration_parameter,
            means=options.bias_correction,
            keep=options.report_samples,
        )
    ranges = seen.ranges if seen and integer else None
    if trained_ranges is not None:
        ranges = (
            trained_ranges if ranges is None else np.where(np.isnan(trained_ranges), ranges, trained_ranges)
        )
    samples = seen.samples if seen else first_samples(graph, representative_dataset, options.report_samples)
    keep_int16 = matching_operators(graph, options.keep_int16, "keep_int16")
    weights = {"per_channel": per_channel, "per_channel_dense": per_channel_dense}

    def with_floats(keep: set[int]) -> _core.Graph:
        source = graph
        if seen is not None and options.bias_correction:
            source = _core.correct_biases(graph, mode, seen.means, keep_float=keep, **weights)
        return _core.quantize(
            source,
            mode,
            ranges=ranges,
            allow_float=allow_float,
            input_type=input_type,
            output_type=output_type,
            keep_float=keep,
            bias16_type=bias16_type,
            keep_int16=keep_int16,
            trained=trained,
            **weights,
        )

    keep = matching_operators(graph, options.keep_float, "keep_float")
    kept: list[str] = []
    if options.target_error is not None:
        keep, kept = _reach(graph, with_floats, keep, samples, options.target_error)
    return Quantization(graph, with_floats(keep), mode, samples, kept, random_samples=not has_dataset)


def _reach(
    graph: _core.Graph,
    with_floats: Callable[[set[int]], _core.Graph],
    keep: set[int],
    samples: list[Sample],
    target: float,
) -> tuple[set[int], list[str]]:
    """The operators to keep float, beside `keep`, for an error of at most `target`; and their layers' names.

    1. Each layer is quantized alone: the larger the error of the results, the worse the layer. 2. Twice as
    many of the worst are kept each time, until the error is met. 3. Halving finds the fewest.
    """

    def error(floats: set[int], runs: list[Sample]) -> float:
        quantized = with_floats(_with_enclosed(graph, floats, lossy))
        return compare(graph, quantized, runs, by_operator=False).output_error()

    def worst(count: int) -> set[int]:
        return keep.union(*(numbers for _, numbers in layers[:count]))

    first = compare(graph, with_floats(keep), samples)
    if first.output_error() <= target:
        return keep, []
    layers = _worst_layers(first.operators())
    lossy = set().union(*(numbers for _, numbers in layers))
    impact = {
        name: error(keep | (lossy - numbers), samples[:_RANKING_SAMPLES])
        for name, numbers in track(layers, "Ranking layers")
    }
    layers.sort(key=lambda layer: -impact[layer[0]])
    enough = 1
    while enough < len(layers) and error(worst(enough), samples) > target:
        enough *= 2
    enough = min(enough, len(layers))
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if error(worst(middle), samples) > target:
            too_few = middle
        else:
            enough = middle
    reached = error(worst(enough), samples)
    if reached > target:
        raise ValueError(
            f"target_error {target:g} cannot be met: with all {len(layers)} layers kept float the error is"
            f" {reached:.3g}."
        )
    floats = _with_enclosed(graph, worst(enough), lossy)
    return floats, [name for name, _ in layers[:enough]]


def _with_enclosed(graph: _core.Graph, keep: set[int], lossy: set[int]) -> set[int]:
    """`keep` and the operators that lose nothing themselves and have no integer neighbour: rounding what they
    pass on gains nothing."""
    operators = graph.operators()
    users: dict[int, set[int]] = {}
    makers: dict[int, int] = {}
    for index, row in enumerate(operators):
        for tensor in row["inputs"]:
            users.setdefault(tensor, set()).add(index)
        makers.update(dict.fromkeys(row["outputs"], index))
    result = set(keep)
    changed = True
    while changed:
        changed = False
        for index, row in enumerate(operators):
            if index in result or index in lossy:
                continue
            near = {makers[tensor] for tensor in row["inputs"] if tensor in makers}
            near = near.union(*(users.get(tensor, set()) for tensor in row["outputs"]))
            if near <= result:
                result.add(index)
                changed = True
    return result


def _worst_layers(operators: list[dict[str, Any]]) -> list[tuple[str, set[int]]]:
    """Names and operator numbers of the layers that lose anything, the worst first."""
    layers: dict[str, tuple[float, set[int]]] = {}
    for row in operators:
        name = row["layer"] or row["tensor"]
        worst, numbers = layers.get(name, (np.inf, set()))
        layers[name] = (min(worst, row["sqnr"]), numbers | {row["index"]})
    ranked = sorted(layers.items(), key=lambda item: item[1][0])
    return [(name, numbers) for name, (worst, numbers) in ranked if np.isfinite(worst)]


def matching_operators(graph: _core.Graph, patterns: Iterable[str], option: str) -> set[int]:
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
            raise ValueError(f"{option}: {pattern!r} is not a regular expression: {error}") from error
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
            raise ValueError(f"{option}: {pattern!r} matches none of {', '.join(layers[:40])}")
        found |= matches
    return found
