"""Chromium without a window, driven through Selenium, for pages that people look at."""

from __future__ import annotations

import base64
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from litewright.demos.server import Demo, make_server


def start() -> Any:
    """A driver; skips the test where browser, driver or Selenium are not to be had."""
    selenium = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("chromium and chromium-driver are not installed")
    options = selenium.ChromeOptions()
    options.binary_location = binary
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu",
                     "disable-background-networking", "disable-component-update"):  # fmt: skip
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return selenium.Chrome(options=options, service=selenium.ChromeService(driver))


def set_view(browser: Any, width: int, height: int = 1000, dark: bool = False) -> None:
    """The size of the window and the colours that the reader prefers."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def screenshots(browser: Any, folder: Path, name: str) -> None:
    """The whole page at both widths, dark and light; each must fit its width."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in (400, 1400):
        for dark in (False, True):
            set_view(browser, width, dark=dark)
            wide = browser.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} pixels wide in a window of {width}"
            shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
            path = folder / f"{name}-{width}-{'dark' if dark else 'light'}.png"
            path.write_bytes(base64.b64decode(shot["data"]))
    set_view(browser, 1400)


def complaints(browser: Any) -> list[str]:
    """What the page logged as warnings or errors since the last call."""
    return [row["message"] for row in browser.get_log("browser") if row["level"] in ("WARNING", "SEVERE")]


@contextmanager
def served(demo: Demo) -> Iterator[str]:
    """The demo's address, for as long as the context lasts."""
    server = make_server(demo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
