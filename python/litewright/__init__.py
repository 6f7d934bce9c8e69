"""Make, quantize and run .tflite models without TensorFlow. `litewright.lite` has the names of `tf.lite`."""

from __future__ import annotations

<<<<<<< HEAD
from litewright import _loading  # noqa: F401 isort: skip
from litewright import compat, lite
=======
from litewright import _loading, lite  # noqa: F401 (first: before anything else loads _core)
>>>>>>> w/tfflow
from litewright._core import ConverterError, __version__
from litewright.layers import register_layer
from litewright.lite import Interpreter, Optimize, TFLiteConverter
from litewright.quantization import QuantizationOptions, quantize
from litewright.quantization_report import QuantizationReport

__all__ = [
    "ConverterError",
    "Interpreter",
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
