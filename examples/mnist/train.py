"""Trains the digit models of this folder with Keras and writes them as .h5 files without optimizer state.

`train.py mnist` writes mnist.h5, `train.py digits` digits.h5 (it needs scikit-learn); both need tensorflow.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import keras
import numpy as np

from litewright.datasets import digits, mnist

FOLDER = Path(__file__).parent


def build(side: int) -> keras.Model:
    """The two-convolution network of the MNIST tutorial for images [n, side, side] with values 0..1."""
    return keras.Sequential(
        [
            keras.layers.InputLayer(shape=(side, side)),
            keras.layers.Reshape((side, side, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Dropout(0.25),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains a digit model with Keras.")
    parser.add_argument("dataset", choices=["mnist", "digits"])
    parser.add_argument("--epochs", type=int, help="default: 8 for mnist, 60 for digits")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    (x_train, y_train), (x_test, y_test) = (mnist if args.dataset == "mnist" else digits).load_data()
    x_train, x_test = (x.astype(np.float32) / 255.0 for x in (x_train, x_test))
    epochs = args.epochs or (8 if args.dataset == "mnist" else 60)
    batch = 128 if args.dataset == "mnist" else 32

    model = build(x_train.shape[1])
    rate = keras.optimizers.schedules.CosineDecay(2e-3, epochs * -(-len(x_train) // batch))
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch, epochs, verbose=2, validation_data=(x_test, y_test))
    output = args.output or FOLDER / f"{args.dataset}.h5"
    model.save(output, include_optimizer=False)
    print(f"{output}: {output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
