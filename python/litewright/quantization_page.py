"""A quantization report as an HTML page with plots in SVG."""

from __future__ import annotations

import math
from html import escape

from litewright.quantization_report import (
    FINE,
    POOR,
    OperatorReport,
    QuantizationReport,
    cells,
    headings,
)

_ROW, _LABEL, _PLOT = 18, 260, 520  # pixels: height of a row, width of the labels and of the plot
_TOP = 60.0  # dB at the right end
_STYLE = """\
body{font:14px sans-serif;margin:2em;max-width:100em}table{border-collapse:collapse}
td,th{padding:2px 8px;text-align:right;border-bottom:1px solid #ddd}
td:nth-child(-n+3),th:nth-child(-n+3){text-align:left}
svg text{font:11px sans-serif}.poor{fill:#c0392b}.fair{fill:#e0a030}.fine{fill:#3a8f5c}.range{fill:#4a78b5}"""


def _grade(row: OperatorReport) -> str:
    return "poor" if row.sqnr < POOR else "fair" if row.sqnr < FINE else "fine"


def _plot(rows: list[OperatorReport], bars: list[tuple[float, float, str, str]], label: str) -> str:
    """One bar per row, from and to in shares of the width, with a class and a text."""
    parts = [
        f'<svg role="img" aria-label="{escape(label)}" width="{_LABEL + _PLOT + 90}"'
        f' height="{_ROW * len(rows) + 4}">'
    ]
    for i, (row, (low, high, css, text)) in enumerate(zip(rows, bars, strict=True)):
        y = i * _ROW
        left, right = _LABEL + low * _PLOT, _LABEL + high * _PLOT
        name = row.place if len(row.place) <= 40 else "…" + row.place[-39:]
        parts.append(
            f'<text x="{_LABEL - 6}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="{css}" x="{left:.1f}" y="{y + 3}" width="{max(right - left, 1):.1f}" height="12"/>'
            f'<text x="{right + 4:.1f}" y="{y + 13}">{escape(text)}</text>'
        )
    return "".join(parts) + "</svg>"


def _sqnr_plot(rows: list[OperatorReport]) -> str:
    bars = []
    for row in rows:
        exact = math.isinf(row.sqnr)
        share = 1.0 if exact else min(max(row.sqnr / _TOP, 0.0), 1.0)
        bars.append((0.0, share, _grade(row), "exact" if exact else f"{row.sqnr:.1f} dB"))
    return _plot(rows, bars, "signal-to-quantization-noise ratio by operator")


def _range_plot(rows: list[OperatorReport]) -> str:
    bound = max((max(-row.min, row.max, 0.0) for row in rows if math.isfinite(row.max)), default=0.0) or 1.0
    bars = []
    for row in rows:
        low, high = (row.min, row.max) if math.isfinite(row.max) else (0.0, 0.0)
        bars.append((0.5 + low / bound / 2, 0.5 + high / bound / 2, "range", f"{low:.3g} to {high:.3g}"))
    return _plot(rows, bars, "range by operator")


def page(report: QuantizationReport) -> str:
    """The page's source."""
    rows = report.operators
    head = "".join(f"<th>{escape(name)}</th>" for name in headings())
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells(row)) + "</tr>" for row in rows
    )
    worst = "".join(
        f"<li><b>{escape(row.place)}</b> ({escape(row.name)}), {row.sqnr:.1f} dB:"
        f" {escape(row.advice or 'fine')}</li>"
        for row in report.worst()
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Quantization report</title>'
        f"<style>{_STYLE}</style></head><body><h1>Quantization report</h1>"
        + "".join(f"<p>{escape(line)}</p>" for line in report.summary())
        + f"<h2>Worst</h2><ol>{worst}</ol>"
        f"<h2>Signal-to-quantization-noise ratio</h2>{_sqnr_plot(rows)}"
        f"<h2>Ranges</h2>{_range_plot(rows)}"
        f"<h2>Operators</h2><table><tr>{head}</tr>{body}</table></body></html>\n"
    )
