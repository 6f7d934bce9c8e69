"""Interpreters in several threads."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tiny_models as tiny

from litewright import _core, lite
from litewright.interpreter import _models


def slow_model():
    """A model whose run takes some milliseconds: additions of large tensors."""
    shape, count = [512, 1024], 40
    tensors = [tiny.Tensor("x", shape), *(tiny.Tensor(f"t{i}", shape) for i in range(count))]
    ops = [tiny.Op(tiny.ADD, [i, 0], [i + 1]) for i in range(count)]
    return tiny.build(tiny.Graph(tensors, ops, [0], [count]))


def test_two_threads_on_one_interpreter_raise():
    interpreter = lite.Interpreter(model_content=slow_model())
    interpreter.allocate_tensors()
    start, errors = threading.Barrier(2), []

    def work():
        start.wait()
        for _ in range(20):
            try:
                interpreter.invoke()
            except RuntimeError as error:
                errors.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors and all("in use by another thread" in error for error in errors)
    interpreter.invoke()


def test_reading_while_another_thread_runs_raises():
    interpreter = lite.Interpreter(model_content=slow_model())
    interpreter.allocate_tensors()
    done = threading.Event()

    def work():
        while not done.is_set():
            interpreter.invoke()

    thread = threading.Thread(target=work)
    thread.start()
    seen = 0
    try:
        for _ in range(10_000):
            try:
                interpreter.get_tensor(0)
            except RuntimeError:
                seen += 1
                break
    finally:
        done.set()
        try:
            thread.join()
        except RuntimeError:
            pass
    assert seen


def test_interpreters_of_one_content_share_a_model():
    content = tiny.add()
    one, two = lite.Interpreter(model_content=content), lite.Interpreter(model_content=content)
    assert _models.from_content(content) is _models.from_content(content)
    del one, two
    assert (id(content),) not in _models._models


def test_interpreters_of_one_file_share_a_model_until_it_changes(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(tiny.add(other=[1]))
    model = _models.from_file(str(path))
    assert _models.from_file(str(path)) is model
    other = tmp_path / "other"
    other.write_bytes(tiny.add(other=[2]))
    other.rename(path)
    assert _models.from_file(str(path)) is not model
    assert lite.Interpreter(str(path)).get_tensor(1) == 2


def test_interpreters_run_in_parallel_and_agree():
    content = tiny.two_signatures()

    def work(seed):
        rng = np.random.default_rng(seed)
        interpreter = lite.Interpreter(model_content=content)
        for _ in range(50):
            x = rng.normal(size=(rng.integers(1, 9), 2)).astype(np.float32)
            double = interpreter.get_signature_runner("double")(x=x)["y"]
            total = interpreter.get_signature_runner("add")(a=x, b=double)["sum"]
            np.testing.assert_array_equal(total, x + 2 * x)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


@pytest.mark.parametrize("count", [200])
def test_many_interpreters_come_and_go(count):
    model = _core.Model.from_bytes(slow_model())
    for _ in range(count):
        interpreter = _core.Interpreter(model, num_threads=2)
        interpreter.resize_input(0, [4, 4])
        interpreter.allocate_tensors()
        interpreter.invoke()


def test_threads_share_interpreters_and_resize_at_random():
    """As bench/soak.py does for a minute: outputs are those of a single thread."""
    soak = Path(__file__).resolve().parents[1] / "bench" / "soak.py"
    command = [sys.executable, str(soak), "--seconds", "3", "--limit-kib", "100000"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and "all equal" in done.stdout, done.stdout + done.stderr
