#!/usr/bin/env python3
"""Write a fuzz target's seeds, made here: fuzz/seeds.py TARGET FOLDER [FOLDER_WITH_MORE]."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests_py")]
ENDINGS = {"tflite": ".tflite", "graph": ".tflite", "hdf5": ".h5", "keras": ".keras", "saved_model": ".pb"}
LARGEST = 65536  # bytes of a seed


def tflite_seeds() -> dict[str, bytes]:
    """Models of the tests, and a convolutional one of both kinds."""
    import test_malformed as malformed
    import tiny_models as tiny

    from litewright import Optimize, TFLiteConverter

    seeds = {
        "add": tiny.add(), "chain": tiny.chain(), "signatures": tiny.two_signatures(),
        "conv": malformed.conv(), "pool": malformed.pool(), "loop": malformed.loop(False),
        "calls": malformed.calls(1, 2), "quantized": malformed.quantized(), "sparse": malformed.sparse(),
    }  # fmt: skip
    converter = TFLiteConverter.from_saved_model(str(ROOT / "examples" / "line" / "saved_model"))
    seeds["line"] = converter.convert()
    converter.optimizations = [Optimize.DEFAULT]
    seeds["line_dynamic"] = converter.convert()
    return seeds


def keras_seeds(ending: str) -> dict[str, bytes]:
    """Small Keras files, as the tests write them."""
    import tempfile

    import test_keras_hostile as hostile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("dense" + ending)
        if ending == ".keras":
            hostile.archive(path, hostile.parts())
        else:
            hostile.good(path)
        return {"dense": path.read_bytes()}


def main() -> int:
    target, folder = sys.argv[1], Path(sys.argv[2])
    ending = ENDINGS[target]
    if ending == ".tflite":
        seeds = tflite_seeds()
    elif ending == ".pb":
        seeds = {"line": (ROOT / "examples" / "line" / "saved_model" / "saved_model.pb").read_bytes()}
    else:
        seeds = keras_seeds(ending)
    for name, content in seeds.items():
        (folder / (name + ending)).write_bytes(content)
    for more in sys.argv[3:]:
        for number, path in enumerate(sorted(Path(more).rglob("*" + ending))):
            if path.stat().st_size <= LARGEST:
                shutil.copy(path, folder / f"more_{number}{ending}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
