"""A hand-made file for every class of malformed model that crashed other runtimes: each is an exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
import pytest
import tiny_models as tiny
from ai_edge_litert import schema_py_generated as schema
from tiny_models import Graph, Op, Tensor

from litewright import Limits, lite

ERRORS = (ValueError, RuntimeError)
CODES = schema.BuiltinOperator


def run(content: bytes, resize: list[int] | None = None, **kwargs: Any) -> None:
    interpreter = lite.Interpreter(model_content=content, **kwargs)
    if resize is not None:
        interpreter.resize_tensor_input(0, resize)
    interpreter.allocate_tensors()
    interpreter.invoke()


def changed(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The model with its unpacked tables changed."""
    model = schema.ModelT.InitFromPackedBuf(content)
    change(model)
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def options(kind: str, **fields: Any) -> Any:
    result = getattr(schema, kind + "T")()
    for name, value in fields.items():
        setattr(result, name, value)
    return result


def ints(name: str, *values: int, dtype: Any = np.int32) -> Tensor:
    array = np.array(values, dtype)
    return Tensor(name, array.shape, tiny.TYPE_OF[array.dtype.name], value=array)


def floats(name: str, *shape: int) -> Tensor:
    return Tensor(name, shape, value=np.ones(shape, np.float32))


def one(code: int, inputs: list[Tensor], output: Tensor, settings: Any = None, feeds: int = 1) -> bytes:
    """A model of one operator whose first `feeds` operands are the model's inputs."""
    count = len(inputs)
    op = Op(code, list(range(count)), [count], options=settings)
    return tiny.build(Graph([*inputs, output], [op], list(range(feeds)), [count]))


X4 = Tensor("x", [1, 4, 4, 1])
Y = Tensor("y", [1])


def conv(**fields: Any) -> bytes:
    settings = options(
        "Conv2DOptions", **{"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1, **fields}
    )
    return one(CODES.CONV_2D, [X4, floats("w", 1, 2, 2, 1), floats("b", 1)], Y, settings)


def pool(**fields: Any) -> bytes:
    settings = options(
        "Pool2DOptions", **{"strideH": 1, "strideW": 1, "filterHeight": 2, "filterWidth": 2, **fields}
    )
    return one(CODES.MAX_POOL_2D, [X4], Y, settings)


def divided(code: int, *divisors: int) -> bytes:
    x, y = Tensor("x", [len(divisors)], tiny.INT32), Tensor("y", [len(divisors)], tiny.INT32)
    return one(code, [x, ints("d", *divisors)], y)


def loop(forever: bool = True) -> bytes:
    """WHILE whose condition is a constant."""
    main = Graph(
        [Tensor("x", [1]), Tensor("y", [1])],
        [
            Op(
                CODES.WHILE,
                [0],
                [1],
                options=options("WhileOptions", condSubgraphIndex=1, bodySubgraphIndex=2),
            )
        ],
        [0],
        [1],
    )
    goes_on = Graph(
        [Tensor("x", [1]), Tensor("b", [1], tiny.BOOL, value=np.array([forever]))], [], [0], [1], "condition"
    )
    body = Graph([Tensor("x", [1]), Tensor("y", [1])], [Op(tiny.ABS, [0], [1])], [0], [1], "body")
    return tiny.build([main, goes_on, body])


def calls(*targets: int) -> bytes:
    """Subgraph i calls the i-th target twice, through IF."""
    graphs = []
    for number, target in enumerate(targets):
        settings = options("IfOptions", thenSubgraphIndex=target, elseSubgraphIndex=target)
        tensors = [Tensor("x", [1]), Tensor("c", [1], tiny.BOOL, value=np.array([True])), Tensor("y", [1])]
        graphs.append(Graph(tensors, [Op(CODES.IF, [1, 0], [2], options=settings)], [0], [2], f"g{number}"))
    graphs.append(Graph([Tensor("x", [1]), Tensor("y", [1])], [Op(tiny.ABS, [0], [1])], [0], [1], "leaf"))
    return tiny.build(graphs)


def quantized(**fields: Any) -> bytes:
    """An int8 convolution, with the weights' quantization parameters changed."""
    scale: dict[str, Any] = {"scales": [0.5], "zero_points": [0]}
    tensors = [
        Tensor("x", [1, 4, 4, 1], tiny.INT8, **scale),
        Tensor("w", [2, 1, 1, 1], tiny.INT8, value=np.ones((2, 1, 1, 1), np.int8), **{**scale, **fields}),
        Tensor("b", [2], tiny.INT32, value=np.zeros(2, np.int32), scales=[0.25], zero_points=[0]),
        Tensor("y", [1, 4, 4, 2], tiny.INT8, **scale),
    ]
    settings = options("Conv2DOptions", strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)
    return tiny.build(Graph(tensors, [Op(CODES.CONV_2D, [0, 1, 2], [3], 3, options=settings)], [0], [3]))


def sparse(**fields: Any) -> bytes:
    """A dense layer with sparse weights, its sparsity changed."""
    content = one(CODES.FULLY_CONNECTED, [Tensor("x", [1, 2]), floats("w", 2, 2)], Tensor("y", [1, 2]))

    def change(model: Any) -> None:
        rows, columns = schema.DimensionMetadataT(), schema.DimensionMetadataT()
        rows.denseSize, columns.format = 2, schema.DimensionType.SPARSE_CSR
        for name, values in (
            ("Segments", fields.get("segments", [0, 2, 4])),
            ("Indices", fields.get("indices", [0, 1, 0, 1])),
        ):
            vector = schema.Int32VectorT()
            vector.values = values
            setattr(columns, "array" + name, vector)
            setattr(columns, f"array{name}Type", schema.SparseIndexVector.Int32Vector)
        sparsity = schema.SparsityParametersT()
        sparsity.traversalOrder = fields.get("order", [0, 1])
        sparsity.dimMetadata = [rows, columns][: fields.get("dimensions", 2)]
        model.subgraphs[0].tensors[1].sparsity = sparsity

    return changed(content, change)


def first_op(change: Callable[[Any], None]) -> bytes:
    return changed(tiny.add(other=[1, 1, 1]), lambda model: change(model.subgraphs[0].operators[0]))


def first_tensor(change: Callable[[Any], None]) -> bytes:
    return changed(tiny.add(other=[1, 1, 1]), lambda model: change(model.subgraphs[0].tensors[0]))


def strings(data: bytes) -> bytes:
    tensors = [Tensor("x", [2]), Tensor("s", [2], tiny.STRING, value=np.frombuffer(data, np.uint8))]
    return changed(
        tiny.build(Graph(tensors, [], [0], [1])),
        lambda model: setattr(model.subgraphs[0].tensors[1], "shape", [2]),
    )


def external(**fields: Any) -> bytes:
    def change(model: Any) -> None:
        buffer, group = schema.ExternalBufferT(), schema.ExternalBufferGroupT()
        group.name = fields.get("name", "../secret")
        buffer.id, buffer.group, buffer.offset, buffer.length = 1, fields.get("group", 0), 0, 12
        model.externalBuffers, model.externalBufferGroups = [buffer], [group]
        model.subgraphs[0].tensors[1].externalBuffer = fields.get("id", 1)

    return changed(tiny.add(other=[1, 1, 1]), change)


def axis(code: int, kind: str, **fields: Any) -> bytes:
    return one(code, [Tensor("x", [2, 3])], Y, options(kind, **fields))


HUGE = 2**31 - 1
REDUCE = options("ReducerOptions", keepDims=False)
CASES: dict[str, Callable[[], bytes]] = {
    # 1: bytes
    "half a file": lambda: tiny.add()[: len(tiny.add()) // 2],
    "a root beyond the end": lambda: b"\xff\xff\xff\x7f" + tiny.add()[4:],
    "misaligned": lambda: b"\0" + tiny.add(),
    # 2: tensor indexes
    "input -1": lambda: first_op(lambda op: setattr(op, "inputs", [-1, 1])),
    "input -2": lambda: first_op(lambda op: setattr(op, "inputs", [0, -2])),
    "input beyond": lambda: first_op(lambda op: setattr(op, "inputs", [0, 99])),
    "output beyond": lambda: first_op(lambda op: setattr(op, "outputs", [HUGE])),
    "no inputs": lambda: first_op(lambda op: setattr(op, "inputs", [])),
    "no outputs": lambda: first_op(lambda op: setattr(op, "outputs", [])),
    "opcode beyond": lambda: first_op(lambda op: setattr(op, "opcodeIndex", 7)),
    "graph input -1": lambda: changed(tiny.add(), lambda m: setattr(m.subgraphs[0], "inputs", [-1])),
    "graph output beyond": lambda: changed(tiny.add(), lambda m: setattr(m.subgraphs[0], "outputs", [55])),
    # 3: constants and the same tensor in and out
    "writes a constant": lambda: first_op(lambda op: setattr(op, "outputs", [1])),
    "writes its input": lambda: first_op(lambda op: setattr(op, "outputs", [0])),
    "reads what nothing writes": lambda: changed(tiny.add(), lambda m: setattr(m.subgraphs[0], "inputs", [])),
    # 4: sizes
    "dimension -2": lambda: first_tensor(lambda t: setattr(t, "shape", [-2, 3])),
    "huge shape": lambda: first_tensor(lambda t: setattr(t, "shape", [HUGE, HUGE, HUGE])),
    "more than memory": lambda: first_tensor(lambda t: setattr(t, "shape", [2**28, 3])),
    "too many dimensions": lambda: first_tensor(lambda t: setattr(t, "shape", [1] * 1000)),
    "constant too small": lambda: changed(tiny.add(other=[1, 1, 1]), lambda m: setattr(m.subgraphs[0].tensors[1], "shape", [4])),
    "buffer beyond": lambda: first_tensor(lambda t: setattr(t, "buffer", 77)),
    "writes an input": lambda: changed(tiny.add(other=[1, 1, 1]), lambda m: setattr(m.subgraphs[0], "inputs", [0, 2])),
    "reads before it is written": lambda: tiny.build(Graph([Tensor("x", [2]), Tensor("e", [0]), Tensor("y", [0])], [Op(tiny.ABS, [1], [2]), Op(tiny.ABS, [0], [1])], [0], [2])),
    "many dimensions": lambda: first_tensor(lambda t: setattr(t, "shape", [2**24, 1, 2**20])),
    "huge string tile": lambda: one(CODES.TILE, [Tensor("x", [1], tiny.STRING), ints("m", 2**28)], Tensor("y", [1], tiny.STRING)),
    "huge fill": lambda: one(CODES.FILL, [Tensor("v", []), ints("d", HUGE, HUGE)], Y),
    "huge tile": lambda: one(CODES.TILE, [Tensor("x", [4]), ints("m", HUGE)], Y),
    "huge pad": lambda: one(CODES.PAD, [Tensor("x", [4]), Tensor("p", [1, 2], tiny.INT32, value=np.array([[HUGE, HUGE]], np.int32))], Y),
    "huge broadcast": lambda: one(CODES.BROADCAST_TO, [Tensor("x", [1, 1]), ints("s", 2**20, 2**20)], Y),
    "huge resize": lambda: one(CODES.RESIZE_BILINEAR, [X4, ints("s", 2**20, 2**20)], Y, options("ResizeBilinearOptions")),
    "huge one-hot": lambda: one(CODES.ONE_HOT, [Tensor("x", [4], tiny.INT32), Tensor("d", [], tiny.INT32, value=np.array(HUGE, np.int32)), floats("on"), floats("off")], Y, options("OneHotOptions", axis=-1)),
    "huge range": lambda: one(CODES.RANGE, [Tensor(n, [], tiny.INT32, value=np.array(v, np.int32)) for n, v in (("a", 0), ("b", HUGE), ("s", 1))], Tensor("y", [1], tiny.INT32), feeds=0),
    # 5: zeros that divide
    "stride 0": lambda: conv(strideH=0),
    "stride -1": lambda: conv(strideW=-1),
    "dilation 0": lambda: conv(dilationHFactor=0),
    "pool stride 0": lambda: pool(strideW=0),
    "pool filter 0": lambda: pool(filterHeight=0),
    "pool filter -1": lambda: pool(filterWidth=-1),
    "depth_to_space 0": lambda: one(CODES.DEPTH_TO_SPACE, [X4], Y, options("DepthToSpaceOptions", blockSize=0)),
    "space_to_depth 0": lambda: one(CODES.SPACE_TO_DEPTH, [X4], Y, options("SpaceToDepthOptions", blockSize=0)),
    "space_to_batch 0": lambda: one(CODES.SPACE_TO_BATCH_ND, [X4, ints("b", 0, 0), Tensor("p", [2, 2], tiny.INT32, value=np.zeros((2, 2), np.int32))], Y),
    "batch_to_space 0": lambda: one(CODES.BATCH_TO_SPACE_ND, [X4, ints("b", 0, 0), Tensor("p", [2, 2], tiny.INT32, value=np.zeros((2, 2), np.int32))], Y),
    "splits 0": lambda: one(CODES.SPLIT, [Tensor("a", [], tiny.INT32, value=np.array(0, np.int32)), Tensor("x", [4])], Y, options("SplitOptions", numSplits=0), feeds=2),
    "div 0": lambda: divided(CODES.DIV, 1, 0),
    "floor_div 0": lambda: divided(CODES.FLOOR_DIV, 1, 0),
    "floor_mod 0": lambda: divided(CODES.FLOOR_MOD, 1, 0),
    "depthwise multiplier": lambda: one(CODES.DEPTHWISE_CONV_2D, [Tensor("x", [1, 4, 4, 0]), floats("w", 1, 2, 2, 3)], Y, options("DepthwiseConv2DOptions", strideH=1, strideW=1, depthMultiplier=0)),
    # 6: axes and indexes
    "concat axis": lambda: axis(CODES.CONCATENATION, "ConcatenationOptions", axis=9),
    "pack axis": lambda: axis(CODES.PACK, "PackOptions", axis=-9, valuesCount=1),
    "unpack axis": lambda: axis(CODES.UNPACK, "UnpackOptions", axis=5, num=1),
    "gather axis": lambda: one(CODES.GATHER, [Tensor("x", [2, 3]), ints("i", 0)], Y, options("GatherOptions", axis=4)),
    "gather index": lambda: one(CODES.GATHER, [Tensor("x", [2, 3]), ints("i", 2)], Y, options("GatherOptions")),
    "gather index -1": lambda: one(CODES.GATHER, [Tensor("x", [2, 3]), ints("i", -1)], Y, options("GatherOptions")),
    "gather_nd": lambda: one(CODES.GATHER_ND, [Tensor("x", [2, 3]), Tensor("i", [1, 2], tiny.INT32, value=np.array([[0, 3]], np.int32))], Y),
    "embedding index": lambda: one(CODES.EMBEDDING_LOOKUP, [ints("i", 7), floats("w", 3, 2)], Y, feeds=0),
    "segment ids": lambda: one(CODES.SEGMENT_SUM, [Tensor("x", [2, 3]), ints("i", 1, -1)], Y),
    "segment ids fall": lambda: one(CODES.SEGMENT_SUM, [Tensor("x", [2, 3]), ints("i", 1, 0)], Y),
    "scatter index": lambda: one(CODES.SCATTER_ND, [Tensor("i", [1, 1], tiny.INT32, value=np.array([[9]], np.int32)), Tensor("x", [1]), ints("s", 4)], Y, feeds=0),
    "arg_max axis": lambda: one(CODES.ARG_MAX, [Tensor("x", [2, 3]), Tensor("a", [], tiny.INT32, value=np.array(2, np.int32))], Y, options("ArgMaxOptions", outputType=tiny.INT32)),
    "reduce axis": lambda: one(CODES.MEAN, [Tensor("x", [2, 3]), ints("a", 2)], Y, REDUCE),
    "transpose twice": lambda: one(CODES.TRANSPOSE, [Tensor("x", [2, 3]), ints("p", 0, 0)], Y),
    "transpose axis": lambda: one(CODES.TRANSPOSE, [Tensor("x", [2, 3]), ints("p", 0, 2)], Y),
    "slice beyond": lambda: one(CODES.SLICE, [Tensor("x", [4]), ints("b", 3), ints("s", 4)], Y),
    "slice overflows": lambda: one(CODES.SLICE, [Tensor("x", [4]), ints("b", HUGE), ints("s", HUGE)], Y),
    "strided slice 0": lambda: one(CODES.STRIDED_SLICE, [Tensor("x", [4]), ints("b", 0), ints("e", 4), ints("s", 0)], Y, options("StridedSliceOptions")),
    "reshape": lambda: one(CODES.RESHAPE, [Tensor("x", [4]), ints("s", *[1] * 99, 5)], Y),
    "reshape two unknown": lambda: one(CODES.RESHAPE, [Tensor("x", [4]), ints("s", -1, -1)], Y),
    "topk": lambda: one(CODES.TOPK_V2, [Tensor("x", [4]), Tensor("k", [], tiny.INT32, value=np.array(5, np.int32))], Y),
    # 7: shapes that do not fit
    "add": lambda: one(tiny.ADD, [Tensor("x", [2, 3]), floats("w", 4)], Y),
    "empty broadcast": lambda: one(tiny.ADD, [Tensor("x", [2, 3]), Tensor("w", [0, 3])], Y, feeds=2),
    "fully_connected": lambda: one(CODES.FULLY_CONNECTED, [Tensor("x", [1, 4]), floats("w", 3, 5)], Y, options("FullyConnectedOptions")),
    "conv channels": lambda: one(CODES.CONV_2D, [X4, floats("w", 1, 2, 2, 3)], Y, options("Conv2DOptions", strideH=1, strideW=1)),
    "conv bias": lambda: one(CODES.CONV_2D, [X4, floats("w", 1, 2, 2, 1), floats("b", 5)], Y, options("Conv2DOptions", strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)),
    "matmul": lambda: one(CODES.BATCH_MATMUL, [Tensor("x", [2, 3]), floats("w", 2, 3)], Y, options("BatchMatMulOptions")),
    "types": lambda: one(tiny.ADD, [Tensor("x", [2], tiny.INT32), floats("w", 2)], Tensor("y", [2])),
    # 8: recursion and loops
    "calls itself": lambda: calls(0),
    "a cycle": lambda: calls(1, 0),
    "calls beyond": lambda: calls(9),
    "a deep chain": lambda: calls(*range(1, 101)),
    "an endless loop": loop,
    # 9: quantization
    "no scales": lambda: quantized(scales=[], zero_points=[]),
    "zero point beyond int8": lambda: quantized(zero_points=[1000]),
    "scale nan": lambda: quantized(scales=[float("nan")]),
    "scale inf": lambda: quantized(scales=[float("inf")]),
    "scale -1": lambda: quantized(scales=[-1.0]),
    "three scales for two channels": lambda: quantized(scales=[1.0] * 3, zero_points=[0] * 3),
    "scales along dimension 9": lambda: quantized(scales=[1.0] * 2, zero_points=[0] * 2, axis=9),
    # 10: sparsity
    "segments beyond": lambda: sparse(segments=[0, 2, 400]),
    "segments fall": lambda: sparse(segments=[0, 5, 4]),
    "sparse index": lambda: sparse(indices=[0, 1, 0, 7]),
    "sparse index -1": lambda: sparse(indices=[-1, 1, 0, 1]),
    "traversal": lambda: sparse(order=[0, 0]),
    "traversal beyond": lambda: sparse(order=[0, 9]),
    "one dimension": lambda: sparse(dimensions=1),
    "scale 0 of an input": lambda: one(tiny.ADD, [Tensor("x", [2], tiny.INT8, scales=[0.0], zero_points=[0]), Tensor("w", [2], tiny.INT8, scales=[1.0], zero_points=[0])], Tensor("y", [2], tiny.INT8, scales=[1.0], zero_points=[0]), feeds=2),
    # strings and external buffers
    "string count": lambda: strings(b"\xff\xff\xff\x7f" + bytes(20)),
    "string offsets": lambda: strings(np.array([2, 16, 900, 16], np.int32).tobytes()),
    "external buffer outside": external,
    "external buffer absolute": lambda: external(name="/etc/passwd"),
    "external group": lambda: external(group=4),
    "external id": lambda: external(id=9),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_malformed_models_raise(name: str) -> None:
    with pytest.raises(ERRORS):
        run(CASES[name]())


def test_the_cases_are_near_valid_files() -> None:
    """What the cases change is valid unchanged, or they would raise for other reasons."""
    for content in (
        tiny.add(other=[1, 1, 1]),
        conv(),
        pool(),
        divided(CODES.DIV, 1, 1),
        loop(False),
        quantized(),
        sparse(),
        calls(1),
    ):
        run(content)


@pytest.mark.parametrize("shape", [[2**31 - 1, 2**31 - 1], [-1, 3], [2**28, 3, 5], [1] * 100])
def test_resized_inputs_are_checked(shape: list[int]) -> None:
    with pytest.raises(ERRORS):
        run(tiny.add(other=[1, 1, 1]), shape)


@pytest.mark.parametrize("dtype", [tiny.INT8, tiny.UINT8, tiny.FLOAT32])
@pytest.mark.parametrize("code", [CODES.CONV_2D, CODES.DEPTHWISE_CONV_2D])
def test_results_without_elements(code: int, dtype: int) -> None:
    """Kernels that share out rows divided by their number."""
    scale: dict[str, Any] = {} if dtype == tiny.FLOAT32 else {"scales": [0.5], "zero_points": [0]}
    kind = {tiny.INT8: np.int8, tiny.UINT8: np.uint8, tiny.FLOAT32: np.float32}[dtype]
    tensors = [
        Tensor("x", [1, 0, 9, 16], dtype, **scale),
        Tensor(
            "w",
            [16, 3, 3, 16] if code == CODES.CONV_2D else [1, 3, 3, 16],
            dtype,
            value=np.ones((16, 3, 3, 16) if code == CODES.CONV_2D else (1, 3, 3, 16), kind),
            **scale,
        ),
        Tensor("y", [1, 0, 9, 16], dtype, **scale),
    ]
    kind_of_options = "Conv2DOptions" if code == CODES.CONV_2D else "DepthwiseConv2DOptions"
    settings = options(kind_of_options, strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)
    if code != CODES.CONV_2D:
        settings.depthMultiplier = 1
    content = tiny.build(Graph(tensors, [Op(code, [0, 1], [2], 3, options=settings)], [0], [2]))
    run(content)
    run(content, [0, 5, 9, 16])


def test_bools_of_a_file_are_zero_or_one() -> None:
    odd = Tensor("b", [3], tiny.BOOL, value=np.array([0, 2, 255], np.uint8))
    interpreter = lite.Interpreter(model_content=tiny.build(Graph([Tensor("x", [1]), odd], [], [0], [1])))
    assert interpreter.get_tensor(1).view(np.uint8).tolist() == [0, 1, 1]


def test_an_interpreter_works_after_a_failed_call() -> None:
    interpreter = lite.Interpreter(model_content=tiny.add((1, 3), other=[1, 1, 1]))
    for shape in ([2**30, 3], [2, 5]):
        interpreter.resize_tensor_input(0, shape)
        with pytest.raises(ERRORS):
            interpreter.allocate_tensors()
        with pytest.raises(ERRORS):
            interpreter.invoke()
    interpreter.resize_tensor_input(0, [2, 3])
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, np.ones((2, 3), np.float32))
    interpreter.invoke()
    np.testing.assert_array_equal(interpreter.get_tensor(2), np.full((2, 3), 2, np.float32))


def test_callers_set_limits() -> None:
    small = tiny.add((1, 1000))
    run(small)
    with pytest.raises(RuntimeError, match="limit memory, 4000 bytes"):
        run(small, limits=Limits(memory=4000))
    with pytest.raises(RuntimeError, match="limit elements is 999"):
        run(small, limits=Limits(elements=999))
    with pytest.raises(RuntimeError, match="limit rank is 1"):
        run(small, limits=Limits(rank=1))
    with pytest.raises(ValueError, match="limit subgraph_depth is 2"):
        run(calls(1, 2), limits=Limits(subgraph_depth=2))
    with pytest.raises(RuntimeError, match="3 rounds, the limit loop_iterations"):
        run(loop(), limits=Limits(loop_iterations=3))
    with pytest.raises(ValueError, match="Limits.rank should be positive"):
        Limits(rank=0)


def test_larger_inputs_get_more_memory() -> None:
    content = tiny.add((1, 1 << 20))
    run(content, [60, 1 << 20])  # 720 MiB would be beyond the limit of the file's own shape
