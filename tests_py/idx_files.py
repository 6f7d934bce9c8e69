"""MNIST's file format."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np


def write_pictures(path: Path, pictures: np.ndarray) -> None:
    """`pictures` uint8 [n, height, width]."""
    path.write_bytes(struct.pack(">4I", 0x803, *pictures.shape) + pictures.tobytes())


def blots(count: int, rng: np.random.Generator) -> np.ndarray:
    """Pictures, uint8 [count, 28, 28], with a few strokes each."""
    pictures = np.zeros((count, 28, 28), np.float32)
    for picture in pictures:
        x, y = rng.uniform(8, 20, 2)
        for _ in range(60):
            step = rng.normal(0, 1.5, 2)
            x, y = np.clip([x + step[0], y + step[1]], 4, 23)
            picture[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] += 100
    return np.clip(pictures, 0, 255).astype(np.uint8)
