"""Writes tests_py/data/loops (needs TensorFlow and Keras 3): small SavedModels with loops."""

import shutil
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).parent.parent / "data" / "loops"
BATCH = 3


def save(name: str, inputs: np.ndarray, module: tf.Module) -> dict[str, np.ndarray]:
    """Saves `module`, whose function is `call`; returns what goes in and comes out."""
    folder = FOLDER / name
    tf.saved_model.save(module, str(folder), module.call.get_concrete_function())
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    loaded = tf.saved_model.load(str(folder)).signatures["serving_default"](tf.constant(inputs))
    return {f"{name}_x": inputs, f"{name}_y": next(iter(loaded.values())).numpy()}


def of_layers(*layers: keras.Layer, shape: tuple[int, ...], dtype: str = "float32") -> tf.Module:
    """A module that calls the layers one after the other."""
    model = keras.Sequential([keras.Input(shape, dtype=dtype), *layers])
    module = tf.Module()
    module.variables_ = [variable.value for variable in model.variables]
    module.call = tf.function(model, input_signature=[tf.TensorSpec([None, *shape], dtype, name="x")])
    return module


class Mapped(tf.Module):
    """tf.map_fn, with a branch in each round."""

    @tf.function(input_signature=[tf.TensorSpec([None, 4], name="x")])
    def call(self, x: tf.Tensor) -> tf.Tensor:
        """The rows with a positive sum doubled, the others negated."""
        return tf.map_fn(lambda row: tf.cond(tf.reduce_sum(row) > 0, lambda: 2 * row, lambda: -row), x)


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    keras.utils.set_random_seed(7)
    rng = np.random.default_rng(7)
    values: dict[str, np.ndarray] = {}
    sequence = rng.normal(size=(BATCH, 6, 5)).astype(np.float32)
    words = rng.integers(0, 4, (BATCH, 6)).astype(np.int32)
    values |= save("lstm", sequence, of_layers(keras.layers.LSTM(4), shape=(6, 5)))
    masked = [keras.layers.Embedding(4, 3, mask_zero=True), keras.layers.GRU(4)]
    values |= save("masked", words, of_layers(*masked, shape=(6,), dtype="int32"))
    values |= save("mapped", rng.normal(size=(BATCH, 4)).astype(np.float32), Mapped())
    np.savez(FOLDER / "values.npz", **values)
