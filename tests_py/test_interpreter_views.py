"""Arrays that look into an interpreter's memory."""

import gc

import numpy as np
import pytest
import tiny_models as tiny

from litewright import lite


def ready(engine):
    interpreter = engine.Interpreter(model_content=tiny.add())
    interpreter.allocate_tensors()
    return interpreter


def test_views_share_memory(engine):
    interpreter = ready(engine)
    source, target = interpreter.tensor(0), interpreter.tensor(2)
    for value in (1, 2):
        source().fill(value)
        interpreter.invoke()
        assert (target() == value + 1).all()


def test_functions_may_be_kept(engine):
    interpreter = engine.Interpreter(model_content=tiny.add((1, 3), signature=[-1, 3]))
    source = interpreter.tensor(0)
    interpreter.allocate_tensors()
    assert source().shape == (1, 3)
    interpreter.resize_tensor_input(0, [5, 3])
    interpreter.allocate_tensors()
    assert source().shape == (5, 3)


def test_views_do_not_own(engine):
    view = ready(engine).tensor(0)()
    assert view.base is not None and not view.flags.owndata and view.flags.writeable


def test_safe_to_run_follows_the_views(engine):
    interpreter = ready(engine)
    assert interpreter._safe_to_run()
    one = interpreter.tensor(0)()
    two = interpreter.tensor(2)()[:1]
    assert not interpreter._safe_to_run()
    del one
    assert not interpreter._safe_to_run()
    with pytest.raises(RuntimeError):
        interpreter._ensure_safe()
    del two
    assert interpreter._safe_to_run()
    interpreter._ensure_safe()


def test_views_outlive_the_interpreter(engine):
    interpreter = ready(engine)
    interpreter.set_tensor(0, np.full((2, 3), 5, np.float32))
    view = interpreter.tensor(0)()
    del interpreter
    gc.collect()
    assert (view == 5).all()


def test_get_and_set_are_allowed_beside_views(engine):
    interpreter = ready(engine)
    view = interpreter.tensor(0)()
    interpreter.set_tensor(0, np.full((2, 3), 7, np.float32))
    assert (view == 7).all()
    assert (interpreter.get_tensor(0) == 7).all()


def test_the_message_lists_the_views():
    interpreter = ready(lite)
    views = [interpreter.tensor(0)(), interpreter.tensor(0)()[1], interpreter.tensor(2)()]
    with pytest.raises(
        RuntimeError, match=r"Live arrays: 'x' \(tensor 0, 2 arrays\), 'y' \(tensor 2, 1 array\)"
    ):
        interpreter.invoke()
    del views


def test_views_of_constants_are_read_only():
    view = ready(lite).tensor(1)()
    assert not view.flags.writeable
    with pytest.raises(ValueError):
        view[:] = 0


def test_views_of_scalars_are_writable():
    interpreter = lite.Interpreter(model_content=tiny.passthrough(tiny.FLOAT32, []))
    interpreter.allocate_tensors()
    interpreter.tensor(0)()[...] = 3
    assert interpreter.get_tensor(0) == 3


def test_strings_have_no_view():
    interpreter = lite.Interpreter(model_content=tiny.passthrough(tiny.STRING, [2]))
    interpreter.allocate_tensors()
    with pytest.raises(ValueError, match="strings"):
        interpreter.tensor(0)()


def test_views_forbid_running_other_signatures():
    interpreter = lite.Interpreter(model_content=tiny.two_signatures())
    interpreter.allocate_tensors()
    view = interpreter.tensor(0)()
    with pytest.raises(RuntimeError, match="There is at least 1 reference"):
        interpreter.get_signature_runner("double")(x=np.zeros((1, 2), np.float32))
    del view


def test_values_of_other_byte_order_are_understood():
    interpreter = ready(lite)
    value = np.arange(6, dtype=">f4").reshape(2, 3)
    interpreter.set_tensor(0, value)
    np.testing.assert_array_equal(interpreter.get_tensor(0), value)
