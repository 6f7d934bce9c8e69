"""Placing the operators of a graph: layers from top to bottom, few crossings, straight long edges.

1. An operator's layer is the longest way to it from an input. 2. Edges that skip layers get a bend in each.
3. Sweeps sort each layer by the mean place of its neighbours. 4. More sweeps move everything towards its
neighbours without letting boxes touch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Layout", "place"]

Edge = tuple[int, int]
_SORT_SWEEPS, _MOVE_SWEEPS = 8, 24
_BEND = 0.25  # the width of a bend, of a box's


@dataclass
class Layout:
    """Where things go: `x` (in boxes) and `layer` of each node, and the `routes` of edges as points."""

    x: list[float]
    layer: list[int]
    routes: dict[Edge, list[tuple[float, float]]]


def place(count: int, edges: Iterable[Edge]) -> Layout:
    """Lays out nodes 0..count-1; every edge leads from a node to one with a larger number."""
    edges = sorted(set(edges))
    layer = _layers(count, edges)
    chains = _chains(count, edges, layer)
    neighbours: dict[int, list[int]] = defaultdict(list)
    links = [link for chain in chains.values() for link in zip(chain, chain[1:], strict=False)]
    above, below = defaultdict(list), defaultdict(list)
    for source, target in links:
        above[target].append(source)
        below[source].append(target)
    for node in set(above) | set(below):
        neighbours[node] = above[node] + below[node]
    rows: list[list[int]] = [[] for _ in range(max(layer, default=0) + 1)]
    levels = list(layer)
    for chain in chains.values():
        start = layer[chain[0]]
        levels += [start + step for step in range(1, len(chain) - 1)]
    for node, level in enumerate(levels):
        rows[level].append(node)
    _sort(rows, above, below)
    x = _move(rows, neighbours, count)
    routes = {edge: [(x[node], float(levels[node])) for node in chain] for edge, chain in chains.items()}
    return Layout(x[:count], layer, routes)


def _layers(count: int, edges: Sequence[Edge]) -> list[int]:
    layer = [0] * count
    for source, target in edges:  # sorted by source, and sources come before their targets
        layer[target] = max(layer[target], layer[source] + 1)
    return layer


def _chains(count: int, edges: Sequence[Edge], layer: Sequence[int]) -> dict[Edge, list[int]]:
    """By edge its nodes: the two ends, and a new one, a bend, in every layer between."""
    chains = {}
    for source, target in edges:
        bends = layer[target] - layer[source] - 1
        chains[source, target] = [source, *range(count, count + bends), target]
        count += bends
    return chains


def _sort(rows: list[list[int]], above: dict[int, list[int]], below: dict[int, list[int]]) -> None:
    position = {node: float(i) for row in rows for i, node in enumerate(row)}
    for sweep in range(_SORT_SWEEPS):
        down = sweep % 2 == 0
        towards = above if down else below
        for row in rows if down else reversed(rows):
            means = {
                node: sum(position[n] for n in towards[node]) / len(towards[node])
                if towards[node]
                else position[node]
                for node in row
            }
            row.sort(key=lambda node: means[node])
            position.update((node, float(i)) for i, node in enumerate(row))


def _move(rows: list[list[int]], neighbours: dict[int, list[int]], count: int) -> list[float]:
    """The place of every node: the mean of those of its neighbours, as far as the order of its row allows."""
    x = [0.0] * sum(map(len, rows))
    width = [1.15 if node < count else _BEND for node in range(len(x))]
    for row in rows:
        _spread(row, [float(i) for i in range(len(row))], width, x)
    for sweep in range(_MOVE_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [
                sum(x[n] for n in neighbours[node]) / len(neighbours[node]) if neighbours[node] else x[node]
                for node in row
            ]
            _spread(row, wanted, width, x)
    left = min((x[node] - width[node] / 2 for node in range(len(x))), default=0.0)
    return [value - left for value in x]


def _spread(row: list[int], wanted: list[float], width: list[float], x: list[float]) -> None:
    """Places a row near `wanted` in the given order: blocks that overlap merge around their mean."""
    offset = 0.0
    blocks: list[list[float]] = []  # sum of wanted places less offsets, number of nodes
    offsets = []
    for i, node in enumerate(row):
        if i:
            offset += (width[row[i - 1]] + width[node]) / 2
        offsets.append(offset)
        blocks.append([wanted[i] - offset, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, size = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += size
    i = 0
    for total, size in blocks:
        for _ in range(int(size)):
            x[row[i]] = total / size + offsets[i]
            i += 1
