"""Tables and sizes as plain text."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["aligned", "size"]


def aligned(rows: Sequence[Sequence[str]], text_columns: int = 1) -> list[str]:
    """One line per row: the first `text_columns` columns flush left, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if i < text_columns else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def size(count: float) -> str:
    """Bytes as people write them."""
    if count < 10_000:
        return f"{count:,.0f} B"
    return f"{count / 1e3:,.1f} kB" if count < 1e6 else f"{count / 1e6:,.2f} MB"
