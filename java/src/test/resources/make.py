"""Writes the models of the Java tests beside this file; run with tests_py on the path."""

from pathlib import Path

from tiny_models import ADD, FLOAT32, INT32, Graph, Op, Tensor, build

HERE = Path(__file__).parent

# sum = a + b, and a's elements as they are; the first dimension is open.
open_ = [-1, 3]
graph = Graph(
    [
        Tensor("a", (1, 3), FLOAT32, open_),
        Tensor("b", (1, 3), FLOAT32, open_),
        Tensor("sum", (1, 3), FLOAT32, open_),
    ],
    [Op(ADD, [0, 1], [2])],
    [0, 1],
    [2, 0],
)
(HERE / "add.tflite").write_bytes(build(graph))
(HERE / "integers.tflite").write_bytes(
    build(Graph([Tensor("n", (2,), INT32), Tensor("twice", (2,), INT32)], [Op(ADD, [0, 0], [1])], [0], [1]))
)
