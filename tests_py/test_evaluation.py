"""Figures of classifiers against counting by hand, and the report."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from keras_files import dense, write_sequential

from litewright import lite
from litewright.evaluation import evaluate
from litewright.pages.evaluation import write
from litewright.quantization import quantize
from litewright.samples import Samples

CLASSES = ["<low>", "middle", "high"]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> list[Path]:
    """A model that says which of its three inputs is the largest, and its quantized copy."""
    folder = tmp_path_factory.mktemp("evaluation")
    weights = {"scores": {"kernel": 4 * np.eye(3, dtype=np.float32), "bias": np.zeros(3, np.float32)}}
    path = write_sequential(folder / "m.h5", [None, 3], [dense("scores", 3, "softmax")], weights)
    content = lite.TFLiteConverter.from_keras_model(str(path)).convert()
    quantized = quantize(
        content, "int8", lambda: ([np.eye(3, dtype=np.float32)[i : i + 1]] for i in range(3))
    )
    for name, model in (("float.tflite", content), ("int8.tflite", quantized)):
        (folder / name).write_bytes(model)
    return [folder / "float.tflite", folder / "int8.tflite"]


@pytest.fixture(scope="module")
def samples() -> Samples:
    values = np.random.default_rng(0).uniform(0, 1, (60, 3)).astype(np.float32)
    labels = values.argmax(axis=1)
    labels[:6] = (labels[:6] + 1) % 3
    return Samples(60, lambda index: [values[index]], labels, CLASSES)


def test_figures(models, samples):
    first, second = (evaluate(model, samples) for model in models)
    assert first.accuracy() == pytest.approx(54 / 60)
    assert first.accuracy(3) == 1.0
    counts = first.confusion()
    assert counts.sum() == 60 and counts.trace() == 54
    assert first.agreement(second) == np.mean(first.predictions == second.predictions) > 0.9
    assert first.bytes == models[0].stat().st_size
    assert first.percentile(50) <= first.percentile(99)
    assert (first.confidence > 1 / 3).all()


def test_unlabelled_samples_have_no_accuracy(models, samples):
    result = evaluate(models[0], Samples(5, samples.get))
    assert result.accuracy() is None
    with pytest.raises(ValueError, match="labels"):
        result.confusion()


def test_report_is_well_formed_and_complete(models, samples, tmp_path):
    results = [evaluate(model, samples) for model in models]
    path = tmp_path / "report.html"
    write(path, results, [str(model) for model in models], samples)
    page = path.read_text(encoding="utf-8")
    tree = ElementTree.fromstring(page.replace("<!DOCTYPE html>", ""))
    text = "".join(tree.itertext())
    assert f"{results[0].accuracy():.2%}" in text and "<low>" in text
    assert len(tree.findall(".//svg")) == 4  # sizes, wrong answers, two latencies
    assert len(tree.findall(".//table[@class='confusion']")) == 2
    assert "Worst layers of int8.tflite" in text
    assert "http" not in page


def test_many_classes_are_shown_as_pairs(models, samples, tmp_path):
    result = evaluate(models[0], samples)
    result.num_classes = 30
    path = tmp_path / "report.html"
    write(path, [result], [str(models[0])], samples)
    assert "Taken for" in path.read_text(encoding="utf-8")
