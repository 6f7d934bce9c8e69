"""Converting custom Keras layers: Python functions that state a layer in builtin operators."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from litewright import _core

__all__ = ["LayerBuilder", "Tensor", "register_layer"]


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph being built: its number, its shape (None for dimensions that are known only at
    run time) and the dtype of its elements."""

    index: int
    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]


class LayerBuilder:
    """What a function that lowers a layer gets: the layer as Keras saved it, and `add` to write operators."""

    def __init__(self, handle: _core.LayerHandle) -> None:
        self._handle = handle
        #: The layer's class.
        self.class_name: str = handle.class_name()
        #: What the layer's get_config() returned.
        self.config: dict[str, Any] = json.loads(handle.config())
        #: The tensors the layer is called with.
        self.inputs: list[Tensor] = [self._tensor(index) for index in handle.inputs()]

    def has_weight(self, name: str) -> bool:
        """Whether the layer's next weight has this name."""
        return self._handle.has_weight(name)

    def weight(self, name: str, shape: Sequence[int | None]) -> NDArray[np.float32]:
        """The value of the layer's next weight; call in the order in which the layer makes them. None in
        `shape` fits any extent.

        Raises:
          ValueError: there is none, or its shape is another.
        """
        return self._handle.weight(name, [-1 if extent is None else extent for extent in shape])

    def constant(self, value: ArrayLike, name: str = "") -> Tensor:
        """A constant; Python's floats become float32, its integers int32.

        Raises:
          ValueError: no tensor can hold the value.
        """
        array = np.asarray(value)
        if not isinstance(value, (np.ndarray, np.generic)) and array.dtype.kind in "if":
            array = array.astype(np.int32 if array.dtype.kind == "i" else np.float32)
        return self._tensor(self._handle.constant(array, name))

    def add(self, op: str, inputs: Sequence[Tensor | ArrayLike | None], **options: Any) -> Tensor:
        """An operator with one result. `op` is a name like "MUL"; inputs that are no tensors become
        constants, None stands for an optional one that is left out; options have the format's names, such as
        fused_activation_function="RELU".

        Raises:
          ValueError: no such operator or option, or operands that do not fit it.
        """
        return self.add_multi(op, inputs, 1, **options)[0]

    def add_multi(
        self, op: str, inputs: Sequence[Tensor | ArrayLike | None], outputs: int, **options: Any
    ) -> list[Tensor]:
        """The same for an operator with several results."""
        operands = [-1 if value is None else self._operand(value) for value in inputs]
        return [self._tensor(index) for index in self._handle.add(op, operands, options, outputs)]

    def _operand(self, value: Tensor | ArrayLike) -> int:
        return value.index if isinstance(value, Tensor) else self.constant(value).index

    def _tensor(self, index: int) -> Tensor:
        shape = tuple(None if extent < 0 else extent for extent in self._handle.shape(index))
        return Tensor(index, shape, self._handle.dtype(index))


Lower = Callable[[LayerBuilder], "Tensor | Sequence[Tensor]"]
_registered: dict[str, Lower] = {}


def register_layer(class_name: str) -> Callable[[Lower], Lower]:
    """Says how the Keras layer class of this name is converted; it comes before what litewright knows itself.

    Example:
      @litewright.register_layer("Scale")
      def lower(layer):
          factor = layer.weight("factor", (None,))
          return layer.add("MUL", [layer.inputs[0], factor])
    """

    def register(function: Lower) -> Lower:
        if not callable(function):
            raise TypeError(f"register_layer({class_name!r}) takes a function, not {type(function).__name__}")
        _registered[class_name] = function
        return function

    return register


def native_layers() -> dict[str, Callable[[_core.LayerHandle], list[int]]]:
    def native(class_name: str, function: Lower) -> Callable[[_core.LayerHandle], list[int]]:
        def lower(handle: _core.LayerHandle) -> list[int]:
            result = function(LayerBuilder(handle))
            tensors = [result] if isinstance(result, Tensor) else list(result)
            if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors):
                raise TypeError(f"the function registered for {class_name} must return the layer's tensors")
            return [tensor.index for tensor in tensors]

        return lower

    return {class_name: native(class_name, function) for class_name, function in _registered.items()}
