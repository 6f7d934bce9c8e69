"""Data for evaluation and calibration: folders of images by class, .npz and .npy, IDX and CSV files."""

from __future__ import annotations

import csv
import gzip
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright.datasets.mnist import parse_idx

__all__ = ["Samples", "Source", "load"]

_IMAGES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"}
_LABEL_COLUMNS = ("label", "class", "y", "target")
_PATH_COLUMNS = ("path", "file", "filename", "image")
_LABEL_ARRAYS = ("labels", "label", "y", "y_test", "test_labels")
_IMAGE_ARRAYS = ("images", "image", "x", "x_test", "test_images", "data")
Sample = list[npt.NDArray[Any]]


@dataclass
class Samples(Sequence[Sample]):
    """Samples, each a list of one array per model input, without the batch dimension.

    Images are decoded when they are asked for: uint8 [height, width, 3].
    """

    size: int
    get: Callable[[int], Sample]
    #: The class of each sample; None where nobody knows.
    labels: npt.NDArray[np.int64] | None = None
    #: The names of the classes; empty where they have none.
    classes: list[str] = field(default_factory=list)
    #: The names of the arrays of a sample, where there are several.
    inputs: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self.get(i) for i in range(*index.indices(self.size))]
        if not 0 <= index < self.size:
            raise IndexError(index)
        return self.get(index)

    def __iter__(self) -> Iterator[Sample]:
        return (self.get(index) for index in range(self.size))

    def spread(self, count: int) -> Samples:
        """`count` samples from all over: folders hold one class after the other."""
        if count >= self.size:
            return self
        return self.at(np.linspace(0, self.size - 1, count).astype(int))

    def at(self, indices: Sequence[int] | npt.NDArray[Any]) -> Samples:
        """The samples with these indices, in their order."""
        chosen = np.asarray(indices, np.int64)
        labels = None if self.labels is None else self.labels[chosen]
        return Samples(len(chosen), lambda i: self.get(int(chosen[i])), labels, self.classes, self.inputs)


@dataclass(frozen=True)
class Source:
    """Where samples come from, which another process can read, too.

    Attributes:
      data, labels: as in `load`. limit: only so many samples, from all over the data.
    """

    data: str
    labels: str | None = None
    limit: int | None = None

    def read(self, inputs: Sequence[dict[str, Any]]) -> Samples:
        """The samples for a model with these input details; raises as `load` does."""
        found = load(self.data, self.labels, [int(extent) for extent in inputs[0]["shape"][1:]])
        names = [details["name"] for details in inputs]
        if found.inputs and set(found.inputs) == set(names):
            order, get = [found.inputs.index(name) for name in names], found.get
            found.get, found.inputs = (lambda i: [get(i)[k] for k in order]), names
        return found.spread(self.limit) if self.limit else found


def load(
    path: str | os.PathLike[str],
    labels: str | os.PathLike[str] | None = None,
    shape: Sequence[int] | None = None,
) -> Samples:
    """Reads a folder or file; what it holds is told by its name and content.

    Args:
      path: a folder of images, or with a folder of images for each class, or with MNIST's IDX files; a .npz,
        .npy, .csv or IDX file (gzipped, too).
      labels: an IDX or .npy file, or a text file with a class number in each line, that goes with `path`.
      shape: of one sample, which the rows of a CSV file take.

    Raises:
      OSError: a file cannot be read.
      ValueError: not such data, or as many labels as there are no samples.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file or folder")
    if path.is_dir():
        samples = _folder(path)
    elif path.suffix in (".npz", ".npy"):
        samples = _numpy(path)
    elif path.suffix == ".csv":
        samples = _csv(path, shape)
    elif path.suffix.lower() in _IMAGES:
        samples = _files([path])
    elif "idx" in path.name:
        samples = _idx(path)
    else:
        raise ValueError(f"{path}: data is a folder of images, .npz, .npy, .csv or an IDX file")
    if labels is not None:
        samples.labels = _label_file(Path(labels))
    if samples.size == 0:
        raise ValueError(f"{path}: holds no samples")
    if samples.labels is not None and len(samples.labels) != samples.size:
        raise ValueError(f"{path}: {samples.size} samples but {len(samples.labels)} labels")
    return samples


def decode(source: Any) -> npt.NDArray[np.uint8]:
    """An image file, or an open one, as uint8 [height, width, 3].

    Raises:
      ImportError: Pillow is not installed. ValueError: not an image.
    """
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise ImportError("images are decoded by Pillow: pip install pillow") from error
    try:
        with Image.open(source) as image:
            upright = ImageOps.exif_transpose(image)
            return np.asarray(upright.convert("RGB"))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error


def _arrays(values: npt.NDArray[Any], labels: npt.NDArray[Any] | None = None) -> Samples:
    found = None if labels is None else np.asarray(labels).reshape(-1).astype(np.int64)
    return Samples(len(values), lambda index: [values[index]], found)


def _files(paths: list[Path], labels: list[int] | None = None, classes: Sequence[str] = ()) -> Samples:
    found = None if labels is None else np.array(labels, np.int64)
    return Samples(len(paths), lambda index: [decode(paths[index])], found, list(classes))


def _images_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in _IMAGES)


def _folder(folder: Path) -> Samples:
    for images in (*sorted(folder.glob("t10k-images*")), *sorted(folder.glob("*images*idx3*"))):
        return _idx(images)
    classes = sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    if not classes:
        return _files(_images_in(folder))
    paths, labels = [], []
    for number, name in enumerate(classes):
        found = _images_in(folder / name)
        paths += found
        labels += [number] * len(found)
    return _files(paths, labels, classes)


def _idx(path: Path) -> Samples:
    labels = path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1"))
    has_labels = labels != path and labels.exists()
    return _arrays(_read_idx(path), _read_idx(labels) if has_labels else None)


def _read_idx(path: Path) -> npt.NDArray[np.uint8]:
    data = path.read_bytes()
    return parse_idx(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data, str(path))


def _label_file(path: Path) -> npt.NDArray[np.int64]:
    if path.suffix == ".npy":
        return np.asarray(np.load(path, allow_pickle=False)).reshape(-1).astype(np.int64)
    if "idx" in path.name:
        return _read_idx(path).astype(np.int64)
    try:
        return np.array([int(line) for line in path.read_text().split()], np.int64)
    except ValueError as error:
        raise ValueError(f"{path}: labels are an IDX or .npy file, or a class number in each line") from error


def _numpy(path: Path) -> Samples:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: {error}") from error
    if isinstance(loaded, np.ndarray):
        return _arrays(loaded)
    with loaded:
        arrays = {name: loaded[name] for name in loaded.files}
    labels = next((arrays[name] for name in _LABEL_ARRAYS if name in arrays), None)
    if labels is not None and labels.ndim == 2 and labels.shape[1] > 1:
        labels = labels.argmax(axis=1)
    named = next((arrays[name] for name in _IMAGE_ARRAYS if name in arrays), None)
    if named is not None:
        return _arrays(named, labels)
    values = {name: array for name, array in arrays.items() if name not in _LABEL_ARRAYS}
    counts = {len(array) for array in values.values() if array.ndim}
    if len(counts) != 1:
        raise ValueError(f"{path}: its arrays should all have as many samples; they are {sorted(arrays)}")
    samples = _arrays(next(iter(values.values())), labels)
    samples.get = lambda index: [array[index] for array in values.values()]
    samples.inputs = list(values)
    return samples


def _csv(path: Path, shape: Sequence[int] | None) -> Samples:
    with path.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if not rows:
        raise ValueError(f"{path}: is empty")
    header = [] if _is_numeric(rows[0]) else [name.strip().lower() for name in rows.pop(0)]
    if any(len(row) != len(rows[0]) for row in rows):
        number = next(i for i, row in enumerate(rows) if len(row) != len(rows[0]))
        raise ValueError(f"{path}: row {number + 1 + bool(header)} has {len(rows[number])} columns")
    label = next((header.index(name) for name in _LABEL_COLUMNS if name in header), None)
    image = next((header.index(name) for name in _PATH_COLUMNS if name in header), None)
    if image is not None:
        numbers, classes = _class_numbers([row[label] for row in rows]) if label is not None else (None, [])
        return _files([path.parent / row[image] for row in rows], numbers, classes)
    size = int(np.prod(shape)) if shape else len(rows[0])
    if not header and len(rows[0]) == size + 1:
        label = 0
    numbers, classes = _class_numbers([row[label] for row in rows]) if label is not None else (None, [])
    try:
        cells = [[float(cell) for i, cell in enumerate(row) if i != label] for row in rows]
    except ValueError as error:
        raise ValueError(f"{path}: {error}; columns are numbers, one label, or a path of images") from error
    values = np.array(cells, np.float32)
    if shape and values.shape[1] == size:
        values = values.reshape(-1, *shape)
    samples = _arrays(values, None if numbers is None else np.array(numbers))
    samples.classes = classes
    return samples


def _is_numeric(row: list[str]) -> bool:
    try:
        return bool([float(cell) for cell in row])
    except ValueError:
        return False


def _class_numbers(cells: list[str]) -> tuple[list[int], list[str]]:
    """Class numbers as they are; names by alphabet, as with folders."""
    if all(cell.strip().isdigit() for cell in cells):
        return [int(cell) for cell in cells], []
    classes = sorted(set(cells))
    return [classes.index(cell) for cell in cells], classes
