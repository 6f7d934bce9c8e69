"""From decoded samples to what a model takes: resizing, scaling, quantizing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright.values import quantize

__all__ = ["PREPROCESSINGS", "Preprocessing", "fit_input"]


@dataclass(frozen=True)
class Preprocessing:
    """real = pixel * scale + offset, after resizing to the model's height and width."""

    scale: float
    offset: float
    about: str


PREPROCESSINGS: dict[str, Preprocessing] = {
    "inception": Preprocessing(1 / 127.5, -1.0, "pixels to -1..1, as Inception models were trained"),
    "mobilenet": Preprocessing(1 / 127.5, -1.0, "pixels to -1..1, as MobileNet models were trained"),
    "mnist": Preprocessing(1 / 255, 0.0, "pixels to 0..1"),
    "none": Preprocessing(1.0, 0.0, "values as they are"),
}


def fit_input(
    array: npt.NDArray[Any], details: Mapping[str, Any], preprocess: str = "none"
) -> npt.NDArray[Any]:
    """One sample, without the batch dimension, as the input that `details` describes, with a batch of 1.

    uint8 arrays are taken as pixels where the input is an image: channels and size are made to fit.
    Integers go
    unchanged into an integer input unless `preprocess` says otherwise.

    Raises:
      ValueError: no such preprocessing, or the sample's shape does not fit.
    """
    if preprocess not in PREPROCESSINGS:
        raise ValueError(f"preprocess is one of {', '.join(PREPROCESSINGS)}, not {preprocess!r}")
    signature = [int(extent) for extent in details["shape_signature"]]
    shape = signature[1:] if signature else []
    if array.dtype == np.uint8 and len(shape) in (2, 3):
        array = _fit_pixels(array, shape)
    wanted = np.dtype(details["dtype"])
    if preprocess != "none":
        rule = PREPROCESSINGS[preprocess]
        array = array.astype(np.float32) * np.float32(rule.scale) + np.float32(rule.offset)
    if wanted == np.int8 and array.dtype == np.uint8:
        array = array.astype(np.float32)
    if array.dtype.kind == "f":
        array = quantize(details, array.astype(np.float32))
    array = _fit_shape(array.astype(wanted), shape, str(details["name"]))
    return array[None]


def _fit_shape(array: npt.NDArray[Any], shape: list[int], name: str) -> npt.NDArray[Any]:
    fits = array.ndim == len(shape) and all(
        want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if fits:
        return array
    if -1 not in shape and array.size == int(np.prod(shape)):
        return array.reshape(shape)
    raise ValueError(f"input '{name}' takes samples of shape {shape}, not {list(array.shape)}")


def _fit_pixels(pixels: npt.NDArray[np.uint8], shape: list[int]) -> npt.NDArray[np.uint8]:
    """An image with the channels and size of `shape`: [height, width] or [height, width, channels]."""
    channels = shape[2] if len(shape) == 3 else 0
    if pixels.ndim == 3 and pixels.shape[2] == 3 and channels in (0, 1):
        weights = np.array([299, 587, 114])
        pixels = ((pixels * weights).sum(axis=2) // 1000).astype(np.uint8)
    if pixels.ndim == 2 and channels in (1, 3):
        pixels = np.repeat(pixels[..., None], channels, axis=2)
    height, width = shape[:2]
    if -1 in (height, width) or pixels.ndim < 2 or pixels.shape[:2] == (height, width):
        return pixels
    return resize(pixels, height, width)


def resize(pixels: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    """Pillow's bilinear resizing, which averages where it shrinks.

    Raises:
      ImportError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("images are resized by Pillow: pip install pillow") from error
    flat = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    resized = np.asarray(Image.fromarray(flat).resize((width, height), Image.Resampling.BILINEAR))
    return resized.reshape(height, width, *pixels.shape[2:])
