"""Make, quantize and run .tflite models without TensorFlow. `litewright.lite` has the names of `tf.lite`."""

from __future__ import annotations

from litewright import _loading, compat, lite  # noqa: F401 (_loading before anything else loads _core)
from litewright._core import ConverterError, __version__
from litewright.layers import register_layer
from litewright.limits import Limits
from litewright.lite import Interpreter, Optimize, TFLiteConverter
from litewright.quantization import QuantizationOptions, quantize
from litewright.quantization_report import QuantizationReport

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
