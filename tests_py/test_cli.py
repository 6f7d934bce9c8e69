"""The command line: every example, every kind of bad argument, JSON, pipes and completion."""

from __future__ import annotations

import importlib
import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from drawings import pictures
from PIL import Image

from litewright import lite
from litewright.cli import COMMANDS, main
from litewright.datasets import digits
from litewright.demos.digit_model import drawn_seven

MODULES = {name: importlib.import_module(f"litewright.cli.{name}") for name in COMMANDS}
EXAMPLES = [line for module in MODULES.values() for line in module.EXAMPLES]


@pytest.fixture(scope="module")
def files(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples name."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "digits.h5").write_bytes((root / "examples/mnist/mnist.h5").read_bytes())
    converter = lite.TFLiteConverter.from_keras_model(str(folder / "digits.h5"))
    (folder / "digits.tflite").write_bytes(converter.convert())
    (folder / "model.tflite").write_bytes((folder / "digits.tflite").read_bytes())
    converter.optimizations = [lite.Optimize.DEFAULT]
    (folder / "small.tflite").write_bytes(converter.convert())
    _write_idx(folder / "mnist")
    Image.fromarray(drawn_seven()).save(folder / "seven.png")
    np.savez(folder / "inputs.npz", drawn_seven()[None].astype(np.float32) / 255)
    _write_flowers(folder)
    return folder


def _write_idx(folder: Path) -> None:
    """120 of scikit-learn's digits in the place of MNIST's."""
    folder.mkdir()
    pytest.importorskip("sklearn")
    images, labels = digits.load_data()[1]
    large = np.stack([Image.fromarray(i).resize((20, 20), Image.Resampling.BICUBIC) for i in images[:120]])
    padded = np.pad(large, ((0, 0), (4, 4), (4, 4)))
    for name, array in (("t10k-images-idx3-ubyte", padded), ("t10k-labels-idx1-ubyte", labels[:120])):
        head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
        (folder / name).write_bytes(head + array.astype(np.uint8).tobytes())


def _write_flowers(folder: Path) -> None:
    """Pictures of two classes, and a model that tells them apart by their red channel."""
    from keras_files import dense, layer, write_sequential

    images = ((pictures(8, 32, 5) + 1) * 127.5).astype(np.uint8)
    for i, image in enumerate(images):
        kind = folder / "flowers" / ("rose" if i % 2 == 0 else "violet")
        kind.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(kind / f"{i}.png")
    Image.fromarray(images[0]).save(folder / "cat.jpg")
    (folder / "labels.txt").write_text("rose\nviolet\ntulip\n")
    kernel = np.float32([[4, -4, 0], [0, 0, 0], [-4, 4, 0]])
    layers = [
        layer("GlobalAveragePooling2D", "mean", data_format="channels_last"),
        dense("head", 3, "softmax"),
    ]
    weights = {"head": {"kernel": kernel, "bias": np.float32([0, 0, -9])}}
    path = write_sequential(folder / "flowers.h5", [None, 32, 32, 3], layers, weights)
    content = lite.TFLiteConverter.from_keras_model(str(path)).convert()
    for name in ("flowers.tflite", "mobilenet.tflite"):
        (folder / name).write_bytes(content)


@pytest.fixture
def here(files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(files)
    return files


def words(line: str) -> list[str]:
    """An example's arguments, without the program and what is behind `>`."""
    return shlex.split(line.split(" > ")[0])[1:]


# A cluster's examples: test_distributed.py.
HERE = [line for line in EXAMPLES if "dask://" not in line and ("demo" not in line or "cat.jpg" in line)]


@pytest.mark.parametrize("line", HERE)
def test_every_example_runs(line, here, capsys):
    arguments = words(line)
    if arguments[0] == "bench":
        arguments += ["--seconds", "0.1"]
    code = main(arguments)
    output = capsys.readouterr()
    assert code == (3 if arguments[0] == "diff" else 0), output.err
    assert output.out.strip()


@pytest.mark.parametrize("line", [line for line in EXAMPLES if "demo" in line and "cat.jpg" not in line])
def test_every_demo_example_serves(line, here):
    program = [sys.executable, "-m", "litewright", *words(line), "--no-browser"]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and "http://127.0.0.1:" in process.stdout.readline()
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_its_examples_and_the_exit_codes(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    for example in MODULES[command].EXAMPLES:
        assert example in text
    assert "exit codes" in text


BAD = {
    "": "COMMAND",
    "frobnicate": "invalid choice",
    "convert": "required: model",
    "convert missing.h5": "no such file",
    "convert digits.tflite": "choose a --mode",
    "convert digits.h5 --mode int7": "invalid choice: 'int7'",
    "convert digits.h5 --mode int8": "--representative-data",
    "convert digits.h5 --mode float16 --input-type int8": "--input-type",
    "convert digits.h5 --signature x": "SavedModels",
    "convert digits.h5 -o nowhere/x.tflite": "no folder nowhere",
    "convert digits.h5 --html x.html": "add a --mode",
    "convert seven.png": "neither a Keras file",
    "convert flowers": "saved_model.pb",
    "quantize digits.h5": "litewright convert",
    "quantize digits.tflite -o digits.tflite": "is the input itself",
    "quantize digits.tflite --samples 0": "a number from 1",
    "run digits.tflite": "--random",
    "run digits.tflite --random --threads x": "a number from 1",
    "evaluate digits.tflite": "required: --data",
    "evaluate digits.tflite --data nowhere": "no such file",
    "evaluate digits.tflite --data inputs.npz --min-accuracy 1": "needs labels",
    "evaluate digits.tflite --data mnist --engine spark": "dask://HOST:PORT or ray",
    "bench digits.tflite --engines x": "--engines",
    "bench digits.tflite --seconds -1": "--seconds",
    "demo": "required",
    "demo digits --port 70000": "--port",
    "completion tcsh": "invalid choice",
}


@pytest.mark.parametrize("line", BAD)
def test_bad_arguments_give_one_line_and_2(line, here, capsys):
    assert main(shlex.split(line)) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 1 and output.err.startswith("litewright: ")
    assert BAD[line] in output.err


@pytest.mark.parametrize(
    "line",
    ["inspect seven.png", "evaluate digits.tflite --data flowers/rose/0.png --names seven.png",
     "demo classify mobilenet.tflite seven.png cat.jpg", "run flowers.tflite inputs.npz"],
)  # fmt: skip
def test_files_that_do_not_fit_give_1(line, here, capsys):
    assert main(shlex.split(line)) == 1
    assert capsys.readouterr().err.startswith("litewright: ")


JSON = {
    "convert digits.h5 -o j.tflite --mode dynamic": "float_bytes",
    "quantize digits.tflite -o j.tflite --verify": "verification",
    "inspect digits.tflite": "macs",
    "run digits.tflite --random": "outputs",
    "evaluate digits.tflite --data mnist --preprocess mnist": "models",
    "bench digits.tflite --seconds 0.1": "models",
    "profile digits.tflite --runs 2": "total_ms",
    "diff digits.tflite digits.tflite": "operators",
    "opgen digits.tflite": "operators",
    "doctor": "self_test",
    "demo classify mobilenet.tflite labels.txt cat.jpg": "cat.jpg",
    "completion bash": "script",
}


@pytest.mark.parametrize("line", JSON)
def test_json(line, here, capsys):
    assert main([*shlex.split(line), "--json"]) == 0
    assert JSON[line] in json.loads(capsys.readouterr().out)


def test_every_command_is_asked_for_json():
    assert {line.split()[0] for line in JSON} == set(COMMANDS)


def test_evaluate_answers_no(here, capsys):
    line = "evaluate digits.tflite --data mnist --preprocess mnist --min-accuracy 1.1"
    assert main(shlex.split(line)) == 3
    assert "below" in capsys.readouterr().out


def test_verify_answers_no(here, capsys):
    line = "convert digits.tflite -o no.tflite --mode dynamic --verify --tolerance 1e-9"
    assert main(shlex.split(line)) == 3
    assert "NOT verified" in capsys.readouterr().out


@pytest.mark.parametrize("mode", ["float16", "int8", "int16x8", "int8-only"])
def test_convert_modes(mode, here, capsys):
    line = f"convert digits.h5 -o m.tflite --mode {mode} --verify"
    if mode != "float16":
        line += " --representative-data mnist --preprocess mnist"
    assert main(shlex.split(line)) == 0, capsys.readouterr()
    assert Path("m.tflite").stat().st_size < Path("digits.tflite").stat().st_size * 0.55


def test_saved_models_are_detected(shared, here, capsys):
    assert main(["convert", str(shared / "models/y_2x_1_saved_model"), "-o", "y.tflite"]) == 0
    assert main(["run", "y.tflite", "--random"]) == 0


def test_verify_compares_with_keras(here, capsys):
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.save("k.keras")
    assert main(["convert", "k.keras", "-o", "k.tflite", "--verify"]) == 0
    assert "Keras" in capsys.readouterr().out


def test_a_pipe_gets_plain_text_and_may_close(here):
    program = f"{sys.executable} -m litewright inspect digits.tflite | head -n 1"
    result = subprocess.run(program, shell=True, capture_output=True, text=True, executable="/bin/bash")
    assert result.stderr == "" and "\x1b" not in result.stdout
    assert "7 operators" in result.stdout


def test_a_terminal_gets_a_table_with_lines(here, monkeypatch, capsys):
    pytest.importorskip("rich", reason="Rich is not installed")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["inspect", "digits.tflite"]) == 0
    assert "─" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("ins", ["inspect"]), ("convert --mo", ["--mode"]), ("demo cl", ["classify"]), ("qu", ["quantize"])],
)
def test_bash_completes(typed, wanted, here, tmp_path, capsys):
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "completion"
    script.write_text(capsys.readouterr().out)
    parts = ["litewright", *typed.split()]
    program = (
        f"source {script}; COMP_WORDS=({' '.join(parts)}); COMP_CWORD={len(parts) - 1}; _litewright;"
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = subprocess.run(["bash", "-c", program], capture_output=True, text=True)
    assert result.stdout.split() == wanted, result.stderr
