"""Every TensorFlow operator that can be converted gives TensorFlow's results, here and in LiteRT."""

import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from litewright import ConverterError, compat, lite

FILE = Path(__file__).parent / "data" / "tensorflow_operators.npz"
TOLERANCE = 1e-5
# What cannot be converted, and what the message says of it.
UNCONVERTED = {
    "Betainc": "no rule",
    "Complex": "complex numbers",
    "CropAndResize": "cropping boxes has no builtin",
    "CumulativeLogsumexp": "no rule",
    "Digamma": "no rule",
    "Dilation2D": "no rule",
    "FFT": "complex numbers",
    "FloorDiv.int64": "int64 is not supported",
    "IRFFT": "complex numbers",
    "InTopKV2": "no rule",
    "MatrixDiagV3.other_diagonal": "only the main diagonal",
    "MaxPoolWithArgmax": "places of maxima",
    "Polygamma": "no rule",
    "StatelessRandomUniformV2": "numbers that follow from a seed",
    "StringJoin": "text has no TFLite operators",
    "StringLower": "text has no TFLite operators",
    "dct": "complex numbers",
}


def read_cases():
    cases = defaultdict(lambda: {"graph": None, "in": {}, "out": {}})
    with np.load(FILE) as stored:
        for key in stored.files:
            name, kind, *rest = key.split("/")
            if kind == "graph":
                cases[name]["graph"] = stored[key].tobytes()
            else:
                cases[name][kind]["/".join(rest)] = stored[key]
    return dict(cases)


CASES = read_cases()


def convert(case, folder):
    path = folder / "graph.pb"
    path.write_bytes(case["graph"])
    inputs = [name.split(":")[0] for name in case["in"]]
    converter = compat.v1.lite.TFLiteConverter.from_frozen_graph(path, inputs, list(case["out"]))
    return converter.convert()


def results_of(module, content, case):
    interpreter = module.Interpreter(model_content=content)
    runner = interpreter.get_signature_runner("serving_default")
    arrays = {name.split(":")[0]: value for name, value in case["in"].items()}
    arrays = {
        name: value.astype(object) if value.dtype.kind == "S" else value for name, value in arrays.items()
    }
    return runner(**arrays)


def compare(results, case, tolerance=TOLERANCE):
    for name, wanted in case["out"].items():
        got = np.asarray(results[name])
        if wanted.dtype.kind == "S":
            assert got.tolist() == wanted.tolist(), name
            continue
        assert got.dtype == wanted.dtype and got.shape == wanted.shape, name
        scale = max(1.0, float(np.abs(np.nan_to_num(wanted.astype(np.float64))).max(initial=0)))
        np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance * scale, err_msg=name)


@pytest.mark.parametrize("name", CASES)
def test_operators_agree_with_tensorflow(name, tmp_path, litert):
    case = CASES[name]
    if name in UNCONVERTED:
        with pytest.raises(ConverterError) as caught:
            convert(case, tmp_path)
        assert re.search(UNCONVERTED[name], str(caught.value))
        return
    content = convert(case, tmp_path)
    compare(results_of(lite, content, case), case)
    compare(results_of(litert, content, case), case, 1e-4)


def test_nearly_all_convert():
    assert len(CASES) >= 200
    assert len(UNCONVERTED) <= 0.05 * len(CASES)
    assert not set(UNCONVERTED) - set(CASES)
