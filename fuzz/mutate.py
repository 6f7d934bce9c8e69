#!/usr/bin/env python3
"""Mutate model files many times and load, run or convert every result in a process of its own group.

usage: fuzz/mutate.py [--count 20000] [--seed 1] [--save FOLDER] FILE.tflite FILE.h5 FILE.keras FOLDER ...

A folder is a SavedModel. Every case must end in an answer or a Python exception, within --seconds and
--mebibytes. A case is a function of the seed, the file and its number, so that one can be repeated: --only
NUMBER runs just that one, in this process. Prints one line per file; exit status 1 if a case crashed, hung,
took too much memory or raised what no caller expects.
"""

from __future__ import annotations

import argparse
import ctypes
import faulthandler
import mmap
import os
import random
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from mutations import Mutate, mutations_of

import litewright

EXPECTED = (ValueError, RuntimeError, OSError, MemoryError)  # ConverterError is a RuntimeError
BLOCK = np.random.default_rng(0).integers(-100, 100, 1 << 12)
SLOT = struct.Struct("<qd")  # the case that a worker is at, and when it began


def fill(interpreter: litewright.Interpreter) -> None:
    for detail in interpreter.get_input_details():
        dtype = np.dtype(detail["dtype"])
        if dtype.kind in "iufbc":
            interpreter.set_tensor(detail["index"], np.resize(BLOCK.astype(dtype), detail["shape"]))


def run_tflite(content: bytes, rng: random.Random) -> None:
    """Loads and runs a model, once more with another input shape."""
    interpreter = litewright.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    for again in (False, True):
        fill(interpreter)
        interpreter.invoke()
        for detail in interpreter.get_output_details():
            interpreter.get_tensor(detail["index"])
        inputs = interpreter.get_input_details()
        if again or not inputs or rng.random() < 0.7:
            return
        detail = rng.choice(inputs)
        shape = [int(n) for n in detail["shape"]]
        if rng.random() < 0.2:
            shape = [2**31 - 1] * rng.randrange(2, 6)
        elif shape:
            shape[rng.randrange(len(shape))] = rng.choice([0, 1, 2, 3, 5, 100])
        interpreter.resize_tensor_input(detail["index"], shape)
        interpreter.allocate_tensors()


def convert_keras(path: Path) -> None:
    litewright.TFLiteConverter.from_keras_model(path).convert()


def convert_saved_model(path: Path) -> None:
    litewright.TFLiteConverter.from_saved_model(str(path)).convert()


class Subject:
    """A file (or SavedModel folder) and what is done with its mutations."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.seed = seed
        self.parts: dict[str, Mutate] = {}
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            self.parts[str(file.relative_to(path))] = mutations_of(file.name, file.read_bytes())

    def random(self, number: int) -> random.Random:
        return random.Random(f"{self.seed} {self.path.name} {number}")

    def write(self, number: int, folder: Path) -> Path:
        """The mutation with this number, in the folder."""
        rng = self.random(number)
        goal = folder / self.path.name
        if not self.path.is_dir():
            goal.write_bytes(self.parts["."](rng))
            return goal
        if not goal.exists():
            shutil.copytree(self.path, goal)
            goal.chmod(0o755)
            for part in goal.rglob("*"):
                part.chmod(0o755)
        names = sorted(self.parts)
        likely = {"saved_model.pb": 8, "variables.index": 3}
        weights = [likely.get(Path(name).name, 1) for name in names]
        chosen = rng.choices(names, weights)[0]
        for name in names:
            content = self.parts[name](rng) if name == chosen else (self.path / name).read_bytes()
            (goal / name).write_bytes(content)
        return goal

    def run(self, number: int, folder: Path) -> None:
        rng = self.random(number)
        if self.path.suffix == ".tflite":
            run_tflite(self.parts["."](rng), rng)
            return
        goal = self.write(number, folder)
        (convert_saved_model if goal.is_dir() else convert_keras)(goal)


class Shared:
    """What workers tell the parent: where they are, and how their cases ended."""

    def __init__(self, workers: int) -> None:
        self.memory = mmap.mmap(-1, SLOT.size * workers)

    def put(self, worker: int, number: int) -> None:
        SLOT.pack_into(self.memory, SLOT.size * worker, number, time.monotonic())

    def get(self, worker: int) -> tuple[int, float]:
        number, begun = SLOT.unpack_from(self.memory, SLOT.size * worker)
        return number, begun


def peak_mebibytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def outcome(run: Callable[[], None]) -> str:
    try:
        run()
    except EXPECTED as error:
        return type(error).__name__
    except BaseException as error:  # noqa: BLE001
        return f"unexpected {type(error).__name__}: {error}"
    return "ran"


def work(
    subject: Subject, numbers: range, worker: int, shared: Shared, limit: int, results: int, folder: Path
) -> None:
    """A worker process: one line `number outcome` per case. Ends after a case that took too much memory."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # ends with the parent
    null = os.open(os.devnull, os.O_WRONLY)
    log = os.open(folder / "crash.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(null, 1)
    os.dup2(log, 2)
    faulthandler.enable(log)
    lines: list[str] = []
    for number in numbers:
        shared.put(worker, number)
        result = outcome(lambda number=number: subject.run(number, folder))  # type: ignore[misc]
        if peak_mebibytes() > limit:
            result = f"memory {peak_mebibytes()} MiB"
        lines.append(f"{number} {result}\n".replace("\r", " "))
        if len(lines) >= 50 or result.startswith("memory"):
            os.write(results, "".join(lines).encode())
            lines.clear()
        if result.startswith("memory"):
            break
    os.write(results, "".join(lines).encode())
    os._exit(0)


class Worker:
    """A share of a subject's cases, run by one process after another."""

    def __init__(
        self, subject: Subject, numbers: range, index: int, shared: Shared, args: argparse.Namespace
    ) -> None:
        self.subject, self.numbers, self.index, self.shared, self.args = subject, numbers, index, shared, args
        base = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.folder = Path(tempfile.mkdtemp(prefix="mutate-", dir=base))
        self.results = open(self.folder / "results", "w+b", buffering=0)
        self.ended: list[str] = []  # how cases ended that took their process with them
        self.pid = self._start()

    def _start(self) -> int:
        self.shared.put(self.index, self.numbers[0] if self.numbers else -1)
        pid = os.fork()
        if pid == 0:
            try:
                limit, results = self.args.mebibytes, self.results.fileno()
                work(self.subject, self.numbers, self.index, self.shared, limit, results, self.folder)
            finally:
                os._exit(9)
        return pid

    def poll(self) -> bool:
        """Whether it still works; restarts it behind a case that ended it."""
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        number, begun = self.shared.get(self.index)
        reason = ""
        if ended and os.WIFSIGNALED(status):
            reason = f"crashed with {signal.Signals(os.WTERMSIG(status)).name}"
        if ended and os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
            reason = f"crashed with status {os.WEXITSTATUS(status)}"
        if not ended:
            # While a worker writes its slot, the time is 0.
            if begun > 0 and time.monotonic() - begun > self.args.seconds:
                reason = "hung"
            elif self._resident() > 2 * self.args.mebibytes:
                reason = "memory (killed)"
            else:
                return True
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if reason:
            self.ended.append(f"{number} {reason}")
        if number < 0 or number + self.numbers.step not in self.numbers:
            return False
        self.numbers = range(number + self.numbers.step, self.numbers.stop, self.numbers.step)
        self.pid = self._start()
        return True

    def _resident(self) -> int:
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * mmap.PAGESIZE >> 20
        except (OSError, IndexError):
            return 0

    def lines(self) -> list[str]:
        """`number outcome` of every case; a process that dies may take the last lines with it."""
        self.results.seek(0)
        lines = self.results.read().decode(errors="replace").splitlines() + self.ended
        crash = (self.folder / "crash.txt").read_text(errors="replace") if self.ended else ""
        if crash and self.args.save:
            (self.args.save / f"{self.subject.path.name}-{self.index}.log").write_text(crash)
        self.results.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return lines


def examine(path: Path, args: argparse.Namespace) -> int:
    """All cases of a file; how many ended badly."""
    subject, start = Subject(path, args.seed), time.monotonic()
    shared = Shared(args.workers)
    first = args.first
    shares = [range(first + i, first + args.count, args.workers) for i in range(args.workers)]
    workers = [Worker(subject, numbers, i, shared, args) for i, numbers in enumerate(shares) if numbers]
    alive = list(workers)
    while alive:
        time.sleep(0.02)
        alive = [worker for worker in alive if worker.poll()]
    counts: Counter[str] = Counter()
    bad: list[str] = []
    for line in (line for worker in workers for line in worker.lines()):
        number, _, result = line.partition(" ")
        if not number.isdigit():
            continue
        counts[" ".join(result.split(":")[0].split()[:3])] += 1
        if result.split()[0] in ("crashed", "hung", "memory", "unexpected"):
            bad.append(f"  case {number}: {result}")
            if args.save:
                save(subject, int(number), args.save)
    lost = args.count - sum(counts.values())
    if lost > 0:
        counts["ran or raised, count lost with its process"] = lost
    seconds = time.monotonic() - start
    told = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    print(f"{path.name}: {args.count} cases in {seconds:.0f} s: {len(bad)} bad; {told}", flush=True)
    for line in bad[: args.show]:
        print(line, flush=True)
    return len(bad)


def save(subject: Subject, number: int, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        made = subject.write(number, Path(temporary))
        goal = folder / f"{number}-{zlib.crc32(str(subject.path).encode()):08x}-{made.name}"
        shutil.copytree(made, goal, dirs_exist_ok=True) if made.is_dir() else shutil.copy(made, goal)


def run_only(path: Path, args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(path, args.seed)
        made: Any = subject.write(args.only, Path(folder))
        print(f"{made.name}, case {args.only}", flush=True)
        subject.run(args.only, Path(folder))
    print(f"ran; {peak_mebibytes()} MiB")
    return 0


def main() -> int:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=20_000, help="mutations per file")
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10, help="a case that takes longer hangs")
    parser.add_argument("--mebibytes", type=int, default=1024, help="a process must stay below")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--save", type=Path, help="where the files of bad cases go")
    parser.add_argument("--show", type=int, default=20, help="how many bad cases to print per file")
    parser.add_argument("--only", type=int, help="run this case alone")
    args = parser.parse_args()
    if args.save:
        args.save.mkdir(parents=True, exist_ok=True)
    if args.only is not None:
        return run_only(args.paths[0], args)
    bad = sum(examine(path, args) for path in args.paths)
    print(f"{len(args.paths)} files, {len(args.paths) * args.count} cases, {bad} bad")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
