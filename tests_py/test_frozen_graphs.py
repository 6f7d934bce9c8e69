"""Graphs of TensorFlow 1, and models trained for quantization against TensorFlow's own conversion of them."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from graph_messages import attr, graph, node, shape, tensor_attr

import litewright.compat.v1.lite as v1
import litewright.lite as lite
from litewright import ConverterError

ai_edge_litert = pytest.importorskip("ai_edge_litert.interpreter")
DATA = Path(__file__).parent / "data" / "frozen"
VALUES = np.load(DATA / "values.npz")
STATS = {"x": (0.0, 127.0)}
both_interpreters = pytest.mark.parametrize("module", [lite, ai_edge_litert], ids=["litewright", "litert"])


def converter_of(name):
    return v1.TFLiteConverter.from_frozen_graph(DATA / f"{name}.pb", ["x"], ["y"])


def outputs(module, content, *samples):
    """The first output for each sample, with LiteRT's reference kernels."""
    resolver = module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = module.Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    details = interpreter.get_input_details()[0]
    results = []
    for sample in samples:
        interpreter.resize_tensor_input(details["index"], sample.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(details["index"], sample.astype(details["dtype"]))
        interpreter.invoke()
        results.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return results


def operators(content):
    """The operators, each with the types and quantization parameters of what it reads and writes."""
    interpreter = lite.Interpreter(model_content=content)
    tensors = {details["index"]: details for details in interpreter.get_tensor_details()}
    rows = []
    for op in interpreter._get_ops_details():
        ids = [*op["inputs"], *op["outputs"]]
        rows.append((op["op_name"], [tensors[i] for i in ids if i >= 0]))
    return rows


@both_interpreters
@pytest.mark.parametrize("name", sorted({name[:-2] for name in VALUES.files}))
def test_what_the_graph_computes(name, module):
    x = VALUES[f"{name}_x"]
    samples = [x, -x] if name == "branch" else [x]
    expected = [VALUES[f"{name}_y"]]
    if name == "branch":  # the other branch
        expected.append(2 * -x + 1 if x.sum() < 0 else np.exp(-x) + x)
    for got, wanted in zip(outputs(module, converter_of(name).convert(), *samples), expected, strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_the_operators_of_old_control_flow_and_normalization():
    assert "WHILE" in [name for name, _ in operators(converter_of("loop").convert())]
    assert "IF" in [name for name, _ in operators(converter_of("branch").convert())]
    assert [name for name, _ in operators(converter_of("normalized").convert())] == ["CONV_2D"]


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("trained_int8", {"inference_type": np.int8}),
        ("trained_uint8", {"inference_type": np.uint8, "quantized_input_stats": {"x": (128.0, 127.0)}}),
        ("trained_uint8", {"inference_input_type": np.uint8, "quantized_input_stats": {"x": (128.0, 127.0)}}),
        ("gaps_int8", {"inference_type": np.int8, "default_ranges_stats": (-5, 5)}),
        ("gaps_uint8", {"inference_type": np.uint8, "default_ranges_stats": (-5, 5)}),
        ("per_channel_int8", {"optimizations": [lite.Optimize.DEFAULT]}),
    ],
)
def test_models_trained_for_quantization(name, attributes, rng):
    if name == "per_channel_int8":
        converter = lite.TFLiteConverter.from_saved_model(DATA / "per_channel")
    else:
        converter = converter_of(name.split("_")[0])
        converter.quantized_input_stats = STATS
    for attribute, value in attributes.items():
        setattr(converter, attribute, value)
    content, wanted = converter.convert(), (DATA / f"{name}.tflite").read_bytes()
    assert [op for op, _ in operators(content)] == [op for op, _ in operators(wanted)]
    for (op, got_tensors), (_, tensors) in zip(operators(content), operators(wanted), strict=True):
        for got, tensor in zip(got_tensors, tensors, strict=True):
            assert got["dtype"] == tensor["dtype"], op
            got, tensor = got["quantization_parameters"], tensor["quantization_parameters"]
            np.testing.assert_allclose(got["scales"], tensor["scales"], rtol=2e-7, err_msg=op)
            np.testing.assert_array_equal(got["zero_points"], tensor["zero_points"], op)
    first = ai_edge_litert.Interpreter(model_content=wanted).get_input_details()[0]["dtype"]
    low, high = (-1, 1) if first == np.float32 else (np.iinfo(first).min, np.iinfo(first).max)
    samples = [rng.uniform(low, high, (1, 8, 8, 3)) for _ in range(20)]
    mine, theirs = (outputs(ai_edge_litert, model, *samples) for model in (content, wanted))
    np.testing.assert_array_equal(mine, theirs)


def test_what_has_no_range_stays_float(rng):
    converter = converter_of("gaps")
    converter.inference_type, converter.quantized_input_stats = np.int8, STATS
    rows = operators(converter.convert())
    names = [op for op, _ in rows]
    # Between float operators ranges are still acted out.
    assert names[:6] == ["DEQUANTIZE", "CONV_2D", "CONV_2D", "FAKE_QUANT", "ADD", "QUANTIZE"]
    np.testing.assert_allclose(rows[0][1][0]["quantization"], (2 / 255, 0), rtol=1e-6)
    # Without an integer type the ranges are only acted out.
    x = rng.uniform(-1, 1, (1, 8, 8, 3))
    plain = converter_of("trained").convert()
    acted = lite.Interpreter(model_content=plain)
    assert acted.get_output_details()[0]["dtype"] == np.float32
    converter = converter_of("trained")
    converter.inference_type, converter.quantized_input_stats = np.int8, STATS
    steps = outputs(lite, converter.convert(), np.round(x * 127.5 - 0.5))[0]
    np.testing.assert_allclose((steps + 128.0) / 256, outputs(lite, plain, x)[0], atol=0.05)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"inference_type": np.int8}, "`quantized_input_stats` flag must be defined.*int8.*None"),
        ({"inference_input_type": np.uint8}, "`quantized_input_stats` flag must be defined.*uint8"),
        ({"inference_type": np.int8, "quantized_input_stats": {"z": (0, 1)}}, "not available.*'x'"),
        ({"inference_type": np.int8, "quantized_input_stats": {"x": (0, 0)}}, "deviation of 'x' is 0"),
        ({"inference_type": np.int16}, "not int16"),
        (
            {"inference_type": np.int8, "quantized_input_stats": STATS, "default_ranges_stats": (3, 1)},
            r"default_ranges_stats: \(3, 1\)",
        ),
    ],
)
def test_attributes_that_contradict_each_other(attributes, message):
    converter = converter_of("trained")
    for attribute, value in attributes.items():
        setattr(converter, attribute, value)
    with pytest.raises(ValueError, match=message):
        converter.convert()


@both_interpreters
def test_a_saved_model_as_text_with_several_graphs(module):
    x = np.float32([[1, 2]])
    for tags, wanted in (({"serve", "gpu"}, [[4, 5]]), ({"train"}, [[7, 11]])):
        content = lite.TFLiteConverter.from_saved_model(DATA / "tagged", tags=tags).convert()
        np.testing.assert_array_equal(outputs(module, content, x)[0], wanted)
    with pytest.raises(ValueError, match="(?s)serve.*gpu|gpu.*serve"):
        lite.TFLiteConverter.from_saved_model(DATA / "tagged")


@pytest.fixture
def tagged(tmp_path):
    """A copy of the SavedModel as text that a test may damage."""
    return Path(shutil.copytree(DATA / "tagged", tmp_path / "tagged"))


def convert_tagged(folder):
    return lite.TFLiteConverter.from_saved_model(folder, tags={"train"}).convert()


def test_text_that_is_cut_off(tagged):
    text = (DATA / "tagged" / "saved_model.pbtxt").read_bytes()
    for size in [*range(0, 400, 7), *range(400, len(text) - 2, 1501)]:
        (tagged / "saved_model.pbtxt").write_bytes(text[:size])
        with pytest.raises((ValueError, ConverterError, OSError)):
            convert_tagged(tagged)


def test_changed_text_raises_or_converts(tagged, rng):
    text = (DATA / "tagged" / "saved_model.pbtxt").read_bytes()
    for _ in range(100):
        changed = bytearray(text)
        for at in rng.integers(0, len(text), 3):
            changed[at] = rng.choice(list(b'{}:"\\<>[],-9azx\n\0\xff'))
        (tagged / "saved_model.pbtxt").write_bytes(bytes(changed))
        try:
            convert_tagged(tagged)
        except (ValueError, ConverterError, OSError):
            pass


@pytest.mark.parametrize(
    "text",
    [
        "graph_def { " * 100_000,
        "meta_graphs { graph_def { node { name: '" + "x" * 10 + "\\",
        "meta_graphs { graph_def { node { attr { key: 'n' value { i: 99999999999999999999 } } } } }",
        "saved_model_schema_version: 1 " * 3 + "meta_graphs: 7",
    ],
    ids=["deep", "open escape", "large number", "not a message"],
)
def test_hostile_text(tagged, text):
    (tagged / "saved_model.pbtxt").write_text(text)
    with pytest.raises((ValueError, ConverterError, OSError)):
        convert_tagged(tagged)


def test_hostile_sizes_in_text(tagged):
    path = tagged / "saved_model.pbtxt"
    text = path.read_text()
    changed = re.sub(r"(dim \{\s+size: )2\b", r"\g<1>1099511627776", text)
    assert changed != text
    path.write_text(changed)
    with pytest.raises((ValueError, ConverterError)):
        convert_tagged(tagged)


def test_variables_that_are_cut_off(tagged):
    for file in sorted((tagged / "variables").iterdir()):
        content = file.read_bytes()
        for size in range(0, len(content) - 1, max(1, len(content) // 25)):
            file.write_bytes(content[:size])
            with pytest.raises((ValueError, OSError)):
                convert_tagged(tagged)
        file.write_bytes(content)
    assert convert_tagged(tagged)


@pytest.mark.parametrize(
    ("low", "high"), [(1, -1), (0, 0), (np.nan, 1), (-1, np.inf), (-3e38, 3e38)], ids=lambda value: str(value)
)
@pytest.mark.parametrize("op", ["FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxVarsPerChannel"])
def test_impossible_ranges(tmp_path, op, low, high):
    dims = [] if op.endswith("Vars") else [3]
    constants = [
        node(name, "Const", dtype=attr(type=1), value=tensor_attr(np.full(dims, value, np.float32)))
        for name, value in (("low", low), ("high", high))
    ]
    x = node("x", "Placeholder", dtype=attr(type=1), shape=shape([2, 3]))
    nodes = x, *constants, node("y", op, "x", "low", "high")
    (tmp_path / "graph.pb").write_bytes(graph(*nodes))
    with pytest.raises((ValueError, ConverterError), match="range"):
        v1.TFLiteConverter.from_frozen_graph(tmp_path / "graph.pb", ["x"], ["y"]).convert()
