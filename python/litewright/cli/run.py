"""litewright run: a model's answer to one input."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from litewright.cli import arguments as args
from litewright.cli.output import Result, Table, UsageError
from litewright.preprocessing import PREPROCESSINGS
from litewright.runner import Runner, random_samples
from litewright.samples import load

SUMMARY = "Run a model on an image, arrays or random numbers"
EXAMPLES = (
    "litewright run digits.tflite --random",
    "litewright run digits.tflite seven.png --preprocess mnist --top 3",
    "litewright run model.tflite inputs.npz --save outputs.npz",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("model", type=args.tflite, help="a .tflite file")
    parser.add_argument(
        "input", type=args.existing, nargs="?", help="an image, .npy or .npz with one array per input"
    )
    parser.add_argument("--random", action="store_true", help="random numbers, always the same")
    parser.add_argument("--preprocess", choices=sorted(PREPROCESSINGS), default="none")
    parser.add_argument("--names", type=args.existing, metavar="FILE", help="class names, one a line")
    parser.add_argument(
        "--top", type=args.positive, metavar="N", help="show the N largest numbers of each output"
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the outputs as .npz")
    args.add_threads(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Runs the model once."""
    if (arguments.input is None) == (not arguments.random):
        raise UsageError("name one input file, or --random")
    runner = Runner(arguments.model, preprocess=arguments.preprocess, threads=arguments.threads)
    sample = random_samples(runner.inputs, 1)[0] if arguments.random else _read(arguments.input, runner)
    outputs = runner(sample)
    names = arguments.names.read_text(encoding="utf-8").splitlines() if arguments.names else []
    result = Result({"seconds": runner.seconds, "outputs": []}, [f"ran in {runner.seconds * 1e3:.3f} ms"])
    for details, values in zip(runner.outputs, outputs, strict=True):
        result.blocks.append(f"{details['name']} {values.dtype}{list(values.shape)}")
        row = {"name": details["name"], "shape": list(values.shape), "dtype": str(values.dtype)}
        if arguments.top:
            row["top"] = _largest(values, arguments.top, names)
            rows = [(entry["label"], f"{entry['value']:.6g}") for entry in row["top"]]
            result.blocks.append(Table(("class", "value"), rows))
        else:
            row["values"] = values
            result.blocks.append(np.array2string(values, precision=6, threshold=200))
        result.data["outputs"].append(row)
    if arguments.save:
        arrays: dict[str, Any] = {d["name"]: v for d, v in zip(runner.outputs, outputs, strict=True)}
        np.savez(arguments.save, **arrays)
        result.blocks.append(f"wrote {arguments.save}")
    return result


def _largest(values: Any, count: int, names: list[str]) -> list[dict[str, Any]]:
    flat = values.reshape(-1)
    order = np.argsort(-flat, kind="stable")[:count]
    return [
        {"class": int(i), "label": names[i] if i < len(names) else str(i), "value": float(flat[i])}
        for i in order
    ]


def _read(path: Path, runner: Runner) -> list[Any]:
    """One sample: whole arrays of a .npz or .npy file, with or without a batch of 1, or an image."""
    if path.suffix not in (".npz", ".npy"):
        return list(load(path)[0])
    loaded = np.load(path, allow_pickle=False)
    arrays = {"": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    names = [str(details["name"]) for details in runner.inputs]
    ordered = [arrays[name] for name in names] if set(names) == set(arrays) else list(arrays.values())
    if len(ordered) != len(names):
        raise UsageError(f"{path}: holds {len(ordered)} arrays; the model takes {names}")
    return [
        array[0] if array.ndim == len(details["shape"]) and array.shape[:1] == (1,) else array
        for array, details in zip(ordered, runner.inputs, strict=True)
    ]
