"""Details dictionaries: ours equal LiteRT's, key by key and type by type."""

from pathlib import Path

import ai_edge_litert.interpreter as litert
import numpy as np
import pytest
import tiny_models as tiny
from tiny_models import Graph, Op, Tensor

from litewright import lite

CONTENTS = {
    "static": tiny.add(),
    "dynamic": tiny.add((1, 3), signature=[-1, 3]),
    "initial shape": tiny.add((4, 3), signature=[-1, 3]),
    "scalar": tiny.passthrough(tiny.FLOAT32, []),
    "string": tiny.passthrough(tiny.STRING, [2]),
    "int4": tiny.passthrough(tiny.INT4, [2, 4]),
    "int2": tiny.passthrough(tiny.INT2, [4]),
    "uint4": tiny.passthrough(tiny.UINT4, [4]),
    "bool": tiny.passthrough(tiny.BOOL, [1]),
    "resource": tiny.passthrough(tiny.RESOURCE, [1]),
    "per tensor": tiny.passthrough(tiny.INT8, [2, 2], scales=[0.1], zero_points=[-3]),
    "per channel": tiny.passthrough(tiny.INT8, [2, 3], scales=[0.1, 0.2, 0.3], zero_points=[0, 0, 0], axis=1),
    "variable": tiny.build(Graph([Tensor("x", [2]), Tensor("v", [2], variable=True), Tensor("y", [2])],
                                 [Op(tiny.ADD, [0, 1], [2])], [0], [2])),
    "constant": tiny.build(Graph([Tensor("x", [2]), Tensor("k", [2], tiny.INT32, value=np.int32([1, 2]))],
                                 [], [0], [0, 1])),
    "no name": tiny.build(Graph([Tensor("", [2])], [], [0], [0])),
    "chain": tiny.chain(),
    "two signatures": tiny.two_signatures(),
}  # fmt: skip


def same(got, want, where=""):
    """Equal values of equal types, arrays of equal dtype, recursively."""
    assert type(got) is type(want), f"{where}: {type(got)} is not {type(want)}"
    if isinstance(want, dict):
        assert list(got) == list(want), where
        for key in want:
            same(got[key], want[key], f"{where}[{key!r}]")
    elif isinstance(want, (list, tuple)):
        assert len(got) == len(want), where
        for i, (one, two) in enumerate(zip(got, want, strict=True)):
            same(one, two, f"{where}[{i}]")
    elif isinstance(want, np.ndarray):
        assert got.dtype == want.dtype, where
        np.testing.assert_array_equal(got, want, err_msg=where)
    else:
        assert got == want, where


def compare(**kwargs):
    ours = lite.Interpreter(**kwargs)
    theirs = litert.Interpreter(**kwargs, experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF)
    for method in ("get_input_details", "get_output_details", "get_signature_list", "num_subgraphs",
                   "_get_ops_details", "_get_full_signature_list"):  # fmt: skip
        same(getattr(ours, method)(), getattr(theirs, method)(), method)
    for subgraph in range(theirs.num_subgraphs()):
        got, want = ours.get_tensor_details(subgraph), theirs.get_tensor_details(subgraph)
        same(got[: len(want)], want, f"get_tensor_details({subgraph})")
    for key in theirs.get_signature_list():
        one, two = ours.get_signature_runner(key), theirs.get_signature_runner(key)
        same(one.get_input_details(), two.get_input_details(), key)
        same(one.get_output_details(), two.get_output_details(), key)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_details_equal_litert(content):
    compare(model_content=content)


def test_compressed_zero_points():
    content = CONTENTS["per channel"]
    kwargs = {"model_content": content, "experimental_compress_quantization_zero_points": True}
    ours, theirs = lite.Interpreter(**kwargs), litert.Interpreter(**kwargs)
    assert ours.experimental_compress_quantization_zero_points is True
    same(ours.get_input_details(), theirs.get_input_details())


# LiteRT loads these, but cannot allocate them; we refuse the first two when they are loaded.
INCONSISTENT = ("add_shared_tensors", "person_detect_vela", "multi_add_flex")


def test_details_of_reference_models_equal_litert(shared: Path):
    compared = 0
    for path in sorted((shared / "corpus").rglob("*")) + sorted((shared / "ops").glob("*.tflite"))[::8]:
        if path.suffix not in (".tflite", ".bin") or any(name in path.name for name in INCONSISTENT):
            continue
        try:
            litert.Interpreter(str(path), experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF)
        except ValueError:
            continue
        compare(model_path=str(path))
        compared += 1
    print(f"compared the details of {compared} models")
    assert compared > 200
