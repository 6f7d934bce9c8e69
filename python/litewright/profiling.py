"""Where the time of runs goes, operator by operator."""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import TracebackType

from litewright import _core
from litewright.files import replace_file

__all__ = ["MemoryUse", "OperatorTime", "Profile"]


@dataclass(frozen=True)
class MemoryUse:
    """What an interpreter has in memory, in bytes."""

    arena: int
    """Activations and scratch memory, which serve several tensors one after the other."""
    tensors: int
    """Tensors with memory of their own: variables, unpacked weights, results of unknown size."""
    constants: int
    """Weights in the model itself, used where they lie; of a file, the system keeps only what is needed."""
    packed_weights: int
    """Weights in the order that the kernels want."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.arena + self.tensors + self.constants + self.packed_weights


@dataclass(frozen=True)
class OperatorTime:
    """One operator of the model, summed over the measured runs. Operators that call subgraphs (WHILE, IF)
    include them."""

    op: str
    """"CONV_2D" ..., or the name of a custom operator or delegate part."""
    output: str
    """The name of its first result."""
    subgraph: int
    node: int
    runs: int
    milliseconds: float


class Profile:
    """What `Interpreter.profile()` measures. Holds the times after the `with` block, and while in it."""

    def __init__(self, interpreter: _core.Interpreter) -> None:
        self._interpreter = interpreter
        self._operators: list[OperatorTime] = []
        self._trace = ""
        self._running = False

    def __enter__(self) -> Profile:
        self._interpreter.set_profiling(True)
        self._running = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._operators = self._read()
        self._trace = self._interpreter.chrome_trace()
        self._running = False
        self._interpreter.set_profiling(False)

    def _read(self) -> list[OperatorTime]:
        return [
            OperatorTime(op, output, subgraph, node, runs, nanoseconds / 1e6)
            for op, output, subgraph, node, runs, nanoseconds in self._interpreter.profile_rows()
        ]

    @property
    def operators(self) -> list[OperatorTime]:
        """One entry per operator that ran, in the order of subgraphs and nodes."""
        return self._read() if self._running else self._operators

    def chrome_trace(self) -> str:
        """The runs as JSON that chrome://tracing and Perfetto show."""
        return self._interpreter.chrome_trace() if self._running else self._trace

    def save_chrome_trace(self, path: str | os.PathLike[str]) -> None:
        """Writes `chrome_trace()` to a file."""
        replace_file(path, self.chrome_trace())

    def __str__(self) -> str:
        """A table, the slowest operators first."""
        operators = sorted(self.operators, key=lambda row: -row.milliseconds)
        total = sum(row.milliseconds for row in operators if row.subgraph == 0) or 1.0
        lines = [f"{'ms':>10} {'share':>6} {'runs':>6}  operator"]
        for row in operators:
            share = f"{100 * row.milliseconds / total:.1f}%"
            lines.append(f"{row.milliseconds:10.3f} {share:>6} {row.runs:6d}  {row.op}  {row.output}")
        return "\n".join(lines)
