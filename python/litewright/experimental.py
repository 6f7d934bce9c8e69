"""The names of `tf.lite.experimental`."""

from __future__ import annotations

from litewright import _core
from litewright.interpreter import OpResolverType, load_delegate

__all__ = ["OpResolverType", "load_delegate", "rewrite"]


def rewrite(content: bytes, optimize: bool = False) -> bytes:
    """Reads the content of a .tflite file and writes it anew, after the converter's rewrites with `optimize`.

    Raises:
      ValueError: `content` is not a valid model.
    """
    graph = _core.Graph.read(content)
    if optimize:
        graph.optimize()
    return graph.write()
