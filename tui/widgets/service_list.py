"""The system as a list, where a drawing does not fit: callees below their callers, and further in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich.cells import cell_len
from textual.geometry import Region

from tui import text
from tui.nodes import Node
from tui.widgets.node_box import bar
from tui.widgets.sheet import Sheet

MOST_WIDTH = 110
"""Cells beyond which a row would be hard to follow."""


class Columns(NamedTuple):
    """The first cell of each column; bars are left out where there is no room."""

    name: int
    up: int
    bar: int
    bar_width: int
    used: int
    rate: int
    failed: int
    p99: int


def _columns(width: int, names: int) -> Columns:
    """From the right, what has a fixed width; the name gets what it needs, and the bar the rest."""
    p99 = width - 7
    failed = p99 - 7
    rate = failed - 8
    used = rate - 6
    up = min(names + 1, used - 8)
    bar_start = up + 8
    return Columns(0, up, bar_start, max(0, min(24, used - bar_start)), used, rate, failed, p99)


def draw_list(
    sheet: Sheet,
    nodes: Mapping[str, Node],
    selected: str | None,
    first: int,
    regions: dict[str, Region],
) -> int:
    """Draw rows from number `first` on, or others if what is selected would not be seen.

    Notes in `regions` where each stands; returns the number of the first row.
    """
    keys = list(nodes)
    rows = sheet.height - 1
    if selected in nodes:
        at = keys.index(selected or "")
        first = min(max(first, at - rows + 1), at)
    first = max(0, min(first, len(keys) - rows))
    deepest = max((cell_len(node.name) + _indent(node) + 3 for node in nodes.values()), default=8)
    places = _columns(min(sheet.width, MOST_WIDTH), deepest)
    _draw_head(sheet, places)
    for y, key in enumerate(keys[first : first + rows], 1):
        _draw_row(sheet, places, nodes[key], y, key == selected)
        regions[key] = Region(0, y, sheet.width, 1)
    below = len(keys) - first - rows
    if below > 0:
        sheet.write(2, 0, f"service ↓{below}", "text-muted")
    return first


def _indent(node: Node) -> int:
    return min(max(node.layer - 1, 0), 4)


def _draw_head(sheet: Sheet, places: Columns) -> None:
    muted = "text-muted"
    sheet.write(2, 0, "service", muted)
    sheet.write(places.up, 0, "up", muted)
    if places.bar_width:
        sheet.write(places.bar, 0, "in use"[: places.bar_width], muted)
    for x, width, title in (
        (places.rate, 7, "asked"),
        (places.failed, 6, "fail"),
        (places.p99, 7, "p99"),
    ):
        sheet.write(x, 0, f"{title:>{width}}", muted)


def _draw_row(sheet: Sheet, places: Columns, node: Node, y: int, selected: bool) -> None:
    base = "reverse " if selected else ""
    plain = f"{base}foreground"
    failed = node.figures.failed
    if selected:
        sheet.write(0, y, " " * sheet.width, plain)
    indent = _indent(node)
    sheet.write(indent, y, node.sign.glyph, f"{base}bold {node.sign.colour}")
    name = text.fit(node.name, max(1, places.up - indent - 3))
    sheet.write(indent + 2, y, name, f"{base}bold foreground")
    if node.harm:
        sheet.write(indent + 2 + cell_len(node.name) + 1, y, "▲", f"{base}bold error")
    sheet.write(places.up, y, node.count.removesuffix(" users"), plain)
    drawn, colour = bar(node.utilization, places.bar_width)
    sheet.write(places.bar, y, drawn, f"{base}{colour}")
    used = text.share(node.utilization) if node.utilization is not None else ""
    sheet.write(places.used, y, f"{used:>5}", plain)
    sheet.write(places.rate, y, f"{text.rate(node.figures.throughput):>7}", plain)
    words = text.share(failed) if node.figures.throughput else text.NOTHING
    bad = "bold error" if failed >= 0.05 else "warning" if failed >= 0.01 else "foreground"
    sheet.write(places.failed, y, f"{words:>6}", f"{base}{bad}")
    sheet.write(places.p99, y, f"{text.latency(node.figures.p99):>7}", plain)
