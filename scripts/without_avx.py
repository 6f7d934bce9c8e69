"""Loads the installed extension module on an emulated processor without AVX: without_avx.py VENV."""

import glob
import os
import sys

for site in glob.glob(os.path.join(sys.argv[1], "lib", "python3.*", "site-packages")):
    sys.path.insert(0, site)

import litewright  # noqa: E402
from litewright import _core  # noqa: E402
from litewright.cli.doctor import self_test  # noqa: E402

assert _core.detected_isa() == "portable", _core.detected_isa()
failed = [check for check in self_test() if not check["passed"]]
assert not failed, failed
print(f"litewright {litewright.__version__} works without AVX")
