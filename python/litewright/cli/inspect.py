"""litewright inspect: what is in a .tflite file."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from litewright.cli import arguments as args
from litewright.cli.output import Result, Table, size
from litewright.inspection import Inspection, SubgraphInfo, inspect

SUMMARY = "Show a model's operators, shapes, quantization, multiply-adds and memory"
EXAMPLES = (
    "litewright inspect digits.tflite",
    "litewright inspect digits.tflite --html digits.html",
    "litewright inspect digits.tflite --json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("model", type=args.tflite, help="a .tflite file")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write a page that shows the graph, and needs no network"
    )
    parser.add_argument("--summary", action="store_true", help="only what holds for the whole model")


def run(arguments: argparse.Namespace) -> Result:
    """Reads the model and describes it."""
    found = inspect(arguments.model)
    data = asdict(found) | {"macs": found.macs, "weight_bytes": found.weight_bytes}
    data["operator_counts"] = found.operator_counts()
    result = Result(data, [*summary(found)])
    if not arguments.summary:
        result.blocks += ["", operator_table(found.main)]
    if arguments.html:
        from litewright.pages.viewer import write

        write(arguments.model, arguments.html, found)
        result.blocks = [f"wrote {arguments.html}: {size(arguments.html.stat().st_size)}"]
        data["html"] = str(arguments.html)
    return result


def summary(found: Inspection) -> list[str]:
    """What holds for the whole model, line by line."""
    main = found.main
    lines = [
        f"{found.name}: {size(found.bytes)}, {len(main.operators)} operators, {found.macs / 1e6:,.2f} million"
        f" multiply-adds, {size(found.weight_bytes)} of constants"
    ]
    if found.memory:
        lines[0] += f", {size(found.memory['arena_bytes'])} of memory for activations"
    if found.problem:
        lines.append(f"cannot run: {found.problem}")
    for title, ids in (("input", main.inputs), ("output", main.outputs)):
        for index in ids:
            tensor = main.tensors[index]
            quantized = f", {tensor.quantization}" if tensor.quantization else ""
            lines.append(f"{title:6} {index}: {tensor.name} {tensor.dtype}{tensor.shape}{quantized}")
    for signature in found.signatures:
        names = [", ".join(signature[side]) for side in ("inputs", "outputs")]
        lines.append(f"signature {signature['key']}: {names[0]} -> {names[1]}")
    if len(found.subgraphs) > 1:
        lines.append(f"{len(found.subgraphs)} subgraphs; the operators of the first:")
    counts = (f"{name} {count}" for name, count in found.operator_counts().items())
    return [*lines, "operators: " + ", ".join(counts)]


def operator_table(graph: SubgraphInfo) -> Table:
    """One row per operator."""
    rows = []
    for op in graph.operators:
        result = next((graph.tensors[i] for i in op.outputs if i >= 0), None)
        rows.append(
            (
                str(op.index),
                f"{op.name} v{op.version}",
                result.name if result else "",
                f"{result.dtype}{result.shape}" if result else "",
                f"{op.macs:,}",
                f"{op.weight_bytes:,}",
                f"{op.output_bytes:,}",
            )
        )
    return Table(("#", "operator", "result", "type", "MACs", "weight bytes", "result bytes"), rows, 4)
