"""Loads the compiled module so that it uses the libraries it was linked with.

TensorFlow brings functions of protobuf with the same names but another layout. Where it was imported first,
they would be called in the place of our own, and crash.
"""

from __future__ import annotations

import importlib
import os
import sys

if hasattr(os, "RTLD_DEEPBIND") and "asan" not in os.environ.get("LD_PRELOAD", ""):
    flags = sys.getdlopenflags()
    sys.setdlopenflags(flags | os.RTLD_DEEPBIND)
    try:
        importlib.import_module("litewright._core")
    finally:
        sys.setdlopenflags(flags)
