"""What `litewright evaluate` found, as a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from litewright import _core
from litewright.evaluation import Evaluation
from litewright.files import replace_file
from litewright.pages import page
from litewright.pages.charts import Bar, bars, confusion, histogram, table
from litewright.quantization_page import worst_layers
from litewright.quantization_report import QuantizationReport
from litewright.runner import Runner
from litewright.samples import Samples

__all__ = ["write"]

_MANY_CLASSES = 24
_SHOWN_PAIRS = 15
_REPORT_SAMPLES = 8


def write(
    target: str | os.PathLike[str],
    results: Sequence[Evaluation],
    models: Sequence[str],
    samples: Samples,
    preprocess: str = "none",
) -> None:
    """Writes a page that needs no other file and no network.

    Args:
      results: one per model; the first model is the reference.
      models: the models' files, for what quantization did to their layers.
      samples, preprocess: what they were evaluated on.

    Raises:
      OSError: the file cannot be written.
    """
    parts = ["<main><h1>Evaluation</h1>", _figures(results), _plots(results), _latencies(results)]
    if results[0].labels is not None:
        parts += [_confusions(results)]
    parts += [_worst(models[0], other, samples, preprocess) for other in models[1:]]
    source = page("Evaluation", "".join(parts) + "</main>", styles=("report.css",))
    replace_file(target, source)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"


def _figures(results: Sequence[Evaluation]) -> str:
    base = results[0]
    columns = ["Model", "Bytes", "Smaller", "Accuracy", "Top 5", "Agreement", "Median ms", "99 % below ms"]
    rows = [
        [
            result.name,
            f"{result.bytes:,}",
            f"{base.bytes / result.bytes:.2f} x",
            _percent(result.accuracy()),
            _percent(result.accuracy(5)) if result.top.shape[1] == 5 else "",
            _percent(result.agreement(base)),
            f"{result.percentile(50):.3f}",
            f"{result.percentile(99):.3f}",
        ]
        for result in results
    ]
    note = f"{len(base.top):,} samples, one at a time; agreement is with {escape(base.name)}."
    return f'<p class="soft">{note}</p><div class="card">{table(columns, rows)}</div>'


def _plots(results: Sequence[Evaluation]) -> str:
    names = [result.name for result in results]
    largest = max(result.bytes for result in results)
    sizes: list[Bar] = [(0.0, r.bytes / largest, "range", f"{r.bytes / 1e3:,.1f} kB") for r in results]
    parts = ["<h2>Size</h2>", bars(names, sizes, "size of each model")]
    if results[0].labels is not None:
        shares = [1 - (result.accuracy() or 0.0) for result in results]
        most = max([*shares, 1e-9])
        wrong: list[Bar] = [(0.0, share / most, "poor", f"{share:.2%}") for share in shares]
        parts += ["<h2>Wrong answers</h2>", bars(names, wrong, "share of wrong answers of each model")]
    return "".join(parts)


def _latencies(results: Sequence[Evaluation]) -> str:
    cards = "".join(
        f'<section class="card"><h3>{escape(result.name)}</h3>'
        + histogram(result.seconds * 1e3, "ms", f"latency of {result.name}")
        + f"<p>median {result.percentile(50):.3f} ms, 90 % below {result.percentile(90):.3f} ms, 99 % below"
        f" {result.percentile(99):.3f} ms</p></section>"
        for result in results
    )
    return f'<h2>Latency</h2><div class="pair">{cards}</div>'


def _confusions(results: Sequence[Evaluation]) -> str:
    parts = []
    for result in results:
        counts = result.confusion()
        names = [result.class_name(i) for i in range(len(counts))]
        small = len(counts) <= _MANY_CLASSES
        shown = confusion(counts, names) if small else _pairs(result)
        parts.append(f'<section class="card"><h3>{escape(result.name)}</h3>{shown}</section>')
    return f'<h2>What was taken for what</h2><div class="pair">{"".join(parts)}</div>'


def _pairs(result: Evaluation) -> str:
    """The most frequent mistakes, where there are too many classes for a matrix."""
    counts = result.confusion()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:_SHOWN_PAIRS]
    rows = [
        [result.class_name(int(label)), result.class_name(int(taken)), str(counts[label, taken])]
        for label, taken in zip(*np.unravel_index(order, counts.shape), strict=True)
        if counts[label, taken]
    ]
    return table(["Is", "Taken for", "Times"], rows, text_columns=2) if rows else "<p>No mistakes.</p>"


def _worst(first: str, second: str, samples: Samples, preprocess: str) -> str:
    """What quantization did to the layers of `second`, where it was made from `first`; else nothing."""
    original, quantized = (_core.Graph.read(Path(path).read_bytes()) for path in (first, second))
    runner = Runner(first, preprocess=preprocess)
    chosen = [runner.prepare(sample) for sample in samples.spread(_REPORT_SAMPLES)]
    try:
        report = QuantizationReport(original, quantized, chosen, mode=Path(second).name)
    except (ValueError, RuntimeError):
        return ""
    if not report.worst():
        return ""
    return f"<h2>Worst layers of {escape(Path(second).name)}</h2>{worst_layers(report)}"
