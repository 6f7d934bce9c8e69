"""Interpreter: what both engines must do alike when they are used as documented."""

import os
import warnings

import numpy as np
import pytest
import tiny_models as tiny
from numpy.testing import assert_array_equal


def ready(engine, content, **kwargs):
    interpreter = engine.Interpreter(model_content=content, **kwargs)
    interpreter.allocate_tensors()
    return interpreter


def test_runs_a_model(engine):
    interpreter = ready(engine, tiny.add())
    interpreter.set_tensor(0, np.arange(6, dtype=np.float32).reshape(2, 3))
    interpreter.invoke()
    assert_array_equal(interpreter.get_tensor(2), np.float32([[1, 2, 3], [4, 5, 6]]))


@pytest.mark.parametrize("make", [str, os.fsencode, lambda path: path], ids=["str", "bytes", "PathLike"])
def test_opens_a_path(engine, make, tmp_path):
    path = tmp_path / "add.tflite"
    path.write_bytes(tiny.add())
    assert engine.Interpreter(model_path=make(path)).get_input_details()[0]["name"] == "x"


@pytest.mark.parametrize("dtype", list(tiny.TYPE_OF))
def test_set_and_get_keep_every_dtype(engine, dtype):
    interpreter = ready(engine, tiny.passthrough(tiny.TYPE_OF[dtype]))
    value = np.array([[0, 1], [1, 100]]).astype(dtype)
    interpreter.set_tensor(0, value)
    assert interpreter.get_input_details()[0]["dtype"] is np.dtype(dtype).type
    got = interpreter.get_tensor(0)
    assert got.dtype == dtype
    assert_array_equal(got, value)
    assert got.flags.owndata and got.flags.writeable


@pytest.mark.parametrize("value", [[b"ab", b""], ["ab", "\u00fc"], [b"a\0b", b"c"]])
def test_string_tensors_hold_bytes(engine, value):
    interpreter = ready(engine, tiny.passthrough(tiny.STRING, [2]))
    interpreter.set_tensor(0, np.array(value, dtype=object))
    got = interpreter.get_tensor(0)
    assert got.dtype == object and got.shape == (2,)
    assert list(got) == [text.encode() if isinstance(text, str) else text for text in value]


@pytest.mark.parametrize("value", [np.array(["ab", "\u00fc"]), np.array([b"ab", b"c"])], ids=["U", "S"])
def test_string_tensors_take_fixed_width_arrays(engine, value):
    interpreter = ready(engine, tiny.passthrough(tiny.STRING, [2]))
    interpreter.set_tensor(0, value)
    assert [bytes(text) for text in interpreter.get_tensor(0)] == list(
        np.char.encode(value, "utf-8") if value.dtype.kind == "U" else value
    )


def test_scalars_come_as_numpy_scalars(engine):
    interpreter = ready(engine, tiny.passthrough(tiny.FLOAT32, []))
    interpreter.set_tensor(0, np.float32(2.5))
    assert isinstance(interpreter.get_tensor(0), np.float32)
    assert interpreter.get_tensor(0) == 2.5
    assert interpreter.get_input_details()[0]["shape"].shape == (0,)


def test_int4_tensors_are_int8_arrays(engine):
    interpreter = ready(engine, tiny.passthrough(tiny.INT4, [3]))
    assert interpreter.get_input_details()[0]["dtype"] is np.int8
    interpreter.set_tensor(0, np.int8([-8, 0, 7]))
    assert_array_equal(interpreter.get_tensor(0), np.int8([-8, 0, 7]))


def test_non_contiguous_values_are_copied_in_order(engine):
    interpreter = ready(engine, tiny.add((2, 3)))
    value = np.arange(6, dtype=np.float32).reshape(3, 2).T
    interpreter.set_tensor(0, value)
    interpreter.invoke()
    assert_array_equal(interpreter.get_tensor(2), value + 1)


@pytest.mark.parametrize("index", [np.int64(0), np.int32(0), np.uint8(0)], ids=repr)
def test_numpy_integers_are_indexes(engine, index):
    interpreter = ready(engine, tiny.add())
    interpreter.set_tensor(index, np.zeros((2, 3), np.float32))
    assert interpreter.get_tensor(index).shape == (2, 3)
    assert interpreter.tensor(index)().shape == (2, 3)


def test_constants_are_readable_before_allocation(engine):
    interpreter = engine.Interpreter(model_content=tiny.add(other=[7]))
    assert_array_equal(interpreter.get_tensor(1), np.float32([7]))
    assert_array_equal(interpreter.tensor(1)(), np.float32([7]))


def test_resize_takes_effect_with_allocation(engine):
    interpreter = ready(engine, tiny.add((1, 3), signature=[-1, 3]))
    interpreter.resize_tensor_input(0, [4, 3])
    details = interpreter.get_input_details()[0]
    assert_array_equal(details["shape"], [4, 3])
    assert_array_equal(details["shape_signature"], [-1, 3])
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, np.ones((4, 3), np.float32))
    interpreter.invoke()
    assert_array_equal(interpreter.get_output_details()[0]["shape"], [4, 3])
    assert_array_equal(interpreter.get_tensor(2), np.full((4, 3), 2, np.float32))


@pytest.mark.parametrize("size", [(4, 3), np.array([4, 3]), [4.9, 3.2], (np.int64(4), 3)], ids=repr)
def test_resize_takes_what_numpy_takes(engine, size):
    interpreter = engine.Interpreter(model_content=tiny.add((1, 3), signature=[-1, 3]))
    interpreter.resize_tensor_input(0, size)
    assert_array_equal(interpreter.get_input_details()[0]["shape"], [4, 3])


def test_strict_resize_changes_unknown_dimensions(engine):
    interpreter = engine.Interpreter(model_content=tiny.add((1, 3), signature=[-1, 3]))
    interpreter.resize_tensor_input(0, [2, 3], strict=True)
    assert_array_equal(interpreter.get_input_details()[0]["shape"], [2, 3])


def test_allocation_without_change_keeps_values(engine):
    interpreter = ready(engine, tiny.add())
    interpreter.set_tensor(0, np.ones((2, 3), np.float32))
    interpreter.allocate_tensors()
    assert interpreter.get_tensor(0).all()


def test_intermediate_results_are_kept_on_demand(engine):
    kwargs = {"experimental_op_resolver_type": engine.OpResolverType.BUILTIN_REF}
    interpreter = ready(engine, tiny.chain(), experimental_preserve_all_tensors=True, **kwargs)
    interpreter.set_tensor(0, np.float32([-1, 2]))
    interpreter.invoke()
    values = [interpreter.get_tensor(i).tolist() for i in range(4)]
    assert values == [[-1, 2], [-2, 4], [2, 4], [1, 6]]


@pytest.mark.parametrize("resolver", ["AUTO", "BUILTIN"])
def test_preserving_tensors_warns_with_fast_kernels(engine, resolver):
    kwargs = {"experimental_op_resolver_type": getattr(engine.OpResolverType, resolver)}
    with pytest.warns(UserWarning, match="experimental_preserve_all_tensors"):
        engine.Interpreter(model_content=tiny.add(), experimental_preserve_all_tensors=True, **kwargs)


def test_other_options_do_not_warn(engine):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for resolver in engine.OpResolverType:
            engine.Interpreter(
                model_content=tiny.add(),
                num_threads=2,
                experimental_op_resolver_type=resolver,
                experimental_disable_delegate_clustering=True,
            )


def test_resolver_numbers(engine):
    assert {entry.name: entry.value for entry in engine.OpResolverType} == {
        "AUTO": 0,
        "BUILTIN": 1,
        "BUILTIN_REF": 2,
        "BUILTIN_WITHOUT_DEFAULT_DELEGATES": 3,
    }


def test_two_interpreters_do_not_share_values(engine):
    content = tiny.add()
    one, two = ready(engine, content), ready(engine, content)
    one.set_tensor(0, np.ones((2, 3), np.float32))
    two.set_tensor(0, np.zeros((2, 3), np.float32))
    one.invoke()
    two.invoke()
    assert one.get_tensor(2)[0, 0] == 2
    assert two.get_tensor(2)[0, 0] == 1


def test_interpreters_outlive_their_bytes(engine):
    interpreter = engine.Interpreter(model_content=tiny.add(other=[3]))
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, np.zeros((2, 3), np.float32))
    interpreter.invoke()
    assert (interpreter.get_tensor(2) == 3).all()


def test_threads_do_not_change_results(engine):
    interpreter = ready(engine, tiny.add((64, 64)), num_threads=3)
    interpreter.set_tensor(0, np.ones((64, 64), np.float32))
    interpreter.invoke()
    assert (interpreter.get_tensor(2) == 2).all()
