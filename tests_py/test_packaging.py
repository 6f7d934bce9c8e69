"""The wheel: what is in it, how large it is, and that it works where it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MAX_WHEEL_BYTES = 10_000_000


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from what build/python already holds, so that nothing is compiled again."""
    pytest.importorskip("scikit_build_core")
    if not (root / "build/python/CMakeCache.txt").exists():
        pytest.skip("build/python is not configured")
    folder = tmp_path_factory.mktemp("wheel")
    defines = [f"-Ccmake.define.LITEWRIGHT_{name}=ON" for name in ("IN_PLACE", "BUILD_TESTS", "BUILD_TOOLS")]
    result = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "-w", str(folder)]
        + ["-Cbuild-dir=build/python", *defines],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return next(folder.glob("*.whl"))


def test_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size <= MAX_WHEEL_BYTES


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert len([name for name in names if name.endswith(".so")]) == 1
    for name in ("__init__.py", "lite.py", "py.typed", "_core.pyi", "web/mnist.h5", "web/viewer.js"):
        assert f"litewright/{name}" in names
    assert any(name.endswith("LICENSE") for name in names)
    points = next(name for name in names if name.endswith("entry_points.txt"))
    assert b"litewright = litewright.cli:main" in zipfile.ZipFile(wheel).read(points)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"litewright"}


def test_installed_wheel_imports_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import sys, litewright, litewright.lite; print(litewright.__file__);"
        "print(sorted({'tensorflow', 'keras', 'h5py', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert output.stdout.splitlines() == [str(tmp_path / "litewright/__init__.py"), "[]"], output.stderr


@pytest.mark.parametrize("isa", ["portable", "avx2", "avx512", "avx512vnni"])
def test_installed_wheel_tests_itself_at_every_instruction_set(wheel: Path, tmp_path: Path, isa: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    result = subprocess.run(
        [sys.executable, "-m", "litewright", "doctor", "--json"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "LITEWRIGHT_FORCE_ISA": isa},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    machine = json.loads(result.stdout)["machine"]
    order = ["portable", "avx2", "avxvnni", "avx512", "avx512vnni", "avx512vbmi", "avx512amx"]
    best = min(isa, machine["instruction set"], key=order.index)
    assert machine["instruction set in use"].startswith(best + " ")
