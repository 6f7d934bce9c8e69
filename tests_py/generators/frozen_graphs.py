"""Writes tests_py/data/frozen (needs TensorFlow): graphs of TensorFlow 1 with what they compute, and models
trained for quantization with the files that TensorFlow's converter makes of them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent.parent / "data" / "frozen"
v1 = tf.compat.v1
rng = np.random.default_rng(7)


def normal(*shape: int) -> np.ndarray:
    """Small random values."""
    return rng.normal(0, 0.3, shape).astype(np.float32)


def save(name: str, body: Callable[[tf.Tensor], tf.Tensor], shape: list[int | None]) -> None:
    """Saves the graph of y = body(x)."""
    with tf.Graph().as_default() as graph:
        tf.identity(body(v1.placeholder(tf.float32, shape, name="x")), name="y")
    (FOLDER / f"{name}.pb").write_bytes(graph.as_graph_def().SerializeToString())


def values_of(name: str, x: np.ndarray) -> dict[str, np.ndarray]:
    """What the saved graph makes of `x`."""
    definition = v1.GraphDef.FromString((FOLDER / f"{name}.pb").read_bytes())
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        tf.import_graph_def(definition, name="")
        return {f"{name}_x": x, f"{name}_y": session.run("y:0", {"x:0": x})}


def loop(x: tf.Tensor) -> tf.Tensor:
    """A loop of the first generation, with two values and a constant from outside."""
    step = tf.constant(normal(3, 3))
    return v1.while_loop(
        lambda i, h: i < 4, lambda i, h: (i + 1, tf.tanh(tf.matmul(h, step)) + x), [tf.constant(0), x]
    )[1]


def branch(x: tf.Tensor) -> tf.Tensor:
    """A condition of the first generation."""
    return v1.cond(tf.reduce_sum(x) > 0, lambda: 2 * x + 1, lambda: tf.exp(x) - x)


def normalized(x: tf.Tensor) -> tf.Tensor:
    """A convolution with frozen batch normalization."""
    h = tf.nn.conv2d(x, normal(3, 3, 3, 4), 2, "SAME")
    scale, variance = 1 + normal(4), 0.5 + normal(4) ** 2
    h = v1.nn.fused_batch_norm(h, scale, normal(4), normal(4), variance, is_training=False)[0]
    return tf.nn.relu(h)


def with_default(x: tf.Tensor) -> tf.Tensor:
    """A second input that has a default."""
    return x * v1.placeholder_with_default(np.float32([1, 2, 3]), [3], name="rate")


def grown(x: tf.Tensor) -> tf.Tensor:
    """A list that grows in a loop."""
    values = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[3])
    body = lambda i, some: (i + 1, some.write(i, x[i] * 2))  # noqa: E731
    return tf.while_loop(lambda i, some: i < tf.shape(x)[0], body, [0, values])[1].stack()


def looked_up(x: tf.Tensor, strategy: str = "mod") -> tf.Tensor:
    """Rows of a table in two parts, by the first column of x; a row may be wanted twice."""
    table = [tf.constant(normal(4, 3)), tf.constant(normal(4, 3))]
    return v1.nn.embedding_lookup(table, tf.cast(x[:, 0], tf.int32), partition_strategy=strategy)


def save_with_tags() -> None:
    """Saves y = 2 x + v for the tags "train", and y = v - x for "serve" and "gpu", as text."""
    builder = v1.saved_model.Builder(str(FOLDER / "tagged"))
    for tags, body in ((["train"], lambda x, v: 2 * x + v), (["serve", "gpu"], lambda x, v: v - x)):
        with tf.Graph().as_default(), v1.Session() as session:
            x = v1.placeholder(tf.float32, [None, 2], name="x")
            y = body(x, v1.get_variable("v", initializer=np.float32([5, 7])))
            session.run(v1.global_variables_initializer())
            signature = v1.saved_model.predict_signature_def({"x": x}, {"y": y})
            if tags == ["train"]:
                builder.add_meta_graph_and_variables(session, tags, {"serving_default": signature})
            else:
                builder.add_meta_graph(tags, {"serving_default": signature})
    builder.save(as_text=True)


def rounded(value: Any, low: float, high: float, narrow: bool = False) -> tf.Tensor:
    """One range, as training with FakeQuant operators leaves it."""
    return tf.quantization.fake_quant_with_min_max_vars(value, low, high, 8, narrow)


def trained(x: tf.Tensor, per_channel: bool = False, all_ranges: bool = True) -> tf.Tensor:
    """A network trained for quantization."""
    filters, bound = normal(3, 3, 3, 4), np.float32([0.5, 0.75, 1, 1.25])
    if per_channel:
        filters = tf.quantization.fake_quant_with_min_max_vars_per_channel(filters, -bound, bound, 8, True)
    else:
        filters = rounded(filters, -1, 1, True)
    h = tf.nn.relu6(tf.nn.conv2d(rounded(x, -1, 1), filters, 1, "SAME") + normal(4))
    h = rounded(h, 0, 6) if all_ranges else h
    side = rounded(tf.nn.conv2d(h, rounded(normal(1, 1, 4, 4), -1, 1, True), 1, "SAME") + normal(4), -3, 3)
    h = tf.reshape(tf.nn.max_pool2d(rounded(h + side, -3, 8), 2, 2, "VALID"), [-1, 64])
    return tf.nn.softmax(rounded(tf.matmul(h, rounded(normal(64, 5), -1, 1, True)) + normal(5), -8, 7))


def converted(name: str, converter: Any, **attributes: Any) -> None:
    """Saves what TensorFlow's converter makes of a model."""
    for attribute, value in attributes.items():
        setattr(converter, attribute, value)
    (FOLDER / f"{name}.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    save("loop", loop, [None, 3])
    save("branch", branch, [2, 3])
    save("normalized", normalized, [1, 6, 6, 3])
    save("with_default", with_default, [2, 3])
    few = normal(2, 3)
    values = values_of("loop", few) | values_of("branch", few) | values_of("with_default", few)
    values |= values_of("normalized", normal(1, 6, 6, 3))
    save("grown", grown, [None, 3])
    save("looked_up", looked_up, [None, 3])
    save("looked_up_div", lambda x: looked_up(x, "div"), [None, 3])
    rows = np.float32([[6, 0, 0], [1, 0, 0], [7, 0, 0], [6, 0, 0], [0, 0, 0]])
    values |= values_of("grown", few) | values_of("looked_up", rows) | values_of("looked_up_div", rows)
    np.savez(FOLDER / "values.npz", **values)

    save_with_tags()

    image = [1, 8, 8, 3]
    save("trained", trained, image)
    save("gaps", lambda x: trained(x, all_ranges=False), image)
    stats = {"quantized_input_stats": {"x": (0.0, 127.0)}}
    for name, kind, more in (
        ("trained", tf.int8, {}),
        ("trained", tf.uint8, {"quantized_input_stats": {"x": (128.0, 127.0)}}),
        ("gaps", tf.int8, {"default_ranges_stats": (-5, 5)}),
        ("gaps", tf.uint8, {"default_ranges_stats": (-5, 5)}),
    ):
        source = v1.lite.TFLiteConverter.from_frozen_graph(str(FOLDER / f"{name}.pb"), ["x"], ["y"])
        converted(f"{name}_{kind.name}", source, inference_type=kind, **(stats | more))
    module = tf.Module()
    module.call = tf.function(lambda x: trained(x, True), input_signature=[tf.TensorSpec(image, name="x")])
    tf.saved_model.save(module, str(FOLDER / "per_channel"), module.call.get_concrete_function())
    shutil.rmtree(FOLDER / "per_channel" / "assets")
    for fingerprint in FOLDER.glob("*/fingerprint.pb"):
        fingerprint.unlink()
    source = tf.lite.TFLiteConverter.from_saved_model(str(FOLDER / "per_channel"))
    converted("per_channel_int8", source, optimizations=[tf.lite.Optimize.DEFAULT])
