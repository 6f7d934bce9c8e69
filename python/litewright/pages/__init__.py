"""Pages that need no network: their style, script and data are in them."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from typing import Any

__all__ = ["page", "part"]


def part(name: str) -> str:
    """A file of litewright/web."""
    return (files("litewright") / "web" / name).read_text(encoding="utf-8")


def page(
    title: str, body: str, *, styles: tuple[str, ...] = (), scripts: tuple[str, ...] = (), data: Any = None
) -> str:
    """A whole page.

    Args:
      title: as text.
      body: as HTML.
      styles, scripts: files of litewright/web, which become part of the page; base.css comes first.
      data: what scripts find as `DATA`.
    """
    css = "\n".join(part(name) for name in ("base.css", *styles))
    sources = [part(name) for name in scripts]
    if data is not None:
        # "</script>" in a name must not end the script.
        text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
        sources.insert(0, f"const DATA = {text};\n")
    script = "".join(f"<script>\n{source}</script>\n" for source in sources)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n<link rel="icon" href="data:,"/>\n'
        f"<title>{escape(title)}</title>\n<style>\n{css}</style>\n</head>\n<body>\n{body}\n{script}</body>\n</html>\n"
    )
