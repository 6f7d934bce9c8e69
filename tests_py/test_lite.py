"""The package's surface: the names of tf.lite, and what importing it costs."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import ai_edge_litert.interpreter as litert
import pytest
import tiny_models as tiny

import litewright
from litewright import _core, lite

# tf.lite of TensorFlow 2.21, without what is private.
NAMES = "Interpreter OpsSet Optimize RepresentativeDataset TFLiteConverter TargetSpec experimental".split()
EXPERIMENTAL = (
    "Analyzer",
    "OpResolverType",
    "QuantizationDebugOptions",
    "QuantizationDebugger",
    "load_delegate",
)
ENUMS = {
    "Optimize": ["DEFAULT", "OPTIMIZE_FOR_SIZE", "OPTIMIZE_FOR_LATENCY", "EXPERIMENTAL_SPARSITY"],
    "OpsSet": [
        "TFLITE_BUILTINS",
        "SELECT_TF_OPS",
        "TFLITE_BUILTINS_INT8",
        "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8",
        "EXPERIMENTAL_STABLEHLO_OPS",
    ],
}


def run_python(code: str) -> str:
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return process.stdout.strip()


def test_names():
    assert all(hasattr(lite, name) for name in NAMES)
    assert all(hasattr(lite.experimental, name) for name in EXPERIMENTAL)
    assert all(hasattr(litewright, name) for name in litewright.__all__)
    assert all(hasattr(lite, name) for name in lite.__all__)


@pytest.mark.parametrize("name", ENUMS)
def test_enumerations_are_named_as_in_tensorflow(name):
    enumeration = getattr(lite, name)
    assert [str(entry) for entry in enumeration] == ENUMS[name]
    assert [entry.value for entry in enumeration] == ENUMS[name]


@pytest.mark.parametrize("name", ["Interpreter", "SignatureRunner", "InterpreterWithCustomOps"])
def test_signatures_equal_litert(name):
    ours, theirs = getattr(lite, name), getattr(litert, name)
    for method, function in inspect.getmembers(theirs, inspect.isfunction):
        if method in ("__del__", "_native_handle"):
            continue
        wanted, got = (
            inspect.signature(function).parameters,
            inspect.signature(getattr(ours, method)).parameters,
        )
        more = list(got)[len(wanted) :]  # our own, after tf.lite's
        assert list(got)[: len(wanted)] == list(wanted), method
        assert all(got[name].kind is inspect.Parameter.KEYWORD_ONLY for name in more), method
        for parameter in wanted:
            if isinstance(wanted[parameter].default, litert.OpResolverType):
                assert got[parameter].default.name == wanted[parameter].default.name
            else:
                assert got[parameter].default == wanted[parameter].default, (method, parameter)


def test_importing_needs_neither_tensorflow_nor_keras_nor_h5py():
    code = "import sys, litewright; print(*{name.split('.')[0] for name in sys.modules})"
    assert not {"tensorflow", "keras", "tf_keras", "h5py", "ai_edge_litert"} & set(run_python(code).split())


def test_running_a_model_loads_no_converter():
    code = "import sys, litewright.lite; litewright.lite.Interpreter; print(*sys.modules)"
    loaded = set(run_python(code).split())
    assert "litewright.interpreter" in loaded
    assert not {"litewright.converter", "litewright.quantization", "litewright.compat"} & loaded


def test_names_that_are_loaded_late_are_there():
    code = (
        "import litewright; assert {*litewright.__all__, *litewright.lite.__all__} <= "
        "{*dir(litewright), *dir(litewright.lite)}; "
        "print(all(hasattr(litewright, n) for n in litewright.__all__)"
        " and all(hasattr(litewright.lite, n) for n in litewright.lite.__all__)"
        " and not hasattr(litewright, 'absent'))"
    )
    assert run_python(code).split() == ["True"]


def test_version_is_the_package_s():
    assert litewright.__version__.count(".") == 2


def test_converter_error_is_a_runtime_error():
    assert issubclass(litewright.ConverterError, RuntimeError)
    assert (
        f"{litewright.ConverterError.__module__}.{litewright.ConverterError.__name__}"
        == "litewright.ConverterError"
    )


def stub_names(node: ast.Module | ast.ClassDef) -> set[str]:
    return {entry.name for entry in node.body if isinstance(entry, (ast.FunctionDef, ast.ClassDef))}


def test_stubs_name_all_of_the_native_module():
    stub = ast.parse((Path(litewright.__file__).parent / "_core.pyi").read_text())
    public = {name for name in dir(_core) if not name.startswith("_")}
    assert stub_names(stub) == public
    for entry in stub.body:
        if isinstance(entry, ast.ClassDef) and entry.name != "ConverterError":
            members = {name for name in vars(getattr(_core, entry.name)) if not name.startswith("_")}
            named = {name for name in stub_names(entry) if not name.startswith("__")}
            assert named == members, entry.name


def test_analyzer_prints_the_operators(capsys, tmp_path):
    lite.experimental.Analyzer.analyze(model_content=tiny.add())
    printed = capsys.readouterr().out
    assert "ADD" in printed
    path = tmp_path / "m.tflite"
    path.write_bytes(tiny.add())
    lite.experimental.Analyzer.analyze(path)
    assert capsys.readouterr().out == printed
    with pytest.raises(ValueError):
        lite.experimental.Analyzer.analyze()
