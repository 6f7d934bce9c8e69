"""A model as a page: its graph, its operators, its memory."""

from __future__ import annotations

import math
import os
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litewright.inspection import Inspection, SubgraphInfo, inspect
from litewright.interpreter import Interpreter
from litewright.pages import page
from litewright.pages.layout import place
from litewright.tables import size

__all__ = ["write"]

_BINS = 32
_SCALES_SHOWN = 4


def write(
    model: str | os.PathLike[str], target: str | os.PathLike[str], found: Inspection | None = None
) -> None:
    """Writes a page that shows a .tflite file and needs no other file and no network.

    Raises:
      OSError: a file cannot be read or written. ValueError: not a valid model.
    """
    found = found or inspect(model)
    interpreter = Interpreter(model_path=model)
    graphs = [_graph(graph, number, interpreter) for number, graph in enumerate(found.subgraphs)]
    data = {"graphs": graphs, "memory": _memory(found)}
    Path(target).write_text(
        page(found.name, _body(found), styles=("viewer.css",), scripts=("viewer.js",), data=data),
        encoding="utf-8",
    )


def _graph(graph: SubgraphInfo, number: int, interpreter: Interpreter) -> dict[str, Any]:
    """Operators, tensors and where they are drawn. Nodes are inputs, operators, outputs, in this order."""
    count = len(graph.inputs)
    maker = {tensor: node for node, tensor in enumerate(graph.inputs)}
    for op in graph.operators:
        maker.update((tensor, count + op.index) for tensor in op.outputs if tensor >= 0)
    edges = []
    for op in graph.operators:
        edges += [(maker[t], count + op.index, t) for t in op.inputs if t in maker]
    total = count + len(graph.operators)
    edges += [(maker[t], total + i, t) for i, t in enumerate(graph.outputs) if t in maker]
    edges = [edge for edge in edges if edge[0] < edge[1]]
    layout = place(total + len(graph.outputs), [(source, target) for source, target, _ in edges])
    return {
        "name": graph.name,
        "inputs": graph.inputs,
        "outputs": graph.outputs,
        "operators": [
            {
                "name": op.name,
                "version": op.version,
                "inputs": op.inputs,
                "outputs": op.outputs,
                "options": {key: _text(value) for key, value in op.options.items()},
                "macs": op.macs,
                "weights": op.weight_bytes,
                "bytes": op.output_bytes,
            }
            for op in graph.operators
        ],
        "tensors": [_tensor(graph, index, number, interpreter) for index in range(len(graph.tensors))],
        "x": [round(value, 3) for value in layout.x],
        "y": layout.layer,
        "edges": [
            {"from": a, "to": b, "tensor": t, "way": [(round(x, 3), y) for x, y in layout.routes[a, b]]}
            for a, b, t in edges
        ],
    }


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _tensor(graph: SubgraphInfo, index: int, number: int, interpreter: Interpreter) -> dict[str, Any]:
    tensor = graph.tensors[index]
    row: dict[str, Any] = {"name": tensor.name, "type": tensor.dtype, "shape": tensor.shape}
    row["bytes"] = tensor.bytes
    if tensor.scale:
        row["quantization"] = tensor.quantization
        if len(tensor.scale) > 1:
            shown = ", ".join(f"{scale:.4g}" for scale in tensor.scale[:_SCALES_SHOWN])
            row["quantization"] += f": {shown}{', …' if len(tensor.scale) > _SCALES_SHOWN else ''}"
    if tensor.variable:
        row["variable"] = True
    if tensor.constant:
        row["constant"] = True
        row["histogram"] = _histogram(np.asarray(interpreter.get_tensor(index, number)))
    return row


def _histogram(values: npt.NDArray[Any]) -> dict[str, Any] | None:
    """How the stored numbers are spread; None where they are few or no numbers."""
    if values.size < 2 or values.dtype.kind not in "fiu":
        return None
    flat = values.reshape(-1).astype(np.float32)
    low, high = float(flat.min()), float(flat.max())
    if not math.isfinite(low) or not math.isfinite(high):
        return None
    counts = np.histogram(flat, _BINS, (low, high if high > low else low + 1))[0]
    return {
        "low": low,
        "high": high,
        "mean": float(flat.mean(dtype=np.float64)),
        "zeros": float(np.mean(flat == 0)),
        "counts": counts.tolist(),
    }


def _memory(found: Inspection) -> dict[str, Any] | None:
    if not found.memory:
        return None
    buffers = [
        [b["tensor"], b["offset"], b["bytes"], b["first"], b["last"]]
        for b in found.memory["buffers"]
        if b["bytes"]
    ]
    return {"bytes": found.memory["arena_bytes"], "steps": len(found.main.operators), "buffers": buffers}


def _body(found: Inspection) -> str:
    figures = [
        ("File", size(found.bytes)),
        ("Operators", f"{sum(len(graph.operators) for graph in found.subgraphs):,}"),
        ("Multiply-adds", f"{found.macs / 1e6:,.2f} million"),
        ("Constants", size(found.weight_bytes)),
    ]
    if found.memory:
        figures.append(("Memory for activations", size(found.memory["arena_bytes"])))
    cards = "".join(f'<div class="card">{name}<strong>{value}</strong></div>' for name, value in figures)
    problem = f'<p class="error">This model cannot run: {escape(found.problem)}</p>' if found.problem else ""
    hidden = "" if len(found.subgraphs) > 1 else " hidden"
    choices = "".join(
        f'<option value="{i}">{i}: {escape(graph.name)}</option>' for i, graph in enumerate(found.subgraphs)
    )
    return f"""\
<main>
<h1>{escape(found.name)}</h1>
<div class="cards">{cards}</div>{problem}
<h2>Graph</h2>
<div class="tools">
<label{hidden}>Subgraph <select id="subgraph">{choices}</select></label>
<input id="search" type="search" placeholder="Search operators and tensors" aria-label="Search">
<span id="matches" class="soft" role="status"></span>
<button id="in" type="button" aria-label="Zoom in">+</button>
<button id="out" type="button" aria-label="Zoom out">−</button>
<button id="fit" type="button">Fit</button>
</div>
<div class="sides">
<svg id="graph" class="card" tabindex="0" role="application"
 aria-label="The graph. Arrow keys move it, plus and minus zoom; the table lists the same operators."></svg>
<aside id="details" class="card" aria-live="polite"><p class="soft">Click an operator.</p></aside>
</div>
<h2>Memory over time</h2>
<p class="soft">Each box is a tensor in the arena: from left to right while it is needed, from bottom to top
where it lies. Grey boxes are scratch memory of an operator.</p>
<svg id="memory" class="card" role="img"
 aria-label="Which part of the arena each tensor takes, and when"></svg>
<h2>Operators</h2>
<div class="table card"><table id="operators"><thead></thead><tbody></tbody></table></div>
</main>"""
