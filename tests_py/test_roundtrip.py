"""Reference files, read into a Graph and written back, run in LiteRT with unchanged outputs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from litewright.lite import experimental


def recorded_inputs(path: Path, details):
    """Inputs from the file's .npz, else random ones."""
    record = path.with_suffix(".npz")
    if record.exists():
        with np.load(record, allow_pickle=True) as stored:
            values = {name: stored[name] for name in stored.files}
        shapes = [values.get(f"resize{i}") for i in range(len(details))]
        return shapes, [values.get(f"x{i}") for i in range(len(details))]
    rng = np.random.default_rng(7)
    arrays = []
    for entry in details:
        kind = np.dtype(entry["dtype"]).kind
        value = rng.integers(0, 2, entry["shape"]) if kind in "biu" else rng.normal(size=entry["shape"])
        arrays.append(None if kind in "SO" else value.astype(entry["dtype"]))
    return [None] * len(details), arrays


def run(litert, content: bytes, path: Path, resolver: str):
    """The outputs, as LiteRT computes them."""
    kernels = getattr(litert.OpResolverType, resolver)
    interpreter = litert.Interpreter(model_content=content, experimental_op_resolver_type=kernels)
    shapes, values = recorded_inputs(path, interpreter.get_input_details())
    for entry, shape in zip(interpreter.get_input_details(), shapes, strict=True):
        if shape is not None:
            interpreter.resize_tensor_input(entry["index"], shape)
    interpreter.allocate_tensors()
    for entry, value in zip(interpreter.get_input_details(), values, strict=True):
        if value is not None:
            interpreter.set_tensor(entry["index"], value.astype(object) if value.dtype.kind == "S" else value)
    interpreter.invoke()
    return [np.asarray(interpreter.get_tensor(entry["index"])) for entry in interpreter.get_output_details()]


def reference_files(shared: Path) -> list[Path]:
    rows = map(json.loads, (shared / "corpus" / "expected.jsonl").read_text().splitlines())
    runnable = {row["model"] for row in rows if row["litert-ref"] is not None}
    corpus = [path for path in (shared / "corpus").rglob("*") if path.name in runnable]
    return sorted((shared / "ops").glob("*.tflite")) + sorted(corpus)


def random_by_design(name: str) -> bool:
    return name.startswith(("random_", "multinomial"))


def test_files_survive_reading_and_writing(shared: Path, litert):
    files, ran, failures = reference_files(shared), 0, []
    for path in files:
        content = path.read_bytes()
        rewritten = experimental.rewrite(content)
        assert experimental.rewrite(rewritten) == rewritten, f"{path.name}: writing is not a fixed point"
        for resolver in ("BUILTIN_REF", "BUILTIN_WITHOUT_DEFAULT_DELEGATES"):
            try:
                wanted = run(litert, content, path, resolver)
                break
            except (RuntimeError, ValueError):
                continue
        else:
            continue
        ran += 1
        try:
            got = run(litert, rewritten, path, resolver)
            for one, two in zip(got, wanted, strict=True):
                assert one.dtype == two.dtype and one.shape == two.shape
                if not random_by_design(path.name):
                    np.testing.assert_array_equal(one, two)
        except Exception as error:
            failures.append(f"{path.name}: {str(error).strip()[:200]}")
    print(f"{ran - len(failures)} of {ran} files gave the same outputs ({len(files)} in all)")
    assert ran > 0.99 * len(files)
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\0" * 64])
def test_rewriting_garbage(content):
    with pytest.raises(ValueError):
        experimental.rewrite(content)
