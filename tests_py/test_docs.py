"""The documentation that is made from the code is up to date."""

import subprocess
import sys

import pytest

from litewright import _core, docs


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
