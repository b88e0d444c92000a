"""Where everything stands in the drawing of the system: it changes only with the system or the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.layers import Graph, Hop, Link, Spot, arrange, rows_of
from tui.nodes import Node
from tui.widgets.node_box import (
    BOX_ROWS,
    LEAST_BOX,
    LEAST_ROW,
    MOST_BOX,
    box_width,
    row_width,
)
from tui.wiring import Way, ways_between

BOX = 20
LEAST_GAP = 4
GAP = 9
MOST_GAP = 22


@dataclass(frozen=True, slots=True)
class Plan:
    """A drawing that fits.

    Attributes:
        boxes: whether nodes are boxes; else they take one row each.
        graph: what stands in which column.
        rows: the middle row of every spot.
        left: the first cell of each column.
        widths: of each column, in cells.
        ways: for each column, the ways up and down to the right of it.
    """

    boxes: bool
    graph: Graph
    rows: Mapping[Spot, int]
    left: tuple[int, ...]
    widths: tuple[int, ...]
    ways: tuple[list[list[Way]], ...]

    def hops_of(self, column: int) -> list[Hop]:
        """The hops in the gap to the right of a column."""
        return [hop for hop in self.graph.hops if hop.column == column]


def plan(nodes: Mapping[str, Node], links: Sequence[Link], width: int, height: int) -> Plan | None:
    """The largest drawing that fits so many cells; None if none does."""
    graph = arrange({key: node.layer for key, node in nodes.items()}, links)
    for boxes, rows_of_node, air in (
        (True, BOX_ROWS, 1),
        (True, BOX_ROWS, 0),
        (False, 1, 1),
        (False, 1, 0),
    ):
        found = _fit(graph, nodes, width, height, boxes, rows_of_node, air)
        if found is not None:
            return found
    return None


def rows_wanted(nodes: Mapping[str, Node], links: Sequence[Link], width: int, most: int) -> int:
    """Rows for the largest drawing that fits so many cells, with some air; or for a list."""
    found = plan(nodes, links, width, most)
    if found is None:
        return min(len(nodes) + 1, most)
    tall = BOX_ROWS if found.boxes else 1
    needed = max(
        sum(1 if spot.passing else tall for spot in column) for column in found.graph.columns
    )
    return min(needed + max(needed // 3, 1), most)


def _fit(
    graph: Graph,
    nodes: Mapping[str, Node],
    width: int,
    height: int,
    boxes: bool,
    rows_of_node: int,
    air: int,
) -> Plan | None:
    least = LEAST_BOX if boxes else LEAST_ROW
    many = len(graph.columns)
    if many * least + (many - 1) * LEAST_GAP > width:
        return None
    rows = rows_of(graph, height, lambda spot: 1 if spot.passing else rows_of_node + air)
    if rows is None:
        return None
    ways = tuple(
        ways_between([hop for hop in graph.hops if hop.column == at], rows)
        for at in range(len(graph.columns))
    )
    last = len(graph.columns) - 1
    gaps = [max(LEAST_GAP, len(each) + 3) for each in ways]
    gaps[last] = len(ways[last]) + 2 if ways[last] else 0
    measure = box_width if boxes else row_width
    widths = [
        max((measure(nodes[spot.name]) for spot in column if not spot.passing), default=least)
        for column in graph.columns
    ]
    spare = width - sum(widths) - sum(gaps)
    while spare < 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= least:
            return None
        widths[widest] -= 1
        spare += 1
    for most_box, most_gap in ((BOX, GAP), (MOST_BOX, MOST_GAP)) if boxes else ((0, MOST_GAP),):
        spare = _widen(widths, most_box, spare)
        if last > 0:
            inner = gaps[:last]
            spare = _widen(inner, most_gap, spare)
            gaps[:last] = inner
    left = []
    x = spare // 2
    for wide, gap in zip(widths, gaps, strict=True):
        left.append(x)
        x += wide + gap
    return Plan(boxes, graph, rows, tuple(left), tuple(widths), ways)


def _widen(sizes: list[int], most: int, spare: int) -> int:
    """Give to the smallest, one by one; returns what is left."""
    while spare > 0 and min(sizes) < most:
        sizes[min(range(len(sizes)), key=sizes.__getitem__)] += 1
        spare -= 1
    return spare
