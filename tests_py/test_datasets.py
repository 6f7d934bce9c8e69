"""litewright.datasets: where the files come from, and what damaged ones lead to."""

from __future__ import annotations

import functools
import gzip
import hashlib
import http.server
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from litewright.datasets import digits, mnist

IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


PIXELS = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
FILES = {IMAGES: idx(PIXELS), LABELS: idx(np.array([7, 3], np.uint8))}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, no data folder, no mirrors, and checksums of the files above."""
    monkeypatch.delenv("LITEWRIGHT_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(mnist, "MIRRORS", ())
    for name, content in FILES.items():
        monkeypatch.setitem(mnist.CHECKSUMS, name, hashlib.md5(content).hexdigest())
    return tmp_path / "cache" / "litewright" / "mnist"


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which it is served."""
    folder = tmp_path / "mirror"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def write(folder: Path, files: dict[str, bytes], packed: bool = True) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)


def assert_loaded() -> None:
    images, labels = mnist.load("test")
    np.testing.assert_array_equal(images, PIXELS)
    assert labels.tolist() == [7, 3]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("below", ["", "mnist"])
def test_data_folder_comes_first(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool, below: str
) -> None:
    write(tmp_path / "data" / below, FILES, packed)
    monkeypatch.setenv("LITEWRIGHT_DATA", str(tmp_path / "data"))
    assert_loaded()
    assert not cache.exists()


def test_cache_comes_second(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(cache, FILES)
    monkeypatch.setenv("LITEWRIGHT_DATA", str(tmp_path / "nowhere"))
    assert_loaded()


def test_download_fills_the_cache(
    cache: Path, mirror: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = mirror
    write(folder, FILES)
    monkeypatch.setattr(mnist, "MIRRORS", (address + "missing/", address))
    assert_loaded()
    assert sorted(path.name for path in cache.iterdir()) == [f"{IMAGES}.gz", f"{LABELS}.gz"]


def test_damaged_cache_is_downloaded_again(
    cache: Path, mirror: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = mirror
    write(folder, FILES)
    write(cache, {IMAGES: FILES[IMAGES][:-1], LABELS: FILES[LABELS]})
    monkeypatch.setattr(mnist, "MIRRORS", (address,))
    assert_loaded()


def test_wrong_checksum_names_every_mirror_and_leaves_nothing(
    cache: Path, mirror: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = mirror
    write(folder, {IMAGES: b"something else"})
    monkeypatch.setattr(mnist, "MIRRORS", (address, address + "missing/"))
    with pytest.raises(OSError, match=r"(?s)LITEWRIGHT_DATA.*MD5.*missing/.*404"):
        mnist.load("test")
    assert not cache.exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (IMAGES, b"", "not an IDX file"),
        (IMAGES, FILES[LABELS], "not an IDX file"),
        (IMAGES, FILES[IMAGES][:-1], "1567 bytes of data for shape"),
        (IMAGES, b"\x1f\x8bgarbage", "damaged gzip file"),
        (LABELS, idx(np.zeros(3, np.uint8)), "2 images but 3 labels"),
    ],
)
def test_damaged_file_in_the_data_folder(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, message: str
) -> None:
    write(tmp_path, FILES | {name: content}, packed=False)
    monkeypatch.setenv("LITEWRIGHT_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=message):
        mnist.load("test")


def test_unknown_split() -> None:
    with pytest.raises(ValueError, match="split must be one of train, test"):
        mnist.load("validation")


def test_real_mnist(mnist_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITEWRIGHT_DATA", str(mnist_folder))
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert (x_train.shape, y_train.shape) == ((60000, 28, 28), (60000,))
    assert (x_test.shape, y_test.shape) == ((10000, 28, 28), (10000,))
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_digits() -> None:
    pytest.importorskip("sklearn")
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (x_train.shape, x_test.shape) == ((1437, 8, 8), (360, 8, 8))
    assert (len(y_train), len(y_test)) == (1437, 360)
    assert (x_test.dtype, x_test.max()) == (np.uint8, 255)
