"""The command line of TensorFlow's `tflite_convert`, with its flags."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from litewright import ConverterError
from litewright.compat.v1 import lite
from litewright.converter import TFLiteConverter
from litewright.files import replace_file

_INFERENCE_TYPES = {"FLOAT": "float32", "INT8": "int8", "UINT8": "uint8", "QUANTIZED_UINT8": "uint8"}
_EXAMPLES = """\
examples:
  tflite_convert --saved_model_dir=export --output_file=model.tflite
  tflite_convert --keras_model_file=model.keras --output_file=model.tflite --post_training_quantize
  tflite_convert --graph_def_file=frozen.pb --input_arrays=input --output_arrays=scores \\
      --input_shapes=1,224,224,3 --output_file=model.tflite
"""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; --help lists the flags\n")


def _boolean(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"true or false, not {value!r}")
    return value.lower() == "true"


def _names(value: str) -> list[str]:
    return [name for name in value.split(",") if name]


def _shape(value: str) -> list[int | None]:
    """1,224,224,3; an unknown extent is -1, None or ?."""
    try:
        dims = [None if dim.strip() in ("-1", "None", "?") else int(dim) for dim in _names(value)]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is no shape") from error
    if any(dim is not None and dim < 0 for dim in dims):
        raise argparse.ArgumentTypeError(f"{value!r} has a negative extent")
    return dims


def _shapes(value: str) -> list[list[int | None]]:
    return [_shape(shape) for shape in value.split(":")]


def _operator_sets(value: str) -> list[lite.OpsSet]:
    try:
        return [lite.OpsSet(name) for name in _names(value)]
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{error}; options: {','.join(lite.OpsSet.get_options())}"
        ) from error


def _optimizations(value: str) -> list[lite.Optimize]:
    try:
        return [lite.Optimize(name) for name in _names(value)]
    except ValueError as error:
        options = ",".join(option.value for option in lite.Optimize)
        raise argparse.ArgumentTypeError(f"{error}; options: {options}") from error


def make_parser(prog: str = "tflite_convert") -> argparse.ArgumentParser:
    """The parser of the flags."""
    parser = _Parser(
        prog=prog,
        description="Converts a TensorFlow or Keras model into a .tflite file.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--output_file", required=True, metavar="FILE", help="the .tflite file to write")
    source = parser.add_argument_group("source, one of")
    chosen = source.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--saved_model_dir", metavar="FOLDER", help="a SavedModel")
    chosen.add_argument("--keras_model_file", metavar="FILE", help="a .h5 or .keras file")
    chosen.add_argument("--graph_def_file", metavar="FILE", help="a frozen GraphDef, .pb or .pbtxt")
    saved = parser.add_argument_group("of a SavedModel")
    saved.add_argument(
        "--saved_model_tag_set", type=_names, metavar="TAGS", help='comma-separated, "serve" if absent'
    )
    saved.add_argument(
        "--saved_model_signature_key",
        type=_names,
        metavar="KEYS",
        help="comma-separated; all signatures if absent",
    )
    arrays = parser.add_argument_group("inputs and outputs")
    arrays.add_argument("--input_arrays", type=_names, metavar="NAMES", help="comma-separated nodes")
    arrays.add_argument(
        "--input_shapes", type=_shapes, metavar="SHAPES", help="one for each, as 1,224,224,3:1,10"
    )
    arrays.add_argument("--output_arrays", type=_names, metavar="NAMES", help="comma-separated nodes")
    quantization = parser.add_argument_group("quantization")
    quantization.add_argument("--optimizations", type=_optimizations, metavar="NAMES", help="such as DEFAULT")
    quantization.add_argument(
        "--post_training_quantize", "--quantize_weights", action="store_true", help="int8 weights"
    )
    quantization.add_argument(
        "--quantize_to_float16", action="store_true", help="float16 weights, with --post_training_quantize"
    )
    for flag in ("--inference_type", "--inference_input_type", "--inference_output_type"):
        quantization.add_argument(
            flag, type=str.upper, choices=list(_INFERENCE_TYPES), help="FLOAT if absent"
        )
    operators = parser.add_argument_group("operators")
    operators.add_argument(
        "--target_ops", type=_operator_sets, metavar="SETS", help="such as TFLITE_BUILTINS,SELECT_TF_OPS"
    )
    operators.add_argument(
        "--allow_custom_ops",
        type=_boolean,
        nargs="?",
        const=True,
        default=False,
        help="keep operators without builtins as custom ones",
    )
    _add_flags_without_effect(parser)
    return parser


def _add_flags_without_effect(parser: argparse.ArgumentParser) -> None:
    """Flags of TensorFlow's program that choose between ways it has inside."""
    group = parser.add_argument_group("taken, without effect")
    for flag in ("--experimental_new_converter", "--experimental_new_quantizer"):
        group.add_argument(flag, type=_boolean, nargs="?", const=True, help=argparse.SUPPRESS)
    for flag in ("--enable_v1_converter", "--drop_control_dependency", "--reorder_across_fake_quant"):
        group.add_argument(flag, action="store_true", help=argparse.SUPPRESS)
    group.add_argument("--change_concat_input_ranges", type=_boolean, help=argparse.SUPPRESS)
    group.add_argument("--output_format", type=str.upper, choices=["TFLITE"], help="TFLITE")
    group.add_argument("--custom_opdefs", "--experimental_select_user_tf_ops", help=argparse.SUPPRESS)


def _check(parser: argparse.ArgumentParser, flags: argparse.Namespace) -> None:
    if flags.graph_def_file and not (flags.input_arrays and flags.output_arrays):
        parser.error("--input_arrays and --output_arrays are required with --graph_def_file")
    if flags.input_shapes and not flags.input_arrays:
        parser.error("--input_shapes must be used with --input_arrays")
    if flags.input_shapes and len(flags.input_shapes) != len(flags.input_arrays):
        parser.error("--input_shapes and --input_arrays must have the same number of items")
    if flags.keras_model_file and (flags.input_arrays or flags.output_arrays):
        parser.error("--input_arrays and --output_arrays choose nodes of a graph; a Keras file has none")
    keys = flags.saved_model_signature_key or []
    if flags.saved_model_dir and (flags.input_arrays or flags.output_arrays) and len(keys) > 1:
        parser.error("--input_arrays and --output_arrays need one --saved_model_signature_key")
    if flags.quantize_to_float16 and not (flags.post_training_quantize or flags.optimizations):
        parser.error("--quantize_to_float16 needs --post_training_quantize")


def _converter(flags: argparse.Namespace) -> Any:
    shapes = dict(zip(flags.input_arrays or (), flags.input_shapes or (), strict=False)) or None
    if flags.graph_def_file:
        return lite.TFLiteConverter.from_frozen_graph(
            flags.graph_def_file, flags.input_arrays, flags.output_arrays, shapes
        )
    if flags.keras_model_file:
        return lite.TFLiteConverter.from_keras_model_file(flags.keras_model_file)
    keys, tags = flags.saved_model_signature_key, flags.saved_model_tag_set
    if flags.input_arrays or flags.output_arrays:
        return lite.TFLiteConverter.from_saved_model(
            flags.saved_model_dir,
            flags.input_arrays,
            shapes,
            flags.output_arrays,
            tags,
            keys[0] if keys else None,
        )
    return TFLiteConverter.from_saved_model(flags.saved_model_dir, keys, tags)


def _convert(flags: argparse.Namespace) -> bytes:
    converter = _converter(flags)
    converter.allow_custom_ops = flags.allow_custom_ops
    if flags.post_training_quantize:
        converter.optimizations = [lite.Optimize.DEFAULT]
    if flags.optimizations:
        converter.optimizations = flags.optimizations
    if flags.quantize_to_float16:
        converter.target_spec.supported_types = ["float16"]
    if flags.target_ops:
        converter.target_spec.supported_ops = flags.target_ops
    if flags.inference_type and hasattr(converter, "inference_type"):
        converter.inference_type = _INFERENCE_TYPES[flags.inference_type]
    for name in ("inference_input_type", "inference_output_type"):
        if getattr(flags, name):
            setattr(converter, name, _INFERENCE_TYPES[getattr(flags, name)])
    content: bytes = converter.convert()
    return content


def main(argv: Sequence[str] | None = None) -> int:
    """Converts as the flags (sys.argv's if None) say. Returns 0, or 1 where the model cannot be converted;
    bad flags end the program with 2."""
    parser = make_parser()
    flags = parser.parse_args(argv)
    _check(parser, flags)
    try:
        content = _convert(flags)
        replace_file(flags.output_file, content)
    except (ValueError, OSError, ConverterError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
