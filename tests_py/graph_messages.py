"""TensorFlow's messages, byte by byte."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

_TYPES = {"float32": 1, "int32": 3, "int64": 9, "bool": 10}


def varint(value: int) -> bytes:
    """An unsigned number; negative ones as 64 bits."""
    value &= 2**64 - 1
    result = bytearray()
    while value >= 128:
        result.append(value & 127 | 128)
        value >>= 7
    return bytes([*result, value])


def field(number: int, content: bytes | str) -> bytes:
    """A field of bytes, text or a message."""
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def number_field(number: int, value: int) -> bytes:
    """A field with a whole number."""
    return varint(number << 3) + varint(value)


def dims_message(dims: list[int]) -> bytes:
    """A TensorShape."""
    return b"".join(field(2, number_field(1, dim)) for dim in dims)


def attr(
    *, type: int | None = None, i: int | None = None, f: float | None = None, s: bytes | None = None
) -> bytes:
    """An attribute with a type, a number or text."""
    if type is not None:
        return number_field(6, type)
    if i is not None:
        return number_field(3, i)
    if f is not None:
        return varint(4 << 3 | 5) + struct.pack("<f", f)
    return field(2, s or b"")


def shape(dims: list[int]) -> bytes:
    """An attribute with a shape."""
    return field(7, dims_message(dims))


def tensor_attr(value: Any, dims: list[int] | None = None, dtype: int | None = None) -> bytes:
    """An attribute with a tensor; `dims` and `dtype` may contradict the value."""
    array = np.asarray(value)
    number = _TYPES[array.dtype.name] if dtype is None else dtype
    extents = dims_message(list(array.shape) if dims is None else dims)
    return field(8, number_field(1, number) + field(2, extents) + field(4, array.tobytes()))


def node(name: str, op: str, *inputs: str, **attributes: bytes) -> bytes:
    """A NodeDef."""
    content = field(1, name) + field(2, op) + b"".join(field(3, each) for each in inputs)
    for key, value in attributes.items():
        content += field(5, field(1, key) + field(2, value))
    return content


def graph(*nodes: bytes) -> bytes:
    """A GraphDef."""
    return b"".join(field(1, each) for each in nodes)
