"""Writes tests_py/data/tiny_saved_model (needs TensorFlow): two functions that share a variable."""

from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent.parent / "data" / "tiny_saved_model"


class Tiny(tf.Module):
    """Two functions that share a variable."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2), name="kernel")
        self.bias = tf.Variable(np.array([1.0, -1.0], np.float32), name="bias")

    @tf.function(input_signature=[tf.TensorSpec([None, 3], name="x")])
    def dense(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """relu(x @ kernel + bias)"""
        return {"y": tf.nn.relu(tf.matmul(x, self.kernel) + self.bias)}

    @tf.function(input_signature=[tf.TensorSpec([None, 2, 3], name="x")])
    def flat(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        """The product for every row, as one vector for each sample."""
        rows = tf.matmul(tf.reshape(x, [-1, 3]), self.kernel)
        return {"flat": tf.reshape(rows, [tf.shape(x)[0], 4])}


if __name__ == "__main__":
    module = Tiny()
    tf.saved_model.save(module, str(FOLDER), {"serving_default": module.dense, "flat": module.flat})
    (FOLDER / "fingerprint.pb").unlink(missing_ok=True)
