"""Images per second over Dask workers: measured up to the number of processors, simulated beyond.

usage: throughput.py [--images 4000] [--partition 200] [--workers 16] [--figure throughput.png]

Simulated: partitions cost what they cost one measured worker; the scheduler hands out one task after the
other, at the rate measured with empty tasks. Beyond the processors of this machine the figure leaves out
networks and the sharing of memory bandwidth.
"""

from __future__ import annotations

import argparse
import heapq
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests_py"))

import dask.array
import distributed
from mobilenet import write

import litewright.lite as lite
from litewright.distributed import predict

SIZE = 96


def simulated_seconds(workers: int, partitions: int, seconds: float, handing_out: float) -> float:
    """Until the last partition is done: each goes to the worker that is free first."""
    free = [0.0] * workers
    for number in range(partitions):
        start = max(heapq.heappop(free), number * handing_out)
        heapq.heappush(free, start + seconds)
    return max(free)


def measured(workers: int, content: bytes, images: int, partition: int) -> tuple[float, float]:
    """Seconds for all images, and seconds to hand out an empty task."""
    options = {"threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(n_workers=workers, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        data = dask.array.random.random((images, SIZE, SIZE, 3), chunks=(partition, -1, -1, -1))
        data = data.astype(np.float32)
        predict(content, data[: workers * partition])  # ships and packs the model
        start = time.perf_counter()
        predict(content, data)
        seconds = time.perf_counter() - start
        start = time.perf_counter()
        client.gather(client.map(lambda number: number, range(500), pure=False))
        return seconds, (time.perf_counter() - start) / 500


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--partition", type=int, default=200)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--figure")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        converter = lite.TFLiteConverter.from_keras_model(write(Path(folder) / "model.h5", SIZE))
        converter.optimizations = [lite.Optimize.DEFAULT]
        content = converter.convert()
    images, partition = arguments.images, arguments.partition
    partitions = -(-images // partition)
    rows: list[tuple[int, float, str]] = []
    for workers in range(1, min(os.cpu_count() or 1, arguments.workers) + 1):
        seconds, handing_out = measured(workers, content, images, partition)
        if workers == 1:
            per_partition = seconds / partitions
        rows.append((workers, images / seconds, "measured"))
    for workers in range(len(rows) + 1, arguments.workers + 1):
        seconds = simulated_seconds(workers, partitions, per_partition, handing_out)
        rows.append((workers, images / seconds, "simulated"))
    for workers, rate, how in rows:
        print(f"{workers:3} workers {rate:10.0f} images/s  {how}")
    print(f"one partition of {partition} images: {per_partition * 1e3:.0f} ms; handing out a task: "
          f"{handing_out * 1e3:.2f} ms, which limits the workers to {per_partition / handing_out:.0f};"
          f" {partitions} partitions limit them to {partitions}.")  # fmt: skip
    if arguments.figure:
        draw(rows, arguments.figure)


def draw(rows: list[tuple[int, float, str]], path: str) -> None:
    from matplotlib import pyplot

    for how, style in (("measured", "o-"), ("simulated", "x--")):
        part = [(workers, rate) for workers, rate, kind in rows if kind == how]
        pyplot.plot(*zip(*part, strict=True), style, label=how)
    pyplot.xlabel("workers")
    pyplot.ylabel("images per second")
    pyplot.legend()
    pyplot.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
