"""TFLiteConverter: sources, modes, results, errors."""

import enum
import gzip
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from keras_files import dense, layer, write_sequential
from numpy.testing import assert_allclose, assert_array_equal

import litewright
from litewright import ConverterError, lite

MODELS = ["mnist_cnn_keras2.h5", "mnist_cnn_keras3.h5", "mnist_cnn.keras"]
DEFAULT = [lite.Optimize.DEFAULT]
BUILTINS, INT8 = lite.OpsSet.TFLITE_BUILTINS, lite.OpsSet.TFLITE_BUILTINS_INT8
INT16 = lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8


@pytest.fixture
def dense_model(tmp_path) -> Path:
    """y = x @ [[1, 2], [3, 4]] + [10, 20]"""
    weights = {"kernel": np.float32([[1, 2], [3, 4]]), "bias": np.float32([10, 20])}
    return write_sequential(tmp_path / "dense.h5", [None, 2], [dense("d", 2)], {"d": weights})


def convert(model, **attributes) -> bytes:
    converter = lite.TFLiteConverter.from_keras_model(model)
    for name, value in attributes.items():
        setattr(converter, name, value)
    return converter.convert()


def outputs(module, content: bytes, x: np.ndarray) -> np.ndarray:
    interpreter = module.Interpreter(model_content=content)
    entry = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(entry["index"], x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


@pytest.mark.parametrize("make", [str, Path], ids=["str", "PathLike"])
def test_converts_a_path(engine, make, dense_model):
    content = convert(make(dense_model))
    assert isinstance(content, bytes)
    assert_array_equal(outputs(engine, content, np.float32([[1, 1], [0, 2]])), [[14, 26], [16, 28]])


class LiveModel:
    """Like a Keras model, which can save itself in one or both of the formats."""

    def __init__(self, file: Path, suffixes: tuple[str, ...]):
        self.file, self.suffixes, self.saved = file, suffixes, []

    def save(self, path):
        self.saved.append(Path(path))
        if Path(path).suffix not in self.suffixes:
            raise ValueError(f"unknown format {path}")
        shutil.copy(self.file, path)


@pytest.mark.parametrize("suffixes", [(".h5",), (".keras", ".h5")])
def test_live_models_save_themselves(dense_model, suffixes):
    model = LiveModel(dense_model, suffixes)
    assert convert(model) == convert(dense_model)
    assert not any(path.exists() for path in model.saved)


def test_live_keras_archives(shared):
    file = shared / "models" / "mnist_cnn.keras"
    model = LiveModel(file, (".keras",))
    assert convert(model) == convert(file)
    assert [path.suffix for path in model.saved] == [".keras"]


def test_objects_that_are_no_models():
    for nothing in (3, None, object(), b"x"):
        with pytest.raises(TypeError, match="path or a Keras model"):
            lite.TFLiteConverter.from_keras_model(nothing)


def test_batches_are_free(engine, dense_model):
    content = convert(dense_model)
    assert list(engine.Interpreter(model_content=content).get_input_details()[0]["shape_signature"]) == [
        -1,
        2,
    ]
    for batch in (1, 3, 8):
        assert outputs(engine, content, np.ones((batch, 2), np.float32)).shape == (batch, 2)


def test_the_signature_is_serving_default(engine, dense_model):
    signatures = engine.Interpreter(model_content=convert(dense_model)).get_signature_list()
    assert list(signatures) == ["serving_default"]
    assert [len(names) for names in signatures["serving_default"].values()] == [1, 1]


def test_float_models_ignore_the_dataset_as_in_tensorflow(dense_model):
    assert convert(dense_model, representative_dataset=lambda: iter([])) == convert(dense_model)


WRONG = {
    "missing file": (lambda folder: folder / "none.h5", OSError, "none.h5"),
    "folder": (lambda folder: folder, (OSError, ValueError), ""),
    "no keras file": (lambda folder: write(folder / "text.h5", b"some text"), ValueError, "text.h5"),
    "empty": (lambda folder: write(folder / "empty.h5", b""), ValueError, "empty.h5"),
    "no model": (lambda folder: no_model(folder / "bare.h5"), ValueError, "bare.h5"),
    "truncated": (lambda folder: truncated(folder / "cut.h5"), ValueError, "cut.h5"),
    "no weights": (lambda folder: no_weights(folder / "m.h5"), ValueError, "'d'"),
    "shape": (lambda folder: bad_shape(folder / "m.h5"), ValueError, "'d'"),
}  # fmt: skip


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def no_model(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=[1, 2])
    return path


def no_weights(path: Path) -> Path:
    return write_sequential(path, [None, 2], [dense("d", 2)], {})


def bad_shape(path: Path) -> Path:
    weights = {"kernel": np.zeros((3, 2), np.float32), "bias": np.zeros(2, np.float32)}
    return write_sequential(path, [None, 2], [dense("d", 2)], {"d": weights})


def truncated(path: Path) -> Path:
    weights = {"kernel": np.zeros((2, 2), np.float32), "bias": np.zeros(2, np.float32)}
    content = write_sequential(path, [None, 2], [dense("d", 2)], {"d": weights}).read_bytes()
    return write(path, content[: len(content) // 2])


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files(name, tmp_path):
    make, error, message = WRONG[name]
    with pytest.raises(error) as caught:
        convert(make(tmp_path))
    assert message in str(caught.value)
    assert not isinstance(caught.value, ConverterError)


def test_all_unknown_layers_are_named_at_once(tmp_path):
    layers = [layer("Mystery", "one"), dense("d", 2), layer("Enigma", "two")]
    weights = {"d": {"kernel": np.zeros((2, 2), np.float32), "bias": np.zeros(2, np.float32)}}
    with pytest.raises(ConverterError) as caught:
        convert(write_sequential(tmp_path / "m.h5", [None, 2], layers, weights))
    for text in ("Mystery", "'one'", "Enigma", "'two'"):
        assert text in str(caught.value)


def test_what_is_no_source_is_refused_with_a_way_out():
    with pytest.raises(ValueError, match="takes in a list of ConcreteFunction"):
        lite.TFLiteConverter.from_concrete_functions("function")
    with pytest.raises(TypeError, match="takes a path or a Keras model"):
        lite.TFLiteConverter.from_keras_model(3)


# name: (optimizations, supported_types, supported_ops, whether there is a dataset, the mode)
MODES = {
    "nothing": ([], [], [BUILTINS], False, "float"),
    "sparsity alone": ([lite.Optimize.EXPERIMENTAL_SPARSITY], [], [BUILTINS], False, "float"),
    "default": (DEFAULT, [], [BUILTINS], False, "dynamic"),
    "a set": (set(DEFAULT), set(), {BUILTINS}, False, "dynamic"),
    "float16": (DEFAULT, [np.float16], [BUILTINS], False, "float16"),
    "float16 by name": (DEFAULT, ["float16"], [BUILTINS], False, "float16"),
    "dataset": (DEFAULT, [], [BUILTINS], True, "int8"),
    "int8 operators": (DEFAULT, [], [INT8], True, "int8_only"),
    "int8 type": (DEFAULT, [np.int8], [BUILTINS], True, "int8"),
    "int8 or float": (DEFAULT, [], [BUILTINS, INT8], True, "int8"),
    "int16": (DEFAULT, [], [INT16], True, "int16x8_only"),
    "int16 or float": (DEFAULT, [], [INT16, BUILTINS], True, "int16x8"),
    "int16 without data": (DEFAULT, [], [INT16], False, "dynamic"),
}


@pytest.mark.parametrize("name", MODES)
def test_modes_are_chosen_as_in_tensorflow(name):
    optimizations, types, operators, dataset, mode = MODES[name]
    converter = lite.TFLiteConverter.from_keras_model("m.h5")
    converter.optimizations = optimizations
    converter.target_spec = lite.TargetSpec(supported_ops=operators, supported_types=types)
    converter.representative_dataset = (lambda: iter([])) if dataset else None
    assert converter._mode() == mode


def test_enumerations_of_tensorflow_are_understood():
    theirs = enum.Enum("Optimize", {"DEFAULT": "DEFAULT"})
    converter = lite.TFLiteConverter.from_keras_model("m.h5")
    for value in (theirs.DEFAULT, "DEFAULT"):
        converter.optimizations = [value]
        assert converter._mode() == "dynamic"
    converter.optimizations = ["nonsense"]
    with pytest.raises(
        ValueError, match="optimizations: 'nonsense' is not a valid Optimize; it may hold DEFAULT"
    ):
        converter.convert()


@pytest.mark.parametrize("alias", [lite.Optimize.OPTIMIZE_FOR_SIZE, lite.Optimize.OPTIMIZE_FOR_LATENCY])
def test_aliases_of_default_warn(dense_model, alias):
    with pytest.warns(UserWarning, match="DEFAULT"):
        assert convert(dense_model, optimizations=[alias]) == convert(dense_model, optimizations=DEFAULT)


def test_integers_need_samples(dense_model):
    spec = lite.TargetSpec(supported_ops=[lite.OpsSet.TFLITE_BUILTINS_INT8])
    with pytest.raises(ValueError, match="For full integer quantization, a `representative_dataset` must be"):
        convert(dense_model, optimizations=DEFAULT, target_spec=spec)


def test_integer_operators_alone_mean_what_they_say(tmp_path):
    weights = {"kernel": np.eye(2, dtype=np.float32), "bias": np.zeros(2, np.float32)}
    model = write_sequential(tmp_path / "m.h5", [None, 2], [dense("d", 2, "elu")], {"d": weights})
    attributes = {
        "optimizations": DEFAULT,
        "representative_dataset": lambda: iter([[np.float32([[-1, 1]])]]),
        "target_spec": lite.TargetSpec(supported_ops=[INT8]),
    }
    with pytest.raises(ConverterError, match="ELU"):
        convert(model, **attributes)
    attributes["target_spec"] = lite.TargetSpec(supported_ops=[INT8, BUILTINS])
    assert convert(model, **attributes)


@pytest.mark.parametrize("attribute", ["inference_input_type", "inference_output_type"])
def test_float_models_have_float_inputs(dense_model, attribute):
    with pytest.raises(ValueError, match="must be tf.float32"):
        convert(dense_model, **{attribute: np.int8})
    with pytest.raises(ValueError, match="is not an element type"):
        convert(dense_model, **{attribute: "nonsense"})


@pytest.mark.parametrize("dataset, error", [([1], TypeError), (lambda: iter([]), ValueError),
                                            (lambda: iter([3]), ValueError)])  # fmt: skip
def test_wrong_datasets(dense_model, dataset, error):
    with pytest.raises(error, match="representative_dataset"):
        convert(dense_model, optimizations=DEFAULT, representative_dataset=dataset)


@pytest.mark.parametrize("dtype", [np.int8, "int8", np.uint8, np.dtype("int8")], ids=str)
def test_integer_inputs_and_outputs(engine, dense_model, dtype):
    samples = [np.float32([[a, b]]) for a in range(-3, 4) for b in range(-3, 4)]
    for dataset in (lambda: ([sample] for sample in samples),
                    lite.RepresentativeDataset(lambda: ([sample] for sample in samples))):  # fmt: skip
        content = convert(dense_model, optimizations=DEFAULT, representative_dataset=dataset,
                          inference_input_type=dtype, inference_output_type=dtype)  # fmt: skip
        interpreter = engine.Interpreter(model_content=content)
        assert interpreter.get_input_details()[0]["dtype"] is np.dtype(dtype).type
        assert interpreter.get_output_details()[0]["dtype"] is np.dtype(dtype).type


@litewright.register_layer("ScaleAndShift")
def lower_scale_and_shift(layer):
    factor = layer.weight("factor", (None,))
    assert layer.class_name == "ScaleAndShift" and layer.inputs[0].shape == (None, 2)
    activation = "RELU" if layer.config["positive"] else "NONE"
    product = layer.add("MUL", [layer.inputs[0], factor])
    return layer.add("ADD", [product, layer.config["shift"]], fused_activation_function=activation)


def custom(path: Path, **config) -> Path:
    weights = {"s": {"factor": np.float32([2, -3])}}
    return write_sequential(path, [None, 2], [layer("ScaleAndShift", "s", **config)], weights)


@pytest.mark.parametrize("positive, wanted", [(False, [[2.5, -2.5]]), (True, [[2.5, 0]])])
def test_registered_layers_are_lowered_by_their_function(engine, tmp_path, positive, wanted):
    content = convert(custom(tmp_path / "m.h5", shift=0.5, positive=positive))
    assert_array_equal(outputs(engine, content, np.ones((1, 2), np.float32)), wanted)


FAULTS = {
    "error": (lambda layer: layer.config["nothing"], KeyError, "nothing"),
    "operator": (
        lambda layer: layer.add("NOPE", layer.inputs),
        ValueError,
        "'NOPE' is not a builtin operator",
    ),
    "option": (lambda layer: layer.add("MUL", [layer.inputs[0]] * 2, nope=1), ValueError, "nope"),
    "weight": (lambda layer: layer.weight("factor", (5,)), ValueError, "factor"),
    "operands": (
        lambda layer: layer.add("MUL", [layer.inputs[0], np.ones(3, np.float32)]),
        ValueError,
        "MUL",
    ),
    "no result": (lambda layer: [], TypeError, "must return"),
    "other result": (lambda layer: 3, TypeError, ""),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_in_registered_functions_come_out(tmp_path, name, monkeypatch):
    function, error, message = FAULTS[name]
    monkeypatch.setitem(litewright.layers._registered, "ScaleAndShift", function)
    with pytest.raises(error) as caught:
        convert(custom(tmp_path / "m.h5"))
    assert message in str(caught.value)


def test_builders_end_with_their_function(tmp_path, monkeypatch):
    kept = []
    monkeypatch.setitem(
        litewright.layers._registered, "ScaleAndShift", lambda b: (kept.append(b), b.inputs[0])[1]
    )
    convert(custom(tmp_path / "m.h5"))
    with pytest.raises(RuntimeError, match="cannot be used any more"):
        kept[0].add("RELU", kept[0].inputs)


def test_register_layer_takes_functions():
    with pytest.raises(TypeError):
        litewright.register_layer("X")(3)


@pytest.fixture(scope="session")
def images(mnist_folder) -> np.ndarray:
    """The first 1,000 test images of MNIST, 0..1."""
    with gzip.open(mnist_folder / "t10k-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(16 + 1000 * 784)[16:], np.uint8)
    return pixels.reshape(-1, 28, 28).astype(np.float32) / 255


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "optimizations, largest", [([], 448_468), (DEFAULT, 117_672)], ids=["float", "dynamic"]
)
def test_digits_agree_with_litert(name, optimizations, largest, images, shared, litert):
    content = convert(shared / "models" / name, optimizations=optimizations)
    assert len(content) <= largest
    entry = lite.Interpreter(model_content=content).get_input_details()[0]
    x = images.reshape(-1, *entry["shape_signature"][1:])
    assert_allclose(outputs(lite, content, x), outputs(litert, content, x), atol=1e-5)


@pytest.mark.parametrize("name", ["y_2x_1_keras2.h5", "y_2x_1_keras3.h5"])
def test_y_2x_1(engine, name, shared):
    result = outputs(engine, convert(shared / "models" / name), np.float32([[10]]))
    assert_allclose(result, [[18.98]], atol=0.005)


def test_details_of_converted_models_equal_litert(shared):
    from test_interpreter_details import compare

    for name in ("y_2x_1_keras2.h5", *MODELS):
        for optimizations in ([], DEFAULT):
            compare(model_content=convert(shared / "models" / name, optimizations=optimizations))
