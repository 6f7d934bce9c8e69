"""The models that bench/compare.py measures: seeded random weights, one .tflite (and, where tf2onnx can, one
.onnx) per model in a folder.

usage: bench_models.py FOLDER [NAME ...]      needs Keras 3 with TensorFlow; tf2onnx makes the .onnx files
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))


def _application(name: str) -> Callable[[], Any]:
    def make() -> Any:
        import keras

        free = name in ("MobileNetV2", "MobileNet")  # these leave the image's size open
        return getattr(keras.applications, name)(
            weights=None, **({"input_shape": (224, 224, 3)} if free else {})
        )

    return make


def _ds_cnn() -> Any:
    """Keyword spotting of MLPerf Tiny: 49 x 10 MFCCs, four separable blocks of 64 channels, 12 words."""
    from keras import Sequential, layers

    def block(layer: Any) -> list[Any]:
        return [layer, layers.BatchNormalization(), layers.ReLU()]

    body = block(layers.Conv2D(64, (10, 4), strides=2, padding="same"))
    for _ in range(4):
        body += block(layers.DepthwiseConv2D(3, padding="same")) + block(layers.Conv2D(64, 1))
    tail = [layers.AveragePooling2D((25, 5)), layers.Flatten(), layers.Dense(12, activation="softmax")]
    return Sequential([layers.Input((49, 10, 1)), *body, *tail])


def _resnet8() -> Any:
    """Image classification of MLPerf Tiny: 32 x 32 images, three residual stacks of 16, 32, 64 channels."""
    from keras import Input, Model, layers

    def conv(x: Any, filters: int, size: int, stride: int, relu: bool) -> Any:
        x = layers.Conv2D(filters, size, strides=stride, padding="same")(x)
        x = layers.BatchNormalization()(x)
        return layers.ReLU()(x) if relu else x

    image = Input((32, 32, 3))
    x = conv(image, 16, 3, 1, True)
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = conv(conv(x, filters, 3, stride, True), filters, 3, 1, False)
        if stride != 1:
            x = layers.Conv2D(filters, 1, strides=stride, padding="same")(x)
        x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return Model(image, layers.Dense(10, activation="softmax")(x))


def _mobilenet_quarter() -> Any:
    """Visual wake words of MLPerf Tiny: MobileNetV1 of a quarter of the width, 96 x 96 images."""
    import keras

    return keras.applications.MobileNet(
        weights=None, input_shape=(96, 96, 3), alpha=0.25, classes=2, dropout=0.0
    )


def _lstm() -> Any:
    from keras import Sequential, layers

    return Sequential([layers.Input((28, 28)), layers.LSTM(128), layers.Dense(10, activation="softmax")])


def _mnist() -> Any:
    import keras

    return keras.models.load_model(ROOT / "examples/mnist/mnist.h5", compile=False)


MODELS: dict[str, Callable[[], Any]] = {
    "mnist": _mnist,
    "inceptionv3": _application("InceptionV3"),
    "resnet50": _application("ResNet50"),
    "mobilenetv2": _application("MobileNetV2"),
    "efficientnetb0": _application("EfficientNetB0"),
    "dscnn": _ds_cnn,
    "resnet8": _resnet8,
    "mobilenet025": _mobilenet_quarter,
    "lstm": _lstm,
}


def _settle(model: Any) -> None:
    """BatchNormalization statistics of the model's own activations, so that values stay in a usual range."""
    import keras
    import numpy as np

    normalizations = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in normalizations]
    for layer in normalizations:
        layer.momentum = 0.0
    images = np.random.default_rng(1).normal(0, 1, (4, *model.input_shape[1:])).astype("float32")
    model(images, training=bool(normalizations))
    for layer, momentum in zip(normalizations, momenta, strict=True):
        layer.momentum = momentum


def make(folder: Path, name: str) -> Path:
    """The model's .tflite file in `folder`, made now unless it is there; its .onnx file beside it, if it can
    be made."""
    path = folder / f"{name}.tflite"
    if path.exists():
        return path
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    import keras

    from litewright import lite

    keras.utils.set_random_seed(1)
    model = MODELS[name]()
    _settle(model)
    folder.mkdir(parents=True, exist_ok=True)
    content = lite.TFLiteConverter.from_keras_model(model).convert()
    temporary = folder / f".{name}.{os.getpid()}"
    temporary.write_bytes(content)
    temporary.rename(path)
    command = [sys.executable, "-m", "tf2onnx.convert", "--opset", "17", "--tflite", str(path)]
    outcome = subprocess.run(
        [*command, "--output", str(folder / f"{name}.onnx")], capture_output=True, text=True
    )
    if outcome.returncode != 0:
        print(
            f"no ONNX file of {name}: {(outcome.stderr.strip().splitlines() or ['?'])[-1]}", file=sys.stderr
        )
    return path


if __name__ == "__main__":
    for model_name in sys.argv[2:] or list(MODELS):
        print(make(Path(sys.argv[1]), model_name), flush=True)
