"""What runs in the processes that an engine starts: a model once per process, and one partition at a time."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from litewright import _core
from litewright.calibration import CalibrationStatistics, Sample, check_sample
from litewright.interpreter import Interpreter

Array = npt.NDArray[Any]
T = TypeVar("T")
_LARGEST_BATCH = 64
_USUAL_CACHE_BYTES = 1 << 20


@dataclass(frozen=True)
class BadSample:
    """A sample that does not fit the model: where it is, and why."""

    partition: int
    index: int
    reason: str

    def __str__(self) -> str:
        return f"partition {self.partition}, sample {self.index}: {self.reason}"


class BadSampleError(ValueError):
    """A sample that does not fit the model, where that is not to be skipped."""

    def __init__(self, bad: BadSample) -> None:
        super().__init__(str(bad))
        self.bad = bad

    def __reduce__(self) -> tuple[type[BadSampleError], tuple[BadSample]]:
        return type(self), (self.bad,)


@dataclass
class Outcome:
    """What a partition gave: `value`, by what was asked, over `count` good samples."""

    value: Any = None
    count: int = 0
    bad: list[BadSample] = field(default_factory=list)


class ModelFile:
    """A model on its way to workers: pickled as its content, and written to one file per machine."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.key = hashlib.sha256(content).hexdigest()

    def path(self) -> Path:
        """The model as a file, which all processes of the machine map."""
        folder = Path(tempfile.gettempdir()) / f"litewright-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise OSError(f"{folder} belongs to another user; set TMPDIR")
        path = folder / f"{self.key}.tflite"
        if not path.exists() or path.stat().st_size != len(self.content):
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(self.content)
            os.replace(file.name, path)
        return path


class _Thread(threading.local):
    def __init__(self) -> None:
        self.kept: dict[Hashable, Any] = {}


_thread = _Thread()


def once_per_thread(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gave this thread for the key. Interpreters belong to a thread; those of one process share
    packed weights."""
    if key not in _thread.kept:
        _thread.kept[key] = make()
    kept: T = _thread.kept[key]
    return kept


class Runner:
    """An interpreter that runs batches of samples."""

    def __init__(self, model: ModelFile, num_threads: int) -> None:
        self.interpreter = Interpreter(model_path=model.path(), num_threads=num_threads)
        self.interpreter.allocate_tensors()
        self.inputs = _core.Graph.read(model.content).inputs()
        self.batch_size = self._fitting_batch()

    def _fitting_batch(self) -> int:
        """How many samples' activations fit the cache, an even number; 1 for a model that takes one sample at
        a time."""
        if any(not spec["shape"] or spec["shape"][0] != -1 for spec in self.inputs):
            return 1
        activations = [
            int(np.prod(row["shape"])) * np.dtype(row["dtype"]).itemsize
            for row in self.interpreter.get_tensor_details()
            if len(row["shape"]) > 0 and row["shape"][0] == 1
        ]
        fitting = _cache_bytes() // (2 * max(activations, default=1))
        return int(np.clip(fitting // 2 * 2, 2, _LARGEST_BATCH))

    def run(self, samples: list[Sample]) -> list[Array]:
        """The outputs for up to `batch_size` samples that were checked; their arrays have a batch dimension.

        Batches are filled up, because sums of floats may differ in the last place with the size of the batch:
        the outputs for a sample must not depend on how the data is split.
        """
        details = self.interpreter.get_input_details()
        arrays = [np.concatenate([sample[i] for sample in samples]) for i in range(len(details))]
        count = len(arrays[0])
        missing = self.batch_size - count
        arrays = [np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) for array in arrays]
        for row, array in zip(details, arrays, strict=True):
            if tuple(row["shape"]) != array.shape:
                self.interpreter.resize_tensor_input(row["index"], array.shape)
        self.interpreter.allocate_tensors()
        for row, array in zip(details, arrays, strict=True):
            self.interpreter.set_tensor(row["index"], array)
        self.interpreter.invoke()
        outputs = self.interpreter.get_output_details()
        return [self.interpreter.get_tensor(row["index"])[:count] for row in outputs]


def _cache_bytes() -> int:
    try:
        return max(os.sysconf("SC_LEVEL2_CACHE_SIZE"), _USUAL_CACHE_BYTES)
    except (ValueError, OSError):
        return _USUAL_CACHE_BYTES


def good_samples(
    inputs: list[dict[str, Any]], partition: Iterable[Any], number: int, skip: bool, bad: list[BadSample]
) -> Iterator[tuple[int, Sample]]:
    """Index and arrays, with a batch dimension of 1, of each sample that fits; others go to `bad`.

    Raises:
      BadSampleError: a sample does not fit, and `skip` is False.
    """
    for index, sample in enumerate(partition):
        try:
            arrays = check_sample(inputs, _with_batch(sample, inputs), "the sample")
        except (ValueError, TypeError) as error:
            bad.append(BadSample(number, index, str(error)))
            if not skip:
                raise BadSampleError(bad[-1]) from error
            continue
        yield index, arrays


def _with_batch(sample: Any, inputs: list[dict[str, Any]]) -> Any:
    """A sample of arrays that lack the batch dimension, with it; an array alone becomes a list."""
    if isinstance(sample, dict):
        return {name: np.asarray(value)[None] for name, value in sample.items()}
    if isinstance(sample, (list, tuple)) and len(inputs) > 1:
        return [np.asarray(value)[None] for value in sample]
    return [np.asarray(sample)[None]]


def _all_fit(inputs: list[dict[str, Any]], samples: Array) -> bool:
    """Whether a whole array of samples surely fits a model with one input; False where they must be looked at
    one by one."""
    if len(inputs) != 1 or samples.ndim == 0 or samples.dtype != np.dtype(inputs[0]["dtype"]):
        return False
    wanted = inputs[0]["shape"][1:]
    fits = len(wanted) == samples.ndim - 1 and all(
        want in (-1, have) for want, have in zip(wanted, samples.shape[1:], strict=True)
    )
    return fits and (samples.dtype.kind != "f" or bool(np.isfinite(samples).all()))


def predict_partition(
    model: ModelFile, partition: Iterable[Any], number: int, skip: bool, num_threads: int
) -> Outcome:
    """The outputs of one partition, concatenated."""
    run = once_per_thread((model.key, num_threads), lambda: Runner(model, num_threads))
    outcome = Outcome()
    parts: list[list[Array]] = []
    if isinstance(partition, np.ndarray) and _all_fit(run.inputs, partition):
        starts = range(0, len(partition), run.batch_size)
        parts = [run.run([[partition[start : start + run.batch_size]]]) for start in starts]
        return Outcome([np.concatenate(arrays) for arrays in zip(*parts, strict=True)], len(partition))
    batch: list[Sample] = []
    for _, sample in good_samples(run.inputs, partition, number, skip, outcome.bad):
        batch.append(sample)
        outcome.count += 1
        if len(batch) == run.batch_size:
            parts.append(run.run(batch))
            batch = []
    if batch:
        parts.append(run.run(batch))
    outcome.value = [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
    return outcome


def evaluate_partition(
    model: ModelFile, partition: Iterable[tuple[Any, Any]], number: int, skip: bool, num_threads: int
) -> Outcome:
    """How many samples the first output's largest score puts into the class of their label."""
    pairs = list(partition)
    outcome = predict_partition(model, (sample for sample, _ in pairs), number, skip, num_threads)
    lost = {bad.index for bad in outcome.bad}
    labels = np.asarray([int(label) for index, (_, label) in enumerate(pairs) if index not in lost], np.int64)
    scores = outcome.value[0] if outcome.count else np.zeros((0, 1))
    outcome.value = int((scores.reshape(len(labels), -1).argmax(1) == labels).sum())
    return outcome


def calibrate_partition(
    empty: CalibrationStatistics, partition: Iterable[Any], number: int, skip: bool, num_threads: int
) -> Outcome:
    """The statistics of one partition; `empty` says of which model and how."""
    outcome = Outcome()
    seen = empty.copy()
    good = good_samples(seen.graph.inputs(), partition, number, skip, outcome.bad)
    for index, sample in good:
        try:
            seen.observe(sample, num_threads)
        except RuntimeError as error:
            outcome.bad.append(BadSample(number, index, str(error)))
            if not skip:
                raise BadSampleError(outcome.bad[-1]) from error
            continue
        outcome.count += 1
    outcome.value = seen.finished()
    return outcome


PartitionFunction = Callable[[Any, Iterable[Any], int, bool, int], Outcome]
