"""What several tests need: reference data, the oracle, random numbers, and models to convert."""

from __future__ import annotations

import importlib
import os
import random
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
# Programs that tests start see the same package.
os.environ["PYTHONPATH"] = str(ROOT / "python")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference models and data; tests that need it are skipped without it."""
    folder = os.environ.get("LITEWRIGHT_SHARED")
    if not folder:
        pytest.skip("LITEWRIGHT_SHARED is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def mnist_folder(request: pytest.FixtureRequest) -> Path:
    """A folder with MNIST's four IDX files."""
    if given := os.environ.get("LITEWRIGHT_DATA"):
        return Path(given)
    return request.getfixturevalue("shared") / "mnist"


@pytest.fixture(scope="session")
def litert():
    """LiteRT's interpreter module, the oracle."""
    return pytest.importorskip("ai_edge_litert.interpreter")


@pytest.fixture(params=["litewright.lite", "ai_edge_litert.interpreter"], ids=["litewright", "litert"])
def engine(request: pytest.FixtureRequest) -> ModuleType:
    """The module with Interpreter and OpResolverType: ours, and LiteRT's for what scripts rely on."""
    return importlib.import_module(request.param)


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers; the seed is printed with a failure and can be set with LITEWRIGHT_SEED."""
    seed = int(os.environ.get("LITEWRIGHT_SEED", random.randrange(2**31)))
    print(f"LITEWRIGHT_SEED={seed}")
    return np.random.default_rng(seed)
