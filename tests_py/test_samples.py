"""Data in all its forms, and what preprocessing makes of it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from litewright.preprocessing import fit_input
from litewright.samples import decode, load

IMAGES = (np.arange(5 * 6 * 4) % 251).astype(np.uint8).reshape(5, 6, 4)
LABELS = np.uint8([3, 1, 4, 1, 5])


def idx(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def check_arrays(samples) -> None:
    assert len(samples) == 5
    np.testing.assert_array_equal(samples.labels, LABELS)
    np.testing.assert_array_equal(np.stack([sample[0] for sample in samples]), IMAGES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx(tmp_path, pack):
    images = tmp_path / "t10k-images-idx3-ubyte"
    images.write_bytes(pack(idx(IMAGES)))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(pack(idx(LABELS)))
    check_arrays(load(images))
    check_arrays(load(tmp_path))


def test_npz_npy_and_labels_of_their_own(tmp_path):
    np.savez(tmp_path / "a.npz", x_test=IMAGES, y_test=LABELS)
    check_arrays(load(tmp_path / "a.npz"))
    np.savez(tmp_path / "b.npz", images=IMAGES, labels=np.eye(6)[LABELS])
    check_arrays(load(tmp_path / "b.npz"))
    np.save(tmp_path / "c.npy", IMAGES)
    (tmp_path / "labels.txt").write_text("3\n1\n4\n1\n5\n")
    check_arrays(load(tmp_path / "c.npy", tmp_path / "labels.txt"))
    np.savez(tmp_path / "two.npz", left=IMAGES, right=LABELS)
    samples = load(tmp_path / "two.npz")
    assert samples.inputs == ["left", "right"] and samples.labels is None
    np.testing.assert_array_equal(samples[2][1], 4)


def test_folders_of_images(tmp_path):
    for i, image in enumerate(IMAGES):
        folder = tmp_path / "classes" / ("bee" if i % 2 else "ant")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.repeat(image[..., None], 3, axis=2)).save(folder / f"{i}.png")
    samples = load(tmp_path / "classes")
    assert samples.classes == ["ant", "bee"]
    assert samples.labels.tolist() == [0, 0, 0, 1, 1]
    np.testing.assert_array_equal(samples[3][0][..., 1], IMAGES[1])
    assert load(tmp_path / "classes" / "ant").labels is None
    assert [int(label) for label in samples.spread(3).labels] == [0, 0, 1]


def test_csv(tmp_path):
    rows = "".join(
        f"{label}," + ",".join(map(str, image.reshape(-1))) + "\n"
        for label, image in zip(LABELS, IMAGES, strict=True)
    )
    (tmp_path / "mnist.csv").write_text(rows)
    check_arrays(load(tmp_path / "mnist.csv", shape=(6, 4)))
    header = "a,b,species\n1,2,rose\n3,4,lily\n".replace("species", "class")
    (tmp_path / "named.csv").write_text(header)
    samples = load(tmp_path / "named.csv")
    assert samples.classes == ["lily", "rose"] and samples.labels.tolist() == [1, 0]
    np.testing.assert_array_equal(samples[1][0], [3, 4])
    Image.fromarray(IMAGES[0]).save(tmp_path / "i.png")
    (tmp_path / "files.csv").write_text("file,label\ni.png,7\n")
    samples = load(tmp_path / "files.csv")
    assert samples[0][0].shape == (6, 4, 3) and samples.labels.tolist() == [7]


def bad(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


BAD = {
    "x.npz": (b"PK\3\4", "zip"),
    "x-images-idx3-ubyte": (b"\0\0\x0d\3", "not an IDX file"),
    "y-images-idx3-ubyte": (idx(IMAGES)[:-1], "bytes of data"),
    "x.csv": (b"1,2\n3\n", "row 2 has 1 columns"),
    "y.csv": (b"1,2\n3,four\n", "four"),
    "z.csv": (b"", "empty"),
    "x.png": (b"no image", "x.png"),
    "x.bin": (b"1", "data is a folder"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(tmp_path, name):
    content, message = BAD[name]
    with pytest.raises((ValueError, OSError), match=message):
        load(bad(tmp_path, name, content))[0]


def test_labels_must_be_as_many_as_samples(tmp_path):
    np.savez(tmp_path / "a.npz", x=IMAGES, y=LABELS[:3])
    with pytest.raises(ValueError, match="5 samples but 3 labels"):
        load(tmp_path / "a.npz")


def details(shape, dtype=np.float32, scale=None, zero_point=0):
    scales = [] if scale is None else [scale]
    return {
        "name": "x", "shape_signature": shape, "dtype": dtype,
        "quantization_parameters": {"scales": scales, "zero_points": [zero_point] * len(scales)},
    }  # fmt: skip


PIXELS = np.uint8([[[0, 0, 0], [255, 255, 255]], [[255, 0, 0], [128, 128, 128]]])


def test_preprocessing_scales():
    for name in ("inception", "mobilenet"):
        got = fit_input(PIXELS, details([-1, 2, 2, 3]), name)
        np.testing.assert_allclose(got[0, 0, 1], 1.0, atol=1e-6)
        np.testing.assert_allclose(got[0, 0, 0], -1.0, atol=1e-6)
    np.testing.assert_allclose(fit_input(PIXELS, details([1, 2, 2, 3]), "mnist")[0], PIXELS / 255, atol=1e-6)
    np.testing.assert_array_equal(fit_input(PIXELS, details([1, 2, 2, 3], np.uint8, 0.5)), PIXELS[None])


def test_preprocessing_fits_channels_and_sizes():
    assert fit_input(PIXELS, details([1, 4, 6, 3])).shape == (1, 4, 6, 3)
    grey = fit_input(PIXELS, details([1, 2, 2, 1]))[0, ..., 0]
    np.testing.assert_array_equal(grey, [[0, 255], [76, 128]])
    assert fit_input(PIXELS[..., 0], details([1, 2, 2])).shape == (1, 2, 2)
    assert fit_input(PIXELS, details([1, -1, -1, 3])).shape == (1, 2, 2, 3)


def test_preprocessing_quantizes():
    got = fit_input(PIXELS, details([1, 2, 2, 3], np.int8, 1 / 128, 0), "mobilenet")
    assert got.dtype == np.int8
    assert (got[0, 0, 0, 0], got[0, 0, 1, 0]) == (-128, 127)


def test_preprocessing_refuses():
    with pytest.raises(ValueError, match="takes samples of shape"):
        fit_input(np.zeros(5, np.float32), details([1, 4]))
    with pytest.raises(ValueError, match="preprocess is one of"):
        fit_input(PIXELS, details([1, 2, 2, 3]), "resnet")


def test_images_are_turned_upright(tmp_path):
    image = Image.fromarray(np.zeros((4, 8, 3), np.uint8))
    exif = image.getexif()
    exif[0x0112] = 6  # a quarter turn
    image.save(tmp_path / "turned.jpg", exif=exif)
    assert decode(tmp_path / "turned.jpg").shape == (8, 4, 3)
