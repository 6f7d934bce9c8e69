"""The digit model that comes with the package, and images made the way it was taught."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["as_mnist", "digit_model", "drawn_seven"]

_SIDE, _BOX = 28, 20  # MNIST's images, and the part of them that a digit fills


def digit_model() -> Path:
    """The Keras file of the MNIST model: in the installed package, or in the checkout's examples.

    Raises:
      FileNotFoundError: the installation is not complete.
    """
    package = Path(__file__).resolve().parent.parent
    for path in (package / "web" / "mnist.h5", package.parent.parent / "examples" / "mnist" / "mnist.h5"):
        if path.is_file():
            return path
    raise FileNotFoundError("the digit model is missing; reinstall litewright")


def as_mnist(drawing: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A drawing, [height, width] with 255 for ink, as MNIST's images are: the digit fills a box of 20 x 20
    pixels whose centre of mass is in the middle of 28 x 28. An empty drawing stays empty."""
    image = np.zeros((_SIDE, _SIDE))
    rows, columns = np.flatnonzero(drawing.any(axis=1)), np.flatnonzero(drawing.any(axis=0))
    if len(rows) == 0:
        return image.astype(np.uint8)
    digit = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)
    scale = _BOX / max(digit.shape)
    height, width = (max(1, round(extent * scale)) for extent in digit.shape)
    small = _averaging(digit.shape[0], height) @ digit @ _averaging(digit.shape[1], width).T
    small *= 255 / small.max()
    place = [
        int(np.clip(round(_SIDE / 2 - centre), 0, _SIDE - extent))
        for centre, extent in zip(_centre(small), (height, width), strict=True)
    ]
    image[place[0] : place[0] + height, place[1] : place[1] + width] = small
    return np.rint(image).astype(np.uint8)


def _centre(image: npt.NDArray[np.float64]) -> tuple[float, float]:
    weight = image.sum()
    rows, columns = (np.arange(extent) + 0.5 for extent in image.shape)
    return float(image.sum(axis=1) @ rows / weight), float(image.sum(axis=0) @ columns / weight)


def _averaging(source: int, target: int) -> npt.NDArray[np.float64]:
    """[target, source]: each row averages the part of the source that its pixel covers."""
    edges = np.arange(target + 1) * source / target
    pixels = np.arange(source)
    overlap: npt.NDArray[np.float64] = np.minimum(edges[1:, None], pixels + 1) - np.maximum(
        edges[:-1, None], pixels
    )
    overlap = np.clip(overlap, 0, None) * target / source
    return overlap


def drawn_seven(side: int = 112) -> npt.NDArray[np.uint8]:
    """A seven in two strokes, as the model takes it: uint8 [28, 28]."""
    drawing = np.zeros((side, side), np.uint8)
    rows, columns = np.mgrid[:side, :side] / side
    corners = [(0.2, 0.25), (0.2, 0.72), (0.85, 0.4)]
    for (y0, x0), (y1, x1) in zip(corners, corners[1:], strict=False):
        along = ((rows - y0) * (y1 - y0) + (columns - x0) * (x1 - x0)) / ((y1 - y0) ** 2 + (x1 - x0) ** 2)
        along = np.clip(along, 0, 1)
        distance = np.hypot(rows - y0 - along * (y1 - y0), columns - x0 - along * (x1 - x0))
        drawing[distance < 0.045] = 255
    return as_mnist(drawing)
