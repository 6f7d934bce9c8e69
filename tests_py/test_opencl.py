"""The OpenCL delegate, on whatever device there is (PoCL's processor, if nothing else)."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mobilenet import write

from litewright import lite


@pytest.fixture(scope="module")
def library(root: Path) -> Path:
    path = root / "build/python/delegates/opencl/liblitewright_opencl.so"
    if not path.exists():
        pytest.skip("the OpenCL delegate is not built in build/python")
    try:
        lite.experimental.load_delegate(path)
    except ValueError as error:
        pytest.skip(str(error))
    return path


def run(content: bytes, x: np.ndarray, delegates: list[Any], times: int = 1) -> list[np.ndarray]:
    interpreter = lite.Interpreter(model_content=content, experimental_delegates=delegates, num_threads=2)
    interpreter.allocate_tensors()
    results = []
    for _ in range(times):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
        interpreter.invoke()
        results.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    names = [op["op_name"] for op in interpreter._get_ops_details()]
    assert bool(delegates) == any(name.startswith("DELEGATE OpenCL") for name in names)
    return results


@pytest.fixture(scope="module")
def mobilenet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("mobilenet") / "mobilenet.h5"
    random = np.random.default_rng(1)
    write(path, 128, (random.normal(0, 0.05, (1280, 10)).astype(np.float32), np.zeros(10, np.float32)))
    return lite.TFLiteConverter.from_keras_model(str(path)).convert()


def test_mobilenet_v2(library: Path, mobilenet: bytes, rng: np.random.Generator):
    interpreter = lite.Interpreter(model_content=mobilenet)
    x = rng.uniform(-1, 1, interpreter.get_input_details()[0]["shape"]).astype(np.float32)
    (expected,) = run(mobilenet, x, [])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (got,) = run(mobilenet, x, [lite.experimental.load_delegate(library)])
    np.testing.assert_allclose(got, expected, atol=1e-3, rtol=0)


def test_failure_falls_back_to_the_cpu(library: Path, mobilenet: bytes, rng: np.random.Generator):
    interpreter = lite.Interpreter(model_content=mobilenet)
    x = rng.uniform(-1, 1, interpreter.get_input_details()[0]["shape"]).astype(np.float32)
    (expected,) = run(mobilenet, x, [])
    with pytest.warns(RuntimeWarning, match="on the CPU from now on: the device is lost"):
        results = run(mobilenet, x, [lite.experimental.load_delegate(library, {"fail_after": 1})], times=2)
    for result in results:
        np.testing.assert_allclose(result, expected, atol=1e-3, rtol=0)


def test_options_are_checked(library: Path):
    with pytest.raises(ValueError, match="unknown option 'colour'"):
        lite.experimental.load_delegate(library, {"colour": "red"})
    with pytest.raises(ValueError, match="no OpenCL device named 'none such'"):
        lite.experimental.load_delegate(library, {"device": "none such"})
