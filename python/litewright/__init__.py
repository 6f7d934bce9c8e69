"""Make, quantize and run .tflite models without TensorFlow. `litewright.lite` has the names of `tf.lite`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litewright._lazy import lazy_names

if TYPE_CHECKING:
    from litewright import compat, lite
    from litewright._core import ConverterError, __version__
    from litewright.converter import Optimize, TFLiteConverter
    from litewright.interpreter import Interpreter
    from litewright.layers import register_layer
    from litewright.limits import Limits
    from litewright.quantization import QuantizationOptions, quantize
    from litewright.quantization_report import QuantizationReport
else:
    __getattr__ = lazy_names(
        globals(),
        {
            **dict.fromkeys(("ConverterError", "__version__", "_core"), "litewright._loading"),
            "Interpreter": "litewright.interpreter",
            "Limits": "litewright.limits",
            "Optimize": "litewright.converter",
            "QuantizationOptions": "litewright.quantization",
            "QuantizationReport": "litewright.quantization_report",
            "TFLiteConverter": "litewright.converter",
            "compat": "litewright.compat",
            "lite": "litewright.lite",
            "quantize": "litewright.quantization",
            "register_layer": "litewright.layers",
        },
    )

__all__ = [
    "ConverterError",
    "Interpreter",
    "Limits",
    "Optimize",
    "QuantizationOptions",
    "QuantizationReport",
    "TFLiteConverter",
    "__version__",
    "compat",
    "lite",
    "quantize",
    "register_layer",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
