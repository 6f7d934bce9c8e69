"""litewright bench: latency, side by side with other engines where they are installed."""

from __future__ import annotations

import argparse

from litewright import bench
from litewright.cli import arguments as args
from litewright.cli.output import Result, Table, UsageError

SUMMARY = "Measure a model's latency, in turns with LiteRT where ai-edge-litert is installed"
EXAMPLES = (
    "litewright bench digits.tflite",
    "litewright bench digits.tflite --threads 2 --batch 8 --seconds 2",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("models", type=args.tflite, nargs="+", metavar="model", help="a .tflite file")
    parser.add_argument(
        "--seconds", type=float, default=2.0, metavar="S", help="how long to measure each model (2)"
    )
    parser.add_argument("--batch", type=args.positive, default=1, metavar="N")
    parser.add_argument("--engines", default=",".join(bench.ENGINES), help="a choice of %(default)s")
    args.add_threads(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Measures every model."""
    names = arguments.engines.split(",")
    unknown = [name for name in names if name not in bench.ENGINES]
    if unknown or bench.ENGINES[0] not in names:
        raise UsageError(f"--engines is a choice of {', '.join(bench.ENGINES)} with {bench.ENGINES[0]}")
    if not 0 < arguments.seconds <= 3600:
        raise UsageError("--seconds is a number above 0 and up to 3600")
    rows, data = [], {}
    for model in arguments.models:
        runs = bench.engines(model, arguments.threads, arguments.batch, names)
        figures = bench.summary(bench.compare(runs, arguments.seconds))
        data[str(model)] = figures
        for engine, row in figures.items():
            ratio = f"{row['ratio']:.2f} ({row['low']:.2f}-{row['high']:.2f})" if "ratio" in row else "1"
            rows.append((model.name, engine, f"{row['ms']:.3f}", f"{row['cpu_ms']:.3f}", ratio))
    columns = ("model", "engine", "ms", "CPU ms", "times ours (quartiles)")
    return Result(
        {"batch": arguments.batch, "threads": arguments.threads, "models": data}, [Table(columns, rows, 2)]
    )
