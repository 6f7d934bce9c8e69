"""litewright opgen: the operators that models need, for a small C++ build."""

from __future__ import annotations

import argparse
from pathlib import Path

from litewright import _core, opgen
from litewright.cli import arguments as args
from litewright.cli.output import Result
from litewright.files import replace_file
from litewright.inspection import inspect

SUMMARY = "Write an operator table with just the rows that models need, for a small C++ build"
EXAMPLES = ("litewright opgen digits.tflite -o operators.cpp", "litewright opgen digits.tflite small.tflite")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("models", type=args.tflite, nargs="+", metavar="model", help="a .tflite file")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")


def run(arguments: argparse.Namespace) -> Result:
    """Collects the operators of all subgraphs of all models."""
    names = {name for model in arguments.models for name in inspect(model).operator_counts()}
    known = {str(row["name"]) for row in _core.op_table()}
    custom = sorted(names - known)
    builtin = sorted(names & known)
    text = opgen.generate(arguments.models)
    data = {"operators": builtin, "custom": custom}
    blocks = [text]
    if arguments.output:
        replace_file(arguments.output, text + "\n")
        blocks = [f"wrote {arguments.output}: {len(builtin)} operators"]
    if custom:
        blocks.append(f"// custom operators, to be registered by the application: {', '.join(custom)}")
    return Result(data, list(blocks))
