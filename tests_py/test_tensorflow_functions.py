"""Live functions, frozen graphs, custom operators and hash tables of TensorFlow, without TensorFlow."""

import types

import numpy as np
import pytest
from graph_messages import attr, graph, node, shape, tensor_attr

from litewright import ConverterError, compat, lite

V1 = compat.v1.lite.TFLiteConverter
KERNEL = np.arange(6, dtype=np.float32).reshape(3, 2)


class Named:
    """What has a name, a type, and perhaps a value, as TensorFlow's tensors do."""

    def __init__(self, name, dtype="float32", value=None, handle=None):
        self.name, self.value, self.handle = name, value, handle
        self.dtype = types.SimpleNamespace(name=dtype)
        self.op = types.SimpleNamespace(get_attr=self.attribute)

    def attribute(self, name):
        raise ValueError(name)

    def numpy(self):
        return self.value


class Table:
    """A lookup table."""

    def __init__(self, keys, values):
        self._handle = Named("", "resource")
        self.content = Named("", value=keys), Named("", value=values)

    @property
    def resource_handle(self):
        return self._handle

    def export(self):
        return self.content


def placeholder(name, dtype, dims=None):
    attributes = {"dtype": attr(type=dtype)} | ({} if dims is None else {"shape": shape(dims)})
    return node(name, "Placeholder", **attributes)


def function(name, content, inputs, outputs, captured=(), variables=(), structured=None):
    """Stands for a concrete function; `captured` are pairs of the name inside and the value outside."""
    inside = [Named(inner, outer.dtype.name) for inner, outer in captured]
    message = types.SimpleNamespace(SerializeToString=lambda: content)
    func_graph = types.SimpleNamespace(
        name=name,
        inputs=[*inputs, *inside],
        variables=list(variables),
        as_graph_def=lambda add_shapes: message,
        get_operations=lambda: [],
    )
    return types.SimpleNamespace(
        graph=func_graph,
        inputs=[*inputs, *inside],
        outputs=outputs,
        captured_inputs=[outer for _, outer in captured],
        structured_outputs=structured if structured is not None else outputs,
    )


def dense(name="dense"):
    """y = x @ v + c, with a captured variable and a captured constant; b = x."""
    handle = Named("", "resource")
    variable = Named("kernel", value=KERNEL, handle=handle)
    content = graph(
        placeholder("x", 1, [-1, 3]),
        placeholder("v", 20),
        placeholder("c", 1, []),
        node("read", "ReadVariableOp", "v", dtype=attr(type=1)),
        node("product", "MatMul", "x", "read", T=attr(type=1)),
        node("sum", "AddV2", "product", "c", T=attr(type=1)),
    )
    captured = [("v:0", handle), ("c:0", Named("", value=np.float32(1)))]
    outputs = [Named("x:0"), Named("sum:0")]
    return function(name, content, [Named("x:0")], outputs, captured, [variable], {"b": 0, "y": 1})


def test_a_function_keeps_the_names_of_its_arguments():
    content = lite.TFLiteConverter.from_concrete_functions([dense()]).convert()
    interpreter = lite.Interpreter(model_content=content)
    assert [details["name"] for details in interpreter.get_input_details()] == ["x"]
    assert list(interpreter.get_input_details()[0]["shape_signature"]) == [-1, 3]
    x = np.ones((2, 3), np.float32)
    result = interpreter.get_signature_runner()(x=x)
    np.testing.assert_allclose(result["y"], x @ KERNEL + 1)
    np.testing.assert_allclose(result["b"], x)


def test_several_functions_are_several_signatures():
    converter = lite.TFLiteConverter.from_concrete_functions([dense("f"), dense("g")], object())
    interpreter = lite.Interpreter(model_content=converter.convert())
    assert set(interpreter.get_signature_list()) == {"f", "g"}
    runner = interpreter.get_signature_runner("g")
    assert runner.get_input_details()["x"]["name"] == "g_x:0"
    np.testing.assert_allclose(runner(x=np.zeros((1, 3), np.float32))["y"], [[1, 1]])
    with pytest.raises(ValueError, match="different names"):
        lite.TFLiteConverter.from_concrete_functions([dense(), dense()]).convert()


def test_what_is_no_concrete_function():
    traced = types.SimpleNamespace(get_concrete_function=None)
    with pytest.raises(ValueError, match="call get_concrete_function"):
        lite.TFLiteConverter.from_concrete_functions([traced])
    with pytest.raises(ValueError, match="takes in a list of ConcreteFunction"):
        lite.TFLiteConverter.from_concrete_functions([3])
    with pytest.raises(ValueError, match="No ConcreteFunction is specified"):
        lite.TFLiteConverter.from_concrete_functions([]).convert()


def lookup(table, key_type, value_type, default):
    content = graph(
        placeholder("k", key_type, [-1]),
        placeholder("t", 20),
        node("default", "Const", value=tensor_attr(default), dtype=attr(type=value_type)),
        node("found", "LookupTableFindV2", "t", "k", "default"),
    )
    captured = [("t:0", table.resource_handle)]
    keys = Named("k:0", "string" if key_type == 7 else "int32")
    return function("lookup", content, [keys], [Named("found:0")], captured)


@pytest.mark.parametrize(
    ("table", "key_type", "value_type", "default", "asked", "wanted"),
    [
        (Table([b"a", b"b"], np.int64([5, 6])), 7, 9, np.int64(-1), [b"b", b"z"], [6, -1]),
        (Table([b"a", b"b"], np.float32([5, 6])), 7, 1, np.float32(-1), [b"a", b"z"], [5, -1]),
        (Table(np.int32([7, 9]), np.int32([5, 6])), 3, 3, np.int32(-1), np.int32([9, 1]), [6, -1]),
    ],
    ids=["string to int64", "string to float", "int32 to int32"],
)
def test_hash_tables(table, key_type, value_type, default, asked, wanted, litert):
    holder = types.SimpleNamespace(layers=[types.SimpleNamespace(table=table)])
    func = lookup(table, key_type, value_type, default)
    content = lite.TFLiteConverter.from_concrete_functions([func], holder).convert()
    for module in (lite, litert):
        runner = module.Interpreter(model_content=content).get_signature_runner()
        keys = np.array(asked, object) if key_type == 7 else asked
        assert runner(k=keys)["output_0"].tolist() == wanted
    with pytest.raises(ConverterError, match="trackable_obj"):
        lite.TFLiteConverter.from_concrete_functions([func]).convert()


def frozen(folder, content, name="graph.pb"):
    path = folder / name
    path.write_bytes(content)
    return path


RELU = graph(
    placeholder("x", 1, [-1, 3]),
    node("twice", "AddV2", "x", "x", T=attr(type=1)),
    node("y", "Relu", "twice", T=attr(type=1)),
)


def test_inputs_inside_the_graph_and_other_shapes(tmp_path):
    path = frozen(tmp_path, RELU)
    content = V1.from_frozen_graph(path, ["twice"], ["y"], {"twice": [2, None]}).convert()
    details = lite.Interpreter(model_content=content).get_input_details()[0]
    assert details["name"] == "twice" and list(details["shape"]) == [2, 3]


def test_text_graphs(tmp_path):
    text = """
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } }
             attr { key: "shape" value { shape { dim { size: -1 } dim { size: 2 } } } } }
      # a constant
      node { name: "c" op: 'Const' attr { key: "value" value { tensor { dtype: DT_FLOAT
             tensor_shape { dim { size: 2 } } tensor_content: "\\000\\000\\200?\\x00\\x00\\000@" } } } }
      node { name: "y" op: "AddV2" input: ["x", "c"] }
      versions { producer: 27 }
    """
    path = frozen(tmp_path, text.encode(), "graph.pbtxt")
    content = V1.from_frozen_graph(path, ["x"], ["y"]).convert()
    runner = lite.Interpreter(model_content=content).get_signature_runner()
    np.testing.assert_allclose(runner(x=np.zeros((1, 2), np.float32))["y"], [[1, 2]])
    frozen(tmp_path, text.replace('"AddV2"', '"AddV2').encode(), "graph.pbtxt")
    with pytest.raises(OSError, match="line 7 of the text"):
        V1.from_frozen_graph(path, ["x"], ["y"])


@pytest.mark.parametrize(
    ("inputs", "outputs", "shapes", "message"),
    [
        (["nope"], ["y"], None, "Invalid tensors 'nope' were found"),
        (["x"], ["nope"], None, "Invalid tensors 'nope' were found"),
        (["x"], [], None, "output_arrays is empty"),
        (["x"], ["y"], {"z": [1]}, "Invalid tensor 'z' found in tensor shapes map"),
        (["x"], ["y"], {"x": [4, 5]}, r"cannot be changed from \(None, 3\) to \[4, 5\]"),
        (["x"], ["y"], {"x": [-3, 3]}, "is no shape"),
    ],
)
def test_wrong_names_and_shapes(inputs, outputs, shapes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        V1.from_frozen_graph(frozen(tmp_path, RELU), inputs, outputs, shapes)


def test_files_that_are_no_frozen_graphs(tmp_path):
    with pytest.raises(OSError, match="does not exist"):
        V1.from_frozen_graph(tmp_path / "no.pb", ["x"], ["y"])
    with pytest.raises(OSError, match="Unable to parse input file"):
        V1.from_frozen_graph(frozen(tmp_path, b"\x0a\xff\xff\xff\x01"), ["x"], ["y"])
    variable = graph(node("v", "VariableV2", dtype=attr(type=1)), node("y", "Identity", "v"))
    with pytest.raises(ValueError, match="Please freeze the graph"):
        V1.from_frozen_graph(frozen(tmp_path, variable), [], ["y"])
    unknown = graph(placeholder("x", 1), node("y", "Relu", "x"))
    with pytest.raises(ValueError, match="Provide an input shape for input array 'x'"):
        V1.from_frozen_graph(frozen(tmp_path, unknown), ["x"], ["y"])
    assert V1.from_frozen_graph(frozen(tmp_path, unknown), ["x"], ["y"], {"x": [1, 2]}).convert()


UNKNOWN = graph(
    placeholder("x", 1, [-1, 3]),
    node(
        "y",
        "Mystery",
        "x",
        T=attr(type=1),
        size=attr(i=7),
        rate=attr(f=0.5),
        name_of=attr(s=b"abc"),
        _note=attr(i=1),
    ),
)


def test_unknown_operators_stay_custom_where_that_is_asked_for(tmp_path):
    path = frozen(tmp_path, UNKNOWN)
    with pytest.raises(ConverterError, match=r"node 'y' \(Mystery\): there is no rule.*allow_custom_ops"):
        V1.from_frozen_graph(path, ["x"], ["y"]).convert()
    converter = V1.from_frozen_graph(path, ["x"], ["y"])
    converter.allow_custom_ops = True
    content = converter.convert()
    for text in (b"Mystery", b"rate\x00", b"name_of\x00", b"abc"):
        assert text in content
    assert b"_note" not in content
    converter.target_spec.supported_ops = [lite.OpsSet.TFLITE_BUILTINS, lite.OpsSet.SELECT_TF_OPS]
    assert b"FlexMystery" in converter.convert()
    with pytest.raises(RuntimeError, match="Flex"):
        lite.Interpreter(model_content=converter.convert()).allocate_tensors()


def test_a_constant_condition_chooses_a_branch(tmp_path):
    content = graph(
        placeholder("x", 1, [-1]),
        node("training", "Const", value=tensor_attr(np.bool_(False)), dtype=attr(type=10)),
        node("switch", "Switch", "x", "training"),
        node("dropped", "Unheard", "switch:1"),
        node("kept", "Neg", "switch"),
        node("y", "Merge", "kept", "dropped"),
    )
    result = V1.from_frozen_graph(frozen(tmp_path, content), ["x"], ["y"]).convert()
    runner = lite.Interpreter(model_content=result).get_signature_runner()
    np.testing.assert_allclose(runner(x=np.float32([1, -2]))["y"], [-1, 2])


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([node("y", "Relu", "gone")], "refers to the node 'gone'"),
        ([node("y", "Relu", "z"), node("z", "Relu", "y")], "depends on itself"),
        ([node("y", "Relu")], "needs at least 1"),
        ([node("z", "Neg", "x"), node("y", "Relu", "z:7")], "refers to a result that does not exist"),
        ([node("y", "Relu", "x:-7")], "refers to no result"),
        ([node("y", "Const")], "'value' is missing"),
        ([node("y", "Const", value=tensor_attr(np.float32([1, 2]), dims=[-2]))], "dimension of -2"),
        ([node("y", "Const", value=tensor_attr(np.float32([1, 2]), dims=[3]))], "8 bytes do not fit"),
        ([node("y", "Const", value=tensor_attr(np.float32([1, 2]), dims=[2**31 - 1] * 3))], "too large"),
        ([node("y", "Const", value=tensor_attr(np.float32([1, 2]), dtype=99))], "element type 99"),
        ([node("y", "Cast", "x", DstT=attr(s=b"float"))], "element type 0"),
        ([node("y", "Conv2D", "x", "x", padding=attr(s=b"SAME"))], "4 dimensions"),
        ([node("y", "Softmax", "x", "x", T=attr(type=1)), node("y", "Relu", "gone")], ""),
    ],
)
def test_damaged_graphs(nodes, message, tmp_path):
    path = frozen(tmp_path, graph(placeholder("x", 1, [-1, 3]), *nodes))
    if not message:
        assert V1.from_frozen_graph(path, ["x"], ["y"]).convert()
        return
    with pytest.raises((ValueError, ConverterError), match=message):
        V1.from_frozen_graph(path, ["x"], ["y"]).convert()


def test_cut_and_changed_graphs_raise_or_convert(tmp_path, rng):
    for size in range(0, len(UNKNOWN), 7):
        with pytest.raises((ValueError, ConverterError, OSError)):
            V1.from_frozen_graph(frozen(tmp_path, UNKNOWN[:size]), ["x"], ["y"]).convert()
    for _ in range(200):
        changed = bytearray(RELU)
        for at in rng.integers(0, len(RELU), 2):
            changed[at] = rng.integers(0, 256)
        try:
            V1.from_frozen_graph(frozen(tmp_path, bytes(changed)), ["x"], ["y"]).convert()
        except (ValueError, ConverterError, OSError):
            pass


def test_older_attributes(tmp_path):
    converter = V1.from_frozen_graph(frozen(tmp_path, RELU), ["x"], ["y"])
    assert converter.get_input_arrays() == ["x"]
    with pytest.warns(DeprecationWarning):
        converter.post_training_quantize = True
    assert converter.post_training_quantize and converter.convert()
    converter.inference_type = np.uint8
    with pytest.raises(ValueError, match="inference_type"):
        converter.convert()
