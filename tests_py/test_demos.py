"""What the demos' server answers, to whom, and how drawings become MNIST's images."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import browser as chromium
import numpy as np
import pytest

from litewright.demos.digit_model import as_mnist, drawn_seven
from litewright.demos.digits import DigitsDemo


@pytest.fixture(scope="module")
def address():
    with chromium.served(DigitsDemo()) as found:
        yield found


def ask(address: str, body: bytes | None = None, **headers: str) -> tuple[int, dict]:
    request = urllib.request.Request(address, body, headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.loads(response.read()) if body else {}
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_both_models_answer(address):
    drawing = np.kron(drawn_seven(), np.ones((4, 4), np.uint8))
    status, answer = ask(address + "answer", drawing.tobytes())
    assert status == 200 and not answer["empty"]
    assert [model["prediction"] for model in answer["models"]] == [7, 7]
    assert all(abs(sum(model["probabilities"]) - 1) < 1e-3 for model in answer["models"])
    assert ask(address + "answer", bytes(112 * 112))[1]["empty"]


def test_what_makes_no_sense_is_refused(address):
    assert ask(address + "answer", b"x") == (400, {"error": "a drawing is 112 x 112 bytes, not 1"})
    assert ask(address + "else", b"x")[0] == 404
    assert ask(address + "else")[0] == 404
    assert ask(address + "answer", b"x", **{"Content-Length": "99999999999"})[0] == 413


@pytest.mark.parametrize("headers", [{"Host": "example.org"}, {"Origin": "http://example.org"}])
def test_pages_of_others_are_refused(address, headers):
    assert ask(address + "answer", bytes(112 * 112), **headers)[0] == 403
    if "Host" in headers:
        assert ask(address, **headers)[0] == 403


def test_the_page_may_load_nothing(address):
    with urllib.request.urlopen(address) as response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        page = response.read().decode()
    assert "src=" not in page and "@import" not in page and "http" not in page


def test_drawings_are_scaled_and_centred():
    assert not as_mnist(np.zeros((50, 50), np.uint8)).any()
    for side, place in ((112, (3, 90)), (300, (0, 0)), (64, (40, 10))):
        drawing = np.zeros((side, side), np.uint8)
        drawing[place[0] : place[0] + 20, place[1] : place[1] + 10] = 200
        image = as_mnist(drawing)
        rows, columns = np.nonzero(image)
        assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 23, 9, 18)
        assert image.max() == 255
