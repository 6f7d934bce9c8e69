#!/usr/bin/env python3
"""Run models for long and watch the resident memory: it must stay flat.

usage: bench/soak.py [--invokes 100000] [--cycles 10000] [--limit-kib 1024] [MODEL.tflite ...]

Without a model, the digit CNN of examples/mnist is converted first. Per model: `--invokes` runs of one
interpreter, then `--cycles` times make, allocate, run and drop an interpreter, always setting every input and
getting every output. A tenth of each goes before the first measurement, as a warm-up. Prints one line per
phase; exit status 1 if the resident memory grew by more than `--limit-kib` during any of them.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
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


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--invokes", type=int, default=100_000)
    parser.add_argument("--cycles", type=int, default=10_000)
    parser.add_argument("--limit-kib", type=int, default=1024)
    args = parser.parse_args()
    models = {path.name: path.read_bytes() for path in args.models}
    if not models:
        models[DIGITS.name] = TFLiteConverter.from_keras_model(str(DIGITS)).convert()
    worst = max(soak(name, content, args.invokes, args.cycles) for name, content in models.items())
    print(f"largest growth {worst} KiB, limit {args.limit_kib} KiB")
    return int(worst > args.limit_kib)


if __name__ == "__main__":
    sys.exit(main())
