"""Evaluation of files of samples on an engine: each worker reads its share of the data by itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from litewright.distributed.engines import engine_of, run
from litewright.distributed.worker import BadSample, BadSampleError, ModelFile, Outcome, once_per_thread
from litewright.evaluation import Evaluation, answer, summarized
from litewright.runner import Runner
from litewright.samples import Samples, Source

_PARTITION = 64


@dataclass(frozen=True)
class Job:
    """A model and the samples it is to answer for; travels to each worker process once."""

    model: ModelFile
    source: Source
    preprocess: str


def evaluate_files(
    model: str | os.PathLike[str],
    source: Source,
    samples: Samples,
    engine: Any,
    *,
    preprocess: str = "none",
    classes: Sequence[str] = (),
) -> Evaluation:
    """What `litewright.evaluation.evaluate` gives, computed by the engine's workers.

    Args:
      source, samples: where the workers find the samples, and the same as read here.
      engine: as in `litewright.distributed`. The workers find the data under the same path as this process.

    Raises:
      BadSampleError: a sample does not fit the model. ImportError: the engine is not installed.
    """
    path = Path(model)
    job = Job(ModelFile(path.read_bytes()), source, preprocess)
    outcomes = run(answer_partition, job, _indices(len(samples), engine), engine, False, None, path.name)
    answers = [found for outcome in outcomes for found in outcome.value]
    return summarized(answers, samples, path.name, len(job.model.content), classes)


def _indices(count: int, engine: Any) -> Any:
    """The numbers below `count`, as a collection of the engine."""
    name = engine_of((), engine)
    partitions = -(-count // _PARTITION)
    if name == "dask":
        return import_module("dask.bag").from_sequence(range(count), npartitions=partitions)
    if name == "ray":
        return import_module("ray").data.range(count, override_num_blocks=partitions)
    return range(count)


def _opened(job: Job, num_threads: int) -> tuple[Runner, Samples]:
    runner = Runner(job.model.path(), preprocess=job.preprocess, threads=num_threads)
    return runner, job.source.read(runner.inputs)


def answer_partition(
    job: Job, partition: Iterable[Any], number: int, skip: bool, num_threads: int
) -> Outcome:
    """The answers for the samples with these indices."""
    key = (job.model.key, job.source, job.preprocess, num_threads)
    runner, samples = once_per_thread(key, lambda: _opened(job, num_threads))
    answers = []
    for index in partition:
        try:
            answers.append(answer(runner, samples[int(index)]))
        except (OSError, RuntimeError, ValueError) as error:
            raise BadSampleError(BadSample(number, int(index), str(error))) from error
    return Outcome(answers, len(answers))
