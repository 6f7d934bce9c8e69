"""The names of `tf.compat.v1`."""

from litewright.compat.v1 import lite

__all__ = ["lite"]
