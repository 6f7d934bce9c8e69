"""Reports after quantization, and target_error."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from quant_models import classifier, converter, dataset, images, one_bad_layer, relative_error, run

import litewright
import litewright.lite as lite

SAMPLES = dataset(200, (16,))
Options = litewright.QuantizationOptions


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_bad_layer(tmp_path_factory.mktemp("models") / "bad.h5")


@pytest.fixture(scope="module")
def report(bad: Path) -> litewright.QuantizationReport:
    made = converter(bad, SAMPLES)
    made.convert()
    return made.quantization_report


def test_the_bad_layer_is_named_first(report):
    worst = report.worst()
    assert worst[0].layer == "d2"
    assert worst[0].sqnr < 20 < 25 < worst[1].sqnr
    assert "keep_float=['d2']" in worst[0].advice
    assert "equalize=True" in worst[0].advice
    text = str(report)
    assert text.index("\nWorst:\n  d2 (FULLY_CONNECTED)") > 0


def test_the_report_states_ranges_sizes_and_types(report):
    assert [row.layer for row in report.operators] == ["d0", "d1", "d2", "d3"]
    for row in report.operators:
        assert row.dtype == "int8"
        assert row.bytes_before == 4 * (16 * 16 + 16)
        assert row.bytes_after == 16 * 16 + 4 * 16
        assert row.min < row.max
        assert 0 < row.scale < (row.max - row.min) / 100
        assert 0 <= row.saturated <= 1
        assert row.worst_error >= abs(row.mean_error)
    assert report.inputs == [("input_1", "float32")]
    assert report.outputs[0][1] == "float32"
    assert report.output_error > 0.1
    assert (report.bytes_before, report.bytes_after) == (4 * 1088, 4 * 320)


def test_the_page_is_well_formed_and_complete(report, tmp_path):
    path = tmp_path / "report.html"
    report.to_html(path)
    page = path.read_text(encoding="utf-8")
    tree = ElementTree.fromstring(page.replace("<!DOCTYPE html>", ""))
    assert len(tree.findall(".//svg")) == 2
    assert len(tree.findall(".//svg//rect")) == 2 * len(report.operators)
    assert len(tree.findall(".//li")) == 4
    assert "http" not in page.replace("http://www.w3.org", "")
    with pytest.raises(OSError):
        report.to_html(tmp_path / "missing" / "report.html")


@pytest.mark.parametrize("target", [0.05, 0.02])
def test_target_error_keeps_the_bad_layer_float(target, bad):
    made = converter(bad, SAMPLES, quantization_options=Options(target_error=target))
    content = made.convert()
    report = made.quantization_report
    assert report.kept_float[0] == "d2"
    assert report.output_error <= target
    if target == 0.05:
        assert report.kept_float == ["d2"]
        assert "Kept float to reach target_error: d2." in str(report)
    inputs = images(20, seed=77, shape=(16,))
    original = lite.TFLiteConverter.from_keras_model(bad).convert()
    assert relative_error(run(lite, content, inputs), run(lite, original, inputs)) < 3 * target


def test_target_error_that_is_met_keeps_nothing(tmp_path):
    made = converter(classifier(tmp_path / "m.h5"), dataset(), quantization_options=Options(target_error=0.5))
    assert made.convert() == converter(classifier(tmp_path / "m.h5"), dataset()).convert()
    assert made.quantization_report.kept_float == []


def test_target_error_out_of_reach(bad):
    made = converter(
        bad, SAMPLES, inference_input_type=np.int8, quantization_options=Options(target_error=1e-9)
    )
    with pytest.raises(ValueError, match="with all 4 layers kept float the error is"):
        made.convert()


def test_equalization_repairs_the_bad_layer_too(bad):
    made = converter(bad, SAMPLES, quantization_options=Options(equalize=True))
    made.convert()
    plain = converter(bad, SAMPLES)
    plain.convert()
    assert made.quantization_report.output_error < 0.8 * plain.quantization_report.output_error


def test_files_are_reported_on_as_well(bad):
    content = lite.TFLiteConverter.from_keras_model(bad).convert()
    quantized = litewright.quantize(content, "int8", SAMPLES, target_error=0.05)
    assert len(quantized.kept_float) == 1
    assert quantized.report is quantized.report
    assert quantized.report.output_error <= 0.05
    weights_only = litewright.quantize(content, "float16").report
    assert "random inputs" in str(weights_only)
    assert weights_only.output_error < 1e-2


def test_there_is_no_report_without_quantization(bad):
    made = lite.TFLiteConverter.from_keras_model(bad)
    made.convert()
    with pytest.raises(ValueError, match="has not quantized"):
        _ = made.quantization_report
