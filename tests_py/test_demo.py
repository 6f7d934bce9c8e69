"""examples/mnist/demo.py with MNIST, and where MNIST cannot be had."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

MAX_FLOAT_BYTES, MAX_DYNAMIC_BYTES = 448_468, 117_672  # TensorFlow's files of this architecture


def run_demo(root: Path, output: Path, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, str(root / "examples/mnist/demo.py"), "--output", str(output)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def rows(text: str) -> dict[str, list[float]]:
    """Model name -> bytes, ratio, accuracy, agreement, microseconds, milliseconds."""
    found = re.findall(r"^(float|dynamic) +(.+)$", text, re.MULTILINE)
    return {name: [float(cell.strip("x").replace(",", "")) for cell in row.split()] for name, row in found}


def is_png(path: Path) -> bool:
    return path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_mnist(root: Path, mnist_folder: Path, tmp_path: Path) -> None:
    text = run_demo(root, tmp_path, LITEWRIGHT_DATA=str(mnist_folder))
    table = rows(text)
    assert "10,000 test images" in text
    assert table["float"][0] <= MAX_FLOAT_BYTES
    assert table["dynamic"][0] <= MAX_DYNAMIC_BYTES
    assert table["float"][2] >= 0.987 and table["dynamic"][2] >= 0.987
    assert abs(table["float"][2] - table["dynamic"][2]) <= 0.0005
    assert is_png(tmp_path / "mnist.png")
    assert (tmp_path / "mnist_float.tflite").stat().st_size == table["float"][0]


def test_digits_where_mnist_cannot_be_had(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    nowhere = str(tmp_path / "nowhere")
    text = run_demo(
        root,
        tmp_path,
        LITEWRIGHT_DATA=nowhere,
        XDG_CACHE_HOME=nowhere,
        https_proxy="http://127.0.0.1:9",
    )
    table = rows(text)
    assert text.startswith("MNIST cannot be had")
    assert "360 test images" in text
    assert table["float"][2] >= 0.95 and table["dynamic"][2] >= 0.95
    assert is_png(tmp_path / "digits.png")
