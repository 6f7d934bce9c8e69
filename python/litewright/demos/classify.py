"""Drop an image and see its likeliest labels."""

from __future__ import annotations

import io
import os
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from litewright.pages import page
from litewright.runner import Runner
from litewright.samples import decode

__all__ = ["Classifier", "ClassifyDemo"]


class Classifier:
    """An image classifier with names for its classes."""

    def __init__(
        self,
        model: str | os.PathLike[str],
        labels: str | os.PathLike[str],
        preprocess: str = "mobilenet",
        top: int = 3,
    ) -> None:
        """`labels` is a text file with a name in each line.

        Raises:
          ValueError: not a model with one image as its input, or another number of labels than scores.
        """
        self._runner = Runner(model, preprocess=preprocess)
        self.name, self._top = Path(model).name, top
        self.labels = [line.strip() for line in Path(labels).read_text(encoding="utf-8").splitlines()]
        while self.labels and not self.labels[-1]:
            self.labels.pop()
        shapes = [[int(n) for n in details["shape"]] for details in self._runner.inputs]
        if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][3] not in (1, 3):
            raise ValueError(
                f"{model}: should take one image [1, height, width, channels]; its inputs are {shapes}"
            )
        scores = int(np.prod(self._runner.outputs[0]["shape"]))
        if scores == len(self.labels) + 1:
            self.labels.insert(0, "background")  # of files with 1,001 classes and 1,000 names
        if scores != len(self.labels):
            raise ValueError(f"{labels}: holds {len(self.labels)} names; {self.name} gives {scores} scores")

    def classify(self, image: Any) -> dict[str, Any]:
        """The likeliest labels of an image file, the likeliest first, and what the run took.

        Raises:
          ValueError: not an image. ImportError: Pillow is not installed.
        """
        pixels = decode(image)
        scores = self._runner([pixels])[0].reshape(-1)
        if scores.min() < 0 or abs(float(scores.sum()) - 1) > 0.05:  # logits
            scores = np.exp(scores - scores.max())
            scores /= scores.sum()
        order = np.argsort(-scores, kind="stable")[: self._top]
        return {
            "labels": [{"label": self.labels[i], "confidence": float(scores[i])} for i in order],
            "milliseconds": self._runner.seconds * 1e3,
            "size": [pixels.shape[1], pixels.shape[0]],
        }


class ClassifyDemo:
    """Answers with the labels of the image file that it is sent."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def answer(self, body: bytes) -> dict[str, Any]:
        """The labels of an image file's content."""
        return self._classifier.classify(io.BytesIO(body))

    def page(self) -> str:
        """The page's source."""
        name = escape(self._classifier.name)
        body = f"""\
<main>
<h1>What is in the image?</h1>
<p class="soft">{name} knows {len(self._classifier.labels):,} classes. The image stays on this machine.</p>
<div class="sides">
<div>
<input id="file" type="file" accept="image/*" aria-label="Choose an image">
<label id="drop" for="file"><span>Drop an image here,<br>or click to choose one</span></label>
</div>
<section class="card" aria-label="Answer">
<p class="answer">Labels</p>
<ol id="labels" aria-live="polite"></ol>
<p id="latency" class="soft"></p>
<p id="error" class="error" role="alert"></p>
</section>
</div>
</main>"""
        return page("What is in the image?", body, styles=("classify.css",), scripts=("classify.js",))
