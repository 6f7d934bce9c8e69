"""Converts the digit model of this folder, quantizes it, and shows size, accuracy and speed of both files.

    python examples/mnist/demo.py [--digits] [--images N] [--output FOLDER]

Without MNIST (see litewright.datasets.mnist) scikit-learn's digits and their model take its place.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from litewright import lite
from litewright.datasets import digits, mnist
from litewright.progress import track

FOLDER = Path(__file__).parent
Labels = npt.NDArray[np.int64]


@dataclass
class Result:
    """What one model says about all images, and what it takes."""

    name: str
    content: bytes
    convert_ms: float
    probabilities: npt.NDArray[np.float32]  # [images, 10]
    micros_per_image: float

    @property
    def predictions(self) -> Labels:
        return self.probabilities.argmax(axis=1)


def load_images(use_digits: bool) -> tuple[Path, npt.NDArray[np.float32], Labels]:
    """Returns a trained model, test images [n, side, side] with values 0..1 and their labels."""
    if not use_digits:
        try:
            images, labels = mnist.load("test")
            return FOLDER / "mnist.h5", images.astype(np.float32) / 255.0, labels.astype(np.int64)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            print(f"MNIST cannot be had, so here are scikit-learn's handwritten digits instead ({reason})")
    _, (images, labels) = digits.load_data()
    return FOLDER / "digits.h5", images.astype(np.float32) / 255.0, labels.astype(np.int64)


def convert(model: Path, optimizations: list[lite.Optimize]) -> tuple[bytes, float]:
    """Returns the .tflite file and the milliseconds its conversion took."""
    start = time.perf_counter()
    converter = lite.TFLiteConverter.from_keras_model(str(model))
    converter.optimizations = optimizations
    content = converter.convert()
    return content, (time.perf_counter() - start) * 1e3


def evaluate(name: str, content: bytes, convert_ms: float, images: npt.NDArray[np.float32]) -> Result:
    """Runs the images one by one, as an application would."""
    interpreter = lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]
    probabilities = np.empty((len(images), 10), np.float32)
    seconds = np.empty(len(images))
    for i in track(range(len(images)), f"{name:8}"):
        interpreter.set_tensor(source, images[i : i + 1])
        start = time.perf_counter()
        interpreter.invoke()
        seconds[i] = time.perf_counter() - start
        probabilities[i] = interpreter.get_tensor(target)[0]
    return Result(name, content, convert_ms, probabilities, float(np.median(seconds)) * 1e6)


def table(results: list[Result], labels: Labels) -> str:
    """One line per model; ratio and agreement are relative to the first."""
    lines = ["model        bytes  ratio  accuracy  agreement  us/image  convert ms"]
    base = results[0]
    for result in results:
        lines.append(
            f"{result.name:8} {len(result.content):9,}  {len(base.content) / len(result.content):4.2f}x"
            f"  {np.mean(result.predictions == labels):8.4f}"
            f"  {np.mean(result.predictions == base.predictions):9.4f}"
            f"  {result.micros_per_image:8.1f}  {result.convert_ms:10.1f}"
        )
    return "\n".join(lines)


def draw(result: Result, images: npt.NDArray[np.float32], labels: Labels, path: Path) -> None:
    """A grid of digits with prediction and confidence: the first ones, then wrong ones, which are red."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows, columns = 5, 8
    wrong = np.flatnonzero(result.predictions != labels)[: 2 * columns]
    right = np.flatnonzero(result.predictions == labels)[: rows * columns - len(wrong)]
    figure, axes = plt.subplots(rows, columns, figsize=(columns * 1.4, rows * 1.6))
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, i in zip(axes.flat, np.concatenate([right, wrong]), strict=False):
        predicted, is_wrong = result.predictions[i], result.predictions[i] != labels[i]
        title = f"{predicted}  {result.probabilities[i, predicted]:.0%}"
        color = "red" if is_wrong else "black"
        axis.imshow(images[i], cmap="gray_r")
        axis.set_title(f"{title} (is {labels[i]})" if is_wrong else title, color=color)
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description="Converts, quantizes and evaluates a digit model.")
    parser.add_argument("--digits", action="store_true", help="do not look for MNIST")
    parser.add_argument("--images", type=int, help="evaluate only the first N test images")
    parser.add_argument("--output", type=Path, default=Path("build/demo"))
    args = parser.parse_args()

    model, images, labels = load_images(args.digits)
    images, labels = images[: args.images], labels[: args.images]
    args.output.mkdir(parents=True, exist_ok=True)
    results = []
    for name, optimizations in (("float", []), ("dynamic", [lite.Optimize.DEFAULT])):
        content, convert_ms = convert(model, optimizations)
        (args.output / f"{model.stem}_{name}.tflite").write_bytes(content)
        results.append(evaluate(name, content, convert_ms, images))
    print(f"\n{len(images):,} test images, one at a time\n{table(results, labels)}\n")
    picture = args.output / f"{model.stem}.png"
    draw(results[-1], images, labels, picture)
    print(f"The two .tflite files and the picture are in {args.output}: {picture}")


if __name__ == "__main__":
    main()
