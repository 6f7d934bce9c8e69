"""litewright.progress"""

from __future__ import annotations

import io

import pytest

from litewright.progress import ProgressBar, track


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_ends_full_on_a_terminal() -> None:
    stream = Terminal()
    with ProgressBar("digits", 3, stream=stream) as bar:
        for _ in range(3):
            bar.update()
    assert "digits [" + "#" * 30 + "] 100%" in stream.getvalue()
    assert stream.getvalue().endswith("\n")


def test_bar_without_a_total_counts() -> None:
    stream = Terminal()
    with ProgressBar("bytes", None, stream=stream) as bar:
        bar.update(4096)
    assert "bytes 4096" in stream.getvalue()


@pytest.mark.parametrize("items", [[1, 2, 3], iter([1, 2, 3])], ids=["list", "iterator"])
def test_track_is_silent_off_a_terminal(items, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track(items, "label", enabled=False)) == [1, 2, 3]
    assert capsys.readouterr().err == ""
