"""Random sequences of calls: ours and LiteRT's interpreter succeed and fail alike, and give equal values."""

import ai_edge_litert.interpreter as litert
import numpy as np
import tiny_models as tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from litewright import lite

CONTENT = tiny.add((1, 3), signature=[-1, 3])
BATCHES = st.integers(1, 4)
CALLS = st.one_of(
    st.just(("allocate_tensors",)),
    st.just(("invoke",)),
    st.just(("reset_all_variables",)),
    st.just(("get_input_details",)),
    st.just(("get_output_details",)),
    st.tuples(st.just("get_tensor"), st.integers(-1, 3)),
    st.tuples(
        st.just("set_tensor"), st.sampled_from([0, 0, 0, 0, 7, -1]), BATCHES, st.sampled_from("ffffdi")
    ),
    st.tuples(st.just("resize_tensor_input"), st.just(0), BATCHES, st.integers(3, 4), st.booleans()),
)


def perform(interpreter, call):
    """What the call gives, or the type of what it raises."""
    name, *arguments = call
    if name == "set_tensor":
        index, batch, code = arguments
        arguments = [index, np.arange(batch * 3).reshape(batch, 3).astype(code)]
    elif name == "resize_tensor_input":
        index, batch, width, strict = arguments
        arguments = [index, [batch, width], strict]
    try:
        return getattr(interpreter, name)(*arguments)
    except Exception as error:
        return type(error)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(CALLS, max_size=14))
def test_random_sequences_agree(calls):
    kwargs = {"model_content": CONTENT}
    ours = lite.Interpreter(**kwargs)
    kernels = litert.OpResolverType.BUILTIN_REF
    theirs = litert.Interpreter(**kwargs, experimental_op_resolver_type=kernels)
    known: set[int] = {1}  # the tensors whose values do not depend on what memory held before
    for call in calls:
        got, want = perform(ours, call), perform(theirs, call)
        assert isinstance(got, type) == isinstance(want, type), (call, got, want)
        if isinstance(want, type):
            assert got is want, call
        elif call[0] == "set_tensor":
            known = {0, 1}
        elif call[0] == "invoke" and 0 in known:
            known.add(2)
        elif call[0] == "resize_tensor_input":
            known = {1}
        elif call[0] == "get_tensor" and call[1] in known:
            np.testing.assert_array_equal(got, want)
        elif call[0].endswith("details"):
            assert [entry["shape"].tolist() for entry in got] == [entry["shape"].tolist() for entry in want]
