"""Misuse of the interpreter: exception types and message beginnings that scripts rely on, in both engines."""

import numpy as np
import pytest
import tiny_models as tiny
from tiny_models import Graph, Op, Tensor

from litewright import lite

V, R, T = ValueError, RuntimeError, TypeError
FLOATS = np.zeros((2, 3), np.float32)
INTERNAL = "There is at least 1 reference to internal data\n      in the interpreter in the form of a numpy"


def make(engine, content=None, **kwargs):
    return engine.Interpreter(
        model_content=tiny.add(other=[1, 1, 1]) if content is None else content, **kwargs
    )


def ready(engine, content=None):
    interpreter = make(engine, content)
    interpreter.allocate_tensors()
    return interpreter


def one_op(code, version=1, custom=None):
    tensors = [Tensor("x", [1]), Tensor("y", [1])]
    return tiny.build(Graph(tensors, [Op(code, [0], [1], version, custom)], [0], [1]))


# name: (what is done with the engine's module, exception, what its message contains)
CONSTRUCTION = {
    "no source": (lambda e: e.Interpreter(), V, "`model_path` or `model_content` must be specified."),
    "empty content": (lambda e: make(e, b""), V, "`model_path` or `model_content` must be specified."),
    "two sources": (lambda e: e.Interpreter(model_path="/x", model_content=b"y"), V,
                    "Can't both provide `model_path` and `model_content`"),
    "missing file": (lambda e: e.Interpreter("/no/such.tflite"), V,
                     "Could not open '/no/such.tflite'.The model allocation is null/empty"),
    "folder": (lambda e: e.Interpreter("/"), V, "The model allocation is null/empty"),
    "garbage": (lambda e: make(e, b"garbage" * 9), V, "The model is not a valid Flatbuffer buffer"),
    "truncated": (lambda e: make(e, tiny.add()[:200]), V, "The model is not a valid Flatbuffer buffer"),
    "short": (lambda e: make(e, b"x"), V, "The model is not a valid Flatbuffer buffer"),
    "schema version": (lambda e: make(e, tiny.build(Graph([Tensor("x", [1])], [], [0], [0]), version=2)), V,
                       "Model provided is schema version 2 not equal to supported version 3."),
    "operator version": (lambda e: make(e, one_op(tiny.ABS, 99)), V,
                         "Didn't find op for builtin opcode 'ABS' version '99'. An older version"),
    "bytearray": (lambda e: make(e, bytearray(tiny.add())), T, ""),
    "str content": (lambda e: make(e, "abc"), T, ""),
    "path type": (lambda e: e.Interpreter(model_path=3), T, ""),
    "no threads": (lambda e: make(e, num_threads=0), V, "num_threads should >= 1"),
    "float threads": (lambda e: make(e, num_threads=1.0), V, "type of num_threads should be int"),
    "resolver": (lambda e: make(e, experimental_op_resolver_type=7), V,
                 "Unrecognized passed in op resolver type: 7"),
    "custom operator": (lambda e: ready(e, one_op(tiny.CUSTOM, custom="MyOp")), R,
                        "Encountered unresolved custom op: MyOp."),
    "custom operator node": (lambda e: ready(e, one_op(tiny.CUSTOM, custom="MyOp")), R,
                             "Node number 0 (MyOp) failed to prepare."),
    "flex operator": (lambda e: ready(e, one_op(tiny.CUSTOM, custom="FlexErf")), R,
                      "Select TensorFlow op(s), included in the given model, is(are) not supported"),
}  # fmt: skip

# name: (what is done with an interpreter on x[2, 3] + 1 before allocation, exception, message)
UNALLOCATED = {
    "invoke": (lambda i: i.invoke(), R, "Invoke called on model that is not ready."),
    "get_tensor": (lambda i: i.get_tensor(0), V, "Tensor data is null. Run allocate_tensors() first"),
    "tensor": (lambda i: i.tensor(0)(), V, "Tensor data is null. Run allocate_tensors() first"),
    "set_tensor": (lambda i: i.set_tensor(0, FLOATS), V,
                   "Cannot set tensor: Tensor is unallocated. Try calling allocate_tensors() first"),
    "resize to matrix": (lambda i: i.resize_tensor_input(0, [[2]]), V, "Shape should be 1D instead of 2."),
    "resize to scalar": (lambda i: i.resize_tensor_input(0, 2), V, "Shape should be 1D instead of 0."),
    "resize negative": (lambda i: i.resize_tensor_input(0, [-2, 3]), R, ""),
    "resize index": (lambda i: i.resize_tensor_input(9, [2, 3]), R, ""),
    "resize text index": (lambda i: i.resize_tensor_input("x", [2, 3]), T, ""),
    "strict resize": (lambda i: i.resize_tensor_input(0, [2, 5], strict=True), R,
                      "Attempting to resize dimension 1 of tensor 0 with value 3 to 5."
                      " ResizeInputTensorStrict only allows mutating unknown dimensions identified by -1."),
    "incompatible resize": (lambda i: (i.resize_tensor_input(0, [2, 4]), i.allocate_tensors()), R,
                            "failed to prepare."),
    "signature": (lambda i: i.get_signature_runner("nope"), V, 'Invalid signature_key provided: "nope".'),
    "no signature": (lambda i: i.get_signature_runner(), V,
                     "SignatureDef signature_key is None and model has 0 Signatures. None is only"),
    "details of subgraph": (lambda i: i.get_tensor_details(3), V,
                            "subgraph_index is out of range: 3 for the model, which has 1 subgraphs."),
    "negative subgraph": (lambda i: i.get_tensor_details(-1), V, "subgraph_index is out of range: -1"),
    "operator": (lambda i: i._get_op_details(7), V, "Invalid node index"),
}  # fmt: skip

# The same after allocation.
ALLOCATED = {
    "get index": (lambda i: i.get_tensor(99), V, "Invalid tensor index 99 exceeds max tensor"),
    "get negative index": (lambda i: i.get_tensor(-1), V, "Invalid tensor index -1 exceeds"),
    "get subgraph": (lambda i: i.get_tensor(0, 3), V, "Invalid subgraph index 3 exceeds max subgraph"),
    "get text index": (lambda i: i.get_tensor("x"), T, ""),
    "get float index": (lambda i: i.get_tensor(0.0), T, ""),
    "view index": (lambda i: i.tensor(99)(), V, "Invalid tensor index 99 exceeds max tensor"),
    "set index": (lambda i: i.set_tensor(99, FLOATS), V, "Invalid tensor index 99 exceeds max tensor"),
    "set float index": (lambda i: i.set_tensor(0.0, FLOATS), T, ""),
    "details index": (lambda i: i._get_tensor_details(99, 0), V, "Invalid tensor index 99 exceeds max"),
    "float64": (lambda i: i.set_tensor(0, FLOATS.astype("float64")), V,
                "Cannot set tensor: Got value of type FLOAT64 but expected type FLOAT32 for input 0, name:"),
    "list": (lambda i: i.set_tensor(0, FLOATS.tolist()), V, "Got value of type FLOAT64 but expected"),
    "bool": (lambda i: i.set_tensor(0, FLOATS > 0), V, "Got value of type BOOL but expected"),
    "int64": (lambda i: i.set_tensor(0, FLOATS.astype(int)), V, "Got value of type INT64 but expected"),
    "text": (lambda i: i.set_tensor(0, np.array("x")), V, "Got value of type STRING but expected"),
    "None": (lambda i: i.set_tensor(0, None), V, "Got value of type STRING but expected"),
    "rank": (lambda i: i.set_tensor(0, FLOATS[0]), V,
             "Cannot set tensor: Dimension mismatch. Got 1 but expected 2 for input 0."),
    "dimension": (lambda i: i.set_tensor(0, FLOATS[:1]), V,
                  "Cannot set tensor: Dimension mismatch. Got 1 but expected 2 for dimension 0 of input 0."),
    "invoke after resize": (lambda i: (i.resize_tensor_input(0, [4, 3]), i.invoke()), R,
                            "Invoke called on model that is not ready."),
}  # fmt: skip


@pytest.mark.parametrize("name", CONSTRUCTION)
def test_construction(engine, name):
    act, error, message = CONSTRUCTION[name]
    with pytest.raises(error) as caught:
        act(engine)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", UNALLOCATED)
def test_before_allocation(engine, name):
    act, error, message = UNALLOCATED[name]
    with pytest.raises(error) as caught:
        act(make(engine))
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ALLOCATED)
def test_after_allocation(engine, name):
    act, error, message = ALLOCATED[name]
    with pytest.raises(error) as caught:
        act(ready(engine))
    assert message in str(caught.value)


def run_signature(**inputs):
    return lambda e: make(e, tiny.two_signatures()).get_signature_runner("add")(**inputs)


ONE_ROW = np.zeros((1, 2), np.float32)
SIGNATURES = {
    "no key": (lambda e: make(e, tiny.two_signatures()).get_signature_runner(), V,
               "SignatureDef signature_key is None and model has 2 Signatures."),
    "no inputs": (run_signature(), V,
                  "Invalid number of inputs provided for running a SignatureDef, expected 2 vs provided 0"),
    "unknown name": (run_signature(a=ONE_ROW, foo=ONE_ROW), V, "Invalid Input name (foo) for SignatureDef"),
    "dtype": (run_signature(a=ONE_ROW, b=ONE_ROW.astype(int)), V, "Got value of type INT64"),
    "shape": (run_signature(a=ONE_ROW, b=np.zeros((1, 3), np.float32)), R, "failed to prepare."),
    "positional": (lambda e: make(e, tiny.two_signatures()).get_signature_runner("double")(ONE_ROW), T, ""),
    "runner without interpreter": (lambda e: e.SignatureRunner(None, "add"), V, "None interpreter provided."),
    "runner without key": (lambda e: e.SignatureRunner(make(e), None), V, "None signature_key provided."),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(engine, name):
    act, error, message = SIGNATURES[name]
    with pytest.raises(error) as caught:
        act(engine)
    assert message in str(caught.value)


CALLS = {
    "allocate": lambda i: i.allocate_tensors(),
    "invoke": lambda i: i.invoke(),
    "resize": lambda i: i.resize_tensor_input(0, [4, 3]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_live_views_forbid_what_moves_memory(engine, call):
    interpreter = ready(engine)
    view = interpreter.tensor(0)()
    with pytest.raises(RuntimeError) as caught:
        call(interpreter)
    assert INTERNAL in str(caught.value)
    del view
    call(interpreter)


def test_missing_library_of_a_delegate():
    with pytest.raises(ValueError, match="Failed to load delegate from /no/such.so"):
        lite.experimental.load_delegate("/no/such.so")
    with pytest.raises(ValueError, match="come from load_delegate"):
        make(lite, experimental_delegates=[object()])
    assert make(lite, experimental_delegates=[])


# What crashes LiteRT, or is left to chance there, must raise here.
OURS = {
    "constant": (
        lambda i: i.set_tensor(1, np.ones(3, np.float32)),
        ValueError,
        "it is a constant of the model",
    ),
    "details of unknown subgraph": (
        lambda i: i._get_tensor_details(0, 5),
        ValueError,
        "Invalid subgraph index 5",
    ),
    "intermediate": (lambda i: i.get_tensor(1), V, "Tensor data is null."),
    "huge resize": (
        lambda i: (i.resize_tensor_input(0, [2**30, 2**30]), i.allocate_tensors()),
        RuntimeError,
        "",
    ),
    "resize of an output": (lambda i: i.resize_tensor_input(2, [2, 3]), R, "is not an input"),
}


@pytest.mark.parametrize("name", OURS)
def test_only_here(name):
    act, error, message = OURS[name]
    interpreter = ready(lite, tiny.chain() if name == "intermediate" else None)
    with pytest.raises(error) as caught:
        act(interpreter)
    assert message in str(caught.value)


@pytest.mark.parametrize("value, message", [
    (np.array([b"a", 3], object), "must be bytes or str"),
    (np.array([b"a"]), "Got 1 but expected 2 for dimension 0"),
    (np.float32([1, 2]), "Got value of type FLOAT32 but expected type STRING"),
])  # fmt: skip
def test_string_values(value, message):
    with pytest.raises(ValueError, match=message):
        ready(lite, tiny.passthrough(tiny.STRING, [2])).set_tensor(0, value)


@pytest.mark.parametrize("dtype, value", [(tiny.INT4, 8), (tiny.INT4, -9), (tiny.INT2, 2), (tiny.UINT4, 16)])
def test_values_of_small_integers_must_fit(dtype, value):
    interpreter = ready(lite, tiny.passthrough(dtype, [1]))
    with pytest.raises(ValueError, match="must be between"):
        interpreter.set_tensor(0, np.array([value]).astype(interpreter.get_input_details()[0]["dtype"]))


def test_every_unknown_operator_is_named():
    tensors = [Tensor("x", [1]), Tensor("y", [1]), Tensor("z", [1])]
    content = tiny.build(
        Graph(tensors, [Op(tiny.ABS, [0], [1], 98), Op(tiny.ADD, [0, 1], [2], 97)], [0], [2])
    )
    with pytest.raises(ValueError) as caught:
        lite.Interpreter(model_content=content)
    assert "'ABS' version '98'" in str(caught.value) and "'ADD' version '97'" in str(caught.value)
