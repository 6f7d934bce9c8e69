"""The quantization debugger, with the surface of `tf.lite.experimental.QuantizationDebugger`."""

from __future__ import annotations

import csv
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
import numpy.typing as npt

from litewright import _core
from litewright.calibration import Calibration, calibrate
from litewright.interpreter import Interpreter, OpResolverType
from litewright.values import dequantize, parameters, quantize

if TYPE_CHECKING:
    from litewright.converter import TFLiteConverter

__all__ = ["QuantizationDebugOptions", "QuantizationDebugger"]

_VERIFY = "NumericVerify"
_LAYER_METRICS: dict[str, Callable[[npt.NDArray[Any]], float]] = {
    "num_elements": lambda diffs: diffs.size,
    "stddev": lambda diffs: float(np.std(diffs)),
    "mean_error": lambda diffs: float(np.average(diffs)),
    "max_abs_error": lambda diffs: float(np.max(np.abs(diffs))),
    "mean_squared_error": lambda diffs: float(np.average(np.square(diffs))),
}


class QuantizationDebugOptions:
    """What a debugger measures and what stays float."""

    def __init__(
        self,
        layer_debug_metrics: Mapping[str, Callable[[npt.NDArray[Any]], float]] | None = None,
        model_debug_metrics: Mapping[str, Callable[[Sequence[Any], Sequence[Any]], float]] | None = None,
        layer_direct_compare_metrics: Mapping[str, Callable[[Any, Any, float, int], float]] | None = None,
        denylisted_ops: list[str] | None = None,
        denylisted_nodes: list[str] | None = None,
        fully_quantize: bool = False,
    ) -> None:
        """Args:
          layer_debug_metrics: functions by name; each gets the differences of one result (quantized less
            float) and gives a number.
          model_debug_metrics: functions of the lists of the float and of the quantized model's outputs.
          layer_direct_compare_metrics: functions of a result's float values, quantized values, scale and zero
            point.
          denylisted_ops: operators that stay float, such as "CONV_2D".
          denylisted_nodes: names of results whose operators stay float.
          fully_quantize: inputs and outputs are integers, too.

        Raises:
          ValueError: two metrics have one name.
        """
        self.layer_debug_metrics = layer_debug_metrics
        self.model_debug_metrics = model_debug_metrics
        self.layer_direct_compare_metrics = layer_direct_compare_metrics
        self.denylisted_ops = denylisted_ops
        self.denylisted_nodes = denylisted_nodes
        self.fully_quantize = fully_quantize
        metrics = (layer_debug_metrics, model_debug_metrics, layer_direct_compare_metrics)
        names = [name for group in metrics for name in group or ()]
        if len(names) != len(set(names)):
            raise ValueError("Provided metrics have duplicate keys.")


def _interpreter(path: str | None, content: bytes | None, preserve: bool = False) -> Interpreter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that intermediate results are kept is meant
        return Interpreter(
            path,
            content,
            experimental_op_resolver_type=OpResolverType.AUTO,
            experimental_preserve_all_tensors=preserve,
        )


class _Converted:
    """A converter's model, calibrated, to be quantized as options say."""

    def __init__(self, converter: TFLiteConverter) -> None:
        if not converter.optimizations:
            raise ValueError("converter object must set optimizations to lite.Optimize.DEFAULT")
        if not converter.representative_dataset:
            raise ValueError("converter object must set representative_dataset")
        self.mode = "int16x8" if converter._mode().startswith("int16x8") else "int8"
        self.graph = converter._float_graph()
        self._per_channel = not converter._experimental_disable_per_channel
        self._per_channel_dense = converter._per_channel_dense(self.graph)
        self._calibration: Calibration = calibrate(self.graph, converter.representative_dataset)

    def quantized(self, options: QuantizationDebugOptions, debug: bool) -> bytes:
        border = {"int8": "int8", "int16x8": "int16"}[self.mode] if options.fully_quantize else "float32"
        result = _core.quantize(
            self.graph,
            self.mode,
            ranges=self._calibration.ranges,
            input_type=border,
            output_type=border,
            per_channel=self._per_channel,
            per_channel_dense=self._per_channel_dense,
            keep_float=self._denied(options),
        )
        return (_core.debug_graph(self.graph, result) if debug else result).write()

    def _denied(self, options: QuantizationDebugOptions) -> set[int]:
        operators = set(options.denylisted_ops or ())
        nodes = set(options.denylisted_nodes or ())
        return {
            index
            for index, row in enumerate(self.graph.operators())
            if row["name"] in operators or nodes.intersection(row["output_names"])
        }


class QuantizationDebugger:
    """Measures what quantization does to every operator's result.

    Attributes:
      layer_statistics: after run(): {result: {metric: value}}, means over the dataset.
      model_statistics: after run(), with model_debug_metrics: {metric: value}.
    """

    def __init__(
        self,
        quant_debug_model_path: str | None = None,
        quant_debug_model_content: bytes | None = None,
        float_model_path: str | None = None,
        float_model_content: bytes | None = None,
        debug_dataset: Callable[[], Iterable[Sequence[npt.NDArray[Any]]]] | None = None,
        debug_options: QuantizationDebugOptions | None = None,
        converter: TFLiteConverter | None = None,
    ) -> None:
        """Args:
          quant_debug_model_path, quant_debug_model_content: a model with NumericVerify operators, or
          converter: a converter with optimizations and a representative dataset.
          float_model_path, float_model_content: the float model, for model_debug_metrics.
          debug_dataset: a function that yields samples, each a list of arrays in the model's input order.

        Raises:
          ValueError: no debug model, or a converter that does not quantize to integers.
        """
        self._dataset = debug_dataset
        self._options = debug_options or QuantizationDebugOptions()
        self.converter = converter
        self._converted = None if converter is None else _Converted(converter)
        self.layer_statistics: dict[str, dict[str, float]] | None = None
        self.model_statistics: dict[str, float] | None = None
        self._float: Interpreter | None = None
        if self._converted is not None:
            self._start()
            return
        self._quant = _interpreter(quant_debug_model_path, quant_debug_model_content, preserve=True)
        if self._options.model_debug_metrics:
            self._float = _interpreter(float_model_path, float_model_content)
        self._find_layers()

    @property
    def options(self) -> QuantizationDebugOptions:
        """The options; setting others quantizes the converter's model anew."""
        return self._options

    @options.setter
    def options(self, options: QuantizationDebugOptions) -> None:
        self._options = options
        if self._converted is not None:
            self._start()

    def get_nondebug_quantized_model(self) -> bytes:
        """The quantized model as an application uses it. ValueError without a converter."""
        return self._model(debug=False)

    def get_debug_quantized_model(self) -> bytes:
        """The quantized model with NumericVerify operators. ValueError without a converter."""
        return self._model(debug=True)

    def run(self) -> None:
        """Runs the dataset through the models and computes the metrics."""
        self.layer_statistics = self._layer_statistics()
        if self._options.model_debug_metrics:
            self.model_statistics = self._model_statistics(self._options.model_debug_metrics)

    def layer_statistics_dump(self, file: TextIO) -> None:
        """Writes the layers' statistics as CSV: op_name, tensor_idx, the metrics, scale, zero_point,
        tensor_name."""
        fields = ["op_name", "tensor_idx", *self._layer_metrics()]
        fields += [*(self._options.layer_direct_compare_metrics or ()), "scale", "zero_point", "tensor_name"]
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        makers = {index: row["op_name"] for row in self._quant._get_ops_details() for index in row["outputs"]}
        for name, metrics in (self.layer_statistics or {}).items():
            index, real = self._layers[name]["inputs"]
            details = self._quant._get_tensor_details(index, 0)
            scale, zero_point = parameters(details)
            writer.writerow(
                {
                    **metrics,
                    "op_name": makers[index],
                    "tensor_idx": index,
                    "scale": scale,
                    "zero_point": zero_point,
                    "tensor_name": _tensor_name(name, self._quant._get_tensor_details(real, 0)["name"]),
                }
            )

    def _start(self) -> None:
        assert self._converted is not None
        self._quant = _interpreter(None, self._model(debug=True), preserve=True)
        if self._options.model_debug_metrics:
            self._float = _interpreter(None, self._converted.graph.write())
        self._find_layers()

    def _model(self, debug: bool) -> bytes:
        if self._converted is None:
            raise ValueError(
                "No converter found, use this function with the converter option in the constructor."
            )
        return self._converted.quantized(self._options, debug)

    def _find_layers(self) -> None:
        self._layers: dict[str, dict[str, Any]] = {}  # the NumericVerify operators by result
        for row in self._quant._get_ops_details():
            if row["op_name"] == _VERIFY:
                details = self._quant._get_tensor_details(row["outputs"][0], 0)
                self._layers[details["name"]] = row
        if not self._layers:
            raise ValueError("Please check if the quantized model is in debug mode")
        self.layer_statistics = None
        self.model_statistics = None

    def _layer_metrics(self) -> dict[str, Callable[[npt.NDArray[Any]], float]]:
        return {**_LAYER_METRICS, **(self._options.layer_debug_metrics or {})}

    def _samples(self) -> Iterable[Sequence[npt.NDArray[Any]]]:
        if self._dataset is None:
            raise ValueError("The debugger has no debug_dataset")
        return self._dataset()

    def _layer_statistics(self) -> dict[str, dict[str, float]]:
        collected: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        direct = self._options.layer_direct_compare_metrics or {}
        for number, sample in enumerate(self._samples()):
            _run(self._quant, sample, first=number == 0)
            for name, row in self._layers.items():
                diffs = self._quant.get_tensor(row["outputs"][0])
                for metric, function in self._layer_metrics().items():
                    collected[name][metric].append(function(diffs))
                stored, real = row["inputs"]
                for metric, compare in direct.items():
                    scale, zero_point = parameters(self._quant._get_tensor_details(stored, 0))
                    values = self._quant.get_tensor(real), self._quant.get_tensor(stored)
                    collected[name][metric].append(compare(*values, scale, zero_point))
        return {
            name: {metric: float(np.nanmean(values)) for metric, values in metrics.items()}
            for name, metrics in collected.items()
        }

    def _model_statistics(
        self, metrics: Mapping[str, Callable[[Sequence[Any], Sequence[Any]], float]]
    ) -> dict[str, float]:
        collected: dict[str, list[float]] = defaultdict(list)
        for number, sample in enumerate(self._samples()):
            quantized = _run(self._quant, sample, first=number == 0)
            real = [] if self._float is None else _run(self._float, sample, first=number == 0)
            for metric, function in metrics.items():
                collected[metric].append(function(real, quantized))
        return {metric: float(np.mean(values)) for metric, values in collected.items()}


def _tensor_name(difference: str, real: str) -> str:
    """The tensor a difference is of, whose float twin is called `real`. TensorFlow writes a digit behind."""
    name = difference.rsplit(":", 1)[0].removeprefix(_VERIFY + "/")
    return name[:-1] if real != name + "_float" and name[-1:].isdigit() else name


def _run(interpreter: Interpreter, sample: Sequence[npt.NDArray[Any]], first: bool) -> list[Any]:
    """The outputs as floats. Inputs are quantized where the model takes integers."""
    inputs = interpreter.get_input_details()
    if len(inputs) != len(sample):
        raise ValueError(
            f"Number of inputs provided ({len(sample)}) does not match number of inputs to the model"
            f" ({len(inputs)})"
        )
    if first:
        for details, array in zip(inputs, sample, strict=True):
            interpreter.resize_tensor_input(details["index"], np.shape(array))
        interpreter.allocate_tensors()
    for details, array in zip(inputs, sample, strict=True):
        interpreter.set_tensor(details["index"], quantize(details, array))
    interpreter.invoke()
    return [
        dequantize(details, interpreter.get_tensor(details["index"]))
        for details in interpreter.get_output_details()
    ]
