"""litewright diff: how two models differ."""

from __future__ import annotations

import argparse
from typing import Any

from litewright.cli import arguments as args
from litewright.cli.output import Result, Table, size
from litewright.inspection import Inspection, inspect
from litewright.runner import Runner, random_samples
from litewright.verification import Difference, difference

SUMMARY = "Compare two models: size, operators, tensors, and what they answer to the same inputs"
EXAMPLES = (
    "litewright diff digits.tflite small.tflite",
    "litewright diff digits.tflite small.tflite --data mnist/ --preprocess mnist",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("first", type=args.tflite, help="a .tflite file, the reference")
    parser.add_argument("second", type=args.tflite, help="a .tflite file")
    args.add_data(parser, "--data")
    parser.add_argument("--samples", type=args.positive, default=16, metavar="N", help="samples to run (16)")


def run(arguments: argparse.Namespace) -> Result:
    """0 if both are the same operator by operator and answer alike to the last bit, 3 if not."""
    first, second = inspect(arguments.first), inspect(arguments.second)
    counts = [found.operator_counts() for found in (first, second)]
    changed = _changed(first, second)
    outputs = _outputs(arguments)
    data = {
        "bytes": [first.bytes, second.bytes],
        "operators": counts,
        "tensors": changed,
        "outputs": {"problem": outputs} if isinstance(outputs, str) else vars(outputs),
    }
    result = Result(data, [f"{'':10}{first.name} -> {second.name}"])
    result.blocks.append(
        f"{'size':10}{size(first.bytes)} -> {size(second.bytes)} ({second.bytes / first.bytes:.1%})"
    )
    rows = [
        (name, str(counts[0].get(name, 0)), str(counts[1].get(name, 0)))
        for name in sorted(counts[0] | counts[1])
        if counts[0].get(name, 0) != counts[1].get(name, 0)
    ]
    if rows:
        result.blocks += ["", Table(("operators", "first", "second"), rows)]
    if changed:
        result.blocks += [
            "",
            Table(("tensor", "first", "second"), [tuple(row.values()) for row in changed], 3),
        ]
    if isinstance(outputs, str):
        result.blocks += ["", f"the outputs are not compared: {outputs}"]
    else:
        result.blocks += ["", str(outputs) + ("" if arguments.data else " (random samples)")]
    same = not rows and not changed and isinstance(outputs, Difference) and outputs.worst == 0
    result.blocks += ["the models are the same"] if same else []
    result.exit_code = 0 if same else 3
    return result


def _kind(tensor: Any) -> str:
    return f"{tensor.dtype}{tensor.shape}" + (f" {tensor.quantization}" if tensor.quantization else "")


def _changed(first: Inspection, second: Inspection) -> list[dict[str, str]]:
    """The tensors of the main subgraphs that have the same name and another type, or are in one model
    only."""
    tables = [{t.name: t for t in found.main.tensors if not t.constant} for found in (first, second)]
    rows = []
    for name in dict.fromkeys([*tables[0], *tables[1]]):
        kinds = [_kind(table[name]) if name in table else "-" for table in tables]
        if kinds[0] != kinds[1]:
            rows.append({"tensor": name, "first": kinds[0], "second": kinds[1]})
    return rows


def _outputs(arguments: argparse.Namespace) -> Difference | str:
    """How the answers differ, or why they cannot be compared."""
    preprocess = arguments.preprocess if arguments.data else "none"
    reference = Runner(arguments.first, preprocess=preprocess)
    try:
        if arguments.data is None:
            samples: Any = random_samples(reference.inputs, arguments.samples)
        else:
            samples = args.source(arguments, arguments.samples).read(reference.inputs)
        second = Runner(arguments.second, preprocess=preprocess)
        return difference(second, reference, arguments.first.name, samples)
    except (ValueError, RuntimeError) as error:
        return str(error)
