"""QuantizationDebugger: what tf.lite's scripts rely on."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import tiny_models
from quant_models import classifier, converter, dataset, images, one_bad_layer, run

import litewright.lite as lite
from litewright.experimental import QuantizationDebugger, QuantizationDebugOptions

METRICS = ["num_elements", "stddev", "mean_error", "max_abs_error", "mean_squared_error"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return classifier(tmp_path_factory.mktemp("models") / "classifier.h5")


def debugger(model: Path, **options) -> QuantizationDebugger:
    return QuantizationDebugger(
        converter=converter(model, dataset()),
        debug_dataset=dataset(5),
        debug_options=QuantizationDebugOptions(**options),
    )


def test_statistics_of_every_layer(model):
    made = debugger(model)
    assert made.layer_statistics is None
    made.run()
    assert len(made.layer_statistics) == 5
    for name, metrics in made.layer_statistics.items():
        assert name.startswith("NumericVerify/")
        assert name.rsplit(":", 1)[1].isdigit()
        assert list(metrics) == METRICS
        assert metrics["max_abs_error"] >= metrics["stddev"] >= 0
    assert made.model_statistics is None


def test_the_dump_is_a_table(model):
    made = debugger(model, layer_debug_metrics={"largest": lambda diffs: float(np.max(diffs))})
    made.run()
    text = io.StringIO()
    made.layer_statistics_dump(text)
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert list(rows[0]) == [
        "op_name",
        "tensor_idx",
        *METRICS,
        "largest",
        "scale",
        "zero_point",
        "tensor_name",
    ]
    assert [row["op_name"] for row in rows] == [
        "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX",
    ]  # fmt: skip
    # Rounding alone: the root mean square error of a result is about a step over the root of 12.
    for row in rows:
        assert float(row["stddev"]) < float(row["scale"])
        assert int(row["zero_point"]) in range(-128, 128)
        assert not row["tensor_name"].startswith("NumericVerify")
        assert f"NumericVerify/{row['tensor_name']}:{row['tensor_idx']}" in made.layer_statistics


def test_metrics_of_values_and_of_the_model(model):
    seen = []

    def compare(real, stored, scale, zero_point):
        seen.append((real.dtype.name, stored.dtype.name))
        return float(np.abs((stored.astype(np.float32) - zero_point) * scale - real).max())

    made = debugger(
        model,
        layer_direct_compare_metrics={"compare": compare},
        model_debug_metrics={
            "agree": lambda real, quantized: float(real[0].argmax() == quantized[0].argmax())
        },
    )
    made.run()
    assert set(seen) == {("float32", "int8")}
    for metrics in made.layer_statistics.values():
        assert metrics["compare"] == pytest.approx(metrics["max_abs_error"], rel=1e-4, abs=1e-6)
    assert made.model_statistics["agree"] >= 0.8


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({"denylisted_ops": ["CONV_2D"]}, ["MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]),
        ({"denylisted_ops": ["CONV_2D", "SOFTMAX"]}, ["MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]),
    ],
)
def test_denied_operators_stay_float(model, options, left):
    made = debugger(model)
    made.options = QuantizationDebugOptions(**options)
    made.run()
    text = io.StringIO()
    made.layer_statistics_dump(text)
    assert [row["op_name"] for row in csv.DictReader(io.StringIO(text.getvalue()))] == left


def test_denied_nodes_repair_a_bad_layer(tmp_path):
    path = one_bad_layer(tmp_path / "bad.h5")
    made = QuantizationDebugger(
        converter=converter(path, dataset(20, (16,))), debug_dataset=dataset(5, (16,))
    )
    made.run()
    errors = {}
    text = io.StringIO()
    made.layer_statistics_dump(text)
    for row in csv.DictReader(io.StringIO(text.getvalue())):
        errors[row["tensor_name"]] = np.sqrt(float(row["mean_squared_error"])) / float(row["scale"])
    worst = max(errors, key=lambda name: errors[name])
    assert "d2" in worst
    before = made.get_nondebug_quantized_model()
    made.options = QuantizationDebugOptions(denylisted_nodes=[worst])
    after = made.get_nondebug_quantized_model()
    inputs = images(10, seed=5, shape=(16,))
    want = run(lite, lite.TFLiteConverter.from_keras_model(path).convert(), inputs)
    assert (
        np.abs(run(lite, after, inputs) - want).mean() < 0.2 * np.abs(run(lite, before, inputs) - want).mean()
    )


def test_models(model, litert):
    made = debugger(model)
    assert made.get_nondebug_quantized_model() == converter(model, dataset()).convert()
    debug = made.get_debug_quantized_model()
    names = [row["op_name"] for row in lite.Interpreter(model_content=debug)._get_ops_details()]
    assert names.count("NumericVerify") == 5
    inputs = images(4)
    np.testing.assert_allclose(run(lite, debug, inputs), run(litert, debug, inputs), atol=2.5 / 256)
    again = QuantizationDebugger(quant_debug_model_content=debug, debug_dataset=dataset(5))
    again.run()
    made.run()
    assert again.layer_statistics == made.layer_statistics
    with pytest.raises(ValueError, match="No converter found"):
        again.get_nondebug_quantized_model()


def test_integer_inputs_and_outputs(model):
    made = debugger(model, fully_quantize=True, model_debug_metrics={
        "error": lambda real, quantized: float(np.abs(real[0] - quantized[0]).max())})  # fmt: skip
    made.run()
    details = lite.Interpreter(model_content=made.get_nondebug_quantized_model()).get_input_details()
    assert details[0]["dtype"] is np.int8
    assert made.model_statistics["error"] < 0.1


def test_what_cannot_be_debugged(model):
    same = {"metric": lambda *_: 0.0}
    with pytest.raises(ValueError, match="duplicate keys"):
        QuantizationDebugOptions(layer_debug_metrics=same, model_debug_metrics=same)
    with pytest.raises(ValueError, match="set optimizations"):
        QuantizationDebugger(converter=converter(model, dataset(), optimizations=[]))
    with pytest.raises(ValueError, match="set representative_dataset"):
        QuantizationDebugger(converter=converter(model))
    with pytest.raises(ValueError, match="in debug mode"):
        QuantizationDebugger(quant_debug_model_content=converter(model, dataset()).convert())
    with pytest.raises(ValueError, match="no debug_dataset"):
        QuantizationDebugger(converter=converter(model, dataset())).run()


def test_models_as_tensorflow_instruments_them():
    """The difference is declared with the type of the quantized tensor, and a digit follows its name."""
    t = tiny_models
    tensors = [t.Tensor("x", (1, 4)), t.Tensor("q", (1, 4), t.INT8, scales=[0.5], zero_points=[0])]
    tensors.append(t.Tensor("NumericVerify/layer1:1", (1, 4), t.INT8, scales=[0.5], zero_points=[0]))
    ops = [t.Op(114, [0], [1]), t.Op(t.CUSTOM, [1, 0], [2], custom="NumericVerify")]  # 114: QUANTIZE
    content = t.build(t.Graph(tensors, ops, [0], [1]))
    made = QuantizationDebugger(
        quant_debug_model_content=content,
        debug_dataset=lambda: iter([[np.float32([[0.1, 0.5, 1.0, -0.6]])]]),
    )
    made.run()
    metrics = made.layer_statistics["NumericVerify/layer1:1"]
    assert metrics["max_abs_error"] == pytest.approx(0.1)
    text = io.StringIO()
    made.layer_statistics_dump(text)
    row = next(csv.DictReader(io.StringIO(text.getvalue())))
    assert (row["op_name"], row["tensor_name"]) == ("QUANTIZE", "layer")
