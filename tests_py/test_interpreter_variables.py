"""Tensors that keep their values between runs."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

STATEFUL = ["svdf_f32_rank1", "svdf_i8", "lstm_hyb", "tf_fused_lstm"]


def run_steps(engine, path, steps):
    """The outputs of every step; the step None resets the variables."""
    kernels = engine.OpResolverType.BUILTIN_REF
    interpreter = engine.Interpreter(str(path), experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    target = interpreter.get_output_details()[0]
    results = []
    for step in steps:
        if step is None:
            interpreter.reset_all_variables()
            continue
        interpreter.set_tensor(source["index"], step)
        interpreter.invoke()
        results.append(interpreter.get_tensor(target["index"]))
    return results


@pytest.mark.parametrize("name", STATEFUL)
def test_variables_are_kept_and_reset(engine, name, shared):
    path = shared / "ops" / f"{name}.tflite"
    x = np.load(path.with_suffix(".npz"))["x0"]
    first, second, again, more = run_steps(engine, path, [x, x, None, x, x])
    assert_allclose(again, first, atol=0)
    assert_allclose(more, second, atol=0)


@pytest.mark.parametrize("name", STATEFUL)
def test_allocation_without_change_keeps_variables(engine, name, shared):
    path = shared / "ops" / f"{name}.tflite"
    x = np.load(path.with_suffix(".npz"))["x0"]
    wanted = run_steps(engine, path, [x, x])
    kernels = engine.OpResolverType.BUILTIN_REF
    interpreter = engine.Interpreter(str(path), experimental_op_resolver_type=kernels)
    for result in wanted:
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
        interpreter.invoke()
        assert_allclose(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), result, atol=0)
