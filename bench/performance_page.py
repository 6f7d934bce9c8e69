"""Measures models side by side with LiteRT and writes docs/performance.md.

usage: performance_page.py MODEL.tflite ... [--threads N] [--seconds S] [--output FILE]

LiteRT is measured where ai-edge-litert is installed. The engines take turns, so that what else the machine
does meets both.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

from litewright import __version__, _core, bench  # noqa: E402
from litewright.cli.doctor import processor  # noqa: E402

HEAD = """\
# Performance

Made by `bench/performance_page.py`; do not edit. Litewright {version} on {processor}, instruction set {isa},
{threads} thread(s), batch 1. The engines took turns on the same input; times are medians, and the ratio is
LiteRT's time divided by ours, round by round, with its quartiles: above 1 we are faster.

| model | ours, ms | LiteRT, ms | ratio | ratio of CPU times |
| --- | ---: | ---: | ---: | ---: |
"""


def row(model: Path, threads: int, seconds: float) -> str:
    """A line of the table."""
    runs = bench.engines(model, threads, 1, ("ours", "litert"))
    figures = bench.summary(bench.compare(runs, seconds))
    ours, other = figures["ours"], figures.get("litert")
    if other is None:
        return f"| {model.stem} | {ours['ms']:.3f} | | | |"
    return (
        f"| {model.stem} | {ours['ms']:.3f} | {other['ms']:.3f}"
        f" | {other['ratio']:.2f} ({other['low']:.2f}-{other['high']:.2f})"
        f" | {other['cpu_ratio']:.2f} ({other['cpu_low']:.2f}-{other['cpu_high']:.2f}) |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "performance.md")
    arguments = parser.parse_args()
    head = HEAD.format(
        version=__version__, processor=processor(), isa=_core.current_isa(), threads=arguments.threads
    )
    rows = [row(model, arguments.threads, arguments.seconds) for model in arguments.models]
    arguments.output.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    print(head + "\n".join(rows))


if __name__ == "__main__":
    main()
