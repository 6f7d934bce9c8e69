"""litewright opgen: the operators that models need, for a small C++ build."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
from pathlib import Path

from litewright import _core
from litewright.cli import arguments as args
from litewright.cli.output import Result
from litewright.inspection import inspect

SUMMARY = "Write an operator table with just the rows that models need, for a small C++ build"
EXAMPLES = ("litewright opgen digits.tflite -o op_list.h", "litewright opgen digits.tflite small.tflite")
_HEAD = """\
// Made by `litewright opgen` for {models}: the operators these models need, one row each.
// Takes the place of ops/op_list.h in a build of its own. Included several times with X defined; no include
guard.
"""


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
    text = _source(arguments.models, builtin)
    data = {"operators": builtin, "custom": custom}
    blocks = [text]
    if arguments.output:
        arguments.output.write_text(text + "\n")
        blocks = [f"wrote {arguments.output}: {len(builtin)} operators"]
    if custom:
        blocks.append(f"// custom operators, to be registered by the application: {', '.join(custom)}")
    return Result(data, list(blocks))


def _source(models: list[Path], names: list[str]) -> str:
    """The library's own generator where it has one, else the rows of ops/op_list.h."""
    if importlib.util.find_spec("litewright.opgen") is not None:
        return str(importlib.import_module("litewright.opgen").generate(models))
    head = _HEAD.format(models=", ".join(path.name for path in models))
    return head + "\n".join(f"X({row_name(name)})" for name in names)


def row_name(name: str) -> str:
    """The OpDef of an operator: CONV_2D is kConv2D."""
    return "k" + "".join(word if word[0].isdigit() else word.capitalize() for word in name.split("_"))
