"""The names of `tf.lite.experimental`."""

from __future__ import annotations

import os
from pathlib import Path

from litewright import _core
from litewright.interpreter import OpResolverType, load_delegate
from litewright.quantization_debugger import QuantizationDebugger, QuantizationDebugOptions

__all__ = [
    "Analyzer",
    "OpResolverType",
    "QuantizationDebugOptions",
    "QuantizationDebugger",
    "load_delegate",
    "rewrite",
]


class Analyzer:
    """Prints what a model consists of."""

    @staticmethod
    def analyze(
        model_path: str | os.PathLike[str] | None = None,
        model_content: bytes | None = None,
        gpu_compatibility: bool = False,
    ) -> None:
        """Prints the operators of a model with their operands, its signatures and its size.

        Args:
          model_path: a .tflite file.
          model_content: the bytes of one, instead.
          gpu_compatibility: has no effect.

        Raises:
          ValueError: neither path nor content, or the model is not valid.
          OSError: the file cannot be read.
        """
        if not model_path and not model_content:
            raise ValueError("neither `model_path` nor `model_content` is provided")
        content = model_content or Path(os.fsdecode(model_path or "")).read_bytes()
        print(_core.Graph.read(content).dump())


def rewrite(content: bytes, optimize: bool = False) -> bytes:
    """Reads the content of a .tflite file and writes it anew, after the converter's rewrites with `optimize`.

    Raises:
      ValueError: `content` is not a valid model.
    """
    graph = _core.Graph.read(content)
    if optimize:
        graph.optimize()
    return graph.write()
