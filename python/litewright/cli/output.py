"""What a command has to say, printed for people, for pipes or as JSON."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from litewright.tables import aligned, size

__all__ = ["Result", "Table", "UsageError", "show", "size"]


class UsageError(Exception):
    """Arguments that make no sense; the message says what to do instead."""


@dataclass
class Table:
    """Rows of text under headings; the first `text_columns` are flush left."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    text_columns: int = 1


@dataclass
class Result:
    """What a command found: `data` for --json, `blocks` for people."""

    data: dict[str, Any]
    blocks: list[str | Table] = field(default_factory=list)
    exit_code: int = 0


def show(result: Result, as_json: bool) -> None:
    """Prints to standard output: tables with lines on a terminal that has Rich, plain text otherwise."""
    if as_json:
        print(json.dumps(_finite(result.data), indent=2, default=_plain_value, allow_nan=False))
        return
    rich = sys.stdout.isatty() and importlib.util.find_spec("rich") is not None
    for block in result.blocks:
        if isinstance(block, str):
            print(block)
        elif rich:
            _show_rich(block)
        else:
            print("\n".join(aligned([block.columns, *block.rows], block.text_columns)))


def _show_rich(table: Table) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable

    drawn = RichTable(box=box.SIMPLE_HEAD, header_style="bold")
    for number, column in enumerate(table.columns):
        drawn.add_column(column, justify="left" if number < table.text_columns else "right")
    for row in table.rows:
        drawn.add_row(*(cell.replace("[", r"\[") for cell in row))
    Console().print(drawn)


def _plain_value(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _finite(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    return str(value)


def _finite(value: Any) -> Any:
    """Infinity and NaN, which JSON does not have, as null."""
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return value
