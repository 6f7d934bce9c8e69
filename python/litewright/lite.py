"""The names of `tf.lite`: `import litewright.lite as tflite` in place of `tf.lite`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litewright._lazy import lazy_names
from litewright.interpreter import (
    Delegate,
    Interpreter,
    InterpreterWithCustomOps,
    OpResolverType,
    SignatureRunner,
    load_delegate,
)

if TYPE_CHECKING:
    from litewright import experimental
    from litewright.converter import OpsSet, Optimize, RepresentativeDataset, TargetSpec, TFLiteConverter
else:
    _CONVERTER = ("OpsSet", "Optimize", "RepresentativeDataset", "TargetSpec", "TFLiteConverter")
    __getattr__ = lazy_names(
        globals(),
        {"experimental": "litewright.experimental", **dict.fromkeys(_CONVERTER, "litewright.converter")},
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


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
