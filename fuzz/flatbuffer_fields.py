"""Where the fields of a FlatBuffer lie: what a mutation changes to reach behind the file's structure."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[1] / "cpp" / "tflite" / "tflite.fbs"
WIDTHS = {
    "bool": 1, "byte": 1, "ubyte": 1, "short": 2, "ushort": 2, "int": 4, "int32": 4, "uint": 4, "float": 4,
    "long": 8, "ulong": 8,
}  # fmt: skip
MOST_SITES = 20_000


@dataclass(frozen=True)
class Site:
    """`count` values of `width` bytes at `offset`. `target` names the table that an offset leads to."""

    key: str
    offset: int
    width: int
    count: int = 1
    target: str = ""


class Schema:
    """The tables of a .fbs file: per table the names and types of its fields by number."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"//.*", "", text)
        self.widths = dict(WIDTHS)
        for name, base in re.findall(r"enum (\w+) *: *(\w+)", text):
            self.widths[name] = WIDTHS[base]
        self.unions = {
            name: [part.strip() for part in members.split(",")]
            for name, members in re.findall(r"union (\w+) *{([^}]*)}", text)
        }
        self.tables: dict[str, list[tuple[str, str]]] = {}
        for name, body in re.findall(r"table (\w+) *{([^}]*)}", text):
            fields: list[tuple[str, str]] = []
            for field, kind in re.findall(r"(\w+) *: *(\[?\w+\]?)[^;]*;", body):
                if kind in self.unions:
                    fields.append((field + "_type", "ubyte"))
                fields.append((field, kind))
            self.tables[name] = fields


class Walker:
    """Collects the sites of a valid file."""

    def __init__(self, data: bytes, schema: Schema) -> None:
        self.data = data
        self.schema = schema
        self.sites: list[Site] = []
        self._seen: set[tuple[int, str]] = set()

    def _read(self, form: str, offset: int) -> int:
        value: int = struct.unpack_from("<" + form, self.data, offset)[0]
        return value

    def walk(self, root: str) -> list[Site]:
        self._add("root", 0, 4, target=root)
        self._table(self._read("I", 0), root)
        return self.sites

    def _add(self, key: str, offset: int, width: int, count: int = 1, target: str = "") -> None:
        self.sites.append(Site(key, offset, width, count, target))

    def _table(self, at: int, name: str) -> None:
        if (at, name) in self._seen or len(self.sites) > MOST_SITES:
            return
        self._seen.add((at, name))
        vtable = at - self._read("i", at)
        self._add(f"{name}: vtable", at, 4)
        self._add(f"{name}: vtable size", vtable, 2, 2)
        fields = self.schema.tables[name]
        for number in range((self._read("H", vtable) - 4) // 2):
            entry = vtable + 4 + 2 * number
            inside = self._read("H", entry)
            field, kind = fields[number] if number < len(fields) else (f"field {number}", "int")
            self._add(f"{name}.{field}: entry", entry, 2)
            if inside != 0:
                self._field(f"{name}.{field}", at, at + inside, kind, vtable, number)

    def _field(self, key: str, table: int, at: int, kind: str, vtable: int, number: int) -> None:
        if kind in self.schema.widths:
            self._add(key, at, self.schema.widths[kind])
            return
        goal = at + self._read("I", at)
        self._add(f"{key}: offset", at, 4, target=kind)
        if kind in self.schema.unions:
            tag = self.data[table + self._read("H", vtable + 4 + 2 * (number - 1))]
            members = self.schema.unions[kind]
            if 0 < tag <= len(members):
                self._table(goal, members[tag - 1])
        elif kind == "string" or kind.startswith("["):
            self._vector(key, goal, "ubyte" if kind == "string" else kind[1:-1])
        else:
            self._table(goal, kind)

    def _vector(self, key: str, at: int, element: str) -> None:
        count = self._read("I", at)
        self._add(f"{key}: length", at, 4)
        width = self.schema.widths.get(element)
        if width is not None:
            if count > 0:
                self._add(key, at + 4, width, count)
            return
        for index in range(count):
            entry = at + 4 + 4 * index
            self._add(f"{key}: offset", entry, 4, target=element)
            goal = entry + self._read("I", entry)
            if element == "string":
                self._vector(key, goal, "ubyte")
            else:
                self._table(goal, element)


def tflite_sites(data: bytes) -> list[Site]:
    """The sites of a .tflite file; none where it is damaged."""
    try:
        return Walker(data, Schema(SCHEMA.read_text())).walk("Model")
    except (struct.error, IndexError, KeyError):
        return []
