"""Convert keras.applications and compare with TensorFlow's converter: operators, time, error and memory.

usage: keras_applications.py [--only NAME,...] [--top1]      needs Keras 3 with TensorFlow, and LiteRT

Every model gets seeded random weights with BatchNormalization statistics of its own activations, so that
outputs are neither constant nor unbounded. It is saved as .h5 and .keras; each file is converted in a process
of its own, whose peak memory (in units of the file's size) counts.
"times" compares how long the two take, "in CPU" the processor time they use, which other work on the machine
disturbs less. The error is the largest difference from Keras's output, relative to the largest output.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent / "python"
MODELS = (
    "MobileNet MobileNetV2 MobileNetV3Small MobileNetV3Large InceptionV3 InceptionResNetV2 "
    "ResNet50 ResNet50V2 EfficientNetB0 EfficientNetV2B0 DenseNet121 NASNetMobile Xception "
    "VGG16 ConvNeXtTiny"
).split()

CONVERT = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from litewright import lite
def memory(key):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(key))
open("/proc/self/clear_refs", "w").write("5")
before = memory("VmRSS")
start, cpu_start = time.perf_counter(), time.process_time()
content = lite.TFLiteConverter.from_keras_model(sys.argv[2]).convert()
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
peak = memory("VmHWM") - before
open(sys.argv[3], "wb").write(content)
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak * 1024}))
"""


def build(name: str) -> tuple[Any, Any]:
    """The model, and a batch of images for it."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(1)
    free = getattr(keras.applications, name)(weights=None).input_shape[1] is None
    model = getattr(keras.applications, name)(
        weights=None, **({"input_shape": (224, 224, 3)} if free else {})
    )
    rng = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    shape = (4, *model.input_shape[1:])
    images = rng.uniform(-1, 1, shape).astype("float32")
    model(images, training=True)  # BatchNormalization takes this batch's statistics
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.99
    return model, images[:2]


def operators(content: bytes) -> int:
    from ai_edge_litert import interpreter as litert

    kind = litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return len(
        litert.Interpreter(model_content=content, experimental_op_resolver_type=kind)._get_ops_details()
    )


def outputs(content: bytes, images: Any) -> Any:
    from ai_edge_litert import interpreter as litert

    interpreter = litert.Interpreter(model_content=content, num_threads=2)
    index = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(index, images.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(index, images)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def measure(name: str, folder: Path, top1: bool) -> bool:
    """Print the rows of one model; whether everything holds."""
    import numpy as np
    import tensorflow as tf

    model, images = build(name)
    wanted = np.asarray(model(images, training=False))
    start, cpu_start = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        reference = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    reference_seconds, reference_cpu = time.perf_counter() - start, time.process_time() - cpu_start
    reference_operators = operators(reference)
    fine = True
    for suffix in (".h5", ".keras"):
        path, result = folder / f"{name}{suffix}", folder / f"{name}.tflite"
        model.save(path)
        answer = subprocess.run(
            [sys.executable, "-c", CONVERT, str(PACKAGE), str(path), str(result)],
            capture_output=True,
            text=True,
        )
        if answer.returncode != 0:
            print(f"{name + suffix:24s} {answer.stderr.strip().splitlines()[-1][:120]}", flush=True)
            fine = False
            continue
        figures = json.loads(answer.stdout)
        content = result.read_bytes()
        error = float(np.abs(outputs(content, images) - wanted).max() / np.abs(wanted).max())
        count, memory = operators(content), figures["peak"] / path.stat().st_size
        ratio = reference_seconds / figures["seconds"]
        holds = count <= reference_operators and error <= 1e-4 and ratio >= 20 and memory < 2.5
        fine = fine and holds
        print(
            f"{name + suffix:24s} {count:5d} {reference_operators:5d} {figures['seconds']:8.3f} "
            f"{reference_seconds:8.2f} {ratio:7.1f} {reference_cpu / figures['cpu']:7.1f} "
            f"{error:9.1e} {memory:6.2f}  {'' if holds else 'MISSED'}",
            flush=True,
        )
        if top1 and suffix == ".keras":
            many = np.random.default_rng(2).uniform(-1, 1, (32, *images.shape[1:])).astype("float32")
            same = np.argmax(outputs(content, many), -1) == np.argmax(
                np.asarray(model(many, training=False)), -1
            )
            print(f"{name:24s} top-1 of LiteRT equals Keras's on {int(same.sum())} of 32 inputs", flush=True)
            fine = fine and bool(same.all())
        path.unlink()
    return fine


def main() -> None:
    """Measure the models asked for; exit status 0 if all hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="")
    parser.add_argument("--top1", action="store_true", help="compare the winning class on 32 inputs, too")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    print(f"{'model':24s}   ops    TF  seconds       TF   times  in CPU     error memory")
    with tempfile.TemporaryDirectory() as folder:
        names = arguments.only.split(",") if arguments.only else MODELS
        results = [measure(name, Path(folder), arguments.top1) for name in names]
    print(f"{sum(results)} of {len(results)} models hold")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
