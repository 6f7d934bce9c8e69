"""litewright doctor: what this machine and installation can do."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from litewright import __version__, _core, lite
from litewright.cli.output import Result, Table
from litewright.demos.digit_model import digit_model, drawn_seven
from litewright.quantization import quantize
from litewright.runner import Runner

SUMMARY = "Show the processor, instruction sets and versions, and test the installation"
EXAMPLES = ("litewright doctor", "litewright doctor --json")
_OPTIONAL = {
    "rich": "tables on a terminal",
    "pillow": "images",
    "matplotlib": "plots in notebooks",
    "ai-edge-litert": "litewright bench side by side",
    "keras": "convert --verify, live models",
    "tensorflow": "convert --verify of SavedModels",
    "scikit-learn": "litewright.datasets.digits",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command has none of its own."""


def run(arguments: argparse.Namespace) -> Result:
    """0 if the self-test passes, 3 if not."""
    machine = {
        "litewright": __version__,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "system": platform.platform(),
        "processor": processor(),
        "processors to use": len(os.sched_getaffinity(0)),
        "instruction set": _core.detected_isa(),
    }
    if os.environ.get("LITEWRIGHT_FORCE_ISA"):
        machine["instruction set in use"] = f"{_core.current_isa()} (LITEWRIGHT_FORCE_ISA)"
    packages = {name: _version(name) for name in _OPTIONAL}
    checks = self_test()
    data = {"machine": machine, "optional": packages, "self_test": checks}
    rows = [(name, version or "not installed", _OPTIONAL[name]) for name, version in packages.items()]
    passed = all(check["passed"] for check in checks)
    verdict = (
        "self-test passed" if passed else "self-test FAILED: reinstall litewright, or report this output"
    )
    blocks: list[str | Table] = [
        Table(("", ""), [(name, str(value)) for name, value in machine.items()], 2),
        "",
        Table(("optional", "version", "for"), rows, 3),
        "",
        Table(
            ("self-test", "result", "ms"),
            [(c["name"], "ok" if c["passed"] else c["problem"], f"{c['ms']:.1f}") for c in checks],
            2,
        ),
        verdict,
    ]
    return Result(data, blocks, 0 if passed else 3)


def self_test() -> list[dict[str, Any]]:
    """Converts a digit model, quantizes it, and lets both files read a drawn seven."""
    state: dict[str, bytes] = {}

    def convert() -> None:
        state["float"] = lite.TFLiteConverter.from_keras_model(str(digit_model())).convert()

    def shrink() -> None:
        state["quantized"] = bytes(quantize(state["float"]))
        if len(state["quantized"]) * 3 > len(state["float"]):
            raise ValueError("the quantized file is not smaller")

    def read(name: str) -> None:
        answer = int(Runner(state[name], preprocess="mnist")([drawn_seven()])[0].argmax())
        if answer != 7:
            raise ValueError(f"it takes a 7 for a {answer}")

    steps: dict[str, Callable[[], None]] = {
        "convert a Keras file": convert,
        "quantize": shrink,
        "run the float model": lambda: read("float"),
        "run the quantized model": lambda: read("quantized"),
    }
    checks: list[dict[str, Any]] = []
    for name, step in steps.items():
        start, problem = time.perf_counter(), ""
        try:
            step()
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        milliseconds = (time.perf_counter() - start) * 1e3
        checks.append({"name": name, "passed": not problem, "problem": problem, "ms": milliseconds})
    return checks


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def processor() -> str:
    """The processor as the system calls it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
