"""Files made to do harm, or merely damaged: an exception each, in bounded memory and time."""

from __future__ import annotations

import copy
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras_files import dense, layer, write_sequential

import litewright
from litewright import lite

ERRORS = (ValueError, OSError, litewright.ConverterError)


def convert(path: Path) -> bytes:
    return lite.TFLiteConverter.from_keras_model(path).convert()


def model(
    path: Path, layers: list[dict[str, Any]], weights: dict[str, Any] | None = None, shape: Any = (None, 4)
) -> Path:
    return write_sequential(path, shape, layers, weights or {})


DENSE = {"kernel": np.ones((4, 3), np.float32), "bias": np.ones(3, np.float32)}


def good(path: Path) -> Path:
    return model(path, [dense("d", 3)], {"d": DENSE})


def archive(path: Path, entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return path


def parts() -> dict[str, bytes]:
    """A good .keras archive's entries."""
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file["layers/dense/vars/0"] = DENSE["kernel"]
        file["layers/dense/vars/1"] = DENSE["bias"]
    inputs = {
        "class_name": "InputLayer",
        "config": {"name": "i", "batch_shape": [None, 4], "dtype": "float32"},
    }
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [inputs, dense("d", 3)]}}
    return {
        "config.json": json.dumps(config).encode(),
        "metadata.json": b'{"keras_version": "3.0.0"}',
        "model.weights.h5": weights.getvalue(),
    }


def test_good_files_convert(tmp_path: Path) -> None:
    assert convert(good(tmp_path / "a.h5"))
    assert convert(archive(tmp_path / "a.keras", parts()))


def rewired(path: Path, change: Callable[[h5py.Group], None]) -> Path:
    """The good HDF5 file with its Dense layer's group changed."""
    good(path)
    with h5py.File(path, "r+") as file:
        change(file["model_weights/d/d"])
    return path


def replace_kernel(make: Callable[[h5py.Group], None]) -> Callable[[h5py.Group], None]:
    def change(group: h5py.Group) -> None:
        del group["kernel:0"]
        make(group)

    return change


def virtual(group: h5py.Group) -> None:
    layout = h5py.VirtualLayout(shape=(4, 3), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4, 3))
    group.create_virtual_dataset("kernel:0", layout)


def cycle(group: h5py.Group) -> None:
    group["kernel:0"] = group


WEIGHTS: dict[str, Callable[[h5py.Group], None]] = {
    "missing": lambda g: None,
    "shape": lambda g: g.create_dataset("kernel:0", data=np.ones((4, 4), np.float32)),
    "rank": lambda g: g.create_dataset("kernel:0", data=np.ones(12, np.float32)),
    "huge": lambda g: g.create_dataset("kernel:0", shape=(2**20, 2**20), dtype="f4", chunks=(64, 64)),
    "text": lambda g: g.create_dataset("kernel:0", data=[b"x"] * 3),
    "group": lambda g: g.create_group("kernel:0"),
    "cycle": cycle,
    "virtual": virtual,
    "external": lambda g: g.create_dataset(
        "kernel:0", shape=(4, 3), dtype="f4", external=[("/etc/passwd", 0, 48)]
    ),
    "soft link": lambda g: g.__setitem__("kernel:0", h5py.SoftLink("/model_weights/d/d/kernel:0")),
    "external link": lambda g: g.__setitem__("kernel:0", h5py.ExternalLink("/etc/passwd", "/x")),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_hostile_weights(name: str, tmp_path: Path) -> None:
    path = rewired(tmp_path / "a.h5", replace_kernel(WEIGHTS[name]))
    with pytest.raises(ValueError, match="kernel"):
        convert(path)


def test_damaged_heaps_of_strings(tmp_path: Path) -> None:
    """HDF5's library reads beyond the heap, or its own memory, where these numbers are wrong."""
    path = good(tmp_path / "a.h5")
    content = path.read_bytes()
    heap = content.index(b"GCOL")
    config = content.index(b'{"class_name"')
    # The sizes of the collection, of its first object and of the configuration.
    for offset in (8, 24, config - heap - 8):
        for size in (0, 1, 2**20, 2**31, 2**63 - 1, 2**64 - 1):
            damaged = bytearray(content)
            damaged[heap + offset : heap + offset + 8] = size.to_bytes(8, "little")
            path.write_bytes(damaged)
            with pytest.raises(ERRORS):
                convert(path)


def test_attributes_larger_than_their_message(tmp_path: Path) -> None:
    """HDF5's library copies as many bytes of an attribute as its shape and type need."""
    path = good(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["wide"] = np.arange(7, dtype=np.int64)
    content = path.read_bytes()
    shape = (7).to_bytes(8, "little")
    at = content.index(b"wide\0")
    extent = content.index(shape, at)
    for size in (8, 2**20, 2**61, 2**63):
        path.write_bytes(content[:extent] + size.to_bytes(8, "little") + content[extent + 8 :])
        with pytest.raises(ERRORS, match="attribute"):
            convert(path)


@pytest.mark.parametrize(("address", "size"), [(None, 4), (2**40, 48), (2**63, 48), (-4, 48)])
def test_weights_beyond_what_is_stored(address: int | None, size: int, tmp_path: Path) -> None:
    """HDF5's library copies as many bytes as the shape needs from wherever the data are said to lie."""
    path = good(tmp_path / "a.h5")
    with h5py.File(path) as file:
        begin = file["model_weights/d/d/kernel:0"].id.get_offset()
    content = path.read_bytes()
    place = begin.to_bytes(8, "little") + (48).to_bytes(8, "little")
    assert content.count(place) == 1
    changed = begin if address is None else address if address > 0 else len(content) + address
    damaged = changed.to_bytes(8, "little") + size.to_bytes(8, "little")
    path.write_bytes(content.replace(place, damaged))
    with pytest.raises(ERRORS):
        convert(path)


def test_weights_that_only_claim_to_be_there(tmp_path: Path) -> None:
    """An extent without storage behind it reads as zeros in HDF5: no file may make us allocate it."""
    units = 2**26
    path = model(tmp_path / "a.h5", [dense("d", units)], {"d": DENSE})
    with h5py.File(path, "r+") as file:
        group = file["model_weights/d/d"]
        for name, shape in (("kernel:0", (4, units)), ("bias:0", (units,))):
            del group[name]
            group.create_dataset(name, shape=shape, dtype="f4", chunks=tuple(min(n, 1024) for n in shape))
    with pytest.raises(ValueError, match="claims more"):
        convert(path)


ARCHIVES: dict[str, Callable[[Path], Path]] = {
    "empty": lambda path: archive(path, {}),
    "no weights": lambda path: archive(path, {"config.json": parts()["config.json"]}),
    "no config": lambda path: archive(path, {"model.weights.h5": parts()["model.weights.h5"]}),
    "bad json": lambda path: archive(path, parts() | {"config.json": b"{"}),
    "json list": lambda path: archive(path, parts() | {"config.json": b"[]"}),
    "deep json": lambda path: archive(path, parts() | {"config.json": b"[" * 100_000}),
    "bad weights": lambda path: archive(path, parts() | {"model.weights.h5": b"x" * 100}),
    "half weights": lambda path: archive(
        path, parts() | {"model.weights.h5": parts()["model.weights.h5"][:2000]}
    ),
    "up": lambda path: archive(path, parts() | {"../evil": b"x"}),
    "absolute": lambda path: archive(path, parts() | {"/evil": b"x"}),
    "bomb": lambda path: archive(path, parts() | {"config.json": b" " * (1 << 26)}, zipfile.ZIP_DEFLATED),
    "truncated": lambda path: cut(archive(path, parts())),
}


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize("name", ARCHIVES)
def test_hostile_archives(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a.keras"):
        convert(ARCHIVES[name](tmp_path / "a.keras"))


def test_lambdas_never_run(tmp_path: Path) -> None:
    code = layer("Lambda", "l", function=["4wEAAAA=", None, None], function_type="lambda", arguments={})
    path = model(tmp_path / "a.h5", [code, dense("d", 3)], {"d": DENSE})
    with pytest.raises(litewright.ConverterError, match="never run"):
        convert(path)


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    strange = [layer("Alien", "a"), dense("d", 3), layer("Lambda", "l"), layer("StringLookup", "s")]
    with pytest.raises(litewright.ConverterError) as caught:
        convert(model(tmp_path / "a.h5", strange, {"d": DENSE}))
    text = str(caught.value)
    assert all(
        word in text for word in ("'a' (Alien)", "register_layer", "'l' (Lambda)", "'s' (StringLookup)")
    )


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = dense("d", 3)
    for number in range(depth):
        inner = {"class_name": "Sequential", "config": {"name": f"s{number}", "layers": [inner]}}
    return inner


def test_deep_nesting_ends(tmp_path: Path) -> None:
    with pytest.raises(ERRORS):
        convert(model(tmp_path / "a.h5", [nested(150)]))


@pytest.mark.parametrize(
    "reference", [["d", 0, 0], ["x", 0, 0], ["i", 5, 0], ["i", 0, 9], ["i", -1, 0], ["i"], 7, None]
)
def test_functional_models_with_wrong_references(reference: Any, tmp_path: Path) -> None:
    """["d", 0, 0] makes the layer its own input."""
    inputs = layer("InputLayer", "i", batch_input_shape=[None, 4]) | {"name": "i", "inbound_nodes": []}
    node = dense("d", 3) | {"name": "d", "inbound_nodes": [[reference]]}
    config = {
        "name": "m",
        "layers": [inputs, node],
        "input_layers": [["i", 0, 0]],
        "output_layers": [["d", 0, 0]],
    }
    path = good(tmp_path / "a.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": config})
    with pytest.raises(ValueError, match="a.h5"):
        convert(path)


STRANGE: list[Any] = [
    None,
    True,
    -1,
    0,
    7,
    2**40,
    1e30,
    "x",
    "",
    [],
    [1, "x"],
    [[1, 2], [3, 4], [5, 6]],
    {},
    {"class_name": "Dense", "config": 3},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a JSON value holds values."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def changed(config: Any, rng: random.Random) -> Any:
    config = copy.deepcopy(config)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        choices = list(places(config))
        if not choices:
            break
        *where, last = rng.choice(choices)
        holder = config
        try:
            for key in where:
                holder = holder[key]
            if rng.random() < 0.2:
                del holder[last]
            else:
                holder[last] = copy.deepcopy(rng.choice(STRANGE))
        except (KeyError, IndexError, TypeError):
            pass  # an earlier change took the place away
    return config


def test_changed_configurations_never_crash(shared: Path, tmp_path: Path) -> None:
    """Values of wrong types all over the configurations of real models."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    files = sorted([*shared.glob("keras2/*.h5"), *shared.glob("keras3/*.h5")])
    for number in range(300):
        source = rng.choice(files)
        path = tmp_path / f"{number}.h5"
        path.write_bytes(source.read_bytes())
        with h5py.File(path, "r+") as file:
            config = changed(json.loads(file.attrs["model_config"]), rng)
            file.attrs["model_config"] = json.dumps(config)
        try:
            convert(path)
        except ERRORS:
            pass
        path.unlink()
