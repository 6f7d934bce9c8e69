#!/usr/bin/env python3
"""Run models for long and watch the resident memory: it must stay flat.

usage: bench/soak.py [--invokes 100000] [--cycles 10000] [--limit-kib 1024] [MODEL.tflite ...]
       bench/soak.py --seconds 60 [--threads 16] [--interpreters 32] [MODEL.tflite ...]

Without a model, the digit CNN of examples/mnist is converted first. Per model: `--invokes` runs of one
interpreter, then `--cycles` times make, allocate, run and drop an interpreter, always setting every input and
getting every output. With `--seconds`, that long instead: threads take interpreters on one shared model, give
them random batches, run them, compare with what a single thread got. Memory follows the batches, so each
measurement is made while no thread runs and every interpreter has the largest one. A tenth of the invokes,
and a quarter of the seconds, go before the first measurement, as a warm-up. Prints one line per phase; exit
status 1 if the resident memory grew by more than `--limit-kib` during any of them, or an output differs.
"""

from __future__ import annotations

import argparse
import gc
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from litewright import Interpreter, TFLiteConverter

Inputs = list[tuple[int, np.ndarray[Any, Any]]]
DIGITS = Path(__file__).resolve().parents[1] / "examples" / "mnist" / "digits.h5"


def resident_kib() -> int:
    """The process's resident memory in KiB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def random_inputs(interpreter: Interpreter, rng: np.random.Generator) -> Inputs:
    """One random array per input; strings stay as they are."""
    arrays: Inputs = []
    for detail in interpreter.get_input_details():
        dtype, shape = np.dtype(detail["dtype"]), tuple(int(extent) for extent in detail["shape"])
        if dtype.kind in "iu":
            arrays.append(
                (
                    detail["index"],
                    np.asarray(rng.integers(0 if dtype.kind == "u" else -100, 100, shape), dtype),
                )
            )
        elif dtype.kind in "fb":
            arrays.append((detail["index"], np.asarray(rng.standard_normal(shape), dtype)))
    return arrays


def run_once(interpreter: Interpreter, inputs: Inputs) -> None:
    for index, array in inputs:
        interpreter.set_tensor(index, array)
    interpreter.invoke()
    for detail in interpreter.get_output_details():
        interpreter.get_tensor(detail["index"])


def watch(name: str, phase: str, count: int, step: Callable[[], None]) -> int:
    """Runs `step` count times; returns by how many KiB the resident memory grew after the warm-up."""
    for _ in range(count // 10):
        step()
    before, start = resident_kib(), time.perf_counter()
    for _ in range(count):
        step()
    seconds, after = time.perf_counter() - start, resident_kib()
    print(
        f"{name}: {count} {phase} in {seconds:.1f} s ({1e6 * seconds / max(count, 1):.0f} us each), "
        f"resident {before} -> {after} KiB ({after - before:+d})",
        flush=True,
    )
    return after - before


def soak(name: str, content: bytes, invokes: int, cycles: int) -> int:
    """Both phases of one model; returns the larger growth in KiB."""
    rng = np.random.default_rng(0)
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    inputs = random_inputs(interpreter, rng)

    def cycle() -> None:
        fresh = Interpreter(model_content=content)
        fresh.allocate_tensors()
        run_once(fresh, inputs)

    return max(
        watch(name, "invokes", invokes, lambda: run_once(interpreter, inputs)),
        watch(name, "create/destroy cycles", cycles, cycle),
    )


class Shared:
    """Interpreters on one model, and for batches of 1 to 8 the inputs and what a single thread got."""

    def __init__(self, content: bytes, interpreters: int) -> None:
        rng = np.random.default_rng(0)
        reference = Interpreter(model_content=content)
        first = reference.get_input_details()[0]
        self.index = first["index"]
        self.cases = []
        for batch in range(1, 9):
            shape = [batch, *(int(extent) for extent in first["shape"][1:])]
            reference.resize_tensor_input(self.index, shape)
            reference.allocate_tensors()
            inputs = random_inputs(reference, rng)
            run_once(reference, inputs)
            outputs = [reference.get_tensor(detail["index"]) for detail in reference.get_output_details()]
            self.cases.append((shape, inputs, outputs))
        self.free: queue.SimpleQueue[Interpreter] = queue.SimpleQueue()
        for _ in range(interpreters):
            self.free.put(Interpreter(model_content=content))
        self.wrong = threading.Event()

    def step(self, case: int) -> None:
        """Takes an interpreter, gives it the case's batch, runs it, compares."""
        shape, inputs, outputs = self.cases[case]
        interpreter = self.free.get()
        interpreter.resize_tensor_input(self.index, shape)
        interpreter.allocate_tensors()
        run_once(interpreter, inputs)
        got = [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]
        if not all(np.array_equal(a, b) for a, b in zip(got, outputs, strict=True)):
            self.wrong.set()
        self.free.put(interpreter)

    def run(self, threads: int, seconds: float) -> int:
        """Steps of random cases in threads; returns how many."""
        end, counts = time.monotonic() + seconds, [0] * threads

        def work(number: int) -> None:
            choose = np.random.default_rng()
            try:
                while time.monotonic() < end and not self.wrong.is_set():
                    self.step(int(choose.integers(len(self.cases))))
                    counts[number] += 1
            except BaseException:
                self.wrong.set()
                raise

        workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return sum(counts)

    def resident_kib(self) -> int:
        """The resident memory with the largest batch in every interpreter: it depends on nothing random."""
        for _ in range(self.free.qsize()):
            self.step(len(self.cases) - 1)
        return resident_kib()


def share(name: str, content: bytes, threads: int, interpreters: int, seconds: float) -> int:
    """Threads with interpreters on one model, resizing and running them at random; returns by how many KiB
    the resident memory grew after the first quarter. Exits if an output differs from a single thread's."""
    shared = Shared(content, interpreters)
    count = shared.run(threads, seconds / 4)
    before = shared.resident_kib()
    count += shared.run(threads, 3 * seconds / 4)
    after = shared.resident_kib()
    verdict = "WRONG" if shared.wrong.is_set() else "all equal"
    print(
        f"{name}: {count} runs by {threads} threads on {interpreters} interpreters in {seconds:.0f} s, "
        f"{verdict}, resident {before} -> {after} KiB ({after - before:+d})",
        flush=True,
    )
    return after - before if not shared.wrong.is_set() else sys.exit(1)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--invokes", type=int, default=100_000)
    parser.add_argument("--cycles", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, help="let threads share models for so long")
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--interpreters", type=int, default=32)
    parser.add_argument("--limit-kib", type=int, default=1024)
    args = parser.parse_args()
    models = {path.name: path.read_bytes() for path in args.models}
    if not models:
        models[DIGITS.name] = TFLiteConverter.from_keras_model(str(DIGITS)).convert()
    if args.seconds:
        worst = max(
            share(name, content, args.threads, args.interpreters, args.seconds)
            for name, content in models.items()
        )
    else:
        worst = max(soak(name, content, args.invokes, args.cycles) for name, content in models.items())
    print(f"largest growth {worst} KiB, limit {args.limit_kib} KiB")
    return int(worst > args.limit_kib)


if __name__ == "__main__":
    sys.exit(main())
