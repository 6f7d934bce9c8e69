"""MNIST, read from $LITEWRIGHT_DATA, else from the user's cache, else downloaded into that cache."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import struct
import tempfile
import urllib.request
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..progress import ProgressBar

Split = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]

MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)
# MD5 of the uncompressed files.
CHECKSUMS = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
_PREFIXES = {"train": "train", "test": "t10k"}
_TIMEOUT_SECONDS = 15
_CHUNK_BYTES = 1 << 16


def load_data() -> tuple[Split, Split]:
    """Returns `(train_images, train_labels), (test_images, test_labels)`; see `load`."""
    return load("train"), load("test")


def load(split: str = "test") -> Split:
    """Returns the images, uint8 [n, 28, 28], and labels, uint8 [n], of `split`: "train" or "test".

    Raises ValueError for an unknown split or a damaged file, OSError where the files are nowhere to be had.
    """
    if split not in _PREFIXES:
        raise ValueError(f"split must be one of {', '.join(_PREFIXES)}, not {split!r}")
    prefix = _PREFIXES[split]
    images, labels = (
        parse_idx(_bytes_of(name), name, rank)
        for name, rank in ((f"{prefix}-images-idx3-ubyte", 3), (f"{prefix}-labels-idx1-ubyte", 1))
    )
    if len(images) != len(labels):
        raise ValueError(f"MNIST {split}: {len(images)} images but {len(labels)} labels")
    return images, labels


def cache_folder() -> Path:
    """Where downloaded files are kept: $XDG_CACHE_HOME/litewright/mnist, by default under ~/.cache."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "litewright" / "mnist"


def parse_idx(data: bytes, origin: str, rank: int | None = None) -> npt.NDArray[np.uint8]:
    """The array in an uncompressed IDX file of bytes.

    Raises ValueError where `data` is something else, names `origin`, or has another rank than the wanted one.
    """
    found = data[3] if data[:3] == bytes((0, 0, 8)) and len(data) > 3 else -1
    header = 4 + 4 * found
    if found < 1 or rank not in (None, found) or len(data) < header:
        raise ValueError(f"{origin}: not an IDX file of {f'{rank}-dimensional ' if rank else ''}bytes")
    shape = struct.unpack(f">{found}I", data[4:header])
    if len(data) - header != math.prod(shape):
        raise ValueError(f"{origin}: {len(data) - header} bytes of data for shape {list(shape)}")
    values: npt.NDArray[np.uint8] = np.frombuffer(data, np.uint8, offset=header).copy()
    return values.reshape(shape)


def _bytes_of(name: str) -> bytes:
    """The uncompressed content of one of the four files. Only what was downloaded is held to a checksum."""
    if given := os.environ.get("LITEWRIGHT_DATA"):
        for folder in (Path(given), Path(given) / "mnist"):
            for path in (folder / f"{name}.gz", folder / name):
                if path.is_file():
                    return _unpack(path.read_bytes(), str(path))
    cached = cache_folder() / f"{name}.gz"
    if cached.is_file():
        try:
            return _verified(cached.read_bytes(), name, str(cached))
        except ValueError:
            cached.unlink()
    return _download(name, cached)


def _unpack(data: bytes, origin: str) -> bytes:
    try:
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{origin}: damaged gzip file: {error}") from error


def _verified(data: bytes, name: str, origin: str) -> bytes:
    content = _unpack(data, origin)
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if digest != CHECKSUMS[name]:
        raise ValueError(f"{origin}: MD5 {digest}, expected {CHECKSUMS[name]}")
    return content


def _download(name: str, target: Path) -> bytes:
    failures = []
    for mirror in MIRRORS:
        url = f"{mirror}{name}.gz"
        try:
            data = _fetch(url, f"{name}.gz")
            content = _verified(data, name, url)
        except (OSError, ValueError) as error:
            failures.append(f"{url}: {error}")
            continue
        _write_atomically(target, data)
        return content
    tried = "\n  ".join(failures)
    raise OSError(
        f"MNIST's {name} could not be had; put the four IDX files into a folder and name it in "
        f"LITEWRIGHT_DATA. Tried:\n  {tried}"
    )


def _fetch(url: str, label: str) -> bytes:
    parts = []
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:
        length = response.headers.get("Content-Length")
        with ProgressBar(label, int(length) if length else None) as bar:
            while chunk := response.read(_CHUNK_BYTES):
                parts.append(chunk)
                bar.update(len(chunk))
    return b"".join(parts)


def _write_atomically(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
