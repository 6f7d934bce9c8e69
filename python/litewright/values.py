"""Real numbers in and out of quantized tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["dequantize", "parameters", "quantize"]


def parameters(details: Mapping[str, Any]) -> tuple[float, int]:
    """Scale and zero point of a tensor that has one of each; (0, 0) where it has none."""
    found = details["quantization_parameters"]
    if len(found["scales"]) == 0:
        return 0.0, 0
    return found["scales"][0], found["zero_points"][0]


def quantize(details: Mapping[str, Any], array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """float32 numbers as the tensor stores them; other arrays, and those of float tensors, as they are."""
    scale, zero_point = parameters(details)
    if array.dtype != np.float32 or details["dtype"] == np.float32 or not scale:
        return array
    limits = np.iinfo(details["dtype"])
    stored: npt.NDArray[Any] = np.clip(np.round(array / scale + zero_point), limits.min, limits.max)
    return stored.astype(details["dtype"])


def dequantize(details: Mapping[str, Any], values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What the tensor's stored numbers mean, float32; those without a scale as they are."""
    scale, zero_point = parameters(details)
    if values.dtype == np.float32 or not scale:
        return values
    real: npt.NDArray[np.float32] = (values.astype(np.float32) - zero_point) * np.float32(scale)
    return real
