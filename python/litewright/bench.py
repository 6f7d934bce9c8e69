"""Latency of a `.tflite` model side by side with other engines: they take turns on the same input, so that
what else the machine does meets all of them.

usage: python -m litewright.bench MODEL.tflite [--threads N] [--batch N] [--seconds S] [--engines NAME,...]

`ours` is Litewright, `litert` LiteRT with its default delegate, `ort` ONNX Runtime on the `.onnx` file beside
the model; those that are not installed are left out.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Timing", "compare", "engines", "summary"]

Run = Callable[[], Any]

ENGINES = ("ours", "litert", "ort")


@dataclass
class Timing:
    """Seconds of one call, a value per round: by the wall clock, and the process's CPU time."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def _random(shape: Sequence[int], dtype: Any) -> np.ndarray:
    random = np.random.default_rng(0)
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        return random.integers(max(limits.min, -128), min(limits.max, 127) + 1, shape).astype(dtype)
    return random.normal(0, 1, shape).astype(dtype)


def _lite(module: str, path: Path, threads: int, batch: int) -> Run:
    interpreter = importlib.import_module(module).Interpreter(model_path=str(path), num_threads=threads)
    for details in interpreter.get_input_details():
        if batch > 1:
            interpreter.resize_tensor_input(details["index"], [batch, *details["shape"][1:]])
    interpreter.allocate_tensors()
    inputs = [(d["index"], _random(d["shape"], d["dtype"])) for d in interpreter.get_input_details()]
    outputs = [details["index"] for details in interpreter.get_output_details()]

    def run() -> list[np.ndarray]:
        for index, value in inputs:
            interpreter.set_tensor(index, value)
        interpreter.invoke()
        return [interpreter.get_tensor(index) for index in outputs]

    return run


def _onnx(path: Path, threads: int, batch: int) -> Run:
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs = {
        i.name: _random([batch, *(d if isinstance(d, int) else 1 for d in i.shape[1:])], np.float32)
        for i in session.get_inputs()
    }
    return lambda: session.run(None, inputs)


def engines(path: Path, threads: int = 1, batch: int = 1, names: Sequence[str] = ENGINES) -> dict[str, Run]:
    """Functions that run the model once on random input and return its outputs, by engine; those that cannot
    are left out, `ours` never."""
    result: dict[str, Run] = {}
    for name in names:
        try:
            if name == "ours":
                result[name] = _lite("litewright.lite", path, threads, batch)
            elif name == "litert":
                result[name] = _lite("ai_edge_litert.interpreter", path, threads, batch)
            elif name == "ort":
                result[name] = _onnx(path.with_suffix(".onnx"), threads, batch)
            else:
                raise ValueError(f"unknown engine '{name}'; there are {', '.join(ENGINES)}")
            result[name]()
        except Exception as error:
            if name == "ours" or isinstance(error, ValueError) and "unknown engine" in str(error):
                raise
            result.pop(name, None)
    return result


def compare(runs: dict[str, Run], seconds: float, block: float = 0.02) -> dict[str, Timing]:
    """Lets the engines take turns for `seconds` in all, each for about `block` seconds, at least one call.

    The order changes from round to round. Two untimed calls of each come first.
    """
    timings = {name: Timing() for name in runs}
    for run in runs.values():
        run()
        run()
    end = time.perf_counter() + seconds
    order = list(runs)
    while time.perf_counter() < end or len(timings[order[0]].wall) < 5:
        for name in order:
            run, calls = runs[name], 0
            cpu, wall = time.process_time(), time.perf_counter()
            while True:
                run()
                calls += 1
                spent = time.perf_counter() - wall
                if spent >= block:
                    break
            timings[name].cpu.append((time.process_time() - cpu) / calls)
            timings[name].wall.append(spent / calls)
        order = [*order[1:], order[0]]
    return timings


def summary(timings: dict[str, Timing]) -> dict[str, dict[str, float]]:
    """Per engine the median milliseconds (`ms`, `cpu_ms`); per other engine its time divided by ours, round
    by
    round: the median (`ratio`, `cpu_ratio`) and the quartiles (`low`, `high`; `cpu_low`, `cpu_high`)."""
    result: dict[str, dict[str, float]] = {}
    ours = timings["ours"]
    for name, timing in timings.items():
        row = {"ms": 1e3 * float(np.median(timing.wall)), "cpu_ms": 1e3 * float(np.median(timing.cpu))}
        if name != "ours":
            for prefix, theirs, own in (("", timing.wall, ours.wall), ("cpu_", timing.cpu, ours.cpu)):
                low, middle, high = np.percentile(np.array(theirs) / np.array(own), [25, 50, 75])
                row |= {f"{prefix}ratio": float(middle), f"{prefix}low": float(low)}
                row[f"{prefix}high"] = float(high)
        result[name] = row
    return result


def line(label: str, figures: dict[str, dict[str, float]]) -> str:
    """One readable line of a summary."""
    parts = [f"{label:28s} ours {figures['ours']['ms']:9.3f} ms"]
    for name, row in figures.items():
        if name != "ours":
            parts.append(
                f"{name} {row['ms']:9.3f} ms: {row['ratio']:5.2f} ({row['low']:.2f}-{row['high']:.2f})"
                f" cpu {row['cpu_ratio']:5.2f} ({row['cpu_low']:.2f}-{row['cpu_high']:.2f})"
            )
    return "   ".join(parts)


def main() -> None:
    """Measures one model and prints a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--engines", default=",".join(ENGINES))
    arguments = parser.parse_args()
    runs = engines(arguments.model, arguments.threads, arguments.batch, arguments.engines.split(","))
    label = f"{arguments.model.stem} batch {arguments.batch} threads {arguments.threads}"
    print(line(label, summary(compare(runs, arguments.seconds))))


if __name__ == "__main__":
    main()
