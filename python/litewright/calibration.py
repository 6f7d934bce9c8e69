"""Calibration samples: checked against the model, then run through it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright import _core
from litewright.progress import track

Sample = list[npt.NDArray[Any]]
#: Samples are kept for reports up to this many bytes; one is kept however large it is.
_KEPT_BYTES = 1 << 26


@dataclass
class Calibration:
    """What samples show of a float model."""

    #: The smallest and largest value of every tensor, [tensors, 2]; NaN where there is none.
    ranges: npt.NDArray[np.float32]
    #: The mean of every channel by tensor, where they were asked for.
    means: list[list[float]] = field(default_factory=list)
    #: The first samples.
    samples: list[Sample] = field(default_factory=list)


class CalibrationStatistics:
    """What samples show of a float model, gathered in parts: given to `quantize` or a converter in place of a
    representative dataset, it makes the file that all the samples would make in one process.

    Attributes:
      count: how many samples were seen. samples: those kept for reports and `target_error`: chosen by their
      content, so that neither order nor parts matter.
    """

    def __init__(
        self,
        content: bytes,
        method: str = "minmax",
        parameter: float | None = None,
        means: bool = False,
        keep: int = 8,
        equalized: bool = False,
    ) -> None:
        self.content = content
        self.method, self.parameter, self.means = method, parameter, means
        self.keep, self.equalized = keep, equalized
        self.count = 0
        self.skipped: list[Any] = []
        self.kept: dict[str, Sample] = {}
        self.state: bytes | None = None
        self._graph: _core.Graph | None = None
        self._observer: _core.Observer | None = None

    @property
    def samples(self) -> list[Sample]:
        """The kept samples."""
        return [self.kept[key] for key in sorted(self.kept)]

    @property
    def graph(self) -> _core.Graph:
        """The float model."""
        if self._graph is None:
            self._graph = _core.Graph.read(self.content)
            if self.equalized:
                self._graph.equalize()
        return self._graph

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_graph": None, "_observer": None}

    def copy(self) -> CalibrationStatistics:
        """The same model and method, without samples."""
        return CalibrationStatistics(
            self.content, self.method, self.parameter, self.means, self.keep, self.equalized
        )

    def _observe_with(self, num_threads: int) -> _core.Observer:
        if self._observer is None:
            self._observer = _core.Observer(
                self.graph, num_threads, self.method, self.parameter or 0.0, self.means
            )
            if self.state is not None:
                self._observer.merge(self.state)
        return self._observer

    def observe(self, sample: Sample, num_threads: int = 1) -> None:
        """Runs one sample, checked against the model."""
        self._observe_with(num_threads).run(sample)
        self.count += 1
        digest = hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in sample))
        self._keep({digest.hexdigest(): sample})

    def _keep(self, samples: dict[str, Sample]) -> None:
        candidates = self.kept | samples
        self.kept = {key: candidates[key] for key in sorted(candidates)[: self.keep]}

    def finished(self) -> CalibrationStatistics:
        """Itself, ready to travel and to be merged."""
        self.state = self._observe_with(1).save()
        self._observer = None
        return self

    def merge(self, other: CalibrationStatistics) -> None:
        """Takes in what `other` saw of the same model."""
        if other.state is not None:
            self._observe_with(1).merge(other.state)
        self.count += other.count
        self._keep(other.kept)

    def calibration(
        self, graph: _core.Graph, method: str, parameter: float | None, means: bool
    ) -> Calibration:
        """For `graph`.

        Raises:
          ValueError: it is another model, or options differ from those of the calibration.
        """
        wanted, had = (method, parameter), (self.method, self.parameter)
        if wanted != had or (means and not self.means):
            raise ValueError(
                f"the statistics were gathered with calibration {had}, bias_correction {self.means};"
                f" quantization asks for {wanted}, bias_correction {means}."
                " Give both the same QuantizationOptions."
            )
        if graph.write() != self.graph.write():
            raise ValueError("the statistics were gathered with another model, or with another `equalize`")
        if self.count == 0:
            raise ValueError("the statistics hold no samples")
        observer = self._observe_with(1)
        return Calibration(observer.ranges(), observer.means(), self.samples)


def threads() -> int:
    """How many threads calibration and comparisons use: all."""
    return os.cpu_count() or 1


def calibrate(
    graph: _core.Graph,
    representative_dataset: Any,
    *,
    method: str = "minmax",
    parameter: float | None = None,
    means: bool = False,
    keep: int = 0,
) -> Calibration:
    """Runs all samples through the float model and keeps the first `keep` of them.

    Raises:
      TypeError: the dataset is not callable. ValueError: it is empty, or a sample does not fit the model.
    """
    if isinstance(representative_dataset, CalibrationStatistics):
        return representative_dataset.calibration(graph, method, parameter, means)
    observer = _core.Observer(
        graph, num_threads=threads(), method=method, parameter=parameter or 0.0, means=means
    )
    count, kept_bytes = 0, 0
    kept: list[Sample] = []
    for sample in track(samples(graph, representative_dataset), "Calibrating"):
        try:
            observer.run(sample)
        except RuntimeError as error:
            raise ValueError(f"representative_dataset, sample {count}: {error}") from error
        size = sum(array.nbytes for array in sample)
        if len(kept) < keep and (not kept or kept_bytes + size <= _KEPT_BYTES):
            kept.append([array.copy() for array in sample])
            kept_bytes += size
        count += 1
    if count == 0:
        raise ValueError(
            "representative_dataset yielded no samples; calibration needs at least one (a hundred are usual)."
        )
    return Calibration(observer.ranges(), observer.means(), kept)


def first_samples(graph: _core.Graph, representative_dataset: Any, count: int) -> list[Sample]:
    """Up to `count` samples; without a dataset random ones: numbers from -1 to 1, zeros for integers."""
    if representative_dataset is None:
        random = np.random.default_rng(0)
        return [[_random_input(random, spec) for spec in graph.inputs()] for _ in range(count)]
    if isinstance(representative_dataset, CalibrationStatistics):
        return representative_dataset.samples[:count]
    return [sample for _, sample in zip(range(count), samples(graph, representative_dataset), strict=False)]


def _random_input(random: np.random.Generator, spec: dict[str, Any]) -> npt.NDArray[Any]:
    shape = [1 if extent < 0 else extent for extent in spec["shape"]]
    dtype = np.dtype(spec["dtype"])
    if dtype.kind == "f":
        return random.uniform(-1, 1, shape).astype(dtype)
    return np.zeros(shape, dtype)


def samples(graph: _core.Graph, representative_dataset: Any) -> Iterator[Sample]:
    """The dataset's samples as lists in the order of the model's inputs, each checked against the model."""
    generator: Callable[[], Iterable[Any]] = getattr(
        representative_dataset, "input_gen", representative_dataset
    )
    if not callable(generator):
        raise TypeError(
            f"representative_dataset should be a function that yields samples, not a"
            f" {type(representative_dataset).__name__}; write `lambda: samples` or a generator function."
        )
    inputs, keys = graph.inputs(), graph.signature_keys()
    for number, sample in enumerate(generator()):
        where = f"representative_dataset, sample {number}"
        if isinstance(sample, tuple) and len(sample) == 2 and isinstance(sample[0], str):
            key, sample = sample
            if keys and key not in keys:
                raise ValueError(f"{where}: the model has no signature {key!r}; it has {keys}.")
        yield check_sample(inputs, sample, where)


def compare(
    original: _core.Graph, quantized: _core.Graph, samples: list[Sample], by_operator: bool = True
) -> _core.Comparison:
    """Both graphs run on the samples."""
    comparison = _core.Comparison(original, quantized, threads(), by_operator)
    for sample in samples:
        comparison.run(sample)
    return comparison


def check_sample(inputs: list[dict[str, Any]], sample: Any, where: str) -> list[npt.NDArray[Any]]:
    """One sample in the order of the model's inputs.

    Raises:
      ValueError: names the sample, the input and what does not fit.
    """
    return [
        _check_array(value, spec, inputs, f"{where}, input {position} '{spec['name']}'")
        for position, (value, spec) in enumerate(zip(_in_order(inputs, sample, where), inputs, strict=True))
    ]


def _in_order(inputs: list[dict[str, Any]], sample: Any, where: str) -> Sequence[Any]:
    names = [spec["name"] for spec in inputs]
    if isinstance(sample, Mapping):
        unknown = [name for name in sample if name not in names]
        missing = [name for name in names if name not in sample]
        if unknown or missing:
            given = sorted(map(str, sample))
            raise ValueError(f"{where}: has the names {given}; the model's inputs are {names}.")
        return [sample[name] for name in names]
    if isinstance(sample, (list, tuple)):
        if len(sample) != len(names):
            raise ValueError(
                f"{where}: Invalid input shapes: expected {len(names)} items got {len(sample)} items;"
                f" the model's inputs are {names}."
            )
        return sample
    raise ValueError(
        f"{where}: You need to provide either a dictionary with input names and values, a tuple with"
        " signature key and a dictionary with input names and values, or an array with input values in the"
        " order of input tensors of the graph in the representative_dataset function;"
        f" it is a {type(sample).__name__}." + (" Put it into a list: [sample]." if len(names) == 1 else "")
    )


def _fits(got: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(got) == len(wanted) and all(want in (-1, have) for want, have in zip(wanted, got, strict=True))


def _check_array(
    value: Any, spec: dict[str, Any], inputs: list[dict[str, Any]], where: str
) -> npt.NDArray[Any]:
    array = np.asarray(value)
    wanted = np.dtype(spec["dtype"])
    if array.dtype != wanted:
        raise ValueError(
            f"{where}: Got value of type {array.dtype.name} but expected type {wanted.name};"
            f" use .astype(np.{wanted.name})."
        )
    shape = tuple(spec["shape"])
    if not _fits(array.shape, shape):
        hint = " Add the batch dimension: sample[None]." if array.shape == shape[1:] else ""
        hint += "".join(
            f" It fits input {position} '{other['name']}': are the arrays in the model's order?"
            for position, other in enumerate(inputs)
            if other is not spec and _fits(array.shape, tuple(other["shape"]))
        )
        raise ValueError(f"{where}: has the shape {list(array.shape)}; the model takes {list(shape)}.{hint}")
    if wanted.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{where}: holds NaN or infinity.")
    return array
