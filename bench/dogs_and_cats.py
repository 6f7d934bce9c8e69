"""Quantizing MobileNetV2 with a two-class head: agreement with float and time, TensorFlow's and ours.

usage: dogs_and_cats.py [--size 96] [--alpha 1.0] [--seed 0]     needs TensorFlow
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests_py"))

import keras
import numpy as np
import tensorflow as tf
from drawings import pictures
from mobilenet import fit_head, random_kernel, random_normalization

import litewright
import litewright.lite as lite


def build(size: int, alpha: float, seed: int) -> keras.Model:
    """A backbone with random weights, and a head that separates the pictures as its features allow."""
    backbone = keras.applications.MobileNetV2((size, size, 3), alpha=alpha, include_top=False, weights=None)
    random = np.random.default_rng(seed)
    for layer in backbone.layers:
        shapes = [weight.shape for weight in layer.weights]
        if len(shapes) == 1:
            layer.set_weights([random_kernel(random, shapes[0])])
        elif len(shapes) == 4:
            layer.set_weights(random_normalization(random, shapes[0][0]))
    features = keras.layers.GlobalAveragePooling2D()(backbone.output)
    result = keras.layers.Dense(2, activation="softmax", name="head")(features)
    model = keras.Model(backbone.input, result)
    training = pictures(200, size, seed + 1)
    values = keras.Model(backbone.input, features).predict(training, verbose=0)
    model.get_layer("head").set_weights(fit_head(values, np.arange(200) % 2))
    return model


def classes(content: bytes, images: np.ndarray) -> np.ndarray:
    """The winning class of each image, by LiteRT."""
    interpreter = tf.lite.Interpreter(model_content=content, num_threads=2)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scores = []
    for image in images:
        interpreter.set_tensor(source["index"], image[None])
        interpreter.invoke()
        scores.append(interpreter.get_tensor(target["index"])[0])
    return np.stack(scores).argmax(1)


def convert(
    make: Callable[[], object], optimize: object, samples: np.ndarray | None, **extra: object
) -> bytes:
    converter = make()
    if optimize is not None:
        converter.optimizations = [optimize]
    if samples is not None:
        converter.representative_dataset = lambda: ([sample[None]] for sample in samples)
    for name, value in extra.items():
        setattr(converter, name, value)
    return converter.convert()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    model = build(arguments.size, arguments.alpha, arguments.seed)
    images = pictures(200, arguments.size, arguments.seed + 2)
    samples = pictures(50, arguments.size, arguments.seed + 3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.h5"
        model.save(path)

        def theirs() -> tf.lite.TFLiteConverter:
            return tf.lite.TFLiteConverter.from_keras_model(model)

        def ours() -> lite.TFLiteConverter:
            return lite.TFLiteConverter.from_keras_model(path)

        default, our_default = tf.lite.Optimize.DEFAULT, lite.Optimize.DEFAULT
        whole = convert(theirs, None, None)
        want = classes(whole, images)
        labels = np.arange(200) % 2
        right = np.mean(want == labels)
        print(f"float: {len(whole):,} bytes, {right:.3f} right, {np.mean(want):.2f} in class 1")
        options = litewright.QuantizationOptions
        rows = [
            ("float, ours", lambda: convert(ours, None, None)),
            ("dynamic, TensorFlow", lambda: convert(theirs, default, None)),
            ("dynamic, ours", lambda: convert(ours, our_default, None)),
            ("int8, TensorFlow", lambda: convert(theirs, default, samples)),
            ("int8, ours", lambda: convert(ours, our_default, samples)),
        ]
        remedies = {
            "mse": options("mse"),
            "equalize": options(equalize=True),
            "equalize, bias correction": options(equalize=True, bias_correction=True),
            "target_error 0.04": options(target_error=0.04, report_samples=16),
        }
        for name, chosen in remedies.items():

            def remedied(chosen: object = chosen) -> bytes:
                return convert(ours, our_default, samples, quantization_options=chosen)

            rows.append((f"int8, ours, {name}", remedied))
        for name, make in rows:
            start = time.perf_counter()
            content = make()
            seconds = time.perf_counter() - start
            agreement = np.mean(classes(content, images) == want)
            share = len(content) / len(whole)
            print(
                f"{name:32} {len(content):>10,} bytes ({share:.1%})  agrees {agreement:.3f}  {seconds:6.2f} s"
            )
        for name, make, optimize in (("TensorFlow", theirs, default), ("ours", ours, our_default)):
            start = time.perf_counter()
            convert(make, optimize, samples[:16])
            print(f"calibrating with 16 samples and converting, {name}: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
