"""Older names: `litewright.compat.v1.lite` in place of `tf.compat.v1.lite`."""

from litewright.compat import v1

__all__ = ["v1"]
