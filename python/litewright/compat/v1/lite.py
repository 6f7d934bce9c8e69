"""The names of `tf.compat.v1.lite`: frozen graphs, sessions, SavedModels by the names of their tensors."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litewright import _core
from litewright.converter import (
    NO_RANGE,
    OpsSet,
    Optimize,
    RepresentativeDataset,
    SavedModelSource,
    Source,
    TargetSpec,
    dtype_name,
)
from litewright.converter import TFLiteConverter as _TFLiteConverter
from litewright.interpreter import Interpreter, OpResolverType, load_delegate
from litewright.quantization import quantize_graph
from litewright.tensorflow_functions import read_session

__all__ = [
    "Interpreter",
    "OpResolverType",
    "OpsSet",
    "Optimize",
    "RepresentativeDataset",
    "TFLiteConverter",
    "TargetSpec",
    "load_delegate",
]

Shapes = Mapping[str, Sequence[int | None] | None]


def _plain_shapes(input_shapes: Shapes | None) -> dict[str, list[int]]:
    """The shapes that are given, -1 for None.

    Raises:
      ValueError: not a shape.
    """
    shapes = {}
    for name, shape in (input_shapes or {}).items():
        if shape is None:
            continue
        dims = [-1 if dim is None else int(dim) for dim in shape]
        if any(dim < -1 or dim >= 2**31 for dim in dims):
            raise ValueError(f"input_shapes: {list(shape)} of '{name}' is no shape")
        shapes[name] = dims
    return shapes


@dataclass
class _FrozenGraph(Source):
    path: str
    inputs: list[str]
    outputs: list[str]
    shapes: dict[str, list[int]]

    def load(self, custom: bool, flex: bool) -> _core.Graph:
        return _core.import_frozen_graph(self.path, self.inputs, self.outputs, self.shapes, custom, flex)


@dataclass
class _Session(Source):
    function: dict[str, Any]

    def load(self, custom: bool, flex: bool) -> _core.Graph:
        return _core.import_functions([self.function], custom, flex)


@dataclass
class _SavedModelArrays(SavedModelSource):
    """A signature of a SavedModel with other inputs, outputs or shapes."""

    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    shapes: dict[str, list[int]] = field(default_factory=dict)

    def load(self, custom: bool, flex: bool) -> _core.Graph:
        return _core.import_saved_model(
            self.folder, self.signature_keys, self.tags, custom, flex, self.inputs, self.outputs, self.shapes
        )


class TFLiteConverter(_TFLiteConverter):
    """The converter with the sources and attributes it had in TensorFlow 1.

    Attributes:
      inference_type: int8 or uint8 to make a model trained for quantization (with FakeQuant operators) an
      integer model; what has no range stays float. inference_input_type: None for inference_type; int8 or
      uint8 here mean the whole model. quantized_input_stats: with both, (mean, standard deviation) by the
      name of each input: real = (stored - mean) / deviation. default_ranges_stats: (min, max) for what has no
      range. post_training_quantize: the same as optimizations = [Optimize.DEFAULT]. target_ops: the
      same as target_spec.supported_ops. output_format, drop_control_dependency, reorder_across_fake_quant,
      change_concat_input_ranges, dump_graphviz_dir, dump_graphviz_video, conversion_summary_dir: without
      effect.
    """

    def __init__(self, model: Any) -> None:
        """Use one of the `from_...` methods."""
        super().__init__(model)
        self.inference_type: Any = "float32"
        self.inference_input_type = self.inference_output_type = None
        self.quantized_input_stats: dict[str, tuple[float, float]] = {}
        self.default_ranges_stats: tuple[float, float] | None = None
        self.output_format = "TFLITE"
        self.drop_control_dependency = True
        self.reorder_across_fake_quant = False
        self.change_concat_input_ranges = False
        self.dump_graphviz_dir: str | None = None
        self.dump_graphviz_video = False
        self.conversion_summary_dir: str | None = None
        self._custom_objects: Any = None

    @classmethod
    def from_frozen_graph(
        cls,
        graph_def_file: str | os.PathLike[str],
        input_arrays: Iterable[str],
        output_arrays: Iterable[str],
        input_shapes: Shapes | None = None,
    ) -> TFLiteConverter:
        """A converter for a file with a GraphDef whose variables have become constants.

        Args:
          graph_def_file: binary (.pb) or text (.pbtxt).
          input_arrays: the nodes that become inputs, in this order; placeholders or any others.
          output_arrays: the nodes that become outputs.
          input_shapes: shapes by name, None for unknown extents; those of the graph where absent.

        Raises:
          OSError: the file does not exist or holds no GraphDef.
          ValueError: a name does not exist, the graph is not frozen, a shape is missing or contradicts the
          graph.
        """
        source = _FrozenGraph(
            os.fspath(graph_def_file), list(input_arrays), list(output_arrays), _plain_shapes(input_shapes)
        )
        _core.check_frozen_graph(source.path, source.inputs, source.outputs, source.shapes)
        return cls(source)

    @classmethod
    def from_session(
        cls, sess: Any, input_tensors: Iterable[Any], output_tensors: Iterable[Any]
    ) -> TFLiteConverter:
        """A converter for the graph of a session of TensorFlow 1, with its variables as they are now.

        Args:
          sess: a `tf.compat.v1.Session`; it is asked for its graph and run to read its variables.
          input_tensors, output_tensors: tensors of that graph.
        """
        return cls(_Session(read_session(sess, list(input_tensors), list(output_tensors))))

    @classmethod
    def from_saved_model(  # type: ignore[override]
        cls,
        saved_model_dir: str | os.PathLike[str],
        input_arrays: Iterable[str] | None = None,
        input_shapes: Shapes | None = None,
        output_arrays: Iterable[str] | None = None,
        tag_set: Iterable[str] | None = None,
        signature_key: str | None = None,
    ) -> TFLiteConverter:
        """A converter for one signature of a SavedModel.

        Args:
          saved_model_dir: the folder that holds saved_model.pb.
          input_arrays, output_arrays: nodes of the graph in place of the signature's.
          input_shapes: shapes by the names of input nodes, None for unknown extents.
          tag_set: of the graph in the SavedModel; {"serve"} if None.
          signature_key: "serving_default" if None.

        Raises:
          OSError: there is no saved_model.pb.
          ValueError: the key, the tags or a name do not exist; the message lists those that do.
        """
        source = _SavedModelArrays(
            os.fspath(saved_model_dir),
            ["serving_default" if signature_key is None else signature_key],
            {"serve"} if tag_set is None else set(tag_set),
            list(input_arrays or ()),
            list(output_arrays or ()),
            _plain_shapes(input_shapes),
        )
        _core.check_saved_model(
            source.folder, source.signature_keys, source.tags, source.inputs, source.outputs, source.shapes
        )
        return cls(source)

    @classmethod
    def from_keras_model_file(
        cls,
        model_file: str | os.PathLike[str],
        input_arrays: Iterable[str] | None = None,
        input_shapes: Shapes | None = None,
        output_arrays: Iterable[str] | None = None,
        custom_objects: Any = None,
    ) -> TFLiteConverter:
        """A converter for a .h5 or .keras file.

        Raises:
          OSError: the file does not exist.
          ValueError: arguments that only make sense for TensorFlow's graphs; register layers of your own with
          `litewright.register_layer`.
        """
        if not os.path.exists(model_file):
            raise OSError(f"File '{os.fspath(model_file)}' does not exist.")
        for name, value in (
            ("input_arrays", input_arrays),
            ("input_shapes", input_shapes),
            ("output_arrays", output_arrays),
            ("custom_objects", custom_objects),
        ):
            if value:
                raise ValueError(
                    f"{name}: a Keras file is read without TensorFlow, so it has no graph to choose from."
                    + (" Use litewright.register_layer." if name == "custom_objects" else "")
                )
        return cls(model_file)

    @property
    def post_training_quantize(self) -> bool:
        """Whether `optimizations` holds Optimize.DEFAULT."""
        return "DEFAULT" in {getattr(value, "value", value) for value in self.optimizations}

    @post_training_quantize.setter
    def post_training_quantize(self, value: bool) -> None:
        warnings.warn("use optimizations=[Optimize.DEFAULT]", DeprecationWarning, stacklevel=2)
        self.optimizations = [Optimize.DEFAULT] if value else []

    @property
    def target_ops(self) -> Iterable[OpsSet]:
        """The same as target_spec.supported_ops."""
        return self.target_spec.supported_ops

    @target_ops.setter
    def target_ops(self, value: Iterable[OpsSet]) -> None:
        warnings.warn("use target_spec.supported_ops", DeprecationWarning, stacklevel=2)
        self.target_spec.supported_ops = value

    def get_input_arrays(self) -> list[str]:
        """The names of the inputs.

        Raises:
          ConverterError, OSError, ValueError: as convert() does.
        """
        return [str(details["name"]) for details in self._import().inputs()]

    def convert(self) -> bytes:
        """The converted model, the content of a .tflite file.

        Raises:
          ConverterError: operators that cannot be converted; all of them in one message.
          OSError, ValueError: files or attributes that are wrong.
        """
        if str(self.output_format) not in ("TFLITE", "2"):
            raise ValueError(f"output_format: {self.output_format}; only TFLITE is written")
        return super().convert()

    def _convert(self) -> bytes:
        quantized = self._quantized_type()
        if quantized is not None and self.representative_dataset is None:
            self._check_input_stats()
            if not self.optimizations:
                return self._convert_trained(quantized)
        given = self.inference_input_type, self.inference_output_type
        try:
            self.inference_input_type, self.inference_output_type = (dtype or "float32" for dtype in given)
            return super()._convert()
        finally:
            self.inference_input_type, self.inference_output_type = given

    def _quantized_type(self) -> str | None:
        """int8 or uint8 where the attributes ask for a model trained for quantization.

        Raises:
          ValueError: another type.
        """
        names = [dtype_name(dtype or "float32") for dtype in (self.inference_input_type, self.inference_type)]
        for name in names:
            if name not in ("float32", "int8", "uint8"):
                raise ValueError(
                    f"inference_type and inference_input_type: float32, int8 or uint8, not {name}"
                )
        return next((name for name in names if name != "float32"), None)

    def _check_input_stats(self) -> None:
        if not self.quantized_input_stats:
            given = self.inference_input_type
            raise ValueError(
                "The `quantized_input_stats` flag must be defined when either `inference_type` flag or"
                " `inference_input_type` flag is set to tf.int8 or tf.uint8. Currently,"
                f" `inference_type=tf.{dtype_name(self.inference_type)}` and"
                f" `inference_input_type={given and 'tf.' + dtype_name(given)}`."
            )
        missing = [name for name in self.get_input_arrays() if name not in self.quantized_input_stats]
        if missing:
            raise ValueError(
                f"Quantization input stats are not available for input tensors '{','.join(missing)}'."
            )
        for name, (_, deviation) in self.quantized_input_stats.items():
            if not deviation > 0:
                raise ValueError(
                    f"quantized_input_stats: the deviation of '{name}' is {deviation}; it should be > 0"
                )

    def _convert_trained(self, dtype: str) -> bytes:
        least = 0 if dtype == "uint8" else -128
        graph = self._float_graph()
        stats = [self.quantized_input_stats[str(details["name"])] for details in graph.inputs()]
        inputs = [((least - mean) / std, (least + 255 - mean) / std) for mean, std in stats]
        result = quantize_graph(
            graph,
            "int8",
            None,
            input_type="int8",
            output_type="int8",
            trained_ranges=graph.take_trained_ranges(inputs, self._default_range(least)),
        ).graph
        if dtype == "uint8":
            result.shift_to_uint8()
        return result.write()

    def _default_range(self, least: int) -> tuple[float, float]:
        """default_ranges_stats moved so that 0 is a step, as it lies on integers that start at `least`.

        Raises:
          ValueError: not a range.
        """
        if self.default_ranges_stats is None:
            return NO_RANGE
        low, high = (float(value) for value in self.default_ranges_stats)
        if not low < high:
            raise ValueError(f"default_ranges_stats: ({low:g}, {high:g}) is no range")
        low, high = min(low, 0.0), max(high, 0.0)
        scale = (high - low) / 255
        zero = least - low / scale
        steps = math.copysign(math.floor(abs(zero) + 0.5), zero) - least
        return -steps * scale, (255 - steps) * scale
