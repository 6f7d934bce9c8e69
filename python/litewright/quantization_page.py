"""A quantization report as an HTML page with plots in SVG."""

from __future__ import annotations

import math
from html import escape

from litewright.pages import page as whole_page
from litewright.pages.charts import Bar, bars, table
from litewright.quantization_report import (
    FINE,
    POOR,
    OperatorReport,
    QuantizationReport,
    cells,
    headings,
)

_TOP = 60.0  # dB at the right end


def _grade(row: OperatorReport) -> str:
    return "poor" if row.sqnr < POOR else "fair" if row.sqnr < FINE else "fine"


def _sqnr_plot(rows: list[OperatorReport]) -> str:
    values: list[Bar] = []
    for row in rows:
        exact = math.isinf(row.sqnr)
        share = 1.0 if exact else min(max(row.sqnr / _TOP, 0.0), 1.0)
        values.append((0.0, share, _grade(row), "exact" if exact else f"{row.sqnr:.1f} dB"))
    return bars([row.place for row in rows], values, "signal-to-quantization-noise ratio by operator")


def _range_plot(rows: list[OperatorReport]) -> str:
    bound = max((max(-row.min, row.max, 0.0) for row in rows if math.isfinite(row.max)), default=0.0) or 1.0
    values: list[Bar] = []
    for row in rows:
        low, high = (row.min, row.max) if math.isfinite(row.max) else (0.0, 0.0)
        values.append((0.5 + low / bound / 2, 0.5 + high / bound / 2, "range", f"{low:.3g} to {high:.3g}"))
    return bars([row.place for row in rows], values, "range by operator")


def worst_layers(report: QuantizationReport) -> str:
    """The worst operators with advice, as a list."""
    entries = "".join(
        f"<li><b>{escape(row.place)}</b> ({escape(row.name)}), {row.sqnr:.1f} dB:"
        f" {escape(row.advice or 'fine')}</li>"
        for row in report.worst()
    )
    return f"<ol>{entries}</ol>"


def page(report: QuantizationReport) -> str:
    """The page's source."""
    rows = report.operators
    body = (
        "<main><h1>Quantization report</h1>"
        + "".join(f"<p>{escape(line)}</p>" for line in report.summary())
        + f"<h2>Worst</h2>{worst_layers(report)}"
        f"<h2>Signal-to-quantization-noise ratio</h2>{_sqnr_plot(rows)}"
        f"<h2>Ranges</h2>{_range_plot(rows)}"
        f"<h2>Operators</h2>{table(headings(), [cells(row) for row in rows], text_columns=3)}</main>"
    )
    return whole_page("Quantization report", body, styles=("report.css",))
