"""Where partitions are computed: here, by Dask or by Ray. Each engine is one function that runs a function of
`worker.py` over all partitions and gives the outcomes in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from itertools import islice
from typing import Any

import numpy as np

from litewright.calibration import threads
from litewright.distributed.worker import Outcome, PartitionFunction
from litewright.progress import ProgressBar

_LOCAL_PARTITION = 256
#: Tasks whose worker died are tried this often on other workers.
_RETRIES = 3


def engine_of(data: Any, engine: Any) -> str:
    """ "local", "dask" or "ray": what `engine` says, or else what kind of collection the data is."""
    if isinstance(engine, str):
        name = "dask" if engine.startswith(("dask", "tcp:", "tls:")) else engine
        if name not in ("local", "dask", "ray"):
            raise ValueError(f"engine should be local, dask, dask://HOST:PORT or ray, not {engine!r}")
        return name
    if engine is not None:
        return "dask"  # a distributed.Client
    first = data[0] if isinstance(data, tuple) and data else data
    module = type(first).__module__.split(".")[0]
    return {"dask": "dask", "dask_expr": "dask", "ray": "ray"}.get(module, "local")


def run(
    function: PartitionFunction, model: Any, data: Any, engine: Any, skip: bool, columns: Any, label: str
) -> Iterator[Outcome]:
    """The outcomes of all partitions, in order. `columns` chooses and orders the columns of tables."""
    name = engine_of(data, engine)
    runners: dict[str, Callable[..., Iterator[Outcome]]] = {"local": _local, "dask": _dask, "ray": _ray}
    return runners[name](function, model, data, engine, skip, columns, label)


def _local(
    function: PartitionFunction, model: Any, data: Any, engine: Any, skip: bool, columns: Any, label: str
) -> Iterator[Outcome]:
    samples = iter(rows(data, columns))
    count = len(data[0] if isinstance(data, tuple) else data) if _is_sized(data) else None
    with ProgressBar(label, count) as bar:
        number = 0
        while part := list(islice(samples, _LOCAL_PARTITION)):
            yield function(model, part, number, skip, threads())
            bar.update(len(part))
            number += 1


def _is_sized(data: Any) -> bool:
    return hasattr(data[0] if isinstance(data, tuple) else data, "__len__")


def rows(part: Any, columns: Any = None) -> Iterable[Any]:
    """The samples of one partition: of arrays along the first dimension, of a pair or of a dictionary of them
    side by side, of a table row by row."""
    if isinstance(part, tuple):
        return zip(*(rows(side, columns) for side in part), strict=True)
    if isinstance(part, dict):
        part = {name: part[name] for name in columns} if columns else part
        if len(part) == 1:
            return rows(next(iter(part.values())))
        return ({name: part[name][i] for name in part} for i in range(len(next(iter(part.values())))))
    if hasattr(part, "iloc"):
        table = part[list(columns)] if columns else part
        return np.asarray(table.to_numpy())
    return part  # type: ignore[no-any-return]


def _partition_task(
    function: PartitionFunction, model: Any, part: Any, number: int, skip: bool, columns: Any
) -> Outcome:
    """A partition as its engine hands it over."""
    return function(model, rows(part, columns), number, skip, 1)


def _dask(
    function: PartitionFunction, model: Any, data: Any, engine: Any, skip: bool, columns: Any, label: str
) -> Iterator[Outcome]:
    dask, distributed = import_module("dask"), import_module("distributed")

    # A task of its own, so that the model travels to each process once and can be made again there.
    shipped = dask.delayed(model, name=f"litewright-{model.key}" if hasattr(model, "key") else None)
    tasks = [
        dask.delayed(_partition_task)(function, shipped, part, number, skip, columns)
        for number, part in enumerate(_dask_partitions(data))
    ]
    with _client(distributed, engine) as client:
        futures = client.compute(tasks, retries=_RETRIES, optimize_graph=False)
        with ProgressBar(label, len(futures)) as bar:
            for _ in distributed.as_completed(futures):
                bar.update()
        yield from client.gather(futures)


def _client(distributed: Any, engine: Any) -> AbstractContextManager[Any]:
    """The client given, one to the address given for as long as it is needed, or the current one."""
    if isinstance(engine, str) and "://" in engine:
        address = engine.replace("dask://", "tcp://", 1)
        client: AbstractContextManager[Any] = distributed.Client(address, set_as_default=False)
        return client
    if engine is not None and not isinstance(engine, str):
        return nullcontext(engine)
    return nullcontext(distributed.get_client())


def _dask_partitions(data: Any) -> Sequence[Any]:
    """The delayed parts of an array, bag or data frame, or pairs of them."""
    if isinstance(data, tuple):
        sides = [_dask_partitions(side) for side in data]
        if len({len(side) for side in sides}) != 1:
            raise ValueError("samples and labels should have the same partitions")
        return list(zip(*sides, strict=True))
    if not hasattr(data, "to_delayed"):
        raise TypeError(f"Dask takes its arrays, bags and data frames, not a {type(data).__name__}")
    if hasattr(data, "rechunk"):
        data = data.rechunk({axis: -1 for axis in range(1, data.ndim)})
    return list(np.ravel(np.asarray(data.to_delayed(), dtype=object)))


def _ray(
    function: PartitionFunction, model: Any, data: Any, engine: Any, skip: bool, columns: Any, label: str
) -> Iterator[Outcome]:
    ray = import_module("ray")
    shipped = ray.put(model)
    task = ray.remote(max_retries=_RETRIES)(_partition_task)
    refs = [
        task.remote(function, shipped, part, number, skip, columns)
        for number, part in enumerate(data.to_numpy_refs())
    ]
    with ProgressBar(label, len(refs)) as bar:
        for ref in refs:
            yield ray.get(ref)
            bar.update()
