"""Loads the compiled module, when it is first asked for, so that it uses the libraries it was linked with.

TensorFlow brings functions of protobuf with the same names but another layout. Where it was imported first,
they would be called in the place of our own, and crash.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

_flags = sys.getdlopenflags()
if hasattr(os, "RTLD_DEEPBIND") and "asan" not in os.environ.get("LD_PRELOAD", ""):
    sys.setdlopenflags(_flags | os.RTLD_DEEPBIND)
try:
    _core: Any = importlib.import_module("litewright._core")
finally:
    sys.setdlopenflags(_flags)
ConverterError, __version__ = _core.ConverterError, _core.__version__
