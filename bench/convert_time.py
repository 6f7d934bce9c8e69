"""How long conversion takes here and in TensorFlow, in one run on one model.

usage: convert_time.py MODEL.h5 [--rounds N]      needs TensorFlow beside litewright
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any


def milliseconds(run: Callable[[], Any], rounds: int) -> float:
    """The median time of `run`, after one run that is not counted."""
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    import tensorflow as tf

    import litewright.lite as ours

    model = tf.keras.models.load_model(arguments.model, compile=False)

    def converter(lite: Any, source: Any, quantize: bool) -> Callable[[], bytes]:
        def run() -> bytes:
            made = lite.TFLiteConverter.from_keras_model(source)
            if quantize:
                made.optimizations = [lite.Optimize.DEFAULT]
            return made.convert()

        return run

    print(f"{'':10}{'litewright':>12}{'TensorFlow':>12}{'ratio':>8}{'bytes':>10}{'TF bytes':>10}")
    for name, quantize in (("float", False), ("dynamic", True)):
        own, theirs = converter(ours, arguments.model, quantize), converter(tf.lite, model, quantize)
        fast, slow = milliseconds(own, arguments.rounds), milliseconds(theirs, arguments.rounds)
        print(
            f"{name:10}{fast:9.1f} ms{slow:9.1f} ms{slow / fast:7.0f}x{len(own()):10,}{len(theirs()):10,}",
            flush=True,
        )


if __name__ == "__main__":
    main()
