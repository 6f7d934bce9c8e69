"""Trains y = 2x - 1 on six points and writes saved_model/, as the first lesson of TensorFlow's courses does.

python examples/line/train.py     needs TensorFlow
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent


class Line(tf.Module):
    """One weight and one bias."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = tf.Variable([[0.0]], name="weight")
        self.bias = tf.Variable([0.0], name="bias")

    @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float32, name="x")])
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"y": tf.matmul(x, self.weight) + self.bias}


def main() -> None:
    x = np.float32([[-1], [0], [1], [2], [3], [4]])
    y = 2 * x - 1
    line = Line()
    for _ in range(500):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((line.predict(x)["y"] - y) ** 2)
        variables = [line.weight, line.bias]
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.05 * gradient)
    print(f"y = {line.weight.numpy().item():.4f} x {line.bias.numpy().item():+.4f}")
    options = tf.saved_model.SaveOptions(save_debug_info=False)
    tf.saved_model.save(line, str(FOLDER / "saved_model"), {"serving_default": line.predict}, options)


if __name__ == "__main__":
    main()
