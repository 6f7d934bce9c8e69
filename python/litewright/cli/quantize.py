"""litewright quantize: a smaller copy of a float .tflite file."""

from __future__ import annotations

import argparse
from pathlib import Path

from litewright.cli import arguments as args
from litewright.cli import convert
from litewright.cli.output import Result

SUMMARY = "Make a smaller copy of any float .tflite file"
EXAMPLES = (
    "litewright quantize digits.tflite -o small.tflite --mode dynamic",
    "litewright quantize digits.tflite -o int8.tflite --mode int8 --representative-data mnist/"
    " --preprocess mnist --html report.html",
)
MODES = ("dynamic", "float16", "int8", "int16x8", "int8-only", "int4")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("model", type=args.tflite, help="a float .tflite file")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: NAME_MODE.tflite")
    parser.add_argument(
        "--mode", choices=MODES, default="dynamic", help="how weights and activations are stored"
    )
    convert.add_quantization(parser)
    convert.add_checks(parser)
    group = parser.add_argument_group("when accuracy drops")
    group.add_argument(
        "--calibration", choices=("minmax", "moving_average", "percentile", "mse"), default="minmax"
    )
    group.add_argument("--equalize", action="store_true", help="give neighbouring layers like ranges")
    group.add_argument("--bias-correction", action="store_true", help="correct the mean of each result")
    group.add_argument(
        "--keep-float", action="append", default=[], metavar="LAYER", help="name or pattern; repeatable"
    )
    group.add_argument(
        "--target-error", type=float, metavar="X", help="keep the worst layers float until X is reached"
    )


def run(arguments: argparse.Namespace) -> Result:
    """Quantizes, writes and, if asked to, compares."""
    convert.check_quantization(arguments, arguments.mode)
    source: Path = arguments.model
    default = Path(f"{source.stem}_{arguments.mode}.tflite")
    target = args.output_file(arguments.output or default, source)
    options = ("calibration", "equalize", "bias_correction", "keep_float", "target_error")
    arguments.remedies = {name: getattr(arguments, name) for name in options}
    return convert.quantize_file(arguments, source.read_bytes(), arguments.mode, target)
