"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from litewright.cli.output import UsageError
from litewright.preprocessing import PREPROCESSINGS
from litewright.runner import Runner
from litewright.samples import Source


def existing(word: str) -> Path:
    """A path that exists."""
    path = Path(word)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"{word}: there is no such file or folder")
    return path


def tflite(word: str) -> Path:
    """A .tflite file that exists."""
    path = existing(word)
    if path.is_dir() or path.suffix in (".h5", ".keras", ".hdf5"):
        raise argparse.ArgumentTypeError(f"{word}: is no .tflite file; make one with `litewright convert`")
    return path


def positive(word: str) -> int:
    """A number from 1."""
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1, not {word!r}")
    return int(word)


def add_threads(parser: argparse.ArgumentParser) -> None:
    """--threads."""
    parser.add_argument(
        "--threads", type=positive, default=1, metavar="N", help="threads that kernels may use"
    )


def add_data(parser: argparse.ArgumentParser, option: str, required: bool = False) -> None:
    """Where samples come from and what is done to them."""
    parser.add_argument(
        option,
        dest="data",
        type=existing,
        metavar="PATH",
        required=required,
        help="a folder of images (by class), .npz, .npy, IDX or CSV file",
    )
    parser.add_argument("--labels", type=existing, metavar="FILE", help="class numbers, where PATH has none")
    parser.add_argument(
        "--preprocess",
        choices=sorted(PREPROCESSINGS),
        default="none",
        help="; ".join(f"{name}: {rule.about}" for name, rule in sorted(PREPROCESSINGS.items())),
    )


def source(arguments: argparse.Namespace, limit: int | None = None) -> Source:
    """The samples that the arguments name, or `limit` of them."""
    labels = None if arguments.labels is None else str(arguments.labels)
    return Source(str(arguments.data), labels, limit)


def calibration(
    arguments: argparse.Namespace, model: bytes | str, count: int
) -> Callable[[], Iterator[list[Any]]] | None:
    """A representative dataset of `count` samples from all over the data; None without data."""
    if arguments.data is None:
        return None
    runner = Runner(model, preprocess=arguments.preprocess)
    chosen = source(arguments, count).read(runner.inputs)
    return lambda: (runner.prepare(sample) for sample in chosen)


def output_file(path: Path, source: Path) -> Path:
    """`path`, if it can be written without destroying `source`."""
    if path.resolve() == source.resolve():
        raise UsageError(f"{path} is the input itself; name another file with -o")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
    return path
