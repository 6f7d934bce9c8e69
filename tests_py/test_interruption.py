"""Work that ends early, by Ctrl-C, a time limit or a full disk, and leaves things as they were."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny
from tiny_models import Graph, Op, Tensor

from litewright import Limits, lite

ROOT = Path(__file__).resolve().parents[1]
DIGITS = str(ROOT / "examples" / "mnist" / "mnist.h5")


def interrupt_after(seconds: float) -> None:
    threading.Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGINT)).start()


def slow_content(count: int = 60) -> bytes:
    """Additions of large tensors, one after another."""
    shape = [4, 1024, 1024]
    tensors = [Tensor("x", shape), *(Tensor(f"t{i}", shape) for i in range(count))]
    ops = [Op(tiny.ADD, [i, 0], [i + 1]) for i in range(count)]
    return tiny.build(Graph(tensors, ops, [0], [count]))


def test_ctrl_c_ends_a_run_and_the_interpreter_goes_on() -> None:
    interpreter = lite.Interpreter(model_content=slow_content())
    interpreter.allocate_tensors()
    interrupt_after(0.1)
    with pytest.raises(KeyboardInterrupt):
        for _ in range(1000):
            interpreter.invoke()
    interpreter.set_tensor(0, np.ones((4, 1024, 1024), np.float32))
    interpreter.invoke()
    assert interpreter.get_tensor(60)[0, 0, 0] == 61


def samples():
    rng = np.random.default_rng(0)
    while True:
        yield [rng.random((1, 28, 28), np.float32)]


def quantizing() -> lite.TFLiteConverter:
    converter = lite.TFLiteConverter.from_keras_model(DIGITS)
    converter.optimizations = [lite.Optimize.DEFAULT]
    converter.representative_dataset = samples  # never ends
    return converter


def test_ctrl_c_ends_calibration() -> None:
    converter = quantizing()
    interrupt_after(0.5)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        converter.convert()
    assert time.monotonic() - start < 5


def test_ctrl_c_ends_a_conversion() -> None:
    converter = lite.TFLiteConverter.from_keras_model(DIGITS)
    interrupt_after(0.3)
    with pytest.raises(KeyboardInterrupt):
        for _ in range(10_000):
            converter.convert()
    assert converter.convert()


def test_a_conversion_ends_when_its_time_is_over() -> None:
    converter = quantizing()
    converter.limits = Limits(convert_seconds=0.5)
    with pytest.raises(RuntimeError, match="the conversion takes more than the allowed 0.5 s"):
        converter.convert()


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs limits on files")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    old = tmp_path / "model.tflite"
    old.write_bytes(b"the old content")
    script = f"""
        import resource, signal, sys
        from litewright.__main__ import main
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        sys.argv = ["litewright", "convert", {DIGITS!r}, "-o", {str(old)!r}]
        sys.exit(main())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
    )
    assert done.returncode != 0 and "File too large" in done.stderr + done.stdout
    assert old.read_bytes() == b"the old content"
    assert [path.name for path in tmp_path.iterdir()] == ["model.tflite"]
