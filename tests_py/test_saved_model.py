"""SavedModels: what is converted, and what damaged or wrong ones raise."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import litewright.lite as lite
from litewright import ConverterError

ai_edge_litert = pytest.importorskip("ai_edge_litert.interpreter")
TINY = Path(__file__).parent / "data" / "tiny_saved_model"
LOOPS = Path(__file__).parent / "data" / "loops"
SHARED = os.environ.get("LITEWRIGHT_SHARED")
KERNEL = np.arange(6, dtype=np.float32).reshape(3, 2)


def run(module, content, inputs, key=None):
    """The outputs of a signature, by name."""
    return module.Interpreter(model_content=content).get_signature_runner(key)(**inputs)


@pytest.fixture
def model(tmp_path):
    """A copy of the tiny model that a test may damage."""
    return Path(shutil.copytree(TINY, tmp_path / "model"))


def convert(folder, **arguments):
    return lite.TFLiteConverter.from_saved_model(folder, **arguments).convert()


@pytest.mark.parametrize("module", [lite, ai_edge_litert], ids=["litewright", "litert"])
def test_the_default_signature(module):
    content = convert(TINY, signature_keys=["serving_default"])
    x = np.array([[1, 2, 3], [-1, -2, -3]], np.float32)
    result = run(module, content, {"x": x})
    np.testing.assert_allclose(result["y"], np.maximum(x @ KERNEL + [1, -1], 0))
    interpreter = lite.Interpreter(model_content=content)
    assert interpreter.get_signature_list() == {"serving_default": {"inputs": ["x"], "outputs": ["y"]}}
    assert interpreter.get_input_details()[0]["name"] == "serving_default_x:0"
    assert interpreter.get_output_details()[0]["name"].startswith("StatefulPartitionedCall")
    assert list(interpreter.get_input_details()[0]["shape_signature"]) == [-1, 3]


@pytest.mark.parametrize("module", [lite, ai_edge_litert], ids=["litewright", "litert"])
def test_several_signatures_in_one_file(module):
    content = convert(TINY)
    x = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    result = run(module, content, {"x": x}, "flat")
    np.testing.assert_allclose(result["flat"], (x @ KERNEL).reshape(2, 4))
    assert set(lite.Interpreter(model_content=content).get_signature_list()) == {"serving_default", "flat"}


def test_quantization_takes_the_same_way(tmp_path):
    converter = lite.TFLiteConverter.from_saved_model(str(TINY), ["serving_default"])
    converter.optimizations = [lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([np.full((1, 3), i, np.float32)] for i in range(8))
    result = run(lite, converter.convert(), {"x": np.ones((1, 3), np.float32)})
    np.testing.assert_allclose(result["y"], [[7, 8]], atol=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"signature_keys": ["nope"]},
            "Invalid signature key 'nope' found. Valid keys are .*'serving_default'",
        ),
        ({"tags": ["train"]}, r"tags {'train'} could not be found in SavedModel; it has {'serve'}"),
    ],
)
def test_unknown_keys_and_tags_list_those_that_exist(arguments, message):
    with pytest.raises(ValueError, match=message):
        lite.TFLiteConverter.from_saved_model(TINY, **arguments)


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(OSError, match="SavedModel file does not exist"):
        lite.TFLiteConverter.from_saved_model(tmp_path)


def test_variables_that_are_missing_cut_off_or_changed(model):
    data = model / "variables" / "variables.data-00000-of-00001"
    good = data.read_bytes()
    data.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    with pytest.raises(ValueError, match="checksum is wrong"):
        convert(model)
    data.write_bytes(good[:2])
    with pytest.raises(ValueError, match="lie outside"):
        convert(model)
    index = model / "variables" / "variables.index"
    index.write_bytes(index.read_bytes()[:-1])
    with pytest.raises(ValueError, match="index is damaged"):
        convert(model)
    shutil.rmtree(model / "variables")
    with pytest.raises((ValueError, OSError), match="variables.index"):
        convert(model)


def test_a_graph_that_is_cut_off(model):
    path = model / "saved_model.pb"
    good = path.read_bytes()
    for size in range(0, len(good), len(good) // 40):
        path.write_bytes(good[:size])
        with pytest.raises((ValueError, ConverterError, OSError)):
            convert(model)


def test_changed_graphs_raise_or_convert(model):
    """Bytes changed at random never do worse than raise."""
    path = model / "saved_model.pb"
    good = path.read_bytes()
    seed = 20
    rng = np.random.default_rng(seed)
    for _ in range(200):
        changed = bytearray(good)
        for at in rng.integers(0, len(good), 3):
            changed[at] = rng.integers(0, 256)
        path.write_bytes(bytes(changed))
        try:
            convert(model)
        except (ValueError, ConverterError, OSError):
            pass


def replace_text(path, old, new):
    assert len(old) == len(new)
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def test_unknown_operators_are_all_listed(model):
    replace_text(model / "saved_model.pb", b"\x12\x04Relu", b"\x12\x04Rulu")
    replace_text(model / "saved_model.pb", b"\x12\x06MatMul", b"\x12\x06MetMul")
    with pytest.raises(ConverterError) as caught:
        convert(model)
    for text in ("cannot convert 2 nodes", "(Rulu)", "(MetMul)", "express it in others"):
        assert text in str(caught.value)


@pytest.mark.skipif(SHARED is None, reason="needs LITEWRIGHT_SHARED")
@pytest.mark.parametrize("name", ["y_2x_1", "mnist_cnn"])
def test_saved_models_of_keras(name):
    content = convert(Path(str(SHARED)) / "models" / f"{name}_saved_model")
    results = []
    for module in (lite, ai_edge_litert):
        interpreter = module.Interpreter(model_content=content)
        interpreter.allocate_tensors()
        details = interpreter.get_input_details()[0]
        rng = np.random.default_rng(1)
        x = np.full((1, 1), 10) if name == "y_2x_1" else rng.random(details["shape"])
        interpreter.set_tensor(details["index"], x.astype(np.float32))
        interpreter.invoke()
        results.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    np.testing.assert_allclose(results[0], results[1], atol=1e-5)
    if name == "y_2x_1":
        np.testing.assert_allclose(results[0], [[19]], atol=0.1)
    else:
        np.testing.assert_allclose(results[0].sum(), 1, atol=1e-5)


def test_a_library_with_other_protobuf_functions_does_no_harm(tmp_path):
    """TensorFlow's libraries define them for the whole process; here a library whose functions abort does."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no compiler")
    names = ["ParseFromArrayEPKvi", "ParseFromStringERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"]
    source = "#include <cstdlib>\n" + "".join(
        f'extern "C" bool _ZN6google8protobuf11MessageLite{len(name.split("E")[0])}{name}() {{ abort(); }}\n'
        for name in names
    )
    (tmp_path / "other.cpp").write_text(source)
    library = tmp_path / "other.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, tmp_path / "other.cpp"], check=True)
    script = (
        "import ctypes, os\n"
        f"ctypes.CDLL({str(library)!r}, mode=os.RTLD_GLOBAL)\n"
        "import litewright.lite as lite\n"
        f"print(len(lite.TFLiteConverter.from_saved_model({str(TINY)!r}).convert()) > 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "True\n"


@pytest.mark.parametrize("module", [lite, ai_edge_litert], ids=["litewright", "litert"])
@pytest.mark.parametrize(
    ("name", "operator"),
    [("lstm", "UNIDIRECTIONAL_SEQUENCE_LSTM"), ("masked", "WHILE"), ("mapped", "WHILE")],
)
def test_loops_for_any_batch(name, operator, module):
    values = np.load(LOOPS / "values.npz")
    content = convert(LOOPS / name)
    operators = lite.Interpreter(model_content=content)._get_ops_details()
    assert [op["op_name"] for op in operators].count(operator) == 1
    for count in (1, 3):
        result = run(module, content, {"x": values[f"{name}_x"][:count]})
        np.testing.assert_allclose(*result.values(), values[f"{name}_y"][:count], atol=1e-5)
