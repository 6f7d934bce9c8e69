"""Accuracy, agreement, confusion and latency of classifiers over labelled samples."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from litewright.progress import track
from litewright.runner import Runner
from litewright.samples import Sample, Samples

__all__ = ["Evaluation", "evaluate"]

_TOP = 5


@dataclass
class Evaluation:
    """What one model says about all samples, and what that takes.

    Attributes:
      top: the most likely classes of each sample, [samples, up to 5], the likeliest first.
      confidence: the score of the likeliest class, [samples].
      seconds: of each run, [samples].
      num_classes: how many scores the model gives.
    """

    name: str
    bytes: int
    top: npt.NDArray[np.int64]
    confidence: npt.NDArray[np.float64]
    seconds: npt.NDArray[np.float64]
    num_classes: int
    labels: npt.NDArray[np.int64] | None = None
    classes: list[str] = field(default_factory=list)

    @property
    def predictions(self) -> npt.NDArray[np.int64]:
        """The likeliest class of each sample."""
        return self.top[:, 0]

    def accuracy(self, among: int = 1) -> float | None:
        """The share of samples whose label is among the `among` likeliest classes; None without labels."""
        if self.labels is None:
            return None
        return float(np.mean((self.top[:, :among] == self.labels[:, None]).any(axis=1)))

    def agreement(self, other: Evaluation) -> float:
        """The share of samples for which both models say the same."""
        return float(np.mean(self.predictions == other.predictions))

    def confusion(self) -> npt.NDArray[np.int64]:
        """How often a label (row) was taken for a class (column).

        Raises:
          ValueError: there are no labels.
        """
        if self.labels is None:
            raise ValueError("a confusion matrix needs labels")
        count = max(self.num_classes, int(self.labels.max()) + 1)
        cells = np.bincount(self.labels * count + self.predictions, minlength=count * count)
        return cells.reshape(count, count)

    def percentile(self, share: float) -> float:
        """The milliseconds that `share` percent of the runs stay below."""
        return float(np.percentile(self.seconds, share)) * 1e3

    def class_name(self, number: int) -> str:
        """What a class is called; its number where it has no name."""
        return self.classes[number] if number < len(self.classes) else str(number)

    def summary(self, reference: Evaluation | None = None) -> dict[str, Any]:
        """The figures as a dictionary; agreement is with `reference`."""
        return {
            "name": self.name,
            "bytes": self.bytes,
            "samples": len(self.top),
            "accuracy": self.accuracy(),
            "top5": self.accuracy(_TOP) if self.top.shape[1] == _TOP else None,
            "agreement": None if reference is None else self.agreement(reference),
            "latency_ms": {f"p{share}": self.percentile(share) for share in (50, 90, 99)},
        }


def evaluate(
    model: bytes | str | os.PathLike[str],
    samples: Samples,
    *,
    preprocess: str = "none",
    threads: int = 1,
    name: str = "",
    classes: Sequence[str] = (),
) -> Evaluation:
    """Runs every sample, one at a time, as an application would.

    Args:
      model: a .tflite file or its content; its first output holds the classes' scores, or one number that
      is above
        0.5 for class 1.
      samples: labelled or not; see `litewright.samples.load`.
      preprocess: a name of `litewright.preprocessing.PREPROCESSINGS`.
      classes: names that replace those of `samples`.

    Raises:
      ValueError: samples that do not fit the model, or a label that is not a class number.
    """
    runner = Runner(model, preprocess=preprocess, threads=threads)
    name = name or ("model" if isinstance(model, bytes) else Path(model).name)
    answers = [answer(runner, sample) for sample in track(samples, name)]
    size = len(model) if isinstance(model, bytes) else Path(model).stat().st_size
    return summarized(answers, samples, name, size, classes)


class Answer(NamedTuple):
    """What a model says about one sample; as in `Evaluation`."""

    top: npt.NDArray[np.int64]
    confidence: float
    seconds: float
    num_classes: int


def answer(runner: Runner, sample: Sample) -> Answer:
    """Runs one sample; raises as `Runner` does."""
    scores = runner(sample)[0].reshape(-1)
    if scores.size == 1:
        scores = np.array([1 - scores[0], scores[0]], np.float32)
    order = np.argsort(-scores, kind="stable")[:_TOP]
    return Answer(order, float(scores[order[0]]), runner.seconds, scores.size)


def summarized(
    answers: Sequence[Answer], samples: Samples, name: str, size: int, classes: Sequence[str]
) -> Evaluation:
    """The answers to all samples of a model with `size` bytes; arguments and errors as in `evaluate`."""
    labels = samples.labels
    if labels is not None and len(labels) and int(labels.min()) < 0:
        raise ValueError("labels are class numbers from 0")
    top, confidence, seconds, num_classes = zip(*answers, strict=True)
    return Evaluation(
        name,
        size,
        np.array(top, np.int64),
        np.array(confidence),
        np.array(seconds),
        num_classes[-1],
        labels,
        list(classes) or samples.classes,
    )
