"""The flags of tflite_convert."""

from pathlib import Path

import pytest
from graph_messages import attr, graph, node, shape

from litewright import lite, tflite_convert

TINY = str(Path(__file__).parent / "data" / "tiny_saved_model")


@pytest.fixture
def frozen(tmp_path):
    """A frozen graph."""
    path = tmp_path / "graph.pb"
    placeholder = node("x", "Placeholder", dtype=attr(type=1), shape=shape([-1, 3]))
    path.write_bytes(graph(placeholder, node("y", "Relu", "x")))
    return str(path)


def signatures(path):
    return lite.Interpreter(model_path=str(path)).get_signature_list()


def test_saved_models(tmp_path):
    out = tmp_path / "m.tflite"
    assert tflite_convert.main(["--saved_model_dir", TINY, f"--output_file={out}"]) == 0
    assert set(signatures(out)) == {"flat", "serving_default"}
    arguments = ["--saved_model_dir", TINY, "--output_file", str(out), "--saved_model_signature_key=flat"]
    assert (
        tflite_convert.main([*arguments, "--post_training_quantize", "--experimental_new_converter=true"])
        == 0
    )
    assert set(signatures(out)) == {"flat"}


def test_frozen_graphs(tmp_path, frozen):
    out = tmp_path / "m.tflite"
    arguments = [
        f"--graph_def_file={frozen}",
        f"--output_file={out}",
        "--input_arrays=x",
        "--output_arrays=y",
    ]
    assert tflite_convert.main([*arguments, "--input_shapes=2,3", "--inference_type=FLOAT"]) == 0
    assert list(lite.Interpreter(model_path=str(out)).get_input_details()[0]["shape"]) == [2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--output_file"),
        (["--output_file=a"], "one of the arguments"),
        (["--output_file=a", "--graph_def_file=g"], "--input_arrays and --output_arrays are required"),
        (["--output_file=a", "--saved_model_dir=m", "--input_shapes=1"], "must be used with --input_arrays"),
        (["--output_file=a", "--saved_model_dir=m", "--input_arrays=x", "--input_shapes=1:2"], "same number"),
        (["--output_file=a", "--saved_model_dir=m", "--input_arrays=x", "--input_shapes=a"], "no shape"),
        (["--output_file=a", "--saved_model_dir=m", "--target_ops=X"], "options: TFLITE_BUILTINS"),
        (["--output_file=a", "--saved_model_dir=m", "--optimizations=X"], "options: DEFAULT"),
        (["--output_file=a", "--keras_model_file=m", "--input_arrays=x"], "a Keras file has none"),
        (
            ["--output_file=a", "--saved_model_dir=m", "--quantize_to_float16"],
            "needs --post_training_quantize",
        ),
        (["--output_file=a", "--saved_model_dir=m", "--nonsense"], "unrecognized arguments"),
    ],
)
def test_bad_flags_are_one_line_and_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as ended:
        tflite_convert.main(arguments)
    text = capsys.readouterr().err
    assert ended.value.code == 2 and message in text and text.count("\n") == 1


def test_what_cannot_be_converted_is_1(tmp_path, capsys):
    out = tmp_path / "m.tflite"
    assert tflite_convert.main([f"--saved_model_dir={tmp_path}", f"--output_file={out}"]) == 1
    assert "SavedModel file does not exist" in capsys.readouterr().err and not out.exists()


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit) as ended:
        tflite_convert.main(["--help"])
    assert ended.value.code == 0 and "examples:" in capsys.readouterr().out
