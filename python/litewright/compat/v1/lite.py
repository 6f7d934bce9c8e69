"""The names of `tf.compat.v1.lite`: frozen graphs, sessions, SavedModels by the names of their tensors."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litewright import _core
from litewright.converter import (
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
      inference_type: float32; other types mean models trained for quantization, which need the newer
      attributes here. post_training_quantize: the same as optimizations = [Optimize.DEFAULT]. target_ops: the
      same as target_spec.supported_ops. output_format, drop_control_dependency, reorder_across_fake_quant,
      change_concat_input_ranges, dump_graphviz_dir, dump_graphviz_video, conversion_summary_dir: without
      effect.
    """

    def __init__(self, model: Any) -> None:
        """Use one of the `from_...` methods."""
        super().__init__(model)
        self.inference_type: Any = "float32"
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
        self._check_old_attributes()
        return super().convert()

    def _check_old_attributes(self) -> None:
        for name in ("inference_input_type", "inference_output_type"):
            if getattr(self, name) is None:
                setattr(self, name, "float32")
        if dtype_name(self.inference_type) != "float32":
            raise ValueError(
                "inference_type: models trained with fake quantization convert as float models; for an"
                " integer model set optimizations, representative_dataset and inference_input_type"
            )
        if self.quantized_input_stats or self.default_ranges_stats:
            raise ValueError(
                "quantized_input_stats and default_ranges_stats are ranges by guess; set"
                " representative_dataset, which measures them"
            )
        if str(self.output_format) not in ("TFLITE", "2"):
            raise ValueError(f"output_format: {self.output_format}; only TFLITE is written")
