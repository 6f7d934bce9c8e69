"""litewright demo: pages on this machine's own address to try models with."""

from __future__ import annotations

import argparse
from typing import Any

from litewright.cli import arguments as args
from litewright.cli.output import Result, Table, UsageError
from litewright.preprocessing import PREPROCESSINGS

SUMMARY = "Draw a digit, or drop an image, and see what a model makes of it"
EXAMPLES = (
    "litewright demo digits",
    "litewright demo classify mobilenet.tflite labels.txt",
    "litewright demo classify mobilenet.tflite labels.txt cat.jpg",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    kinds = parser.add_subparsers(dest="kind", metavar="digits|classify", required=True)
    digits = kinds.add_parser("digits", help="a page to draw on", allow_abbrev=False)
    digits.add_argument(
        "--model", type=args.existing, metavar="FILE", help="a Keras or float .tflite file of your own"
    )
    classify = kinds.add_parser(
        "classify", help="a page to drop images on, or answers in text", allow_abbrev=False
    )
    classify.add_argument("model", type=args.tflite, help="a .tflite file of an image classifier")
    classify.add_argument("labels", type=args.existing, help="class names, one a line")
    classify.add_argument(
        "images", type=args.existing, nargs="*", help="classify these instead of serving a page"
    )
    classify.add_argument("--preprocess", choices=sorted(PREPROCESSINGS), default="mobilenet")
    classify.add_argument("--top", type=args.positive, default=3, metavar="N")
    for kind in (digits, classify):
        kind.add_argument("--port", type=int, default=0, help="default: a free one")
        kind.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
        kind.add_argument("--no-browser", action="store_true", help="only print the address")


def run(arguments: argparse.Namespace) -> Result:
    """Serves until interrupted, or answers at once where images are named."""
    if not 0 <= arguments.port < 65536:
        raise UsageError("--port is a number from 0 to 65535")
    if arguments.kind == "digits":
        from litewright.demos.digits import DigitsDemo

        return _serve(DigitsDemo(arguments.model), arguments)
    from litewright.demos.classify import Classifier, ClassifyDemo

    classifier = Classifier(arguments.model, arguments.labels, arguments.preprocess, arguments.top)
    if not arguments.images:
        return _serve(ClassifyDemo(classifier), arguments)
    data = {str(path): classifier.classify(path) for path in arguments.images}
    rows = [
        (path if rank == 0 else "", entry["label"], f"{entry['confidence']:.2%}",
         f"{answer['milliseconds']:.2f}" if rank == 0 else "")
        for path, answer in data.items()
        for rank, entry in enumerate(answer["labels"])
    ]  # fmt: skip
    return Result(data, [Table(("image", "label", "confidence", "ms"), rows, 2)])


def _serve(demo: Any, arguments: argparse.Namespace) -> Result:
    from litewright.demos.server import serve

    serve(demo, arguments.port, open_browser=not arguments.no_browser)
    return Result({"served": arguments.kind})
