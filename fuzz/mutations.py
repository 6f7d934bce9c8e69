"""Mutations of files: what damage, chance or malice makes of them. Randomness comes from the caller."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

from flatbuffer_fields import Site, tflite_sites

Mutate = Callable[[random.Random], bytes]

INTERESTING = [
    0, 1, -1, 2, 3, 7, 8, 16, 64, 127, 128, 255, 256, 1000, 4096, 32767, -32768, 65535, 65536, 10**6, 2**24,
    2**27, 2**28, 2**30, 2**31 - 1, -(2**31), 2**32 - 1, 2**33, 2**62, 2**63 - 1, -(2**63),
]  # fmt: skip


def put(data: bytearray, offset: int, width: int, value: int) -> None:
    data[offset : offset + width] = (value % (1 << (8 * width))).to_bytes(width, "little")


def new_value(rng: random.Random, old: int, width: int) -> int:
    """What a field of `width` bytes that holds `old` may become."""
    choice = rng.random()
    if choice < 0.35:
        return rng.choice(INTERESTING)
    if choice < 0.55:
        return old + rng.choice([-2, -1, 1, 2])
    if choice < 0.75:
        return old ^ (1 << rng.randrange(8 * width))
    if choice < 0.85:
        return rng.choice([old * 2, old // 2, -old, old * 1000])
    return rng.getrandbits(8 * width)


def damage(data: bytearray, rng: random.Random, begin: int = 0, end: int | None = None) -> None:
    """One change of bytes somewhere in [begin, end)."""
    end = len(data) if end is None else min(end, len(data))
    if end <= begin:
        return
    at, kind = rng.randrange(begin, end), rng.randrange(8)
    width = rng.choice([1, 2, 4, 8])
    if kind <= 1:
        for _ in range(rng.choice([1, 1, 2, 8])):
            data[rng.randrange(begin, end)] ^= 1 << rng.randrange(8)
    elif kind <= 3 and at + width <= len(data):
        at -= at % width
        put(data, at, width, new_value(rng, int.from_bytes(data[at : at + width], "little"), width))
    elif kind == 4:
        other = rng.randrange(begin, end)
        size = min(width, len(data) - max(at, other))
        data[at : at + size], data[other : other + size] = data[other : other + size], data[at : at + size]
    elif kind == 5:
        del data[at : len(data) if rng.random() < 0.5 else at + rng.randrange(1, 64)]
    elif kind == 6:
        data[at:at] = rng.randbytes(rng.randrange(1, 64))
    else:
        size = rng.randrange(1, 64)
        start = rng.randrange(begin, end)
        fill = bytes(size) if rng.random() < 0.5 else data[start : start + size]
        data[at : at + len(fill)] = fill


class Tflite:
    """Mutations of a .tflite file; most change fields that its structure leads to."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.sites: dict[str, list[Site]] = {}
        self.goals: dict[str, list[Site]] = {}
        for site in tflite_sites(data):
            self.sites.setdefault(site.key, []).append(site)
            if site.target:
                self.goals.setdefault(site.target, []).append(site)
        self.keys = sorted(self.sites)
        values = [key for key in self.keys if ":" not in key]
        self.keys += values * max(1, 2 * len(self.keys) // max(1, len(values)))  # most often values

    def __call__(self, rng: random.Random) -> bytes:
        data = bytearray(self.data)
        if not self.keys or rng.random() < 0.2:
            for _ in range(rng.choice([1, 1, 2, 5])):
                damage(data, rng)
            return bytes(data)
        for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
            self._change(data, rng, rng.choice(self.sites[rng.choice(self.keys)]))
        return bytes(data)

    def _change(self, data: bytearray, rng: random.Random, site: Site) -> None:
        at = site.offset + site.width * rng.randrange(site.count)
        if site.target and rng.random() < 0.6:  # lead to another one of its kind
            other = rng.choice(self.goals[site.target])
            goal = other.offset + int.from_bytes(self.data[other.offset : other.offset + 4], "little")
            put(data, at, 4, goal - at)
            return
        if site.count > 1 and rng.random() < 0.15:  # all of them
            value = rng.choice(INTERESTING)
            for index in range(min(site.count, 64)):
                put(data, site.offset + site.width * index, site.width, value)
            return
        if rng.random() < 0.15:  # what another field of its kind holds
            other = rng.choice(self.sites[site.key])
            data[at : at + site.width] = self.data[other.offset : other.offset + site.width]
            return
        old = int.from_bytes(data[at : at + site.width], "little")
        put(data, at, site.width, new_value(rng, old, site.width))


STRANGE: list[Any] = [
    None, True, False, -1, 0, 1, 7, 2**20, 2**31, 2**40, 2**63, -(2**63), 1e30, 0.5, "x", "", "relu", "same",
    [], [1, "x"], [0, 0], [-1, -1], [2**20, 2**20], [[1, 2], [3, 4], [5, 6]], {},
    {"class_name": "Dense", "config": 3},
]  # fmt: skip


def places(value: Any, found: list[tuple[Any, Any]]) -> None:
    """Appends (holder, key) of every value that a JSON value holds."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, item in items:
        found.append((value, key))
        places(item, found)


def change_json(text: bytes, rng: random.Random) -> bytes:
    """JSON with some of its values replaced, removed, swapped or repeated."""
    root = json.loads(text)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        found: list[tuple[Any, Any]] = []
        places(root, found)
        if not found:
            break
        holder, key = rng.choice(found)
        kind = rng.random()
        if kind < 0.15:
            del holder[key]
        elif kind < 0.3:
            other, place = rng.choice(found)
            holder[key] = json.loads(json.dumps(other[place]))
        elif kind < 0.5 and isinstance(holder[key], int):
            holder[key] = new_value(rng, int(holder[key]), 4)
        else:
            holder[key] = json.loads(json.dumps(rng.choice(STRANGE)))
    return json.dumps(root).encode()


class Hdf5:
    """Mutations of an HDF5 file: its structures, and the model's configuration where it is text in it."""

    MARKS = re.compile(rb"TREE|HEAP|SNOD|OHDR|GCOL|FRHP|FHDB|OCHK|BTHD|BTLF")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.regions = [(0, 512)] + [(m.start(), m.start() + 300) for m in self.MARKS.finditer(data)]
        start = data.find(b'{"class_name"')
        self.config = (start, start)
        if start >= 0:
            try:
                text = data[start:].decode("latin1")
                self.config = (start, start + json.JSONDecoder().raw_decode(text)[1])
            except ValueError:
                pass

    def __call__(self, rng: random.Random) -> bytes:
        data = bytearray(self.data)
        begin, end = self.config
        kind = rng.random()
        if kind < 0.4 and end > begin:
            text = change_json(self.data[begin:end], rng)
            if len(text) > end - begin:
                text = json.dumps(json.loads(text), separators=(",", ":")).encode()
            data[begin:end] = text[: end - begin].ljust(end - begin)
            return bytes(data)
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            damage(data, rng, *(rng.choice(self.regions) if kind < 0.9 else (0, None)))
        return bytes(data)


class KerasArchive:
    """Mutations of a .keras archive: its entries, or the archive itself."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.entries = {info.filename: archive.read(info) for info in archive.infolist()}
        self.weights = {name: Hdf5(entry) for name, entry in self.entries.items() if name.endswith(".h5")}

    def __call__(self, rng: random.Random) -> bytes:
        if rng.random() < 0.3:
            data = bytearray(self.data)
            directory = max(0, len(data) - 400)
            for _ in range(rng.choice([1, 1, 2, 4])):
                damage(data, rng, directory if rng.random() < 0.6 else 0)
            return bytes(data)
        name = rng.choice(sorted(self.entries))
        if name in self.weights:
            changed = self.weights[name](rng)
        elif rng.random() < 0.8:
            changed = change_json(self.entries[name], rng)
        else:
            raw = bytearray(self.entries[name])
            damage(raw, rng)
            changed = bytes(raw)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
            for other, content in self.entries.items():
                archive.writestr(other, changed if other == name else content)
        return out.getvalue()


class Protobuf:
    """Mutations of a serialized message: tags, lengths and varints stand close together, so bytes do."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.texts = [(m.start(), m.end()) for m in re.finditer(rb"[\x20-\x7e]{3,}", data)]

    def __call__(self, rng: random.Random) -> bytes:
        data = bytearray(self.data)
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            if self.texts and rng.random() < 0.5:
                begin, end = rng.choice(self.texts)
                kind = rng.random()
                if kind < 0.4:  # the bytes around a text: its length, the tags and numbers behind it
                    damage(data, rng, max(0, begin - 4), begin)
                elif kind < 0.7:
                    damage(data, rng, end, end + 12)
                else:
                    other = rng.choice(self.texts)
                    text = self.data[other[0] : other[1]][: end - begin]
                    data[begin : begin + len(text)] = text
            else:
                damage(data, rng)
        return bytes(data)


class Bytes:
    """Mutations of bytes of which nothing is known."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __call__(self, rng: random.Random) -> bytes:
        data = bytearray(self.data)
        for _ in range(rng.choice([1, 1, 2, 4])):
            damage(data, rng)
        return bytes(data)


def mutations_of(name: str, data: bytes) -> Mutate:
    """The mutations that fit a file by its name."""
    for ending, kind in (
        (".tflite", Tflite),
        (".h5", Hdf5),
        (".hdf5", Hdf5),
        (".keras", KerasArchive),
        (".pb", Protobuf),
        (".index", Protobuf),
    ):
        if name.endswith(ending):
            return kind(data)
    return Bytes(data)
