"""Plots as SVG and tables as HTML, in the colours of base.css."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt

__all__ = ["Bar", "bars", "confusion", "histogram", "table"]

_ROW, _LABEL, _PLOT, _TEXT = 20, 250, 420, 130  # pixels: height of a row, widths of label, plot and text
_LETTER = 7.2  # the width of a letter, more or less
_BINS, _WIDTH, _HEIGHT = 48, 560, 150

#: From and to in shares of the width, a class of the style sheet and a text.
Bar = tuple[float, float, str, str]


def bars(names: Sequence[str], values: Sequence[Bar], label: str) -> str:
    """One bar per name."""
    column = min(_LABEL, round(_LETTER * max(map(len, names), default=0)) + 12)
    width = column + _PLOT + _TEXT
    parts = [
        f'<div class="scroll"><svg role="img" aria-label="{escape(label)}" width="{width}"'
        f' height="{_ROW * len(names) + 4}">'
    ]
    for i, (name, (low, high, css, text)) in enumerate(zip(names, values, strict=True)):
        y = i * _ROW
        left, right = column + low * _PLOT, column + high * _PLOT
        shown = name if len(name) <= 34 else "…" + name[-33:]
        parts.append(
            f'<g><title>{escape(name)}</title><text x="{column - 8}" y="{y + 14}" text-anchor="end">'
            f'{escape(shown)}</text><rect class="{css}" x="{left:.1f}" y="{y + 4}"'
            f' width="{max(right - left, 1):.1f}" height="12"/>'
            f'<text x="{right + 5:.1f}" y="{y + 14}">{escape(text)}</text></g>'
        )
    return "".join(parts) + "</svg></div>"


def histogram(values: npt.NDArray[np.float64], unit: str, label: str) -> str:
    """How often values occur; the few that are far from the others are left out."""
    low, high = float(values.min()), float(min(np.percentile(values, 99), 3 * np.median(values)))
    high = high if high > low else low * 1.01 + 1e-9
    counts, _ = np.histogram(values, _BINS, (low, high))
    step, most = _WIDTH / _BINS, max(int(counts.max()), 1)
    rects = "".join(
        f'<rect class="range" x="{i * step:.1f}" y="{_HEIGHT * (1 - count / most):.1f}"'
        f' width="{step - 1:.1f}" height="{_HEIGHT * count / most:.1f}"/>'
        for i, count in enumerate(counts)
    )
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {_WIDTH} {_HEIGHT + 22}"'
        f' class="plot">{rects}'
        f'<text x="0" y="{_HEIGHT + 16}">{low:.3g} {unit}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 16}" text-anchor="end">{high:.3g} {unit}</text></svg>'
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int = 1) -> str:
    """A table; the first `text_columns` columns are flush left."""

    css = ' class="text"'

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{css if i < text_columns else ''}>{escape(cell)}</{tag}>" for i, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    head = f"<thead><tr>{cells('th', columns)}</tr></thead>"
    return f'<div class="scroll"><table>{head}<tbody>{body}</tbody></table></div>'


def confusion(counts: npt.NDArray[np.int64], names: Sequence[str]) -> str:
    """A matrix: what it is by row, what it was taken for by column; the darker a cell, the more often."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = []
    for i, name in enumerate(names):
        total = max(int(counts[i].sum()), 1)
        cells = "".join(
            f'<td class="{"right" if i == k else "wrong"}" style="--share:{_visible(count / total):.0f}%">'
            f"{count or ''}</td>"
            for k, count in enumerate(counts[i])
        )
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    return (
        '<div class="scroll"><table class="confusion"><thead><tr><th>is \\ taken for</th>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _visible(share: float) -> float:
    """Percent of colour: a single mistake among thousands should still be seen."""
    return 0.0 if share == 0 else 8 + 72 * min(share, 1.0) ** 0.5
