"""Signatures: lists, runners, several in one model."""

import numpy as np
import pytest
import tiny_models as tiny
from numpy.testing import assert_array_equal
from tiny_models import Graph, Op, Signature, Tensor

from litewright import lite


def test_list_has_keys_as_in_the_file_and_sorted_names(engine):
    interpreter = engine.Interpreter(model_content=tiny.two_signatures())
    wanted = {
        "add": {"inputs": ["a", "b"], "outputs": ["sum"]},
        "double": {"inputs": ["x"], "outputs": ["y"]},
    }
    got = interpreter.get_signature_list()
    assert got == wanted and [list(entry) for entry in got.values()] == [["inputs", "outputs"]] * 2
    assert all(names == sorted(names) for entry in got.values() for names in entry.values())
    assert list(interpreter.get_signature_list()) == ["double", "add"]


def test_runners_of_several_signatures(engine):
    interpreter = engine.Interpreter(model_content=tiny.two_signatures())
    add, double = interpreter.get_signature_runner("add"), interpreter.get_signature_runner("double")
    one, two = np.float32([[1, 2]]), np.float32([[10, 20]])
    assert_array_equal(add(a=one, b=two)["sum"], [[11, 22]])
    assert_array_equal(double(x=two)["y"], [[20, 40]])
    assert_array_equal(add(b=one, a=one)["sum"], [[2, 4]])


def test_runners_resize(engine):
    runner = engine.Interpreter(model_content=tiny.two_signatures()).get_signature_runner("double")
    for batch in (3, 1, 5):
        x = np.arange(2 * batch, dtype=np.float32).reshape(batch, 2)
        assert_array_equal(runner(x=x)["y"], 2 * x)
        assert_array_equal(runner.get_input_details()["x"]["shape"], [batch, 2])
        assert_array_equal(runner.get_output_details()["y"]["shape_signature"], [-1, 2])


def test_the_only_signature_needs_no_key(engine):
    graph = Graph([Tensor("t", [2]), Tensor("u", [2])], [Op(tiny.ADD, [0, 0], [1])], [0], [1])
    content = tiny.build(graph, [Signature("serving_default", {"x": 0}, {"y": 1})])
    runner = engine.Interpreter(model_content=content).get_signature_runner()
    assert_array_equal(runner(x=np.float32([1, 2]))["y"], [2, 4])


def test_models_without_signatures(engine):
    assert engine.Interpreter(model_content=tiny.add()).get_signature_list() == {}


def test_results_are_copies(engine):
    runner = engine.Interpreter(model_content=tiny.two_signatures()).get_signature_runner("double")
    first = runner(x=np.float32([[1, 2]]))["y"]
    runner(x=np.float32([[5, 6]]))
    assert_array_equal(first, [[2, 4]])


def test_tensors_of_other_subgraphs_are_readable(engine):
    interpreter = engine.Interpreter(model_content=tiny.two_signatures())
    interpreter.get_signature_runner("double")(x=np.float32([[5, 6]]))
    assert_array_equal(interpreter.get_tensor(1, subgraph_index=1), [[10, 12]])


def test_runners_take_lists_of_the_right_type():
    graph = Graph([Tensor("t", [2], tiny.STRING)], [], [0], [0])
    content = tiny.build(graph, [Signature("s", {"text": 0}, {"same": 0})])
    assert list(lite.Interpreter(model_content=content).get_signature_runner()(text=["a", "b"])["same"]) == [
        b"a",
        b"b",
    ]
    with pytest.raises(ValueError, match="INT64"):
        lite.Interpreter(model_content=content).get_signature_runner()(text=[1, 2])
