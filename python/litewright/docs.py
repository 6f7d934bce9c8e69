"""Documentation made from what the library knows of itself: `python -m litewright.docs operators`."""

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


PAGES: dict[str, Callable[[], str]] = {"operators": operators}


def main(arguments: list[str]) -> int:
    """Prints the page that is asked for; 2 if there is none of that name."""
    if len(arguments) != 1 or arguments[0] not in PAGES:
        print(f"usage: python -m litewright.docs {'|'.join(PAGES)}", file=sys.stderr)
        return 2
    print(PAGES[arguments[0]](), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
