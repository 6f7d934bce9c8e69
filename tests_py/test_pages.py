"""The pages in a real browser. LITEWRIGHT_SCREENSHOTS names a folder to keep pictures of them in."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import browser as chromium
import numpy as np
import pytest
from drawings import pictures
from keras_files import dense, layer, write_sequential

from litewright import lite
from litewright.datasets import mnist
from litewright.demos.classify import Classifier, ClassifyDemo
from litewright.demos.digits import DigitsDemo
from litewright.evaluation import evaluate
from litewright.pages import evaluation, viewer
from litewright.quantization import quantize
from litewright.samples import Samples

SEVEN = [(0.25, 0.25), (0.72, 0.25), (0.42, 0.85)]  # x, y in shares of the drawing area


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = chromium.start()
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("LITEWRIGHT_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))


def wait(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "the page did not get there"
        time.sleep(0.02)
    return value


def text(driver: Any, name: str) -> str:
    return driver.find_element("id", name).text


def draw(driver: Any, points: list[tuple[float, float]], pointer: str) -> None:
    """One stroke through points in shares of the drawing area, by "mouse" or "touch"."""
    pad = driver.find_element("id", "pad")
    box = driver.execute_script(
        "arguments[0].scrollIntoView(); const b = arguments[0].getBoundingClientRect();"
        "return [b.x, b.y, b.width]",
        pad,
    )
    places = [(round(box[0] + x * box[2]), round(box[1] + y * box[2])) for x, y in points]
    if pointer == "mouse":
        kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 1)]
        events = [{"type": kind, "x": x, "y": y} for kind, (x, y) in zip(kinds, places, strict=True)]
        events.append({"type": "mouseReleased", "x": places[-1][0], "y": places[-1][1]})
        for event in events:
            event |= {"button": "left", "buttons": 1, "clickCount": 1}
            driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        return
    for i, (x, y) in enumerate(places):
        kind = "touchStart" if i == 0 else "touchMove"
        driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def strokes(image: np.ndarray) -> list[list[tuple[float, float]]]:
    """The middle lines of a digit's ink: it is thinned (Zhang and Suen), then walked along from its ends."""
    ink = np.pad(image > 96, 1)
    changed = True
    while changed:
        changed = False
        for step in (0, 1):
            p = [np.roll(ink, shift, (0, 1)) for shift in
                 ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))]  # fmt: skip
            around = np.sum(p, axis=0)
            turns = sum(~a & b for a, b in zip(p, [*p[1:], p[0]], strict=True))
            a, b = ((p[0], p[2], p[4]), (p[2], p[4], p[6])) if step == 0 else (
                (p[0], p[2], p[6]), (p[0], p[4], p[6]))  # fmt: skip
            remove = ink & (around >= 2) & (around <= 6) & (turns == 1)
            remove &= ~(a[0] & a[1] & a[2]) & ~(b[0] & b[1] & b[2])
            ink = ink & ~remove
            changed |= bool(remove.any())
    left = {(int(x), int(y)) for y, x in np.argwhere(ink)}
    lines = []
    while left:
        near = {p: sum(max(abs(p[0] - q[0]), abs(p[1] - q[1])) == 1 for q in left) for p in left}
        line = [min(left, key=lambda p: (near[p], p[1], p[0]))]
        left.remove(line[0])
        while following := [q for q in left if max(abs(q[0] - line[-1][0]), abs(q[1] - line[-1][1])) == 1]:
            line.append(min(following, key=lambda q: abs(q[0] - line[-1][0]) + abs(q[1] - line[-1][1])))
            left.remove(line[-1])
        lines.append([((x - 0.5) / 28, (y - 0.5) / 28) for x, y in line])
    return lines


def wait_for_seven(driver: Any) -> None:
    wait(lambda: text(driver, "result") == "Prediction Result: 7")
    assert 50 < float(text(driver, "confidence").removeprefix("Confidence: ").removesuffix(" %")) <= 100


def test_digits_by_mouse_touch_and_keyboard(browser, shots):
    chromium.set_view(browser, 1400)
    with chromium.served(DigitsDemo()) as address:
        browser.get(address)
        for pointer in ("mouse", "touch"):
            draw(browser, SEVEN, pointer)
            wait_for_seven(browser)
            for number in (0, 1):
                bars = browser.find_elements("css selector", f"#model{number} .bar")
                shares = [float(bar.text.split()[1]) for bar in bars]
                assert len(shares) == 10 and abs(sum(shares) - 100) < 1 and max(shares) == shares[7]
                assert "µs" in browser.find_element("css selector", f"#model{number} .latency").text
            chromium.screenshots(browser, shots, "digits")
            browser.find_element("id", "clear").click()
            wait(lambda: text(browser, "result") == "Prediction Result: –")
        pad = browser.find_element("id", "pad")
        browser.execute_script("arguments[0].focus()", pad)
        left, up, down, right = "\ue012", "\ue013", "\ue015", "\ue014"
        pad.send_keys(up * 8 + left * 6 + " " + right * 12 + (down + down + left) * 8 + " ")
        wait_for_seven(browser)
        pad.send_keys("\ue017")
        wait(lambda: text(browser, "result") == "Prediction Result: –")
        assert chromium.complaints(browser) == []


def test_digits_reads_a_real_digits_strokes(browser, mnist_folder, monkeypatch):
    monkeypatch.setenv("LITEWRIGHT_DATA", str(mnist_folder))
    images, labels = mnist.load("test")
    seven = images[np.flatnonzero(labels == 7)[0]]
    chromium.set_view(browser, 1400)
    with chromium.served(DigitsDemo()) as address:
        browser.get(address)
        for line in strokes(seven):
            draw(browser, line, "mouse")
        wait_for_seven(browser)


DROP = """
const [name, content] = arguments, bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
const transfer = new DataTransfer();
transfer.items.add(new File([bytes], name, { type: "image/png" }));
const target = document.getElementById("drop");
for (const kind of ["dragover", "drop"])
  target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
"""


@pytest.fixture(scope="module")
def classifier(tmp_path_factory) -> Classifier:
    folder = tmp_path_factory.mktemp("classifier")
    kernel = np.float32([[4, -4, 0, 0], [0, 0, 1, 0], [-4, 4, 0, 0]])
    layers = [
        layer("GlobalAveragePooling2D", "mean", data_format="channels_last"),
        dense("head", 4, "softmax"),
    ]
    weights = {"head": {"kernel": kernel, "bias": np.float32([0, 0, 0, -9])}}
    path = write_sequential(folder / "m.h5", [None, 48, 48, 3], layers, weights)
    (folder / "m.tflite").write_bytes(lite.TFLiteConverter.from_keras_model(str(path)).convert())
    (folder / "labels.txt").write_text("cat by the fire\ndog outside\nfrog <green>\nnothing\n")
    return Classifier(folder / "m.tflite", folder / "labels.txt")


def test_classify_reads_a_dropped_image(browser, classifier, shots):
    import base64
    import io

    image = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    image.fromarray(((pictures(1, 200, 1)[0] + 1) * 127.5).astype(np.uint8)).save(file, "PNG")
    chromium.set_view(browser, 1400)
    with chromium.served(ClassifyDemo(classifier)) as address:
        browser.get(address)
        browser.execute_script(DROP, "cat.png", base64.b64encode(file.getvalue()).decode())
        entries = wait(lambda: browser.find_elements("css selector", "#labels li"))
        assert len(entries) == 3 and entries[0].text.startswith("cat by the fire")
        shares = [float(entry.text.split()[-2]) for entry in entries]
        assert shares == sorted(shares, reverse=True) and sum(shares) < 100.2
        assert text(browser, "latency").startswith("Latency: ")
        chromium.screenshots(browser, shots, "classify")
        assert chromium.complaints(browser) == []
        browser.execute_script(DROP, "no.png", base64.b64encode(b"not an image").decode())
        wait(lambda: "cannot identify" in text(browser, "error"))


def requests(driver: Any) -> list[str]:
    rows = [json.loads(row["message"])["message"] for row in driver.get_log("performance")]
    return [r["params"]["request"]["url"] for r in rows if r["method"] == "Network.requestWillBeSent"]


def cpu_seconds(driver: Any) -> float:
    """What the page's main thread has computed since it began."""
    rows = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(row["value"] for row in rows if row["name"] == "TaskDuration")


def open_alone(driver: Any, path: Path) -> float:
    """Opens a file and returns the seconds that takes; it must not complain or ask for anything.

    They are the main thread's, as other programs may hold up the machine; the time by the clock is printed.
    """
    chromium.set_view(driver, 1400)
    driver.get("about:blank")
    requests(driver), chromium.complaints(driver)  # of the page before
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    before = cpu_seconds(driver)
    driver.get(path.as_uri())
    seconds = cpu_seconds(driver) - before
    asked = [address for address in requests(driver) if not address.startswith("data:")]
    assert asked == [path.as_uri()]
    assert chromium.complaints(driver) == []
    script = "return performance.getEntriesByType('navigation')[0].loadEventEnd"
    clock = driver.execute_script(script) / 1000
    print(f"{path.name}: {seconds:.2f} s of computing, {clock:.2f} s by the clock")
    return seconds if seconds > 0 else cpu_seconds(driver)


def inception(path: Path) -> Path:
    """A model with the shape of InceptionV3's graph: a chain of eleven blocks with four branches each."""
    import tiny_models as tiny

    tensors, ops = [tiny.Tensor("image", (1, 8, 8, 4))], []

    def add(inputs: list[int], branch: str) -> int:
        tensors.append(tiny.Tensor(f"{branch}_{len(tensors)}", (1, 8, 8, 4)))
        ops.append(tiny.Op(tiny.ADD if len(inputs) == 2 else tiny.ABS, inputs, [len(tensors) - 1]))
        return len(tensors) - 1

    last = 0
    for block in range(11):
        ends = []
        for branch, length in enumerate((1, 2, 3, 2)):
            end = last
            for _ in range(length):
                end = add([end], f"block{block}/branch{branch}")
            ends.append(end)
        last = add([add(ends[:2], "left"), add(ends[2:], "right")], f"block{block}/sum")
    path.write_bytes(tiny.build(tiny.Graph(tensors, ops, [0], [last])))
    return path


def test_viewer_shows_a_large_graph_at_once(browser, tmp_path, shots):
    viewer.write(inception(tmp_path / "large.tflite"), tmp_path / "large.html")
    assert open_alone(browser, tmp_path / "large.html") < 2
    nodes = browser.find_elements("css selector", "#graph .node")
    assert len(nodes) == 11 * (1 + 2 + 3 + 2 + 3) + 2
    search = browser.find_element("id", "search")
    search.send_keys("block7/branch2")
    wait(lambda: text(browser, "matches") == "3 found")
    assert len(browser.find_elements("css selector", "#graph .node.found")) == 3
    search.send_keys("\ue007")
    wait(lambda: "block7/branch2" in text(browser, "details"))
    chromium.screenshots(browser, shots, "viewer-large")
    before = browser.execute_script("return [view.x, view.scale]")
    browser.find_element("id", "in").click()
    assert browser.execute_script("return view.scale") > before[1]


def test_viewer_tells_all_of_an_operator(browser, root, tmp_path, shots):
    content = lite.TFLiteConverter.from_keras_model(str(root / "examples/mnist/mnist.h5")).convert()
    (tmp_path / "small.tflite").write_bytes(quantize(content))
    viewer.write(tmp_path / "small.tflite", tmp_path / "small.html")
    open_alone(browser, tmp_path / "small.html")
    browser.find_elements("css selector", "#graph .node.heavy")[1].click()
    said = text(browser, "details")
    for part in ("CONV_2D", "stride_w", "10,616,832", "64 scales along dimension 0", "zeros"):
        assert part in said
    assert browser.find_elements("css selector", "#details svg.histogram rect")
    chosen = browser.find_element("css selector", "#operators tr.chosen")
    assert chosen.text.startswith("2 CONV_2D")
    assert browser.find_elements("css selector", "#memory rect.chosen")
    column = "//table[@id='operators']//th/button[starts-with(., 'Weight')]"
    browser.find_element("xpath", column).click()
    first = browser.find_element("css selector", "#operators tbody tr")
    assert "FULLY_CONNECTED" in first.text
    first.click()
    assert "FULLY_CONNECTED" in text(browser, "details")
    chromium.screenshots(browser, shots, "viewer-small")


def test_inception_v3_opens_at_once(browser, tmp_path, shots):
    path = os.environ.get("LITEWRIGHT_INCEPTION")
    if not path:
        pytest.skip("LITEWRIGHT_INCEPTION does not name an InceptionV3 .tflite file")
    viewer.write(path, tmp_path / "inception.html")
    seconds = open_alone(browser, tmp_path / "inception.html")
    assert seconds < 2
    chromium.screenshots(browser, shots, "viewer-inception")


def test_reports(browser, tmp_path, shots, rng):
    weights = {"scores": {"kernel": 4 * np.eye(10, dtype=np.float32), "bias": np.zeros(10, np.float32)}}
    path = write_sequential(tmp_path / "m.h5", [None, 10], [dense("scores", 10, "softmax")], weights)
    content = lite.TFLiteConverter.from_keras_model(str(path)).convert()
    values = rng.uniform(0, 1, (200, 10)).astype(np.float32)
    quantized = quantize(content, "int8", lambda: ([value[None]] for value in values))
    models = [tmp_path / "float.tflite", tmp_path / "int8.tflite"]
    for file, model in zip(models, (content, quantized), strict=True):
        file.write_bytes(model)
    samples = Samples(
        200, lambda index: [values[index]], (values + rng.uniform(0, 0.1, values.shape)).argmax(1)
    )
    results = [evaluate(model, samples) for model in models]
    evaluation.write(tmp_path / "evaluation.html", results, [str(model) for model in models], samples)
    quantized.report.to_html(tmp_path / "quantization.html")
    for name in ("evaluation", "quantization"):
        open_alone(browser, tmp_path / f"{name}.html")
        chromium.screenshots(browser, shots, f"report-{name}")
