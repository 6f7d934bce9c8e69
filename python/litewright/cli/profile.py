"""litewright profile: where a run's time goes."""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from litewright.cli import arguments as args
from litewright.cli.output import Result, Table
from litewright.inspection import inspect
from litewright.profiling import OperatorTime
from litewright.runner import Runner, random_samples

SUMMARY = "Show how long each operator takes"
EXAMPLES = (
    "litewright profile digits.tflite",
    "litewright profile digits.tflite --by-type --threads 2",
    "litewright profile digits.tflite --trace trace.json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("model", type=args.tflite, help="a .tflite file")
    parser.add_argument("--runs", type=args.positive, default=50, metavar="N", help="runs to measure (50)")
    parser.add_argument("--by-type", action="store_true", help="one row per kind of operator")
    parser.add_argument(
        "--trace", type=Path, metavar="FILE", help="write a timeline for Chrome's about:tracing"
    )
    args.add_threads(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Runs the model on random numbers and tells where the time goes."""
    content = arguments.model.read_bytes()
    runner = Runner(content, threads=arguments.threads)
    runner.load(random_samples(runner.inputs, 1)[0])
    runner.interpreter.invoke()
    start = time.perf_counter()
    with runner.interpreter.profile() as profile:
        for _ in range(arguments.runs):
            runner.interpreter.invoke()
    total = (time.perf_counter() - start) * 1e3 / arguments.runs
    operators = _operators(content, profile.operators)
    line = f"{total:.3f} ms a run (mean of {arguments.runs}, {arguments.threads} threads)"
    result = Result({"total_ms": total, "runs": arguments.runs, "operators": operators}, [line])
    result.blocks.append(_by_type(operators) if arguments.by_type else _by_operator(operators))
    if arguments.trace:
        profile.save_chrome_trace(arguments.trace)
        result.blocks.append(f"wrote {arguments.trace}")
    return result


def _operators(content: bytes, times: list[OperatorTime]) -> list[dict[str, Any]]:
    """The operators of the main subgraph, and the mean of their times."""
    graph = inspect(content).main
    means = {row.node: row.milliseconds / row.runs for row in times if row.subgraph == 0 and row.runs}
    whole = sum(means.values()) or 1.0
    rows = []
    for op in graph.operators:
        milliseconds = means.get(op.index, 0.0)
        result = next((graph.tensors[i].name for i in op.outputs if i >= 0), "")
        rate = op.macs / milliseconds / 1e6 if milliseconds else 0.0
        rows.append(
            {"index": op.index, "operator": op.name, "result": result, "ms": milliseconds,
             "share": milliseconds / whole, "macs": op.macs, "gmacs_per_second": rate}
        )  # fmt: skip
    return rows


def _by_operator(operators: list[dict[str, Any]]) -> Table:
    rows = [
        (str(row["index"]), row["operator"], row["result"], f"{row['ms']:.4f}", f"{row['share']:.1%}",
         f"{row['macs']:,}", f"{row['gmacs_per_second']:.1f}")
        for row in sorted(operators, key=lambda row: -row["ms"])
    ]  # fmt: skip
    return Table(("#", "operator", "result", "ms", "share", "MACs", "GMACs/s"), rows, 3)


def _by_type(operators: list[dict[str, Any]]) -> Table:
    groups = defaultdict(list)
    for row in operators:
        groups[row["operator"]].append(row)
    sums = {name: sum(row["ms"] for row in rows) for name, rows in groups.items()}
    rows = [
        (
            name,
            str(len(groups[name])),
            f"{sums[name]:.4f}",
            f"{sum(row['share'] for row in groups[name]):.1%}",
        )
        for name in sorted(groups, key=lambda name: -sums[name])
    ]
    return Table(("operator", "count", "ms", "share"), rows)
