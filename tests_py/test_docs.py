"""The documentation that is made from the code is up to date."""

import re
import subprocess
import sys

import numpy as np
import pytest
from keras_files import layer, write_sequential

from litewright import _core, docs, layers, lite


@pytest.mark.parametrize("page", docs.PAGES)
def test_pages_are_current(page, root):
    stored = (root / "docs" / f"{page}.md").read_text()
    assert stored == docs.PAGES[page](), f"run: python -m litewright.docs {page} > docs/{page}.md"


def test_every_operator_is_described():
    rows = _core.op_table()
    text = docs.operators()
    assert all(f"| {row['name']} | {row['code']} |" in text for row in rows)
    assert len({row["code"] for row in rows}) == len(rows)
    for row in rows:
        assert row["max_version"] >= 1 and row["types"] and row["quantization"], row["name"]


def test_unknown_pages_are_refused():
    process = subprocess.run(
        [sys.executable, "-m", "litewright.docs", "nope"], capture_output=True, text=True
    )
    assert process.returncode == 2 and "operators" in process.stderr


def test_the_example_of_a_custom_layer_runs(root, tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", (root / "docs" / "custom_layers.md").read_text(), re.S)
    assert len(blocks) == 1
    monkeypatch.setattr(layers, "_registered", {})
    weights = {"s": {"factor": np.float32([2, -3])}}
    write_sequential(tmp_path / "model.keras", [None, 2], [layer("Scale", "s", positive=True)], weights)
    monkeypatch.chdir(tmp_path)
    names: dict[str, bytes] = {}
    exec(blocks[0], names)
    runner = lite.Interpreter(model_content=names["content"]).get_signature_runner()
    (name,) = runner.get_input_details()
    assert [value.tolist() for value in runner(**{name: np.ones((1, 2), np.float32)}).values()] == [[[2, 0]]]
