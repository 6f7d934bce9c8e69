"""Write one tiny Keras model per behaviour: NAME.h5, NAME.keras and NAME.npz.

The arrays x0.. are the inputs, y0.. Keras's outputs, at batch 3.

usage: keras_cases.py FOLDER [NAME...]      needs Keras 3 with TensorFlow
The folder then serves as one for check_layers.py.
"""

import os
import sys

import layer_cases  # noqa: F401
import numpy as np
import operation_cases  # noqa: F401
from case_tools import CASES, keras


def main() -> None:
    """Write the cases that are named, or all."""
    folder, names = sys.argv[1], sys.argv[2:] or list(CASES)
    os.makedirs(folder, exist_ok=True)
    for number, name in enumerate(names):
        keras.backend.clear_session()
        keras.utils.set_random_seed(number)
        rng = np.random.default_rng(number)
        try:
            model = CASES[name]()
            for variable in model.weights:  # nothing at its initial value
                value = rng.normal(0, 0.5, variable.shape)
                if "variance" in variable.path:
                    value = np.abs(value) + 0.5
                if variable.dtype.startswith("float"):
                    variable.assign(value.astype("float32"))
            inputs = []
            for tensor in model.inputs:
                shape = (3, *[size if size is not None else 9 for size in tensor.shape[1:]])
                if tensor.dtype == "float32":
                    value = rng.normal(0, 1, shape).astype("float32")
                    if "masked" in name:
                        value[1, 4:] = 0
                        value[2, :2] = 0
                else:
                    value = rng.integers(0, 2 if tensor.dtype == "bool" else 8, shape).astype(tensor.dtype)
                inputs.append(value)
            if name == "embedding_float":
                inputs = [np.abs(np.round(inputs[0]))]
            given = dict(zip("ab", inputs, strict=True)) if name == "dictionary" else inputs
            outputs = keras.tree.flatten(model(given if len(inputs) > 1 else given[0], training=False))
            arrays = {f"x{i}": x for i, x in enumerate(inputs)} | {
                f"y{i}": np.asarray(y) for i, y in enumerate(outputs)
            }
            model.save(f"{folder}/{name}.h5")
            model.save(f"{folder}/{name}.keras")
            np.savez(f"{folder}/{name}.npz", **arrays)
        except Exception as error:  # noqa: BLE001  a case that Keras itself cannot make
            print(f"{name}: {type(error).__name__}: {str(error)[:160]}", flush=True)


if __name__ == "__main__":
    main()
