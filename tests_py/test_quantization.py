"""Quantization through the converter and of foreign files: modes, types, samples, options."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny_models
from quant_models import BUILTINS, INT8, INT16, classifier, converter, dataset, images, relative_error, run

import litewright
import litewright.lite as lite

F32, I8, U8, I16 = np.float32, np.int8, np.uint8, np.int16


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return classifier(tmp_path_factory.mktemp("models") / "classifier.h5")


@pytest.fixture(scope="module")
def float_content(model: Path) -> bytes:
    return lite.TFLiteConverter.from_keras_model(model).convert()


def spec(*operators: lite.OpsSet) -> lite.TargetSpec:
    return lite.TargetSpec(supported_ops=set(operators))


# name: (attributes, whether it needs samples, types of input and output, largest error)
MODES = {
    "dynamic": ({}, False, F32, F32, 0.05),
    "float16": ({"target_spec": lite.TargetSpec(supported_types=[np.float16])}, False, F32, F32, 1e-3),
    "int8": ({}, True, F32, F32, 0.05),
    "int8 input": ({"inference_input_type": I8}, True, I8, F32, 0.05),
    "uint8": ({"inference_input_type": U8, "inference_output_type": U8}, True, U8, U8, 0.05),
    "int8 only": ({"target_spec": spec(INT8), "inference_input_type": I8, "inference_output_type": I8},
                  True, I8, I8, 0.05),
    "int16x8": ({"target_spec": spec(INT16)}, True, F32, F32, 0.02),
    "int16x8, integer": ({"target_spec": spec(INT16, BUILTINS), "inference_input_type": I16,
                          "inference_output_type": I16}, True, I16, I16, 0.02),
    "int16x8, int32 biases": ({"target_spec": spec(INT16),
                               "_experimental_full_integer_quantization_bias_type": np.int32},
                              True, F32, F32, 0.02),
    "one scale": ({"_experimental_disable_per_channel": True}, True, F32, F32, 0.05),
    "percentile": ({"quantization_options": litewright.QuantizationOptions("percentile", 99.9)},
                   True, F32, F32, 0.1),
    "moving average": ({"quantization_options": litewright.QuantizationOptions("moving_average")},
                       True, F32, F32, 0.1),
    "mse": ({"quantization_options": litewright.QuantizationOptions("mse")}, True, F32, F32, 0.1),
    "remedies": ({"quantization_options": litewright.QuantizationOptions(equalize=True,
                                                                         bias_correction=True)},
                 True, F32, F32, 0.05),
    "sparsity": ({"optimizations": [lite.Optimize.DEFAULT, lite.Optimize.EXPERIMENTAL_SPARSITY]}, True,
                 F32, F32, 0.05),
}  # fmt: skip


@pytest.mark.parametrize("name", MODES)
def test_modes_agree_with_float_and_with_litert(name, model, float_content, litert):
    attributes, needs_samples, input_type, output_type, largest = MODES[name]
    content = converter(model, dataset() if needs_samples else None, **attributes).convert()
    interpreter = lite.Interpreter(model_content=content)
    assert interpreter.get_input_details()[0]["dtype"] is input_type
    assert interpreter.get_output_details()[0]["dtype"] is output_type
    inputs = images(20, seed=9)
    ours = run(lite, content, inputs)
    assert relative_error(ours, run(lite, float_content, inputs)) < largest
    np.testing.assert_allclose(ours, run(litert, content, inputs), atol=2.5 / 256)


def test_integer_files_are_smaller(tmp_path):
    path = classifier(tmp_path / "wide.h5", filters=64)
    sizes = {
        name: len(converter(path, dataset(4) if MODES[name][1] else None, **MODES[name][0]).convert())
        for name in ("dynamic", "float16", "int8", "int16x8")
    }
    whole = len(converter(path, optimizations=[]).convert())
    assert sizes["int8"] < 0.45 * whole
    assert sizes["dynamic"] < 0.45 * whole
    assert sizes["int16x8"] < 0.45 * whole
    assert sizes["float16"] < 0.65 * whole


# name: (what the dataset gives, the error, what the message says)
WRONG_SAMPLES = {
    "not callable": ([[1]], TypeError, "should be a function that yields samples, not a list"),
    "empty": (lambda: iter(()), ValueError, "yielded no samples"),
    "a bare array": (lambda: iter(images(1)), ValueError, "sample 0: You need to provide either"),
    "two items": (lambda: iter([images(2)]), ValueError, "sample 0: .*expected 1 items got 2 items"),
    "the second is bad": (lambda: iter([images(1), []]), ValueError, "sample 1: .*expected 1 items got 0"),
    "unknown name": (lambda: iter([{"x": images(1)[0]}]), ValueError, "has the names .'x'.; the model's"),
    "unknown signature": (lambda: iter([("serve", {"input_1": images(1)[0]})]), ValueError,
                          "has no signature 'serve'; it has .'serving_default'"),
    "no batch": (lambda: iter([[images(1)[0][0]]]), ValueError, "Add the batch dimension"),
    "another shape": (lambda: iter([[np.zeros((1, 8, 9, 3), F32)]]), ValueError, r"shape \[1, 8, 9, 3\]"),
    "another dtype": (lambda: iter([[np.zeros((1, 8, 8, 3))]]), ValueError,
                      r"input 0 'input_1': Got value of type float64 but expected type float32"),
    "NaN": (lambda: iter([[np.full((1, 8, 8, 3), np.nan, F32)]]), ValueError, "holds NaN or infinity"),
    "infinity": (lambda: iter([[np.full((1, 8, 8, 3), np.inf, F32)]]), ValueError, "holds NaN or infinity"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_SAMPLES)
def test_wrong_samples_are_named(name, model):
    samples, error, message = WRONG_SAMPLES[name]
    with pytest.raises(error, match=message):
        converter(model, samples).convert()


def test_samples_in_the_wrong_order_and_out_of_range():
    two = tiny_models.build(
        tiny_models.Graph(
            [
                tiny_models.Tensor("a", (1, 4)),
                tiny_models.Tensor("b", (1, 1)),
                tiny_models.Tensor("y", (1, 4)),
            ],
            [tiny_models.Op(tiny_models.ADD, [0, 1], [2])],
            [0, 1],
            [2],
        )
    )
    arrays = [np.zeros((1, 4), F32), np.zeros((1, 1), F32)]
    litewright.quantize(two, "int8", lambda: iter([arrays]))
    with pytest.raises(ValueError, match=r"input 0 'a': has the shape \[1, 1\].*It fits input 1 'b'"):
        litewright.quantize(two, "int8", lambda: iter([arrays[::-1]]))
    table = tiny_models.Tensor("table", (5, 4), value=np.ones((5, 4), F32))
    lookup = tiny_models.build(
        tiny_models.Graph(
            [tiny_models.Tensor("ids", (3,), tiny_models.INT32), table, tiny_models.Tensor("y", (3, 4))],
            [tiny_models.Op(36, [1, 0], [2])],  # GATHER
            [0],
            [2],
        )
    )
    good, bad = np.int32([0, 1, 4]), np.int32([0, 1, 5])
    with pytest.raises(ValueError, match="representative_dataset, sample 1: gather index 5"):
        litewright.quantize(lookup, "int8", lambda: iter([[good], [bad]]))


@pytest.mark.parametrize("form", ["list", "tuple", "dict", "signature", "object"])
def test_forms_of_samples(form, model):
    name = "input_1"
    forms = {"list": lambda x: [x], "tuple": lambda x: (x,), "dict": lambda x: {name: x},
             "signature": lambda x: ("serving_default", {name: x}), "object": lambda x: [x]}  # fmt: skip

    def generator():
        return (forms[form](image) for image in images(200))

    samples = lite.RepresentativeDataset(generator) if form == "object" else generator
    assert converter(model, samples).convert() == converter(model, dataset()).convert()


Options = litewright.QuantizationOptions
# name: (attributes, whether there are samples, what the message says)
CONTRADICTIONS = {
    "16 bits in int8 mode": ({"inference_input_type": I16}, True, "input_type must be in float32, int8"),
    "8 bits in int16 mode": ({"target_spec": spec(INT16), "inference_output_type": I8}, True,
                             "inference_output_type must be in float32, int16"),
    "integers without samples": ({"inference_input_type": I8}, False, "must be tf.float32"),
    "options without quantization": ({"optimizations": [], "quantization_options": Options()}, True,
                                     "need optimizations"),
    "unknown calibration": ({"quantization_options": Options("median")}, True, "should be one of"),
    "ranges in dynamic mode": ({"quantization_options": Options("mse")}, False, "needs an integer mode"),
    "a parameter for none": ({"quantization_options": Options("mse", 3.0)}, True, "has no parameter"),
    "percentile 20": ({"quantization_options": Options("percentile", 20)}, True, "above 50 and at most 100"),
    "bias correction without samples": ({"quantization_options": Options(bias_correction=True)}, False,
                                        "bias_correction needs a representative_dataset"),
    "float16": ({"target_spec": lite.TargetSpec(supported_types=[np.float16]),
                 "quantization_options": Options(equalize=True)}, False, "not for float16"),
    "16 bits in dynamic mode": ({"quantization_options": Options(keep_int16=["fc"])}, False, "for mode int8"),
    "no layer of this name": ({"quantization_options": Options(keep_float=["dense_7"])}, True,
                              "'dense_7' matches none of conv, fc"),
    "not an expression": ({"quantization_options": Options(keep_float=["("])}, True, "not a regular"),
    "float where only int8 may be": ({"target_spec": spec(INT8), "quantization_options": Options(
        keep_float=["fc"])}, True, "add OpsSet.TFLITE_BUILTINS"),
    "target error 0": ({"quantization_options": Options(target_error=0)}, True, "should be above 0"),
    "no samples to report on": ({"quantization_options": Options(report_samples=0)}, True, "at least 1"),
    "bias type of floats": ({"_experimental_full_integer_quantization_bias_type": np.int32}, False,
                            "only for full integer quantization"),
    "int64 biases in int8 mode": ({"_experimental_full_integer_quantization_bias_type": np.int64}, True,
                                  "Expected bias type to be int32, not int64"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_are_errors(name, model):
    attributes, has_samples, message = CONTRADICTIONS[name]
    with pytest.raises(ValueError, match=message):
        converter(model, dataset() if has_samples else None, **attributes).convert()


def operators(content: bytes) -> list[str]:
    return [row["op_name"] for row in lite.Interpreter(model_content=content)._get_ops_details()]


@pytest.mark.parametrize("only", [INT8, INT16])
def test_operators_without_an_integer_form(only, tmp_path, litert):
    path = classifier(tmp_path / "elu.h5", activation="elu")
    with pytest.raises(litewright.ConverterError, match=r"(?s)'ELU' of layer 'conv'.*TFLITE_BUILTINS"):
        converter(path, dataset(), target_spec=spec(only)).convert()
    content = converter(path, dataset(), target_spec=spec(only, BUILTINS)).convert()
    assert "ELU" in operators(content)
    inputs = images(8)
    np.testing.assert_allclose(run(lite, content, inputs), run(litert, content, inputs), atol=2.5 / 256)


@pytest.mark.parametrize("pattern", ["fc", "f.", "FULLY_CONNECTED"])
def test_chosen_layers_stay_float(pattern, model):
    options = Options(keep_float=[pattern])
    content = converter(model, dataset(), quantization_options=options).convert()
    tensors = {row["index"]: row for row in lite.Interpreter(model_content=content).get_tensor_details()}
    details = lite.Interpreter(model_content=content)._get_ops_details()
    kept = [row for row in details if row["op_name"] == "FULLY_CONNECTED"]
    assert [tensors[row["inputs"][1]]["dtype"] for row in kept] == [np.float32]
    assert [tensors[row["inputs"][1]]["dtype"] for row in details if row["op_name"] == "CONV_2D"] == [np.int8]


def test_chosen_layers_have_16_bit_activations(model, float_content, litert):
    options = Options(keep_int16=["conv"])
    content = converter(model, dataset(), quantization_options=options).convert()
    interpreter = lite.Interpreter(model_content=content)
    details = next(row for row in interpreter._get_ops_details() if row["op_name"] == "CONV_2D")
    types = [interpreter._get_tensor_details(index, 0)["dtype"] for index in details["inputs"]]
    assert types == [np.int16, np.int8, np.int64]
    inputs = images(8)
    ours = run(lite, content, inputs)
    assert relative_error(ours, run(lite, float_content, inputs)) < 0.05
    np.testing.assert_allclose(ours, run(litert, content, inputs), atol=2.5 / 256)


FOREIGN = {"dynamic": 0.05, "float16": 1e-3, "int8": 0.05, "int16x8": 0.02, "int4": 0.5}


@pytest.mark.parametrize("mode", FOREIGN)
def test_any_float_file_can_be_quantized(mode, float_content, tmp_path, litert):
    path = tmp_path / "model.tflite"
    path.write_bytes(float_content)
    samples = dataset() if mode.startswith("int") and mode != "int4" else None
    content = litewright.quantize(path, mode, samples)
    assert content == litewright.quantize(float_content, mode, samples)
    inputs = images(8, seed=4)
    ours = run(lite, content, inputs)
    assert relative_error(ours, run(lite, float_content, inputs)) < FOREIGN[mode]
    np.testing.assert_allclose(ours, run(litert, content, inputs), atol=2.5 / 256)


def test_files_that_others_wrote(litert):
    content = tiny_models.add((1, 8), other=np.linspace(-1, 1, 8))
    inputs = images(10, shape=(8,))
    quantized = litewright.quantize(content, "int8", dataset(shape=(8,)))
    assert operators(quantized) == ["QUANTIZE", "ADD", "DEQUANTIZE"]
    assert relative_error(run(litert, quantized, inputs), run(litert, content, inputs)) < 0.01


def test_what_cannot_be_quantized(float_content, tmp_path):
    with pytest.raises(ValueError, match="unknown quantization mode 'int7'"):
        litewright.quantize(float_content, "int7")
    with pytest.raises(ValueError, match="representative_dataset"):
        litewright.quantize(float_content, "int8")
    with pytest.raises(OSError):
        litewright.quantize(tmp_path / "missing.tflite")
    with pytest.raises(ValueError):
        litewright.quantize(b"no model")


def test_four_bit_weights(tmp_path, litert):
    path = classifier(tmp_path / "wide.h5", filters=64)
    whole = converter(path, optimizations=[]).convert()
    content = litewright.quantize(whole, "int4")
    assert len(content) < 0.35 * len(whole)
    interpreter = lite.Interpreter(model_content=content)
    four_bits = [row for row in interpreter.get_tensor_details() if row["dtype"] is np.int8]
    assert [len(row["quantization_parameters"]["scales"]) for row in four_bits] == [64, 5]
    inputs = images(8)
    ours = run(lite, content, inputs)
    np.testing.assert_allclose(ours, run(litert, content, inputs), atol=0.02)
    assert relative_error(ours, run(lite, whole, inputs)) < 0.3
