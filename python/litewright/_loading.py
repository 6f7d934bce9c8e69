"""Loads the native part so that it finds its own libraries.

TensorFlow makes the symbols of its protobuf visible to all libraries that are loaded later, in place of those
of the protobuf they were built with; calls between the two crash. Once it is there, ours is bound to its own
first.
"""

from __future__ import annotations

import importlib
import os
import sys


def load_core() -> None:
    """Imports litewright._core."""
    if "tensorflow" not in sys.modules or not hasattr(os, "RTLD_DEEPBIND"):
        importlib.import_module("litewright._core")
        return
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_DEEPBIND)
    try:
        importlib.import_module("litewright._core")
    finally:
        sys.setdlopenflags(flags)


load_core()
