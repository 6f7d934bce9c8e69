"""Draw a digit; the float and the quantized model read it side by side."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from litewright import lite
from litewright.demos.digit_model import as_mnist, digit_model
from litewright.pages import page
from litewright.quantization import quantize
from litewright.runner import Runner

__all__ = ["DigitsDemo"]

_SIDE = 112  # as digits.js has it
_DIGITS = 10


class DigitsDemo:
    """Answers with what both models make of a drawing of 112 x 112 bytes, 255 for ink."""

    def __init__(self, model: str | os.PathLike[str] | None = None) -> None:
        """`model` is a Keras or float .tflite file that takes MNIST's images; None for our own.

        Raises:
          ValueError: a model that takes or gives something else.
        """
        path = Path(model) if model is not None else digit_model()
        if path.suffix == ".tflite":
            content = path.read_bytes()
        else:
            content = lite.TFLiteConverter.from_keras_model(str(path)).convert()
        self.files = {"Float": content, "Quantized": bytes(quantize(content))}
        self._runners = {name: Runner(file, preprocess="mnist") for name, file in self.files.items()}
        for runner in self._runners.values():
            shapes = [[int(n) for n in details["shape"]] for details in (*runner.inputs, *runner.outputs)]
            if len(shapes) != 2 or int(np.prod(shapes[0])) != 28 * 28 or int(np.prod(shapes[1])) != _DIGITS:
                raise ValueError(
                    f"{path}: should take a 28 x 28 image and give 10 scores; its shapes are {shapes}"
                )

    def answer(self, body: bytes) -> dict[str, Any]:
        """The probabilities that both models give."""
        if len(body) != _SIDE * _SIDE:
            raise ValueError(f"a drawing is {_SIDE} x {_SIDE} bytes, not {len(body)}")
        image = as_mnist(np.frombuffer(body, np.uint8).reshape(_SIDE, _SIDE))
        models = []
        for name, runner in self._runners.items():
            scores = runner([image])[0].reshape(-1)
            models.append(
                {
                    "name": name,
                    "prediction": int(scores.argmax()),
                    "probabilities": [float(score) for score in scores],
                    "microseconds": runner.seconds * 1e6,
                }
            )
        return {"empty": not image.any(), "models": models}

    def page(self) -> str:
        """The page's source."""
        cards = "".join(
            _card(number, name, len(file)) for number, (name, file) in enumerate(self.files.items())
        )
        body = f"""\
<main>
<h1>Draw a digit</h1>
<div class="sides">
<section class="card" aria-label="Drawing">
<canvas id="pad" width="448" height="448" tabindex="0" role="img" aria-describedby="help"
 aria-label="Drawing area. Arrow keys move the pen, the space bar lowers and lifts it."></canvas>
<div class="tools"><button id="clear" type="button">Clear</button></div>
<p id="help" class="soft">Draw with the mouse or a finger. With the keyboard: arrow keys move the pen,
the space bar lowers and lifts it, Delete clears.</p>
</section>
<section aria-label="Answers">
<div class="card" role="status" aria-live="polite" aria-atomic="true">
<p id="result" class="answer">Prediction Result: –</p>
<p id="confidence">Draw a digit</p>
</div>
<p id="error" class="error" role="alert"></p>
<div class="models">{cards}</div>
</section>
</div>
</main>"""
        return page("Draw a digit", body, styles=("digits.css",), scripts=("digits.js",))


def _card(number: int, name: str, count: int) -> str:
    bars = "".join(
        f'<div class="bar"><span>{digit}</span><span class="track"><span class="fill"></span></span>'
        '<span class="value">0.0 %</span></div>'
        for digit in range(_DIGITS)
    )
    return (
        f'<section class="card" id="model{number}" aria-label="{escape(name)} model"><h2>{escape(name)}</h2>'
        f'<p class="soft">{count:,} bytes, <span class="latency"></span></p>'
        f'<p class="answer">–</p>{bars}</section>'
    )
