"""Converting trained models, with the surface of `tf.lite.TFLiteConverter`."""

from __future__ import annotations

import enum
import os
import re
import tempfile
import warnings
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from litewright import _core
from litewright.layers import native_layers
from litewright.limits import Limits
from litewright.quantization import Quantization, QuantizationOptions, quantize_graph
from litewright.quantization_report import QuantizationReport
from litewright.tensorflow_functions import check_functions, read_functions

__all__ = ["OpsSet", "Optimize", "RepresentativeDataset", "TFLiteConverter", "TargetSpec"]


NO_RANGE = (float("nan"), float("nan"))

# What importers say of models that Keras 2, or the TensorFlow that came with it, saved.
_OF_KERAS_2 = re.compile(r"from (Keras 2|TensorFlow (1|2\.(\d|1[0-5])))\b")


class Optimize(enum.Enum):
    """What `TFLiteConverter.optimizations` may hold. All but DEFAULT are old names that mean DEFAULT or
    nothing."""

    DEFAULT = "DEFAULT"
    OPTIMIZE_FOR_SIZE = "OPTIMIZE_FOR_SIZE"
    OPTIMIZE_FOR_LATENCY = "OPTIMIZE_FOR_LATENCY"
    EXPERIMENTAL_SPARSITY = "EXPERIMENTAL_SPARSITY"

    def __str__(self) -> str:
        return self.value


class OpsSet(enum.Enum):
    """What `TargetSpec.supported_ops` may hold."""

    TFLITE_BUILTINS = "TFLITE_BUILTINS"
    SELECT_TF_OPS = "SELECT_TF_OPS"
    TFLITE_BUILTINS_INT8 = "TFLITE_BUILTINS_INT8"
    EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8 = (
        "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8"
    )
    EXPERIMENTAL_STABLEHLO_OPS = "EXPERIMENTAL_STABLEHLO_OPS"

    def __str__(self) -> str:
        return self.value

    @staticmethod
    def get_options() -> list[str]:
        """The names of all sets."""
        return [str(option) for option in OpsSet]


class RepresentativeDataset:
    """Samples for calibration: `input_gen` is called without arguments and yields samples, each a list of
    arrays in the order of the model's inputs, a dictionary by input name, or a pair of a signature key and
    such a dictionary."""

    def __init__(self, input_gen: Callable[[], Iterable[Any]]) -> None:
        self.input_gen = input_gen


class TargetSpec:
    """What the converted model may use."""

    def __init__(
        self,
        supported_ops: Iterable[OpsSet] | None = None,
        supported_types: Iterable[Any] | None = None,
        experimental_select_user_tf_ops: Iterable[str] | None = None,
        experimental_supported_backends: Iterable[str] | None = None,
    ) -> None:
        """Args:
        supported_ops: operator sets; {OpsSet.TFLITE_BUILTINS} if None.
        supported_types: what constants may become, such as {np.float16}; NumPy's or TensorFlow's types.
        """
        self.supported_ops: Iterable[OpsSet] = supported_ops or {OpsSet.TFLITE_BUILTINS}
        self.supported_types: Iterable[Any] = supported_types or set()
        self.experimental_select_user_tf_ops = set(experimental_select_user_tf_ops or ())
        self.experimental_supported_backends = experimental_supported_backends


def dtype_name(dtype: Any) -> str:
    """The name ("float32") of a type: np.float32, "float32", np.dtype("float32") or tf.float32.

    Raises:
      ValueError: not a type.
    """
    try:
        return str(np.dtype(getattr(dtype, "as_numpy_dtype", dtype)).name)
    except TypeError as error:
        raise ValueError(f"{dtype!r} is not an element type") from error


def acts_out_quantization(graph: _core.Graph) -> bool:
    """Whether the model was trained for quantization: it holds FakeQuant operators."""
    return any(row["name"] == "FAKE_QUANT" for row in graph.operators())


Member = TypeVar("Member", bound=enum.Enum)


def members(enumeration: type[Member], values: Iterable[Any], attribute: str) -> set[Member]:
    """The members that `values` name: ours, those of `tf.lite`'s enumeration of the same name, or text.

    Raises:
      ValueError: another value.
    """
    try:
        return {enumeration(getattr(value, "value", value)) for value in values}
    except ValueError as error:
        names = ", ".join(member.value for member in enumeration)
        raise ValueError(f"{attribute}: {error}; it may hold {names}") from error


class Source(ABC):
    """What a converter is made from, besides Keras models."""

    @abstractmethod
    def load(self, custom: bool, flex: bool) -> _core.Graph:
        """The model as a graph.

        Args:
          custom: keep operators without builtins as custom ones.
          flex: keep them as TensorFlow's own.
        """


@dataclass
class SavedModelSource(Source):
    """A SavedModel to import; no keys: all signatures."""

    folder: str
    signature_keys: list[str]
    tags: set[str]

    def load(self, custom: bool, flex: bool) -> _core.Graph:
        return _core.import_saved_model(self.folder, self.signature_keys, self.tags, custom, flex)


@dataclass
class FunctionsSource(Source):
    """Live functions to import, and the object they belong to."""

    functions: list[Any]
    trackable_obj: Any

    def load(self, custom: bool, flex: bool) -> _core.Graph:
        return _core.import_functions(read_functions(self.functions, self.trackable_obj), custom, flex)


class TFLiteConverter:
    """Turns a trained model into the bytes of a .tflite file.

    Example:
      converter = TFLiteConverter.from_keras_model("digits.h5")
      converter.optimizations = [Optimize.DEFAULT]
      content = converter.convert()

    Attributes:
      optimizations: [Optimize.DEFAULT] to quantize: dynamic range, or as `representative_dataset` and
      `target_spec` say; models trained for quantization (with FakeQuant operators) to int8 with the ranges of
      their training. representative_dataset: a function that yields calibration samples (see
      RepresentativeDataset). target_spec: operator sets and types the result may use.
      inference_input_type, inference_output_type: float32, or int8, uint8, int16 for integer models.
      allow_custom_ops: keep TensorFlow operators that no builtins can express as custom operators of the same
      name; OpsSet.SELECT_TF_OPS in `target_spec.supported_ops` keeps them as TensorFlow's own ("Flex"
      operators, which run where TensorFlow's delegate is linked in).
      quantization_options: what helps when accuracy drops, a `litewright.QuantizationOptions`; None for
      TensorFlow's numbers.
    """

    def __init__(self, model: Any) -> None:
        """Use `from_keras_model`, `from_saved_model` or `from_concrete_functions`."""
        self._model = model
        self.optimizations: Iterable[Optimize] = set()
        self.representative_dataset: Any = None
        self.target_spec = TargetSpec()
        self.inference_input_type: Any = np.float32
        self.inference_output_type: Any = np.float32
        self.allow_custom_ops = False
        self.quantization_options: QuantizationOptions | None = None
        self.limits = Limits()
        self.exclude_conversion_metadata = False
        self.experimental_new_converter = True
        self.experimental_new_quantizer = True
        self.experimental_new_dynamic_range_quantizer = True
        self.experimental_enable_resource_variables = True
        self.unfold_batchmatmul = False
        self._experimental_disable_per_channel = False
        self._experimental_disable_per_channel_quantization_for_dense_layers = False
        self._experimental_full_integer_quantization_bias_type: Any = None
        self._quantization: Quantization | None = None
        self._report: QuantizationReport | None = None

    @classmethod
    def from_keras_model(cls, model: Any) -> TFLiteConverter:
        """A converter for a Keras model: the path of a .h5 or .keras file, or a live model, which is asked to
        save itself into a temporary folder; a model of layers that only its own code knows is asked to export
        itself. A tf.Module with a traced `__call__` is taken as that function.

        Raises:
          TypeError: none of these.
        """
        if isinstance(model, (str, os.PathLike)) or callable(getattr(model, "save", None)):
            return cls(model)
        call: Any = getattr(model, "__call__", None)  # noqa: B004
        if callable(getattr(call, "get_concrete_function", None)):
            return cls(FunctionsSource([call.get_concrete_function()], model))
        raise TypeError(f"from_keras_model takes a path or a Keras model, not {type(model).__name__}")

    @classmethod
    def from_saved_model(
        cls,
        saved_model_dir: str | os.PathLike[str],
        signature_keys: Sequence[str] | None = None,
        tags: Iterable[str] | None = None,
    ) -> TFLiteConverter:
        """A converter for a SavedModel.

        Args:
          saved_model_dir: the folder that holds saved_model.pb.
          signature_keys: the signatures to convert; None for all.
          tags: of the graph in the SavedModel; {"serve"} if None.

        Raises:
          OSError: there is no saved_model.pb.
          ValueError: a key or the tags do not exist; the message lists those that do. Or the files are
          damaged.
        """
        keys = list(signature_keys or ())
        wanted = {"serve"} if tags is None else set(tags)
        model = SavedModelSource(os.fspath(saved_model_dir), keys, wanted)
        _core.check_saved_model(model.folder, model.signature_keys, model.tags)
        return cls(model)

    @classmethod
    def from_concrete_functions(cls, funcs: Iterable[Any], trackable_obj: Any = None) -> TFLiteConverter:
        """A converter for concrete functions of TensorFlow, which are asked for their graphs and variables;
        nothing is imported.

        Args:
          funcs: concrete functions. Several become signatures named after them.
          trackable_obj: the object they belong to (a tf.Module), needed where they use hash tables. With it,
            inputs and outputs are in the order of their names, as in a SavedModel.

        Raises:
          ValueError: not concrete functions.
        """
        return cls(FunctionsSource(check_functions(funcs), trackable_obj))

    def convert(self) -> bytes:
        """The converted model, the content of a .tflite file.

        Raises:
          ConverterError: layers that cannot be converted; all of them in one message.
          OSError: the file cannot be read.
          ValueError: the file is not a Keras model, or the attributes contradict each other.
          RuntimeError: it takes longer than `limits.convert_seconds`.
        """
        with _core.TimeLimit(self.limits.convert_seconds, "the conversion") as limit:
            try:
                return self._convert()
            except ValueError as error:  # what its samples are blamed for
                if limit.over():
                    raise RuntimeError(str(error)) from error
                raise

    def _convert(self) -> bytes:
        self._quantization = self._report = None
        graph = self._float_graph() if members(Optimize, self.optimizations, "optimizations") else None
        trained = graph is not None and acts_out_quantization(graph)
        mode = self._mode(trained)
        bias16_type = self._bias16_type(mode)
        if mode == "float" and self.quantization_options is not None:
            raise ValueError("quantization_options need optimizations = [Optimize.DEFAULT]")
        graph = graph or self._float_graph()
        ranges = None
        if trained and mode in ("int8", "int8_only"):
            ranges = graph.take_trained_ranges([], NO_RANGE)
        else:
            graph.forget_trained_weights()
        if mode == "float":
            return graph.write(consume=True)
        self._quantization = quantize_graph(
            graph,
            mode.removesuffix("_only"),
            self.representative_dataset,
            self.quantization_options,
            allow_float=not mode.endswith("_only"),
            input_type=dtype_name(self.inference_input_type),
            output_type=dtype_name(self.inference_output_type),
            per_channel=not self._experimental_disable_per_channel,
            per_channel_dense=self._per_channel_dense(graph),
            bias16_type=bias16_type,
            trained_ranges=ranges,
        )
        return self._quantization.graph.write()

    @property
    def quantization_report(self) -> QuantizationReport:
        """How far the last quantized model is from the float one, measured on the first calibration samples
        when first asked for.

        Raises:
          ValueError: nothing has been quantized.
        """
        if self._quantization is None:
            raise ValueError("quantization_report: convert() has not quantized a model")
        if self._report is None:
            self._report = self._quantization.report()
        return self._report

    def _float_graph(self) -> _core.Graph:
        """The model before quantization."""
        graph = self._import()
        graph.optimize()
        return graph

    def _bias16_type(self, mode: str) -> str:
        """The type of biases with 16-bit activations."""
        given = self._experimental_full_integer_quantization_bias_type
        if given is None:
            return "int64"
        choices = {"int8": ("int32",), "int16x8": ("int32", "int64")}.get(mode.removesuffix("_only"), ())
        if not choices:
            raise ValueError("full_integer_quantization_bias_type is only for full integer quantization")
        if dtype_name(given) not in choices:
            raise ValueError(f"Expected bias type to be {' or '.join(choices)}, not {dtype_name(given)}")
        return dtype_name(given)

    def _import(self) -> _core.Graph:
        operators = members(OpsSet, self.target_spec.supported_ops, "target_spec.supported_ops")
        foreign = self.allow_custom_ops, OpsSet.SELECT_TF_OPS in operators
        if isinstance(self._model, Source):
            return self._model.load(*foreign)
        try:
            with self._file() as path:
                return _core.import_keras(path, native_layers())
        except Exception:
            with tempfile.TemporaryDirectory(prefix="litewright-") as folder:
                if not _export(self._model, folder):
                    raise
                return _core.import_saved_model(folder, ["serving_default"], {"serve"}, *foreign)

    def _per_channel_dense(self, graph: _core.Graph) -> bool:
        """Whether dense weights get a scale per unit: as the TensorFlow of the version that saved the model
        does. The TensorFlow of Keras 2 gave them one scale, and smaller files."""
        disabled = self._experimental_disable_per_channel_quantization_for_dense_layers
        return not disabled and not _OF_KERAS_2.search(graph.description)

    def _mode(self, trained: bool = False) -> str:
        """One of "float", "dynamic", "float16", "int8", "int8_only", "int16x8" and "int16x8_only".

        Args:
          trained: the model was trained for quantization, so that it needs no samples.
        """
        types = {dtype_name(dtype) for dtype in self.target_spec.supported_types}
        operators = members(OpsSet, self.target_spec.supported_ops, "target_spec.supported_ops")
        int16 = OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8 in operators
        int8_only = operators == {OpsSet.TFLITE_BUILTINS_INT8}
        aliases = {Optimize.OPTIMIZE_FOR_SIZE, Optimize.OPTIMIZE_FOR_LATENCY}
        wanted = members(Optimize, self.optimizations, "optimizations")
        if wanted & aliases:
            warnings.warn("OPTIMIZE_FOR_SIZE and OPTIMIZE_FOR_LATENCY mean the same as DEFAULT", stacklevel=3)
        mode = "float"
        if wanted & (aliases | {Optimize.DEFAULT}):
            if self.representative_dataset is None and not (trained and "float16" not in types and not int16):
                if int8_only or types == {"int8"} and not int16:
                    raise ValueError(
                        "For full integer quantization, a `representative_dataset` must be specified."
                    )
                mode = "float16" if "float16" in types else "dynamic"
            elif int16:
                mode = "int16x8" if OpsSet.TFLITE_BUILTINS in operators else "int16x8_only"
            elif "float16" in types:
                mode = "float16"
            else:
                mode = "int8_only" if int8_only else "int8"
        self._check_io_types(mode)
        return mode

    def _check_io_types(self, mode: str) -> None:
        allowed = {"int8": ("float32", "int8", "uint8"), "int16x8": ("float32", "int16")}
        choices = allowed.get(mode.removesuffix("_only"), ("float32",))
        for attribute in ("inference_input_type", "inference_output_type"):
            got = dtype_name(getattr(self, attribute))
            if got not in choices:
                raise ValueError(
                    "The inference_input_type and inference_output_type must be tf.float32."
                    if len(choices) == 1
                    else f"The {attribute} must be in {', '.join(choices)}, not {got}."
                )

    @contextmanager
    def _file(self) -> Iterator[str]:
        """The model as a file, for as long as the context lasts."""
        if isinstance(self._model, (str, os.PathLike)):
            yield os.fspath(self._model)
            return
        with tempfile.TemporaryDirectory(prefix="litewright-") as folder:
            yield str(_save(self._model, Path(folder)))


def _export(model: Any, folder: str) -> bool:
    """Lets a live Keras model write a SavedModel; False if it cannot."""
    export = getattr(model, "export", None)
    if not callable(export):
        return False
    try:
        export(folder, verbose=False)
    except Exception:
        return False
    return True


def _save(model: Any, folder: Path) -> Path:
    """Lets a live Keras model save itself: as .keras, or as .h5 where its Keras is too old for that."""
    path = folder / "model.keras"
    try:
        model.save(str(path))
    except Exception:
        path = folder / "model.h5"
        model.save(str(path))
        return path
    if not zipfile.is_zipfile(path):
        path = folder / "model.h5"
        model.save(str(path))
    return path
