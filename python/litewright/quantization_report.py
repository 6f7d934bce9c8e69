"""How far a quantized model is from the float one, operator by operator, with advice."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

from litewright import _core
from litewright.calibration import Sample, compare
from litewright.files import replace_file
from litewright.tables import aligned

__all__ = ["OperatorReport", "QuantizationReport"]

#: Signal-to-quantization-noise ratios in dB: below the first a layer hurts, above the second it is fine.
POOR, FINE = 20.0, 35.0
_MANY_SATURATED = 0.01
_WIDE = 30.0  # range over root mean square: a few values stretch it


@dataclass(frozen=True)
class OperatorReport:
    """One operator: what it makes of its inputs, against what the float operator makes of the same inputs."""

    name: str
    layer: str
    #: The name of its result; of what type that is now, and the range of the float one.
    tensor: str
    dtype: str
    min: float
    max: float
    #: Of the quantized result; 0 where it is float.
    scale: float
    zero_point: int
    #: Signal-to-quantization-noise ratio in dB; infinity without noise.
    sqnr: float
    rms: float
    mean_error: float
    worst_error: float
    #: The share of quantized results at an end of their type.
    saturated: float
    #: Of the operator's constants.
    bytes_before: int
    bytes_after: int

    @property
    def place(self) -> str:
        """Its layer, or the name of its result."""
        return self.layer or self.tensor

    @property
    def advice(self) -> str:
        """What may help; empty for an operator that is fine."""
        if self.sqnr >= FINE:
            return ""
        tips = []
        if self.rms > 0 and max(-self.min, self.max) > _WIDE * self.rms:
            tips.append('a few values stretch its range: try calibration="percentile" or "mse"')
        elif self.saturated > _MANY_SATURATED and self.min < 0:
            tips.append(
                f"{self.saturated:.1%} of its results are cut off: calibrate with more varied samples"
            )
        if self.bytes_after < self.bytes_before:
            tips.append("its weights lose precision: try equalize=True and bias_correction=True")
        tips.append(f"or keep it float: keep_float=[{self.place!r}], target_error=, or mode int16x8")
        return "; ".join(tips)


class QuantizationReport:
    """Errors, ranges and sizes of every operator. `str(report)` is a text, `to_html` writes a page.

    Attributes:
      operators: the quantized operators, in the order in which they run.
      output_error: the error of the results relative to their size, both root mean square.
      inputs, outputs: the final names and types of the model's inputs and outputs.
      kept_float: the layers that `target_error` kept float.
      bytes_before, bytes_after: of the operators' constants.
    """

    def __init__(
        self,
        original: _core.Graph,
        quantized: _core.Graph,
        samples: list[Sample],
        *,
        mode: str = "",
        kept_float: list[str] | None = None,
        random_samples: bool = False,
    ) -> None:
        """Runs both graphs on the samples, as `litewright.quantize` and `TFLiteConverter` do."""
        comparison = compare(original, quantized, samples)
        self.mode = mode
        self.samples = len(samples)
        self.random_samples = random_samples
        self.output_error = comparison.output_error()
        self.operators = [_operator(row) for row in comparison.operators()]
        self.kept_float = list(kept_float or [])
        self.inputs = [(str(row["name"]), str(row["dtype"])) for row in quantized.inputs()]
        self.outputs = [(str(row["name"]), str(row["dtype"])) for row in quantized.outputs()]
        self.bytes_before = sum(row.bytes_before for row in self.operators)
        self.bytes_after = sum(row.bytes_after for row in self.operators)

    def worst(self, count: int = 5) -> list[OperatorReport]:
        """The operators with the lowest signal-to-quantization-noise ratio, the worst first."""
        lossy = [row for row in self.operators if math.isfinite(row.sqnr)]
        return sorted(lossy, key=lambda row: row.sqnr)[:count]

    def summary(self) -> list[str]:
        """What holds for the whole model, in sentences."""
        source = "random inputs" if self.random_samples else f"{self.samples} samples"
        lines = [
            f"Mode {self.mode}: the results differ by {self.output_error:.2%} of their size, over {source}.",
            f"Constants: {self.bytes_before:,} bytes before, {self.bytes_after:,} after.",
            "Inputs: " + ", ".join(f"{name} ({dtype})" for name, dtype in self.inputs) + ".",
            "Outputs: " + ", ".join(f"{name} ({dtype})" for name, dtype in self.outputs) + ".",
        ]
        if self.kept_float:
            lines.append("Kept float to reach target_error: " + ", ".join(self.kept_float) + ".")
        return lines

    def __str__(self) -> str:
        rows = [_HEADINGS, *(cells(row) for row in self.operators)]
        lines = [*self.summary(), "", *aligned(rows, _TEXT_COLUMNS)]
        if worst := self.worst():
            lines += ["", "Worst:"]
        for row in worst:
            advice = row.advice or "fine"
            lines.append(f"  {row.place} ({row.name}), {row.sqnr:.1f} dB: {advice}")
        return "\n".join(lines)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Writes a page with the same and with plots; it needs no other file.

        Raises:
          OSError: the file cannot be written.
        """
        from litewright.quantization_page import page

        replace_file(path, page(self))


_HEADINGS = (
    "operator", "layer", "type", "min", "max", "scale", "zero", "SQNR dB", "worst error", "saturated",
    "bytes before", "after",
)  # fmt: skip
_TEXT_COLUMNS = 3


def headings() -> tuple[str, ...]:
    """The columns of the table."""
    return _HEADINGS


def cells(row: OperatorReport) -> tuple[str, ...]:
    """An operator as a row of the table."""
    return (
        row.name, row.place, row.dtype, f"{row.min:.4g}", f"{row.max:.4g}",
        f"{row.scale:.4g}" if row.scale else "", str(row.zero_point) if row.scale else "",
        f"{row.sqnr:.1f}" if math.isfinite(row.sqnr) else "exact", f"{row.worst_error:.3g}",
        f"{row.saturated:.2%}", str(row.bytes_before), str(row.bytes_after),
    )  # fmt: skip


def _operator(row: dict[str, Any]) -> OperatorReport:
    fields = {key: value for key, value in row.items() if key in OperatorReport.__dataclass_fields__}
    fields["saturated"] = row["saturated"] / max(row["elements"], 1)
    return OperatorReport(**fields)
