"""litewright convert: a trained model becomes a .tflite file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from litewright import lite
from litewright.cli import arguments as args
from litewright.cli.output import Result, UsageError, size
from litewright.files import replace_file
from litewright.quantization import quantize
from litewright.quantization_report import QuantizationReport
from litewright.runner import Runner, random_samples
from litewright.verification import Difference, difference, original

SUMMARY = "Turn a Keras file (.h5, .keras), a SavedModel or a float .tflite file into a .tflite file"
EXAMPLES = (
    "litewright convert digits.h5 -o digits.tflite",
    "litewright convert digits.h5 -o small.tflite --mode dynamic --verify",
    "litewright convert digits.h5 -o int8.tflite --mode int8 --representative-data mnist/ --preprocess mnist",
)
MODES = ("float", "dynamic", "float16", "int8", "int16x8", "int8-only")
#: How far a model may be from its original for --verify: the error relative to the size of the outputs.
TOLERANCES = {
    "float": 1e-4, "float16": 0.01, "dynamic": 0.1, "int4": 0.5, "int8": 0.2, "int8-only": 0.2,
    "int16x8": 0.1,
}  # fmt: skip
_VERIFY_SAMPLES = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "model", type=args.existing, help="a file or a SavedModel's folder; its format is detected"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: the model's name with .tflite"
    )
    parser.add_argument(
        "--mode", choices=MODES, default="float", help="how weights and activations are stored"
    )
    parser.add_argument(
        "--signature", action="append", default=[], metavar="KEY", help="of a SavedModel; repeatable"
    )
    add_quantization(parser)
    add_checks(parser)


def add_quantization(parser: argparse.ArgumentParser) -> None:
    """What quantization needs."""
    args.add_data(parser, "--representative-data")
    parser.add_argument(
        "--samples", type=args.positive, default=100, metavar="N", help="to calibrate with (100)"
    )
    for border in ("input", "output"):
        parser.add_argument(
            f"--{border}-type",
            choices=("float32", "int8", "uint8", "int16"),
            default="float32",
            help=f"of the model's {border}s",
        )


def add_checks(parser: argparse.ArgumentParser) -> None:
    """What may be done with the result."""
    parser.add_argument(
        "--verify", action="store_true", help="compare the outputs with Keras's, or with the float file's"
    )
    parser.add_argument("--tolerance", type=float, metavar="X", help="relative error that --verify allows")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the quantization report as a page")


def check_quantization(arguments: argparse.Namespace, mode: str) -> None:
    """Raises UsageError where the mode and the other arguments contradict each other."""
    if mode in ("int8", "int16x8", "int8-only") and arguments.data is None:
        raise UsageError(f"mode {mode} is calibrated with samples: add --representative-data PATH")
    borders = {"int8": ("float32", "int8", "uint8"), "int16x8": ("float32", "int16")}
    allowed = borders.get(mode.removesuffix("-only"), ("float32",))
    for border in ("input_type", "output_type"):
        if getattr(arguments, border) not in allowed:
            option = "--" + border.replace("_", "-")
            raise UsageError(f"{option} of mode {mode} is one of {', '.join(allowed)}")
    if arguments.html and mode == "float":
        raise UsageError("--html is the quantization report: add a --mode that quantizes")


def run(arguments: argparse.Namespace) -> Result:
    """Converts, writes and, if asked to, compares."""
    source: Path = arguments.model
    check_quantization(arguments, arguments.mode)
    kind = _kind(source)
    if kind == "tflite" and arguments.mode == "float":
        raise UsageError(f"{source} is a .tflite file already: choose a --mode to quantize it")
    if arguments.signature and kind != "SavedModel":
        raise UsageError(f"--signature is for SavedModels; {source} is a {kind} file")
    default = source if kind == "SavedModel" else source.with_suffix("")
    target = args.output_file(arguments.output or Path(f"{default.name}.tflite"), source)
    if kind == "tflite":
        return quantize_file(arguments, source.read_bytes(), arguments.mode, target)
    converter = _converter(source, kind, arguments.signature)
    content = converter.convert()
    if arguments.mode == "float":
        replace_file(target, content)
        found = _verify_float(arguments, content) if arguments.verify else None
        return outcome(arguments, "float", target, None, found)
    return quantize_file(
        arguments, content, arguments.mode, target, _with_mode(converter, arguments, content)
    )


def quantize_file(
    arguments: argparse.Namespace,
    content: bytes,
    mode: str,
    target: Path,
    converter: lite.TFLiteConverter | None = None,
) -> Result:
    """Quantizes by the converter, or without one the float model `content`."""
    if converter is not None:
        quantized, report_of = converter.convert(), converter
        report = report_of.quantization_report if arguments.html else None
    else:
        made = quantize(
            content,
            mode.removesuffix("-only"),
            args.calibration(arguments, content, arguments.samples),
            allow_float=mode != "int8-only",
            inference_input_type=arguments.input_type,
            inference_output_type=arguments.output_type,
            **getattr(arguments, "remedies", {}),
        )
        quantized, report = bytes(made), made.report if arguments.html else None
    replace_file(target, quantized)
    found = None
    if arguments.verify:
        runner = Runner(content)
        found = difference(Runner(quantized), runner, "the float model", _samples(arguments, runner))
    return outcome(arguments, mode, target, len(content), found, report)


def outcome(
    arguments: argparse.Namespace,
    mode: str,
    target: Path,
    float_bytes: int | None,
    found: Difference | None,
    report: QuantizationReport | None = None,
) -> Result:
    """What the command says and answers."""
    count = target.stat().st_size
    line = f"wrote {target}: {size(count)}"
    if float_bytes:
        line += f", {float_bytes / count:.2f} times smaller than float ({size(float_bytes)})"
    data: dict[str, Any] = {"file": str(target), "bytes": count, "mode": mode, "float_bytes": float_bytes}
    result = Result(data, [line])
    if report is not None:
        report.to_html(arguments.html)
        result.blocks.append(f"wrote {arguments.html}: the quantization report")
    if found is not None:
        allowed = TOLERANCES[mode] if arguments.tolerance is None else arguments.tolerance
        passed = found.error <= allowed
        result.blocks.append(
            f"{'verified' if passed else 'NOT verified'} (allowed: {allowed:g}{_random(arguments)}): {found}"
        )
        data["verification"] = vars(found) | {"tolerance": allowed, "passed": passed}
        result.exit_code = 0 if passed else 3
    return result


def _random(arguments: argparse.Namespace) -> str:
    return "" if arguments.data else ", random samples"


def _kind(path: Path) -> str:
    """The format by content: "Keras", "SavedModel" or "tflite"."""
    if path.is_dir():
        if (path / "saved_model.pb").exists():
            return "SavedModel"
        raise UsageError(f"{path}: a folder should hold saved_model.pb; name a .h5 or .keras file otherwise")
    head = path.open("rb").read(8)
    if head[4:8] == b"TFL3":
        return "tflite"
    if head == b"\x89HDF\r\n\x1a\n" or head[:2] == b"PK":
        return "Keras"
    if path.name == "saved_model.pb":
        raise UsageError(f"{path}: name the folder that holds it")
    raise UsageError(
        f"{path}: neither a Keras file (.h5, .keras) nor a SavedModel's folder nor a .tflite file"
    )


def _converter(source: Path, kind: str, signatures: list[str]) -> lite.TFLiteConverter:
    if kind == "SavedModel":
        return lite.TFLiteConverter.from_saved_model(str(source), signatures or None)
    return lite.TFLiteConverter.from_keras_model(str(source))


def _with_mode(
    converter: lite.TFLiteConverter, arguments: argparse.Namespace, content: bytes
) -> lite.TFLiteConverter:
    """Set up as `tf.lite` users do for the mode; `content` is the float model."""
    mode = arguments.mode
    converter.optimizations = [lite.Optimize.DEFAULT]
    dataset = args.calibration(arguments, content, arguments.samples)
    if mode == "float16":
        converter.target_spec.supported_types = [np.float16]
    if mode in ("int8", "int16x8", "int8-only"):
        converter.representative_dataset = dataset
    sets = lite.OpsSet
    if mode == "int8-only":
        converter.target_spec.supported_ops = [sets.TFLITE_BUILTINS_INT8]
    if mode == "int16x8":
        int16 = sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        converter.target_spec.supported_ops = [int16, sets.TFLITE_BUILTINS]
    converter.inference_input_type = np.dtype(arguments.input_type)
    converter.inference_output_type = np.dtype(arguments.output_type)
    return converter


def _samples(arguments: argparse.Namespace, runner: Runner) -> list[Any]:
    """What --verify runs: data where there is some, else random numbers; without the batch dimension."""
    if arguments.data is None:
        return random_samples(runner.inputs, _VERIFY_SAMPLES)
    source = Runner.__new__(Runner)
    source.__dict__.update(vars(runner), _preprocess=arguments.preprocess)
    chosen = args.source(arguments, _VERIFY_SAMPLES).read(source.inputs)
    return [[array[0] for array in source.prepare(sample)] for sample in chosen]


def _verify_float(arguments: argparse.Namespace, content: bytes) -> Difference:
    runner = Runner(content)
    name, reference = original(arguments.model, runner.inputs, runner.outputs)
    return difference(runner, reference, name, _samples(arguments, runner))
