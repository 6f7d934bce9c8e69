"""Converts, runs, resizes and refuses small models once each: what scripts/valgrind watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from litewright import Interpreter, Optimize, TFLiteConverter

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def batches() -> Iterator[list[np.ndarray]]:
    rng = np.random.default_rng(0)
    for _ in range(3):
        yield [rng.random((1, 8, 8), np.float32)]


def run(content: bytes, batch: int) -> None:
    interpreter = Interpreter(model_content=content)
    for detail in interpreter.get_input_details():
        interpreter.resize_tensor_input(detail["index"], [batch, *detail["shape"][1:]])
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.ones(detail["shape"], detail["dtype"]))
    interpreter.invoke()
    for detail in interpreter.get_output_details():
        # A branch on every value: valgrind speaks up where one was never computed.
        assert np.isfinite(interpreter.get_tensor(detail["index"])).all()


def main() -> int:
    """Prints how many models ran and how many damaged ones were refused."""
    digits = TFLiteConverter.from_keras_model(EXAMPLES / "mnist" / "digits.h5")
    models = [TFLiteConverter.from_saved_model(EXAMPLES / "line" / "saved_model").convert(), digits.convert()]
    digits.optimizations = [Optimize.DEFAULT]
    models.append(digits.convert())
    digits.representative_dataset = batches
    models.append(digits.convert())
    for content in models[:-1]:
        run(content, 1)
        run(content, 3)
    # Integer convolutions multiply whatever lies behind a row by zero. Batches of 3 have their memory from
    # the system, which valgrind takes for initialised.
    run(models[-1], 3)
    refused = 0
    for content in models:
        for size in range(0, len(content), len(content) // 5):
            try:
                run(content[:size], 1)
            except (ValueError, RuntimeError):
                refused += 1
    print(f"{len(models)} models converted and run, {refused} damaged ones refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
