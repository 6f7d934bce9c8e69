"""Operator tables for C++ applications that carry only the operators of their models."""

from __future__ import annotations

import os
from collections.abc import Iterable

from litewright import _core

__all__ = ["generate"]


def generate(models: Iterable[str | os.PathLike[str] | bytes]) -> str:
    """A C++ source file with just the operators that the models need, for `litewright::runtime`.

    Args:
      models: paths of .tflite files, or their bytes.

    Returns:
      The file's text. Custom operators that the library does not have are left to the application.

    Raises:
      ValueError: a file is not a valid model, or needs an operator that this build does not have.
      OSError: a file cannot be read.
    """
    return _core.operator_table_source(
        [
            _core.Model.from_bytes(model)
            if isinstance(model, bytes)
            else _core.Model.from_file(os.fsdecode(model))
            for model in models
        ]
    )
