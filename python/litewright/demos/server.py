"""A small web server on the loopback address: one page, and one question that it answers."""

from __future__ import annotations

import json
import sys
import threading
import webbrowser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

__all__ = ["Demo", "make_server", "serve"]

_MAX_BYTES = 32_000_000
# The page is whole: it may load nothing, and nobody may frame it.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
    " img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Demo(Protocol):
    """What a page shows and how it answers."""

    def page(self) -> str:
        """The page's source."""

    def answer(self, body: bytes) -> dict[str, Any]:
        """The answer to what the page sends. ValueError: it makes no sense."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, demo: Demo) -> None:
        self.demo = demo
        self.lock = threading.Lock()  # an interpreter serves one thread at a time
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        if not self._from_here():
            return
        if self.path == "/":
            self._send(200, "text/html; charset=utf-8", self.server.demo.page().encode())
        elif self.path == "/favicon.ico":
            self._send(204, "image/x-icon", b"")
        else:
            self._send_error(404, "there is only one page")

    def do_POST(self) -> None:
        if not self._from_here():
            return
        length = self.headers.get("Content-Length", "")
        if self.path != "/answer":
            self._send_error(404, "questions go to /answer")
        elif not length.isdigit() or int(length) > _MAX_BYTES:
            self._send_error(413, f"at most {_MAX_BYTES // 1_000_000} MB")
        else:
            body = self.rfile.read(int(length))
            try:
                with self.server.lock:
                    answer = self.server.demo.answer(body)
            except (ValueError, ImportError, OSError, RuntimeError) as error:
                self._send_error(400, str(error))
            else:
                self._send(200, "application/json", json.dumps(answer).encode())

    def _from_here(self) -> bool:
        """Whether the browser thinks that it talks to this machine: other sites' pages may not."""
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        origin = self.headers.get("Origin", f"http://{self.headers.get('Host')}")
        if host in ("127.0.0.1", "localhost") and origin == f"http://{self.headers.get('Host')}":
            return True
        self._send_error(403, "only for pages of this machine")
        return False

    def _send_error(self, status: int, message: str) -> None:
        self._send(status, "application/json", json.dumps({"error": message}).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: a request is no event."""


def make_server(demo: Demo, port: int = 0) -> ThreadingHTTPServer:
    """A server that listens on 127.0.0.1; `serve_forever` runs it.

    Raises:
      OSError: the port is taken.
    """
    try:
        return _Server(port, demo)
    except OSError as error:
        raise OSError(f"port {port}: {error.strerror}; leave --port out for a free one") from error


def serve(demo: Demo, port: int, open_browser: bool) -> None:
    """Serves until interrupted."""
    server = make_server(demo, port)
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    print(f"{address}  (Ctrl+C ends it)", flush=True)
    if open_browser and sys.stdout.isatty():
        webbrowser.open(address)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()
