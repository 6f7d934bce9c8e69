"""How a case is stated: a name, and a function that makes its model."""

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras  # noqa: E402
from keras import layers as L  # noqa: E402

Case = Callable[[], Any]
CASES: dict[str, Case] = {}


def sequential(
    name: str, shape: tuple[int | None, ...], *parts: Callable[[], Any], dtype: str = "float32"
) -> None:
    """A model of these layers, one after the other."""
    CASES[name] = lambda: keras.Sequential([L.Input(shape, dtype=dtype), *[part() for part in parts]])


def functional(name: str, *shapes: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A model of what the decorated function makes of such inputs: shapes, or pairs of shape and dtype."""

    def add(body: Callable[..., Any]) -> Callable[..., Any]:
        def make() -> Any:
            inputs = [L.Input(s[0], dtype=s[1]) if isinstance(s[0], tuple) else L.Input(s) for s in shapes]
            return keras.Model(inputs if len(inputs) > 1 else inputs[0], body(*inputs))

        CASES[name] = make
        return body

    return add


IMAGE, SERIES, VOLUME = (9, 8, 4), (10, 6), (6, 7, 8, 2)
