"""How long conversion takes here and in TensorFlow, in one run on one model.

usage: convert_time.py MODEL [--rounds N] [--cpu]      needs TensorFlow beside litewright
MODEL is a .h5 file or the folder of a SavedModel. --cpu measures processor time, where other work goes on.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any


def milliseconds(run: Callable[[], Any], rounds: int, clock: Callable[[], float]) -> float:
    """The median time of `run`, after one run that is not counted."""
    run()
    times = []
    for _ in range(rounds):
        start = clock()
        run()
        times.append((clock() - start) * 1e3)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu else time.perf_counter

    import tensorflow as tf

    import litewright.lite as ours

    saved_model = os.path.isdir(arguments.model)
    model = arguments.model if saved_model else tf.keras.models.load_model(arguments.model, compile=False)

    def converter(lite: Any, source: Any, quantize: bool) -> Callable[[], bytes]:
        def run() -> bytes:
            of = lite.TFLiteConverter
            made = of.from_saved_model(source) if saved_model else of.from_keras_model(source)
            if quantize:
                made.optimizations = [lite.Optimize.DEFAULT]
            return made.convert()

        return run

    def operators(content: bytes) -> int:
        return len(ours.Interpreter(model_content=content)._get_ops_details())

    print(
        f"{'':10}{'litewright':>12}{'TensorFlow':>12}{'ratio':>8}"
        f"{'bytes':>12}{'TF bytes':>12}{'ops':>6}{'TF ops':>8}"
    )
    for name, quantize in (("float", False), ("dynamic", True)):
        own, theirs = converter(ours, arguments.model, quantize), converter(tf.lite, model, quantize)
        fast = milliseconds(own, arguments.rounds, clock)
        slow = milliseconds(theirs, arguments.rounds, clock)
        mine, other = own(), theirs()
        print(
            f"{name:10}{fast:9.1f} ms{slow:9.1f} ms{slow / fast:7.1f}x{len(mine):12,}{len(other):12,}"
            f"{operators(mine):6}{operators(other):8}",
            flush=True,
        )


if __name__ == "__main__":
    main()
