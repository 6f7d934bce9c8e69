"""Names that modules import when they are first asked for: running a model needs none of the converter."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(package: dict[str, Any], homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a module that imports names from their homes.

    Args:
      package: the module's globals().
      homes: the module that defines each name; a module of that name is meant itself.
    """

    def __getattr__(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module '{package['__name__']}' has no attribute '{name}'")
        module = importlib.import_module(homes[name])
        is_module = homes[name].rpartition(".")[2] == name
        package[name] = module if is_module else getattr(module, name)
        return package[name]

    return __getattr__
