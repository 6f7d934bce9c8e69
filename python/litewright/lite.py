"""The names of `tf.lite`: `import litewright.lite as tflite` in place of `tf.lite`."""

from __future__ import annotations

from litewright import experimental
from litewright.converter import OpsSet, Optimize, RepresentativeDataset, TargetSpec, TFLiteConverter
from litewright.interpreter import (
    Delegate,
    Interpreter,
    InterpreterWithCustomOps,
    OpResolverType,
    SignatureRunner,
    load_delegate,
)

__all__ = [
    "Delegate",
    "Interpreter",
    "InterpreterWithCustomOps",
    "OpResolverType",
    "OpsSet",
    "Optimize",
    "RepresentativeDataset",
    "SignatureRunner",
    "TFLiteConverter",
    "TargetSpec",
    "experimental",
    "load_delegate",
]
