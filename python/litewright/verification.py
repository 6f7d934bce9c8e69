"""How far a converted model is from what it was made from."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Difference", "difference", "original"]

Samples = Sequence[Sequence[npt.NDArray[Any]]]


@dataclass
class Difference:
    """`error`: of all outputs, relative to their size, both root mean square; `worst`: the largest distance
    of two
    numbers; `agreement`: the share of samples with the same largest output."""

    reference: str
    samples: int
    error: float
    worst: float
    agreement: float

    def __str__(self) -> str:
        return (
            f"over {self.samples} samples the outputs differ from those of {self.reference} by"
            f" {self.error:.3g} of their size, at most by {self.worst:.3g};"
            f" the largest is the same for {self.agreement:.0%}"
        )


def difference(
    model: Callable[[Any], list[Any]], reference: Callable[[Any], list[Any]], name: str, samples: Samples
) -> Difference:
    """Runs a model and a reference, which is called `name`, on the samples.

    Raises:
      ValueError: they have outputs of different shapes.
    """
    square, signal, worst, same = 0.0, 0.0, 0.0, 0
    for sample in samples:
        got, want = model(sample), [np.asarray(array) for array in reference(sample)]
        shapes = [[list(array.shape) for array in arrays] for arrays in (got, want)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"the outputs have the shapes {shapes[0]}, those of {name} {shapes[1]}")
        for ours, theirs in zip(got, want, strict=True):
            distance = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
            square += float((distance**2).sum())
            signal += float((theirs.astype(np.float64) ** 2).sum())
            worst = max(worst, float(distance.max(initial=0.0)))
        same += bool(got[0].argmax() == want[0].argmax())
    error = float(np.sqrt(square / signal)) if signal else float(square > 0)
    return Difference(name, len(samples), error, worst, same / len(samples))


def original(path: str | os.PathLike[str], inputs: Sequence[Any], outputs: Sequence[Any]) -> tuple[str, Any]:
    """A function that runs a Keras file by Keras or a SavedModel by TensorFlow, and the name of which it was.

    Args:
      path: the model.
      inputs, outputs: details of the converted model's inputs and outputs, for their number.

    Raises:
      ImportError: the library is not installed.
    """
    needed = "tensorflow" if Path(path).is_dir() else "keras"
    if importlib.util.find_spec(needed) is None:
        raise ImportError(f"--verify of a float model compares with {needed}, which is not installed here")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if needed == "keras":
        return "Keras", _keras(path)
    return "TensorFlow", _saved_model(path, len(inputs), len(outputs))


def _keras(path: str | os.PathLike[str]) -> Callable[[Any], list[Any]]:
    import keras

    with contextlib.redirect_stdout(None):
        model = keras.models.load_model(path, compile=False)

    def run(sample: Any) -> list[Any]:
        arrays = [np.asarray(array)[None] for array in sample]
        result = model(arrays[0] if len(arrays) == 1 else arrays, training=False)
        results = result if isinstance(result, (list, tuple)) else [result]
        return [keras.ops.convert_to_numpy(value) for value in results]

    return run


def _saved_model(path: str | os.PathLike[str], inputs: int, outputs: int) -> Callable[[Any], list[Any]]:
    import tensorflow

    loaded = tensorflow.saved_model.load(os.fspath(path))
    function = loaded.signatures["serving_default"]
    names = sorted(function.structured_input_signature[1])

    def run(sample: Any) -> list[Any]:
        if len(names) != inputs:
            raise ValueError(f"the SavedModel takes {names}, the converted model {inputs} inputs")
        result = function(**{n: tensorflow.constant(a[None]) for n, a in zip(names, sample, strict=True)})
        return [result[name].numpy() for name in sorted(result)][:outputs]

    return run
