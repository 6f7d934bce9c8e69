"""Litewright side by side with LiteRT and ONNX Runtime: latency, start-up and memory of nine models.

usage: compare.py [--models NAME,...] [--folder FOLDER] [--threads 1,2] [--batches 1,32,256] [--seconds S]
                  [--json FILE] [--plot FILE] [--no-startup]

Engines take turns in one process; figures are medians, ratios those of the other engine's time to ours, round
by round, with their quartiles (above 1: we are faster). "cpu" ratios compare processor time, for machines
that do other things meanwhile. Batches above 1 are run for the small models only. The models are made by
bench_models.py, which needs Keras with TensorFlow where they are not in FOLDER yet.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent / "python")]

import bench_models  # noqa: E402
import numpy as np  # noqa: E402

from litewright import bench  # noqa: E402

BATCHED = ("mnist", "dscnn", "resnet8", "mobilenet025", "lstm")

# Ratios to LiteRT that the models should reach at batch 1, and MNIST's at batch 256.
TARGETS = {
    "mnist": 1.8, "inceptionv3": 1.3, "resnet50": 1.2, "mobilenetv2": 1.1, "efficientnetb0": 1.1,
    "dscnn": 1.3, "resnet8": 1.3, "mobilenet025": 1.3, "lstm": 3.0,
}  # fmt: skip

# In a process of its own: seconds of import, and of load + allocate + first result; the peak in kilobytes.
FIRST_RESULT = """
import json, sys, time
import numpy as np
def memory(key):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(key))
sys.path.insert(0, sys.argv[3])
cpu, start = time.process_time(), time.perf_counter()
module = __import__(sys.argv[1], fromlist=["Interpreter"])
imported, imported_cpu = time.perf_counter() - start, time.process_time() - cpu
before = memory("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
cpu, start = time.process_time(), time.perf_counter()
interpreter = module.Interpreter(model_path=sys.argv[2], num_threads=1)
interpreter.allocate_tensors()
details = interpreter.get_input_details()[0]
interpreter.set_tensor(details["index"], np.zeros(details["shape"], details["dtype"]))
interpreter.invoke()
interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
first, first_cpu = time.perf_counter() - start, time.process_time() - cpu
for _ in range(3):
    interpreter.invoke()
print(json.dumps({"import": imported, "import_cpu": imported_cpu, "first": first, "first_cpu": first_cpu,
                  "memory": memory("VmHWM") - before}))
"""

MODULES = {"ours": "litewright.lite", "litert": "ai_edge_litert.interpreter"}


def start(path: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Medians of FIRST_RESULT's figures by engine, which take turns."""
    package = str(Path(__file__).resolve().parent.parent / "python")
    samples: dict[str, list[dict[str, float]]] = {name: [] for name in MODULES}
    for _ in range(rounds):
        for name, module in MODULES.items():
            command = [sys.executable, "-c", FIRST_RESULT, module, str(path), package]
            output = subprocess.run(command, capture_output=True, text=True)
            if output.returncode == 0:
                samples[name].append(json.loads(output.stdout.splitlines()[-1]))
    return {
        name: {key: float(np.median([row[key] for row in rows])) for key in rows[0]}
        for name, rows in samples.items()
        if rows
    }


def latencies(arguments: argparse.Namespace, names: list[str]) -> Iterator[dict[str, Any]]:
    """A row per model, batch and number of threads, printed as it is measured."""
    for name in names:
        path = bench_models.make(arguments.folder, name)
        for batch in (int(b) for b in arguments.batches.split(",")):
            if batch > 1 and name not in BATCHED:
                continue
            for threads in (int(t) for t in arguments.threads.split(",")):
                runs = bench.engines(path, threads, batch)
                figures = bench.summary(bench.compare(runs, arguments.seconds))
                print(bench.line(f"{name} batch {batch} threads {threads}", figures), flush=True)
                yield {"model": name, "batch": batch, "threads": threads, "engines": figures}


def starts(arguments: argparse.Namespace, names: list[str]) -> Iterator[dict[str, Any]]:
    for name in names:
        row = start(bench_models.make(arguments.folder, name), arguments.rounds)
        if "litert" in row:
            ours, theirs = row["ours"], row["litert"]
            ratios = {key: theirs[key] / ours[key] for key in ("import", "import_cpu", "first", "first_cpu")}
            print(
                f"{name:16s} load + allocate + first result {1e3 * ours['first']:8.1f} ms, LiteRT "
                f"{1e3 * theirs['first']:8.1f} ms: {ratios['first']:.2f} (cpu {ratios['first_cpu']:.2f}); "
                f"peak {ours['memory'] / 1024:.1f} MB, LiteRT {theirs['memory'] / 1024:.1f} MB: "
                f"{ours['memory'] / theirs['memory']:.2f}; import {ratios['import']:.2f} "
                f"(cpu {ratios['import_cpu']:.2f})",
                flush=True,
            )
        yield {"model": name, "engines": row}


def plot(rows: list[dict[str, Any]], file: Path) -> None:
    """Ratios as bars, one group per model, batch and number of threads; needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    labels = [f"{row['model']}\nbatch {row['batch']}, {row['threads']} thr." for row in rows]
    figure, axes = pyplot.subplots(figsize=(max(8, 0.6 * len(rows)), 5))
    for shift, name in ((-0.2, "litert"), (0.2, "ort")):
        values = [row["engines"].get(name, {}).get("ratio", 0.0) for row in rows]
        axes.bar(np.arange(len(rows)) + shift, values, 0.4, label=f"{name} / litewright")
    axes.axhline(1, color="black", linewidth=1)
    axes.set_xticks(np.arange(len(rows)), labels, rotation=90, fontsize=7)
    axes.set_ylabel("times as fast")
    axes.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=120)


def main() -> None:
    """Measure what is asked for and print how many targets hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", default=",".join(bench_models.MODELS))
    parser.add_argument("--folder", type=Path, default=Path("build/bench_models"))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--batches", default="1,32,256")
    parser.add_argument("--seconds", type=float, default=6, help="of each row, for all engines together")
    parser.add_argument(
        "--rounds", type=int, default=5, help="processes per engine and model of the start-up"
    )
    parser.add_argument("--no-startup", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    names = arguments.models.split(",")
    rows = list(latencies(arguments, names))
    begun = [] if arguments.no_startup else list(starts(arguments, names))
    if arguments.json:
        arguments.json.write_text(json.dumps({"latency": rows, "start": begun}, indent=1) + "\n")
    if arguments.plot:
        plot(rows, arguments.plot)
    measured = {row["model"]: row["engines"] for row in rows if row["batch"] == 1 and row["threads"] == 1}
    held = [n for n, engines in measured.items() if engines.get("litert", {}).get("ratio", 0) >= TARGETS[n]]
    print(f"{len(held)} of {len(measured)} models reach their ratio to LiteRT at one thread, batch 1")


if __name__ == "__main__":
    main()
