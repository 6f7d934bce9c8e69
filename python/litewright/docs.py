"""Documentation made from what the library knows of itself: `python -m litewright.docs PAGE`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from litewright import _core

_HEAD = """\
# Operators

Made by `python -m litewright.docs operators > docs/operators.md` from the operator table; do not edit.

- **Versions**: those the interpreter runs.
- **Types**: what the kernels take; hybrid means float activations with int8 weights.
- **Quantized**: what post-training quantization makes of the operator; 16 where activations may have 16 bits.
- **Dynamic range**: whether int8 weights are computed with, or brought back to float first.
- **Kernels**: fast ones beside the reference, or the reference alone.
"""
_COLUMNS = ("Operator", "Code", "Versions", "Types", "Quantized", "Dynamic range", "Kernels")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    versions = "1" if row["max_version"] == 1 else f"1-{row['max_version']}"
    quantized = row["quantization"] + (", 16" if row["int16"] else "")
    kernels = "fast" if row["fast_path"] else "reference"
    return (row["name"], str(row["code"]), versions, row["types"], quantized, row["hybrid"], kernels)


def operators() -> str:
    """The table of builtin operators and the list of custom ones, as Markdown."""
    rows = [_cells(row) for row in sorted(_core.op_table(), key=lambda row: int(row["code"]))]
    lines = ["| " + " | ".join(cells) + " |" for cells in (_COLUMNS, ["---"] * len(_COLUMNS), *rows)]
    custom = [f"- `{name}`" for name in sorted(_core.custom_ops())]
    parts = [_HEAD, f"{len(rows)} builtin operators:\n", "\n".join(lines) + "\n"]
    if custom:
        parts += ["Custom operators:\n", "\n".join(custom) + "\n"]
    return "\n".join(parts)


_LAYERS_HEAD = """\
# Layers

Made by `python -m litewright.docs layers > docs/layers.md` from the importer's table; do not edit.

Layers of Keras 2 and 3 that convert, by family. `docs/custom_layers.md` says how those of your own do.
"""


def layers() -> str:
    """The Keras layers that convert by family, and those that do not with the reason, as Markdown."""
    families: dict[str, list[str]] = {}
    reasons: list[tuple[str, str]] = []
    for family, name, reason in _core.keras_layers():
        if reason:
            reasons.append((name, reason))
        else:
            families.setdefault(family, []).append(name)
    parts = [_LAYERS_HEAD, f"{sum(map(len, families.values()))} layers:\n"]
    rows = ["| Family | Layers |", "| --- | --- |"]
    rows += [f"| {family} | {', '.join(sorted(set(names)))} |" for family, names in families.items()]
    parts.append("\n".join(rows) + "\n")
    if reasons:
        parts.append("These do not convert:\n")
        rows = ["| Layer | Why, and what to do |", "| --- | --- |"]
        rows += [f"| {name} | {reason} |" for name, reason in sorted(reasons)]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


_COMMANDS_HEAD = """\
# Command line

Made by `python -m litewright.docs commands > docs/commands.md` from the commands themselves; do not edit.

Exit codes: 0 done; 1 a file or model could not be read, converted or run; 2 the arguments make no sense;
3 done, and the answer is no. Every command prints JSON with `--json`, and tables without lines in a pipe.
"""


def commands() -> str:
    """The commands with their examples and arguments, as Markdown."""
    from litewright.cli import parsers

    parts = [_COMMANDS_HEAD]
    for name, (module, parser) in parsers().items():
        examples = "\n".join(f"    {line}" for line in module.EXAMPLES)
        rows = ["| Argument | Meaning |", "| --- | --- |"]
        rows += [_argument(action) for action in parser._actions if action.dest != "help"]
        parts.append(f"## {name}\n\n{module.SUMMARY}.\n\n{examples}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _argument(action: Any) -> str:
    names = ", ".join(f"`{name}`" for name in action.option_strings) or f"`{action.metavar or action.dest}`"
    choices = ", ".join(f"`{choice}`" for choice in action.choices or ())
    text = (action.help or "").replace("%(default)s", str(action.default))
    return f"| {names} | {'; '.join(part for part in (text, choices) if part)} |"


_TENSORFLOW_HEAD = """\
# TensorFlow operators

Made by `python -m litewright.docs tensorflow_operators > docs/tensorflow_operators.md` from the importer's
tables; do not edit.

What SavedModels, concrete functions and frozen graphs may hold. Each operator becomes one or several of the
builtins in `operators.md`, or disappears; dimensions that are not known stay so.

- `While`, `If`, `Case` and their stateless forms become WHILE and IF, and so do the loops and branches of
  TensorFlow 1 (`Enter`, `Merge`, `Switch`, `NextIteration`, `Exit`); loops that are recurrent layers become
  TFLite's operators for those.
- An operator that is not listed cannot be converted; all such nodes of a model appear in one error.
- `allow_custom_ops = True` keeps them as custom operators of the same name, their attributes as a FlexBuffers
  map.
- `OpsSet.SELECT_TF_OPS` keeps them as TensorFlow's own ("Flex") operators, which run only where TensorFlow's
  delegate is linked in; it goes before `allow_custom_ops`.
- Kept operators need the types of their results: a SavedModel states them, a frozen graph does by
  `_output_shapes` and the attribute `T` or the like.
- `AudioSpectrogram`, `Mfcc` and `TFLite_Detection_PostProcess` become the custom operators that runtimes
  bring along.
- Hash tables that are filled when the model is loaded (constants, or files among its assets) become
  HASHTABLE operators; other types than int64 and string go through positions in a constant.
- Random numbers have TensorFlow's distribution, not its values.
"""


def tensorflow_operators() -> str:
    """The tables of the TensorFlow importer, family by family, as Markdown."""
    families: dict[str, list[str]] = {}
    refused: list[str] = []
    for row in sorted(_core.tensorflow_ops(), key=lambda row: row["op"]):
        if row["reason"]:
            refused.append(f"| `{row['op']}` | {row['reason']} |")
        else:
            families.setdefault(row["family"], []).append(f"`{row['op']}`")
    count = sum(len(names) for names in families.values())
    parts = [_TENSORFLOW_HEAD, f"{count} operators convert:\n"]
    rows = [f"| {family} | {', '.join(families[family])} |" for family in sorted(families)]
    parts.append("\n".join(["| Family | Operators |", "| --- | --- |", *rows]) + "\n")
    parts.append("Known, and refused:\n")
    parts.append("\n".join(["| Operator | Why |", "| --- | --- |", *refused]) + "\n")
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "operators": operators,
    "tensorflow_operators": tensorflow_operators,
    "layers": layers,
    "commands": commands,
}


def main(arguments: list[str]) -> int:
    """Prints the page that is asked for; 2 if there is none of that name."""
    if len(arguments) != 1 or arguments[0] not in PAGES:
        print(f"usage: python -m litewright.docs {'|'.join(PAGES)}", file=sys.stderr)
        return 2
    print(PAGES[arguments[0]](), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
