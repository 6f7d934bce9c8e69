"""litewright evaluate: accuracy, agreement and latency of classifiers."""

from __future__ import annotations

import argparse
from pathlib import Path

from litewright.cli import arguments as args
from litewright.cli.output import Result, Table, UsageError, size
from litewright.distributed.engines import engine_of
from litewright.distributed.files import evaluate_files
from litewright.evaluation import Evaluation, evaluate
from litewright.runner import Runner
from litewright.samples import Samples, Source

SUMMARY = "Measure accuracy, agreement and latency of classifiers; the first model is the reference"
EXAMPLES = (
    "litewright evaluate digits.tflite --data mnist/ --preprocess mnist",
    "litewright evaluate digits.tflite small.tflite --data mnist/ --preprocess mnist --html report.html",
    "litewright evaluate flowers.tflite --data flowers/ --preprocess mobilenet --min-accuracy 0.9",
    "litewright evaluate digits.tflite --data mnist/ --preprocess mnist --engine dask://scheduler:8786",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("models", type=args.tflite, nargs="+", metavar="model", help="a .tflite file")
    args.add_data(parser, "--data", required=True)
    parser.add_argument("--names", type=args.existing, metavar="FILE", help="class names, one a line")
    parser.add_argument(
        "--limit", type=args.positive, metavar="N", help="only N samples, from all over the data"
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write a report as a page that needs no network"
    )
    parser.add_argument("--min-accuracy", type=float, metavar="X", help="exit with 3 if a model is below")
    parser.add_argument(
        "--engine",
        type=_engine,
        default="local",
        metavar="WHERE",
        help="local, dask://HOST:PORT or ray; its workers read the data under the same path, one thread each",
    )
    args.add_threads(parser)


def _engine(word: str) -> str:
    """The name of an engine."""
    try:
        engine_of((), word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return word


def run(arguments: argparse.Namespace) -> Result:
    """Evaluates every model on the same samples."""
    source = args.source(arguments, arguments.limit)
    samples = source.read(Runner(arguments.models[0]).inputs)
    if arguments.min_accuracy is not None and samples.labels is None:
        raise UsageError("--min-accuracy needs labels: --labels FILE, or a folder for each class")
    names = arguments.names.read_text(encoding="utf-8").splitlines() if arguments.names else []
    results = [_evaluate(arguments, model, source, samples, names) for model in arguments.models]
    data = {"models": [result.summary(results[0]) for result in results]}
    outcome = Result(data, [f"{len(samples):,} samples, one at a time", table(results)])
    if arguments.html:
        from litewright.pages.evaluation import write

        write(
            arguments.html, results, [str(path) for path in arguments.models], samples, arguments.preprocess
        )
        outcome.blocks.append(f"wrote {arguments.html}: {size(arguments.html.stat().st_size)}")
    if arguments.min_accuracy is not None:
        poor = [r for r in results if (r.accuracy() or 0.0) < arguments.min_accuracy]
        outcome.blocks += [f"{r.name} is below {arguments.min_accuracy:g}" for r in poor]
        outcome.exit_code = 3 if poor else 0
    return outcome


def _evaluate(
    arguments: argparse.Namespace, model: Path, source: Source, samples: Samples, names: list[str]
) -> Evaluation:
    if arguments.engine == "local":
        return evaluate(
            model, samples, preprocess=arguments.preprocess, threads=arguments.threads, classes=names
        )
    try:
        return evaluate_files(
            model, source, samples, arguments.engine, preprocess=arguments.preprocess, classes=names
        )
    except ImportError as error:
        raise UsageError(
            f"--engine {arguments.engine}: {error}; see `pip install litewright[dask]`"
        ) from error


def table(results: list[Evaluation]) -> Table:
    """One row per model."""

    def share(value: float | None) -> str:
        return "" if value is None else f"{value:.4f}"

    rows = [
        (
            result.name,
            f"{result.bytes:,}",
            share(result.accuracy()),
            share(result.accuracy(5) if result.top.shape[1] == 5 else None),
            share(result.agreement(results[0])),
            *(f"{result.percentile(percent):.3f}" for percent in (50, 90, 99)),
        )
        for result in results
    ]
    return Table(("model", "bytes", "accuracy", "top 5", "agreement", "p50 ms", "p90 ms", "p99 ms"), rows)
