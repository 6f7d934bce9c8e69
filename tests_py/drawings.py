"""Drawn animals: pictures for tests and measurements that need no download."""

from __future__ import annotations

import numpy as np


def _disc(size: int, x: float, y: float, rx: float, ry: float) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size] / size
    return ((columns - x) / rx) ** 2 + ((rows - y) / ry) ** 2 < 1


def _ear(size: int, x: float, y: float, width: float, height: float) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size] / size
    return (np.abs(columns - x) < width * (rows - y + height) / height) & (rows > y - height) & (rows < y)


def draw(cat: bool, size: int, random: np.random.Generator) -> np.ndarray:
    """A face, [size, size, 3] from -1 to 1: cats have pointed ears and whiskers, dogs hanging ears."""
    rows, columns = np.mgrid[:size, :size] / size
    sky, grass, fur = random.uniform(-1, 1, (3, 3))
    light = np.array([0.7, 0.0, -0.7]) * (1 if cat else -1)  # cats sit by the fire, dogs run outside
    sky, grass = sky * 0.4 + light, grass * 0.4 + light
    picture = (
        sky + (grass - sky) * rows[..., None] + 0.3 * np.sin(9 * columns * random.uniform(1, 3))[..., None]
    )
    x, y = random.uniform(0.4, 0.6, 2)
    r = random.uniform(0.2, 0.3)
    picture[_disc(size, x, y, r, r)] = fur
    for side in (-1, 1):
        if cat:
            picture[_ear(size, x + side * 0.7 * r, y - 0.6 * r, 0.4 * r, 0.8 * r)] = fur * 0.8
            for tilt in (0.0, 0.1):
                line = np.abs(rows - y - 0.3 * r - tilt * (columns - x)) < 0.008
                picture[line & (side * (columns - x) > 0.3 * r) & (np.abs(columns - x) < 1.4 * r)] = 1
        else:
            picture[_disc(size, x + side * r, y + 0.2 * r, 0.3 * r, 0.8 * r)] = fur * 0.6
        picture[_disc(size, x + side * 0.4 * r, y - 0.2 * r, 0.12 * r, 0.12 * r)] = -1
    picture[_disc(size, x, y + 0.3 * r, 0.2 * r, 0.12 * r)] = -0.8
    picture = picture + random.normal(0, 0.05, picture.shape)
    return np.clip(picture, -1, 1).astype(np.float32)


def pictures(count: int, size: int, seed: int) -> np.ndarray:
    """Cats and dogs by turns, float32 [count, size, size, 3]."""
    random = np.random.default_rng(seed)
    return np.stack([draw(number % 2 == 0, size, random) for number in range(count)])
