"""Running a model on samples: real numbers in, real numbers out, and the time that takes."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright.interpreter import Interpreter
from litewright.preprocessing import fit_input
from litewright.values import dequantize

__all__ = ["Runner", "random_samples"]


class Runner:
    """A model that takes samples without the batch dimension.

    Attributes:
      interpreter: what runs it.
      inputs, outputs: the details of its inputs and outputs.
      seconds: what the last run took, without preprocessing.
    """

    def __init__(
        self,
        model: bytes | str | os.PathLike[str],
        *,
        preprocess: str = "none",
        threads: int = 1,
        interpreter: type[Any] = Interpreter,
    ) -> None:
        """`interpreter` is a class with the surface of `tf.lite.Interpreter`.

        Raises:
          ValueError: not a model.
        """
        source = {"model_content": model} if isinstance(model, bytes) else {"model_path": os.fspath(model)}
        self.interpreter = interpreter(**source, num_threads=threads)
        self._preprocess = preprocess
        self._shapes: list[tuple[int, ...]] = []
        self.inputs = self.interpreter.get_input_details()
        self.outputs = self.interpreter.get_output_details()
        self.seconds = 0.0

    def prepare(self, sample: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """The sample as the model's inputs take it, with a batch of 1.

        Raises:
          ValueError: another number of arrays, or a shape that does not fit.
        """
        if len(sample) != len(self.inputs):
            names = [details["name"] for details in self.inputs]
            raise ValueError(
                f"the model takes {len(names)} inputs, {names}; a sample has {len(sample)} arrays"
            )
        return [
            fit_input(np.asarray(array), details, self._preprocess)
            for array, details in zip(sample, self.inputs, strict=True)
        ]

    def __call__(self, sample: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """The outputs, quantized ones as float32, with the batch dimension.

        Raises:
          ValueError: the sample does not fit. RuntimeError: the model cannot run.
        """
        self.load(sample)
        start = time.perf_counter()
        self.interpreter.invoke()
        self.seconds = time.perf_counter() - start
        return [dequantize(d, np.asarray(self.interpreter.get_tensor(d["index"]))) for d in self.outputs]

    def load(self, sample: Sequence[npt.NDArray[Any]]) -> None:
        """Puts the sample into the model's inputs, which get its shapes.

        Raises:
          ValueError: the sample does not fit. RuntimeError: the model cannot be prepared.
        """
        arrays = self.prepare(sample)
        shapes = [array.shape for array in arrays]
        if shapes != self._shapes:
            for details, shape in zip(self.inputs, shapes, strict=True):
                self.interpreter.resize_tensor_input(details["index"], shape)
            self.interpreter.allocate_tensors()
            self._shapes = shapes
        for details, array in zip(self.inputs, arrays, strict=True):
            self.interpreter.set_tensor(details["index"], array)


def random_samples(inputs: Sequence[Any], count: int, seed: int = 0) -> list[list[npt.NDArray[Any]]]:
    """Samples for a model with these input details: numbers from -1 to 1, small integers."""
    random = np.random.default_rng(seed)

    def array(details: Any) -> npt.NDArray[Any]:
        signature = details["shape_signature"][1:]
        shape = [1 if extent < 0 else int(extent) for extent in signature]
        dtype = np.dtype(details["dtype"])
        scale = len(details["quantization_parameters"]["scales"]) > 0
        if dtype.kind == "f" or scale:
            return random.uniform(-1, 1, shape).astype(np.float32)
        return random.integers(0, 2, shape).astype(dtype) if dtype.kind in "iub" else np.zeros(shape, dtype)

    return [[array(details) for details in inputs] for _ in range(count)]
