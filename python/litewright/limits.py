"""What a model may ask for: files come from strangers."""

from __future__ import annotations

from dataclasses import dataclass

from litewright import _core

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Bounds on what a model file can demand; beyond one of them there is an error that names it.

    Attributes:
      memory: bytes of an interpreter's tensors, working memory and packed weights. None: 256 MiB (2 GiB where
        intermediate tensors are preserved), four times the model's constants, 256 bytes (512 MiB in all at
        most) for every element of the inputs in the file, and 128 KiB for every one that
        `resize_tensor_input` adds. Never more than the machine has.
      rank: dimensions of a tensor.
      elements: elements of a tensor.
      subgraph_depth: subgraphs that call each other.
      loop_iterations: rounds of all WHILE loops together, in one invocation.
      convert_seconds: how long `TFLiteConverter.convert` may take, calibration included.

    Example:
      Interpreter(model_path="large.tflite", limits=Limits(memory=8 << 30))
    """

    memory: int | None = None
    rank: int = 32
    elements: int = 1 << 33
    subgraph_depth: int = 64
    loop_iterations: int = 200_000
    convert_seconds: float = 3600.0

    def __post_init__(self) -> None:
        """Raises ValueError for a limit that is not positive."""
        for name, value in vars(self).items():
            if value is not None and not 0 < value < 2**63:
                raise ValueError(f"Limits.{name} should be positive, not {value}")

    def _native(self) -> _core.Limits:
        return _core.Limits(
            memory=self.memory or 0,
            rank=self.rank,
            elements=self.elements,
            subgraph_depth=self.subgraph_depth,
            loop_iterations=self.loop_iterations,
        )
