"""A progress bar on standard error, silent where standard error is not a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from types import TracebackType
from typing import TextIO, TypeVar

T = TypeVar("T")
_WIDTH = 30
_REDRAW_SECONDS = 0.1


class ProgressBar:
    """Shows how much of `total` steps is done; use it as a context manager and call `update`.

    With `total=None` only the count is shown. `enabled=None` asks whether `stream` is a terminal.
    """

    def __init__(
        self, label: str, total: int | None, *, stream: TextIO | None = None, enabled: bool | None = None
    ) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self._stream = sys.stderr if stream is None else stream
        self._enabled = self._stream.isatty() if enabled is None else enabled
        self._start = time.monotonic()
        self._last_draw = 0.0

    def update(self, steps: int = 1) -> None:
        """Adds `steps` to what is done."""
        self.done += steps
        now = time.monotonic()
        if self._enabled and now - self._last_draw >= _REDRAW_SECONDS:
            self._last_draw = now
            self._draw()

    def _draw(self) -> None:
        seconds = time.monotonic() - self._start
        if self.total:
            share = min(self.done / self.total, 1.0)
            bar = ("#" * int(share * _WIDTH)).ljust(_WIDTH, ".")
            text = f"{self.label} [{bar}] {share:4.0%} {seconds:5.1f} s"
        else:
            text = f"{self.label} {self.done} {seconds:5.1f} s"
        self._stream.write("\r" + text)
        self._stream.flush()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._enabled:
            self._draw()
            self._stream.write("\n")
            self._stream.flush()


def track(items: Iterable[T], label: str, *, enabled: bool | None = None) -> Iterator[T]:
    """Yields `items` one by one behind a progress bar."""
    total = len(items) if isinstance(items, Sized) else None
    with ProgressBar(label, total, enabled=enabled) as bar:
        for item in items:
            yield item
            bar.update()
