"""Operator times."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tiny_models import chain

from litewright import lite


def test_times_of_every_operator(tmp_path: Path):
    interpreter = lite.Interpreter(model_content=chain())
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, np.ones(2, np.float32))
    with interpreter.profile() as profile:
        interpreter.invoke()
        interpreter.invoke()
        assert [row.runs for row in profile.operators] == [2, 2, 2]
    interpreter.invoke()
    assert [(row.op, row.output, row.node) for row in profile.operators] == [
        ("ADD", "a", 0),
        ("ABS", "b", 1),
        ("ADD", "y", 2),
    ]
    assert all(row.runs == 2 and row.milliseconds > 0 for row in profile.operators)
    assert len(str(profile).splitlines()) == 4

    profile.save_chrome_trace(tmp_path / "trace.json")
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert [event["name"] for event in events] == ["ADD", "ABS", "ADD"] * 2
    starts = [event["ts"] for event in events]
    assert starts == sorted(starts) and all(event["dur"] >= 0 for event in events)


def test_a_second_profile_starts_anew():
    interpreter = lite.Interpreter(model_content=chain())
    interpreter.allocate_tensors()
    with interpreter.profile():
        interpreter.invoke()
    with interpreter.profile() as profile:
        pass
    assert profile.operators == []
    assert json.loads(profile.chrome_trace())["traceEvents"] == []


def test_memory_grows_with_what_is_allocated(root: Path):
    digits = lite.TFLiteConverter.from_keras_model(str(root / "examples/mnist/mnist.h5")).convert()
    interpreter = lite.Interpreter(model_content=digits)
    before = interpreter.memory()
    assert (before.arena, before.tensors, before.packed_weights) == (0, 0, 0)
    assert 0 < before.constants <= len(digits)
    interpreter.allocate_tensors()
    one = interpreter.memory()
    assert one.arena > 0 and one.packed_weights > 0 and one.constants == before.constants
    assert one.total == one.arena + one.tensors + one.constants + one.packed_weights
    index = interpreter.get_input_details()[0]["index"]
    shape = interpreter.get_input_details()[0]["shape"]
    interpreter.resize_tensor_input(index, [64, *shape[1:]])
    interpreter.allocate_tensors()
    assert interpreter.memory().arena > one.arena
    assert interpreter.memory().constants == one.constants
