"""Small data sets for examples and accuracy checks."""

from . import digits, mnist

__all__ = ["digits", "mnist"]
