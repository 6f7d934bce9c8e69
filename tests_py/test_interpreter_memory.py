"""Resident memory stays flat."""

import gc
import resource
from pathlib import Path

import numpy as np
import tiny_models as tiny

from litewright import lite

PAGE = resource.getpagesize()


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def growth(work, repetitions: int) -> int:
    """How much memory `work` keeps, after it has warmed up."""
    for _ in range(repetitions // 10):
        work()
    before = resident_bytes()
    for _ in range(repetitions):
        work()
    return resident_bytes() - before


def test_invoking():
    interpreter = lite.Interpreter(model_content=tiny.chain((64,)))
    interpreter.allocate_tensors()
    x = np.ones(64, np.float32)

    def work():
        interpreter.set_tensor(0, x)
        interpreter.invoke()
        interpreter.get_tensor(3)

    assert growth(work, 100_000) < 1 << 20


def test_creating_and_destroying():
    content = tiny.chain((64,))

    def work():
        interpreter = lite.Interpreter(model_content=content)
        interpreter.allocate_tensors()
        interpreter.invoke()

    assert growth(work, 10_000) < 1 << 20


def test_resizing_strings_views_and_errors():
    content = tiny.two_signatures()
    interpreter = lite.Interpreter(model_content=content)
    strings = lite.Interpreter(model_content=tiny.passthrough(tiny.STRING, [3]))
    strings.allocate_tensors()
    double = interpreter.get_signature_runner("double")
    sizes = iter(range(10**9))

    def work():
        rows = next(sizes) % 7 + 1
        double(x=np.ones((rows, 2), np.float32))
        strings.set_tensor(0, np.array([b"a" * (100 * rows)] * 3, object))
        strings.get_tensor(0)
        interpreter.get_tensor_details(1)
        try:
            strings.set_tensor(0, x)
        except ValueError:
            pass

    x = np.ones(4)
    assert growth(work, 5_000) < 1 << 20
