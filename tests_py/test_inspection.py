"""What inspection says of a model, and where the viewer draws it."""

from __future__ import annotations

import numpy as np
import pytest
import tiny_models

from litewright import lite
from litewright.inspection import inspect
from litewright.pages.layout import place


@pytest.fixture(scope="module")
def digits(root) -> bytes:
    return lite.TFLiteConverter.from_keras_model(str(root / "examples/mnist/mnist.h5")).convert()


def test_counts_of_the_digit_model(digits):
    found = inspect(digits)
    assert found.bytes == len(digits)
    assert found.operator_counts()["CONV_2D"] == 2
    # 26*26*32 results of 9 products, 24*24*64 of 288, 10 of 9216.
    assert found.macs == 26 * 26 * 32 * 9 + 24 * 24 * 64 * 288 + 10 * 9216
    convolution = next(op for op in found.main.operators if op.name == "CONV_2D")
    assert convolution.options["fused_activation_function"] == "RELU"
    assert convolution.options["stride_w"] == 1
    assert convolution.weight_bytes == 4 * (9 * 32 + 32)


def test_memory_plan_has_no_overlaps_in_space_and_time(digits):
    memory = inspect(digits).memory
    buffers = [b for b in memory["buffers"] if b["bytes"]]
    assert {b["tensor"] for b in buffers} >= set(inspect(digits).main.inputs)
    for i, a in enumerate(buffers):
        assert a["offset"] + a["bytes"] <= memory["arena_bytes"]
        for b in buffers[:i]:
            together = a["first"] <= b["last"] and b["first"] <= a["last"]
            disjoint = a["offset"] + a["bytes"] <= b["offset"] or b["offset"] + b["bytes"] <= a["offset"]
            assert disjoint or not together


def test_a_model_that_cannot_run_is_shown_with_the_reason():
    graph = tiny_models.Graph(
        [tiny_models.Tensor("x", (2,)), tiny_models.Tensor("y", (2,))],
        [tiny_models.Op(tiny_models.CUSTOM, [0], [1], custom="Mystery")],
        [0],
        [1],
    )
    found = inspect(tiny_models.build(graph))
    assert "Mystery" in found.problem and not found.memory
    assert found.operator_counts() == {"Mystery": 1}


def test_every_subgraph_is_there():
    found = inspect(tiny_models.two_signatures())
    assert [graph.name for graph in found.subgraphs] == ["main", "double"]
    assert [signature["key"] for signature in found.signatures] == ["double", "add"]


@pytest.mark.parametrize("count", [1, 2, 40, 400])
def test_layout_has_order_and_no_overlaps(count, rng):
    edges = {(int(rng.integers(max(0, b - 12), b)), b) for b in range(1, count) for _ in range(2)}
    layout = place(count, edges)
    for a, b in edges:
        assert layout.layer[a] < layout.layer[b]
        way = layout.routes[a, b]
        assert way[0] == (layout.x[a], layout.layer[a]) and way[-1] == (layout.x[b], layout.layer[b])
        assert [y for _, y in way] == list(range(layout.layer[a], layout.layer[b] + 1))
    for level in set(layout.layer):
        places = np.sort([x for x, y in zip(layout.x, layout.layer, strict=True) if y == level])
        assert (np.diff(places) >= 1.0).all()


def test_layout_draws_a_chain_as_a_line():
    assert len(set(np.round(place(5, [(i, i + 1) for i in range(4)]).x, 6))) == 1
