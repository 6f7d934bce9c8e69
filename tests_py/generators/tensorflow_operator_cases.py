"""All cases, family by family. A new family goes last: all draw from one seed."""

# isort: off
import tensorflow_array_cases  # noqa: F401
import tensorflow_math_cases  # noqa: F401
import tensorflow_signal_cases  # noqa: F401
import tensorflow_composed_cases  # noqa: F401
from tensorflow_case_tools import CASES, Case

__all__ = ["CASES", "Case"]
