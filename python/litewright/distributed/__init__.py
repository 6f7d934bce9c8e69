"""Models over more data than one machine holds: predict, evaluate and calibrate on Dask or Ray.

Data is a NumPy array or an iterable of samples, a Dask array, bag or data frame, or a Ray dataset; samples
come without the batch dimension. The engine follows from the data; `engine` may also be a Dask client,
"dask://HOST:PORT" or "local". The model travels to each worker process once. A sample that does not fit the
model is an error that names its partition and index; with `on_bad_sample="skip"` it is left out and listed in
the result. What a lost worker had is computed again by the engine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright import _core
from litewright.calibration import CalibrationStatistics
from litewright.converter import TFLiteConverter
from litewright.distributed.engines import rows, run
from litewright.distributed.worker import (
    BadSample,
    BadSampleError,
    ModelFile,
    Outcome,
    calibrate_partition,
    evaluate_partition,
    predict_partition,
)
from litewright.quantization import QuantizationOptions

__all__ = [
    "BadSample",
    "BadSampleError",
    "CalibrationStatistics",
    "Evaluation",
    "Predictions",
    "Predictor",
    "calibrate",
    "evaluate",
    "map_in_pandas",
    "predict",
]

Model = bytes | str | os.PathLike[str]


@dataclass
class Predictions:
    """The outputs of a model, each for all samples in their order, but without those that were skipped."""

    outputs: list[npt.NDArray[Any]]
    skipped: list[BadSample] = field(default_factory=list)


@dataclass
class Evaluation:
    """Of how many samples the model's highest score was that of the label."""

    correct: int
    count: int
    skipped: list[BadSample] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        """The share of correct answers; NaN without samples."""
        return self.correct / self.count if self.count else float("nan")


def predict(
    model: Model,
    data: Any,
    *,
    engine: Any = None,
    columns: Sequence[str] | None = None,
    on_bad_sample: str = "raise",
) -> Predictions:
    """The model's outputs for all samples.

    Args:
      model: the content or the path of a .tflite file.
      data, engine, on_bad_sample: see the module. columns: those of a table that are the model's inputs.

    Raises:
      BadSampleError: a sample does not fit the model. ValueError: no model, engine or choice.
    """
    outcomes = list(
        run(predict_partition, _file(model), data, engine, _skip(on_bad_sample), columns, "Predicting")
    )
    parts = [outcome.value for outcome in outcomes if outcome.count]
    return Predictions([np.concatenate(arrays) for arrays in zip(*parts, strict=True)], _bad(outcomes))


def evaluate(
    model: Model,
    data: Any,
    labels: Any,
    *,
    engine: Any = None,
    on_bad_sample: str = "raise",
) -> Evaluation:
    """The accuracy of a classifier over samples and their labels, which have the same partitions.

    Args:
      labels: class numbers, a collection of the same kind as `data`. The rest: as in `predict`.
    """
    outcomes = list(
        run(
            evaluate_partition, _file(model), (data, labels), engine, _skip(on_bad_sample), None, "Evaluating"
        )
    )
    correct = sum(outcome.value for outcome in outcomes)
    return Evaluation(correct, sum(outcome.count for outcome in outcomes), _bad(outcomes))


def calibrate(
    model: Model | TFLiteConverter,
    data: Any,
    *,
    options: QuantizationOptions | None = None,
    engine: Any = None,
    columns: Sequence[str] | None = None,
    on_bad_sample: str = "raise",
) -> CalibrationStatistics:
    """Statistics of a float model, to be given to `litewright.quantize` or a converter as
    `representative_dataset` together with the same options. The quantized file does not depend on how the
    data is spread, and equals that of one process on the same kind of processor.

    Args:
      model: a float .tflite file, or the converter that will quantize.
      options: with the calibration method; "moving_average" depends on the order and is refused.
    """
    options = options or QuantizationOptions()
    if options.calibration == "moving_average":
        raise ValueError(
            'calibration "moving_average" depends on the order of the samples;'
            ' use "minmax", "percentile" or "mse"'
        )
    content = model._float_graph().write() if isinstance(model, TFLiteConverter) else _content(model)
    total = CalibrationStatistics(
        content,
        options.calibration,
        options.calibration_parameter,
        options.bias_correction,
        options.report_samples,
        options.equalize,
    )
    skip = _skip(on_bad_sample)
    outcomes = list(run(calibrate_partition, total.copy(), data, engine, skip, columns, "Calibrating"))
    for outcome in outcomes:
        total.merge(outcome.value)
    total.skipped = _bad(outcomes)
    return total.finished()


class Predictor:
    """A function from batches to outputs that can be sent to any engine: for `Dataset.map_batches` of Ray and
    `map_blocks` of Dask. Takes an array or a dictionary of arrays, with a batch dimension."""

    def __init__(self, model: Model, *, output: str = "prediction") -> None:
        self._model, self._output = _file(model), output

    def __call__(self, batch: Any) -> Any:
        """The first output: an array, or for a dictionary the same dictionary with it."""
        scores = predict_partition(self._model, rows(batch), 0, False, 1).value[0]
        return {**batch, self._output: scores} if isinstance(batch, dict) else scores


def map_in_pandas(
    model: Model, columns: Sequence[str], *, output: str = "prediction"
) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A function for Spark's `DataFrame.mapInPandas`: adds the first output as a column of lists.

    Example:
      function = map_in_pandas("model.tflite", ["a", "b"])
      frame.mapInPandas(function, "a float, b float, prediction array<float>")
    """
    file = _file(model)

    def function(frames: Iterable[Any]) -> Iterator[Any]:
        for number, frame in enumerate(frames):
            samples = frame[list(columns)].to_numpy(np.float32)
            outcome = predict_partition(file, samples, number, False, 1)
            scores = outcome.value[0] if outcome.count else []
            yield frame.assign(**{output: [np.ravel(row).tolist() for row in scores]})

    return function


def _content(model: Model) -> bytes:
    return model if isinstance(model, bytes) else Path(model).read_bytes()


def _file(model: Model) -> ModelFile:
    content = _content(model)
    _core.Graph.read(content)  # a bad model is an error here, not on the workers
    return ModelFile(content)


def _skip(on_bad_sample: str) -> bool:
    if on_bad_sample not in ("raise", "skip"):
        raise ValueError(f'on_bad_sample should be "raise" or "skip", not {on_bad_sample!r}')
    return on_bad_sample == "skip"


def _bad(outcomes: list[Outcome]) -> list[BadSample]:
    return [bad for outcome in outcomes for bad in outcome.bad]
