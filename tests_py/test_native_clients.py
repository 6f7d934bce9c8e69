"""The installed C++ package, and the Java interpreter: both answer as Python does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from idx_files import blots, write_pictures

from litewright import lite, opgen


def call(*command: str | Path, cwd: Path | None = None) -> str:
    """What a program prints; a failure shows its complaints."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def build_folder(root: Path) -> Path:
    folder = root / "build" / "python"
    if not (folder / "liblitewright.so").exists():
        pytest.skip("the C++ library is not built in build/python")
    return folder


@pytest.fixture(scope="module")
def digit_model(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("digits") / "digits.tflite"
    path.write_bytes(lite.TFLiteConverter.from_keras_model(str(root / "examples/mnist/mnist.h5")).convert())
    return path


@pytest.fixture
def pictures(rng: np.random.Generator, request: pytest.FixtureRequest) -> np.ndarray:
    """1,000 of MNIST's test digits where they are there; else made up ones."""
    try:
        folder = request.getfixturevalue("mnist_folder")
    except pytest.skip.Exception:
        return blots(100, rng)
    import gzip

    return np.frombuffer(gzip.open(folder / "t10k-images-idx3-ubyte.gz").read(), np.uint8, offset=16).reshape(
        -1, 28, 28
    )[:1000]


def python_answers(model: Path, pictures: np.ndarray) -> list[tuple[int, float]]:
    interpreter = lite.Interpreter(model_path=model, num_threads=2)
    interpreter.allocate_tensors()
    answers = []
    for picture in pictures:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None] / np.float32(255))
        interpreter.invoke()
        scores = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        answers.append((int(scores.argmax()), float(scores.max())))
    return answers


@pytest.fixture(scope="module")
def installed(build_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prefix with the C++ library."""
    prefix = tmp_path_factory.mktemp("installed")
    call("cmake", "--install", build_folder, "--prefix", prefix, "--component", "Unspecified")
    return prefix


def test_example_project_answers_as_python(
    root: Path, installed: Path, digit_model: Path, pictures: np.ndarray, tmp_path: Path
):
    call(
        *("cmake", "-S", root / "examples/cpp", "-B", tmp_path, "-G", "Ninja"),
        *(f"-DCMAKE_PREFIX_PATH={installed}", "-DCMAKE_BUILD_TYPE=Release"),
    )
    call("ninja", "-C", tmp_path)
    write_pictures(tmp_path / "pictures", pictures)
    printed = call(tmp_path / "digits", digit_model, tmp_path / "pictures")
    expected = [f"{digit} {score:.6f}" for digit, score in python_answers(digit_model, pictures)]
    assert printed.splitlines() == expected
    assert len((root / "examples/cpp/CMakeLists.txt").read_text().splitlines()) == 5


def test_only_the_c_interface_is_exported(installed: Path):
    (library,) = installed.rglob("liblitewright.so")
    names = [line.split()[-1] for line in call("nm", "-D", "--defined-only", library).splitlines()]
    assert "lw_interpreter_invoke" in names
    assert [name for name in names if not name.startswith("lw_")] == []


def test_public_headers_stand_alone(installed: Path, tmp_path: Path):
    """No header includes one of ours or of other libraries that is not installed; litewright.h is C."""
    include = installed / "include"
    headers = sorted(path.relative_to(include) for path in include.rglob("*.h") if path.name != "operators.h")
    assert len(headers) >= 9
    source = tmp_path / "all.cpp"
    source.write_text("".join(f"#include <{header}>\n" for header in headers))
    call("g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{include}", source)
    c_source = tmp_path / "c.c"
    c_source.write_text("#include <litewright/litewright.h>\n")
    call("gcc", "-std=c99", "-pedantic", "-Wall", "-Werror", "-fsyntax-only", f"-I{include}", c_source)


def test_pkg_config(installed: Path, tmp_path: Path):
    (folder,) = (path.parent for path in installed.rglob("litewright.pc"))
    done = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "litewright"],
        env={"PKG_CONFIG_PATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    source = tmp_path / "version.c"
    source.write_text(
        "#include <litewright/litewright.h>\n#include <stdio.h>\nint main(void) { puts(lw_version()); }\n"
    )
    program = tmp_path / "version"
    call("gcc", source, "-o", program, *done.stdout.split(), f"-Wl,-rpath,{folder.parent}")
    assert call(program).startswith("0.")


def test_operator_tables_carry_what_models_need(
    installed: Path, digit_model: Path, pictures: np.ndarray, root: Path, tmp_path: Path
):
    table = opgen.generate([digit_model])
    assert (
        table
        == opgen.generate([digit_model.read_bytes()])
        == call(installed / "bin/litewright-opgen", digit_model)
    )
    assert "X(kConv2D)" in table and "X(kLstm)" not in table
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(small CXX)\nfind_package(litewright REQUIRED)\n"
        f"add_executable(small {root / 'examples/cpp/digits.cpp'})\n"
        f"litewright_add_operators(small {digit_model})\n"
    )
    call("cmake", "-S", tmp_path, "-B", tmp_path / "b", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={installed}")
    call("ninja", "-C", tmp_path / "b")
    write_pictures(tmp_path / "pictures", pictures[:20])
    printed = call(tmp_path / "b/small", digit_model, tmp_path / "pictures")
    expected = [f"{digit} {score:.6f}" for digit, score in python_answers(digit_model, pictures[:20])]
    assert printed.splitlines() == expected

    other = root / "java/src/test/resources/integers.tflite"
    (tmp_path / "other.tflite").write_bytes(other.read_bytes())
    refused = subprocess.run(
        [tmp_path / "b/small", other, tmp_path / "pictures"], capture_output=True, text=True
    )
    assert refused.returncode == 1 and "Didn't find op for builtin opcode 'ADD'" in refused.stderr


def test_java_answers_as_python(
    root: Path, build_folder: Path, digit_model: Path, pictures: np.ndarray, tmp_path: Path
):
    library = build_folder / "liblitewright_jni.so"
    if not library.exists() or shutil.which("javac") is None:
        pytest.skip("there is no JDK, or the Java library is not built in build/python")
    call("javac", "-d", tmp_path, *sorted((root / "java/src/main/java").rglob("*.java")))
    write_pictures(tmp_path / "pictures", pictures)
    printed = call(
        *("java", "-Xshare:auto", f"-Dlitewright.library={library}", "-cp", tmp_path),
        *("org.litewright.examples.DigitClassifier", digit_model, tmp_path / "pictures"),
    ).splitlines()
    answers = python_answers(digit_model, pictures)
    assert printed[::2] == [f"Prediction Result: {digit}" for digit, _ in answers]
    confidences = [float(line.removeprefix("Confidence: ")) for line in printed[1::2]]
    np.testing.assert_array_equal(np.float32(confidences), np.float32([score for _, score in answers]))
