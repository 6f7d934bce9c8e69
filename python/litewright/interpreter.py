"""Running .tflite models, with the surface of `tf.lite.Interpreter`."""

from __future__ import annotations

import enum
import os
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from litewright import _core
from litewright.custom_ops import CustomOp, CustomOpRegistry, native_ops
from litewright.limits import Limits
from litewright.profiling import MemoryUse, Profile

__all__ = [
    "CustomOp",
    "Delegate",
    "Interpreter",
    "InterpreterWithCustomOps",
    "OpResolverType",
    "SignatureRunner",
    "load_delegate",
]

TensorDetails = dict[str, Any]


@enum.unique
class OpResolverType(enum.Enum):
    """Which kernels an interpreter uses: AUTO and the BUILTIN ones the fast kernels, BUILTIN_REF the
    reference kernels with the reference's rounding. There are no default delegates, so the others are all the
    same."""

    AUTO = 0
    BUILTIN = 1
    BUILTIN_REF = 2
    BUILTIN_WITHOUT_DEFAULT_DELEGATES = 3


class Delegate:
    """A delegate from a shared library, which takes over the parts of models that it can run."""

    def __init__(self, library: str, options: Mapping[str, Any] | None = None) -> None:
        pairs = [(str(key), str(value)) for key, value in (options or {}).items()]
        try:
            self._native = _core.Delegate(library, pairs)
        except ValueError as error:
            raise ValueError(f"Failed to load delegate from {library}\n{error}") from error


def load_delegate(library: str | os.PathLike[str], options: Mapping[str, Any] | None = None) -> Delegate:
    """Loads a delegate from a shared library that exports `litewright_create_delegate` (litewright.h).

    Args:
      library: the library's path, or a name that the system's loader finds.
      options: passed on to the library as text.

    Raises:
      ValueError: the library cannot be loaded, is no delegate, or refuses the options.
    """
    return Delegate(os.fspath(library), options)


class _Models:
    """The models that interpreters use now: those on one `bytes` object or one unchanged file share constants
    and packed weights."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: weakref.WeakValueDictionary[tuple[Any, ...], _core.Model] = (
            weakref.WeakValueDictionary()
        )

    def from_content(self, content: bytes) -> _core.Model:
        # A model keeps its content alive, so no other object can have the same id while the entry lasts.
        return self._get((id(content),), lambda: _core.Model.from_bytes(content))

    def from_file(self, path: str) -> _core.Model:
        try:
            state = os.stat(path)
            key = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
            return self._get(key, lambda: _core.Model.from_file(path))
        except OSError as error:
            message = f"Could not open '{path}'.The model allocation is null/empty ({error})"
            raise ValueError(message) from error

    def _get(self, key: tuple[Any, ...], make: Callable[[], _core.Model]) -> _core.Model:
        with self._lock:
            model = self._models.get(key)
        if model is None:
            model = make()
            with self._lock:
                model = self._models.setdefault(key, model)
        return model


_models = _Models()


class Interpreter:
    """Runs a model. One thread at a time; interpreters in different threads run in parallel, and those made
    from the same `bytes` object share its constants.

    Example:
      interpreter = Interpreter(model_content=content)
      interpreter.allocate_tensors()
      interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
      interpreter.invoke()
      scores = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    """

    def __init__(
        self,
        model_path: str | os.PathLike[str] | None = None,
        model_content: bytes | None = None,
        experimental_delegates: Sequence[Delegate] | None = None,
        num_threads: int | None = None,
        experimental_op_resolver_type: OpResolverType = OpResolverType.AUTO,
        experimental_preserve_all_tensors: bool = False,
        experimental_disable_delegate_clustering: bool = False,
        experimental_default_delegate_latest_features: bool = False,
        experimental_compress_quantization_zero_points: bool = False,
        experimental_disable_delegate_node_fusion: bool = False,
        experimental_force_delegate_node_profiling: bool = False,
        *,
        custom_ops: Mapping[str, Callable[..., Any] | CustomOp] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Loads a model.

        Args:
          model_path: a .tflite file; it is mapped, so it must not change while the interpreter lives.
          model_content: the bytes of one, instead.
          experimental_delegates: from `load_delegate`; asked in this order which nodes they take over.
            What they refuse or fail at runs on the CPU, with a RuntimeWarning.
          num_threads: how many threads kernels may use; one if None.
          experimental_op_resolver_type: BUILTIN_REF for the reference kernels.
          experimental_preserve_all_tensors: keep intermediate results, for `get_tensor`.
          experimental_compress_quantization_zero_points: one zero point in the details where all are zero.
          custom_ops: the application's own operators by name: functions that take and return arrays, or
            `CustomOp`s.
          limits: what the model may ask for.
          The others are for LiteRT's delegates and have no effect.

        Raises:
          ValueError: no model or two, an argument out of range, or a model that is not valid.
          TypeError: `model_content` is not `bytes`.
        """
        if experimental_preserve_all_tensors and experimental_op_resolver_type in (
            OpResolverType.AUTO,
            OpResolverType.BUILTIN,
        ):
            warnings.warn(
                "Warning: Enabling `experimental_preserve_all_tensors` with the BUILTIN or AUTO op resolver"
                " is intended for debugging purposes only: all intermediate tensors stay in memory.",
                stacklevel=2,
            )
        if not isinstance(experimental_op_resolver_type, OpResolverType):
            raise ValueError(f"Unrecognized passed in op resolver type: {experimental_op_resolver_type}")
        if num_threads is not None:
            if not isinstance(num_threads, int):
                raise ValueError("type of num_threads should be int")
            if num_threads < 1:
                raise ValueError("num_threads should >= 1")
        if model_path and model_content:
            raise ValueError("Can't both provide `model_path` and `model_content`")
        if model_path:
            model = _models.from_file(os.fsdecode(model_path))
        elif model_content:
            if not isinstance(model_content, bytes):
                raise TypeError(f"model_content must be bytes, not {type(model_content).__name__}")
            model = _models.from_content(model_content)
        else:
            raise ValueError("`model_path` or `model_content` must be specified.")
        self._compress_zero_points = bool(experimental_compress_quantization_zero_points)
        delegates = list(experimental_delegates or [])
        if not all(isinstance(delegate, Delegate) for delegate in delegates):
            raise ValueError("experimental_delegates: litewright's delegates come from load_delegate")
        self._interpreter = _core.Interpreter(
            model,
            num_threads=num_threads or 1,
            reference=experimental_op_resolver_type is OpResolverType.BUILTIN_REF,
            preserve_all_tensors=bool(experimental_preserve_all_tensors),
            custom_ops=native_ops(custom_ops or {}),
            delegates=[delegate._native for delegate in delegates],
            limits=(limits or Limits())._native(),
        )

    @property
    def experimental_compress_quantization_zero_points(self) -> bool:
        """What the constructor was told."""
        return self._compress_zero_points

    def allocate_tensors(self) -> None:
        """Checks every operator, chooses kernels and places all memory. Does nothing if no shape changed
        since.

        Raises:
          RuntimeError: an operator cannot run, or arrays from `tensor()` are alive.
        """
        self._interpreter.allocate_tensors()

    def invoke(self) -> None:
        """Runs the model, without holding the GIL.

        Raises:
          RuntimeError: tensors are not allocated, an operator fails, arrays from `tensor()` are alive, or
          another
            thread is using the interpreter.
        """
        self._interpreter.invoke()

    def profile(self) -> Profile:
        """Measures what each operator takes, in a `with` block:

        with interpreter.profile() as profile:
            interpreter.invoke()
        print(profile)
        """
        return Profile(self._interpreter)

    def memory(self) -> MemoryUse:
        """What the interpreter has allocated by now, and the model's weights, in bytes."""
        return MemoryUse(*self._interpreter.memory())

    def set_tensor(self, tensor_index: int, value: ArrayLike) -> None:
        """Copies `value` into a tensor; its shape and dtype must be the tensor's. Strings are bytes or str.

        Raises:
          ValueError: no such tensor, another shape or dtype, a constant, or tensors are not allocated.
        """
        self._interpreter.set_tensor(tensor_index, value)

    def get_tensor(self, tensor_index: int, subgraph_index: int = 0) -> Any:
        """A copy of a tensor's value: an array, or a NumPy scalar if the tensor has rank 0.

        Strings come as an object array of bytes, int4 and int2 as int8, bfloat16 as uint16 (its bits).

        Raises:
          ValueError: no such tensor, or it has no value now: tensors are not allocated, or it is an
          intermediate result
            and `experimental_preserve_all_tensors` is not set.
        """
        return self._interpreter.get_tensor(tensor_index, subgraph_index)

    def tensor(self, tensor_index: int) -> Callable[[], NDArray[Any]]:
        """A function that returns an array which shares the tensor's memory (read-only for constants).

        Keep the function, not its arrays: while one is alive, nothing that could move the memory is allowed.
        """
        return lambda: self._interpreter.view(tensor_index)

    def resize_tensor_input(self, input_index: int, tensor_size: ArrayLike, strict: bool = False) -> None:
        """Gives an input another shape; `allocate_tensors` must follow. `strict` allows only the dimensions
        to change that are -1 in `shape_signature`.

        Raises:
          ValueError: `tensor_size` is not one-dimensional.
          RuntimeError: not an input, not a shape, not allowed by `strict`, or arrays from `tensor()` are
          alive.
        """
        self._resize(input_index, tensor_size, strict, 0)

    def _resize(self, index: int, size: ArrayLike, strict: bool, subgraph: int) -> None:
        shape = np.array(size, dtype=np.int32)
        if shape.ndim != 1:
            raise ValueError(f"Shape should be 1D instead of {shape.ndim}.")
        self._interpreter.resize_input(index, shape.tolist(), bool(strict), subgraph)

    def reset_all_variables(self) -> None:
        """Sets variable tensors to zero (their zero point). Resource variables keep their values."""
        self._interpreter.reset_all_variables()

    def get_input_details(self) -> list[TensorDetails]:
        """The model's inputs, in order: a dictionary each, as `get_tensor_details` describes it."""
        return [self._get_tensor_details(index, 0) for index in self._interpreter.inputs()]

    def get_output_details(self) -> list[TensorDetails]:
        """The model's outputs, in order: a dictionary each, as `get_tensor_details` describes it."""
        return [self._get_tensor_details(index, 0) for index in self._interpreter.outputs()]

    def get_tensor_details(self, subgraph_index: int = 0) -> list[TensorDetails]:
        """Every tensor of a subgraph as a dictionary: name, index, shape, shape_signature (-1 for dimensions
        the file leaves open), dtype, quantization (scale, zero point; (0.0, 0) if there is none or one per
        channel), quantization_parameters (scales, zero_points, quantized_dimension, block_size),
        sparsity_parameters.

        Raises:
          ValueError: no such subgraph.
        """
        count = self._interpreter.num_subgraphs()
        if not 0 <= subgraph_index < count:
            raise ValueError(
                f"subgraph_index is out of range: {subgraph_index} for the model,"
                f" which has {count} subgraphs."
            )
        indexes = range(self._interpreter.num_tensors(subgraph_index))
        return [self._get_tensor_details(index, subgraph_index) for index in indexes]

    def _get_tensor_details(self, tensor_index: int, subgraph_index: int) -> TensorDetails:
        details = self._interpreter.tensor_details(int(tensor_index), int(subgraph_index))
        if self._compress_zero_points:
            parameters = details["quantization_parameters"]
            zero_points = parameters["zero_points"]
            if zero_points.size > 1 and not zero_points.any():
                parameters["zero_points"] = zero_points[:1]
        return details

    def num_subgraphs(self) -> int:
        """How many subgraphs the model has."""
        return self._interpreter.num_subgraphs()

    def get_signature_list(self) -> dict[str, dict[str, list[str]]]:
        """The names by signature key, sorted: {key: {"inputs": [...], "outputs": [...]}}."""
        return {
            key: {"inputs": list(signature["inputs"]), "outputs": list(signature["outputs"])}
            for key, signature in self._interpreter.signatures().items()
        }

    def _get_full_signature_list(self) -> dict[str, dict[str, dict[str, int]]]:
        return {
            key: {"inputs": signature["inputs"], "outputs": signature["outputs"]}
            for key, signature in self._interpreter.signatures().items()
        }

    def get_signature_runner(self, signature_key: str | None = None) -> SignatureRunner:
        """A function that runs one signature; the key may be left out if the model has just one.

        Raises:
          ValueError: no such signature, or no key where the model does not have just one signature.
        """
        if signature_key is None:
            keys = list(self._interpreter.signatures())
            if len(keys) != 1:
                raise ValueError(
                    f"SignatureDef signature_key is None and model has {len(keys)} Signatures."
                    f" None is only allowed when the model has 1 SignatureDef (keys: {', '.join(keys)})"
                )
            signature_key = keys[0]
        return SignatureRunner(interpreter=self, signature_key=signature_key)

    def _get_ops_details(self) -> list[dict[str, Any]]:
        return [self._get_op_details(index) for index in range(self._interpreter.num_ops())]

    def _get_op_details(self, op_index: int) -> dict[str, Any]:
        return self._interpreter.op_details(int(op_index))

    def _safe_to_run(self) -> bool:
        return not self._interpreter.has_views()

    def _ensure_safe(self) -> None:
        self._interpreter.ensure_no_views()


class InterpreterWithCustomOps(Interpreter):
    """An Interpreter that also knows the application's own operators."""

    def __init__(
        self,
        custom_op_registerers: Iterable[Callable[[CustomOpRegistry], None]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Each of `custom_op_registerers` is called with a `CustomOpRegistry` and adds operators to it:

          def register(registry):
              registry.add_custom("Double", lambda x: 2 * x)

        Raises:
          ValueError: a registerer is not callable (names and addresses of TensorFlow Lite's native
            registerers are not), or as Interpreter.
        """
        registry = CustomOpRegistry()
        for registerer in custom_op_registerers or []:
            if not callable(registerer):
                raise ValueError(
                    f"custom_op_registerers: {registerer!r} is not callable; TensorFlow Lite's native"
                    " registerers cannot be called"
                )
            registerer(registry)
        super().__init__(custom_ops={**registry.custom_ops, **kwargs.pop("custom_ops", {})}, **kwargs)


class SignatureRunner:
    """Runs one signature of a model: `runner(image=array)` returns {output name: array}.

    Inputs take the shape of the arrays they are given. Made by `Interpreter.get_signature_runner`.
    """

    def __init__(self, interpreter: Interpreter | None = None, signature_key: str | None = None) -> None:
        if not interpreter:
            raise ValueError("None interpreter provided.")
        if not signature_key:
            raise ValueError("None signature_key provided.")
        signatures = interpreter._interpreter.signatures()
        if signature_key not in signatures:
            keys = ", ".join(signatures) or "none"
            raise ValueError(f'Invalid signature_key provided: "{signature_key}". The model has: {keys}')
        self._interpreter = interpreter
        self._signature_key = signature_key
        self._inputs: dict[str, int] = signatures[signature_key]["inputs"]
        self._outputs: dict[str, int] = signatures[signature_key]["outputs"]
        self._subgraph_index: int = signatures[signature_key]["subgraph"]

    def __call__(self, **kwargs: ArrayLike) -> dict[str, Any]:
        """Runs the signature.

        Raises:
          ValueError: inputs are missing, unknown or of the wrong dtype.
          RuntimeError: as `Interpreter.invoke`.
        """
        if len(kwargs) != len(self._inputs):
            raise ValueError(
                "Invalid number of inputs provided for running a SignatureDef, expected"
                f" {len(self._inputs)} vs provided {len(kwargs)} (inputs: {', '.join(self._inputs)})"
            )
        for name in kwargs:
            if name not in self._inputs:
                names = ", ".join(self._inputs)
                raise ValueError(f"Invalid Input name ({name}) for SignatureDef (inputs: {names})")
        values = {name: np.asarray(value) for name, value in kwargs.items()}
        native, subgraph = self._interpreter._interpreter, self._subgraph_index
        for name, value in values.items():
            self._interpreter._resize(self._inputs[name], value.shape, False, subgraph)
        native.allocate_tensors(subgraph)
        for name, value in values.items():
            native.set_tensor(self._inputs[name], value, subgraph)
        native.invoke(subgraph)
        return {name: native.get_tensor(index, subgraph) for name, index in self._outputs.items()}

    def get_input_details(self) -> dict[str, TensorDetails]:
        """The signature's inputs by name, each described as by `Interpreter.get_tensor_details`."""
        return self._details(self._inputs)

    def get_output_details(self) -> dict[str, TensorDetails]:
        """The signature's outputs by name, each described as by `Interpreter.get_tensor_details`."""
        return self._details(self._outputs)

    def _details(self, tensors: dict[str, int]) -> dict[str, TensorDetails]:
        interpreter, subgraph = self._interpreter, self._subgraph_index
        return {name: interpreter._get_tensor_details(index, subgraph) for name, index in tensors.items()}
