"""The system, drawn: who calls whom, and how that goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from reports.layers import Hop, Link
from simulator.live.snapshot import EdgeView, Snapshot
from tui.nodes import Node, line_look, links_of, nodes_of
from tui.paint import Paint
from tui.text import rate
from tui.watching import Selection
from tui.widgets.node_box import draw_box, draw_row
from tui.widgets.service_list import draw_list
from tui.widgets.sheet import EAST, WEST, Sheet
from tui.widgets.topology_plan import Plan, plan, rows_wanted

ARROW_RIGHT = "▸"
ARROW_LEFT = "◂"


class Topology(Widget, can_focus=True):
    """Users at the left, those they ask beside them, and so on; a list where that does not fit.

    Arrows and clicks select; enter, and a click on what is selected, look inside.
    """

    DEFAULT_CSS = """
    Topology {
        height: 1fr; min-height: 3; border: round $foreground 30%;
        &:focus { border: round $accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0, -1)", "Up", show=False, id="topology.up", tooltip="Select above"),
        Binding("down", "move(0, 1)", "Down", show=False, id="topology.down", tooltip="Below"),
        Binding("left", "move(-1, 0)", "Left", show=False, id="topology.left", tooltip="Callers"),
        Binding("right", "move(1, 0)", "Right", show=False, id="topology.right", tooltip="Callees"),
    ]

    @dataclass
    class Selected(Message):
        """Something has been selected."""

        kind: str
        name: str

    @dataclass
    class Opened(Message):
        """Somebody wants to look inside what is selected."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = Paint(self.app)
        self.nodes: Mapping[str, Node] = {}
        self.links: Mapping[Link, EdgeView] = {}
        self.selected: str | None = None
        self.plan: Plan | None = None
        self.planned: object = None
        self.asked: object = None
        self.wanted = 0
        self.regions: dict[str, Region] = {}
        self.rows: list[Strip] = []
        self.first = 0

    def show(self, snapshot: Snapshot, selection: Selection | None) -> None:
        """Draw a snapshot."""
        self.nodes = nodes_of(snapshot)
        self.links = links_of(snapshot)
        self.selected = None
        if selection is not None:
            key = f"{selection.kind} {selection.name}"
            self.selected = key if key in self.nodes else None
        self.draw()

    def draw(self) -> None:
        """Draw what is known, in the room there is."""
        width, height = self.size
        if not width or not height or not self.nodes:
            return
        wanted = (*self._shape(self.nodes, self.links), width, height)
        if wanted != self.planned:
            self.planned = wanted
            self.plan = plan(self.nodes, list(self.links), width, height)
        sheet = Sheet(width, height)
        self.regions = {}
        if self.plan is None:
            self.first = draw_list(sheet, self.nodes, self.selected, self.first, self.regions)
        else:
            self._draw_lines(sheet, self.plan)
            self._draw_nodes(sheet, self.plan)
        self._put(sheet.strips(self.paint))

    def _put(self, rows: list[Strip]) -> None:
        """Have these rows instead of those that show, of which most are often the same."""
        style = self.rich_style
        before, self.rows = self.rows, [row.apply_style(style) for row in rows]
        if len(before) != len(rows):
            self.refresh()
            return
        width = self.size.width
        other = [y for y, row in enumerate(self.rows) if row != before[y]]
        if other:
            self.refresh(*(Region(0, y, width, 1) for y in other))

    def rows_wanted(self, snapshot: Snapshot, width: int, most: int) -> int:
        """How many rows it would use well, of so many at most."""
        nodes, links = nodes_of(snapshot), links_of(snapshot)
        asked = (*self._shape(nodes, links), width, most)
        if asked != self.asked:
            self.asked = asked
            self.wanted = rows_wanted(nodes, list(links), width, most)
        return self.wanted

    @staticmethod
    def _shape(nodes: Mapping[str, Node], links: Mapping[Link, EdgeView]) -> tuple[object, ...]:
        """What a plan depends on, beside the room."""
        layers = tuple((key, node.layer, len(node.count)) for key, node in nodes.items())
        return (layers, tuple(links))

    def _draw_nodes(self, sheet: Sheet, plan: Plan) -> None:
        for at, column in enumerate(plan.graph.columns):
            x, width = plan.left[at], plan.widths[at]
            for spot in column:
                if spot.passing:
                    continue
                y = plan.rows[spot]
                node = self.nodes[spot.name]
                draw = draw_box if plan.boxes else draw_row
                draw(sheet, node, x, y, width, spot.name == self.selected)
                self.regions[spot.name] = (
                    Region(x, y - 1, width, 3) if plan.boxes else Region(x, y, width, 1)
                )

    def _draw_lines(self, sheet: Sheet, plan: Plan) -> None:
        endings: list[tuple[int, int, str, str]] = []
        for at in range(len(plan.graph.columns)):
            start = plan.left[at] + plan.widths[at]
            end = plan.left[at + 1] - 1 if at + 1 < len(plan.left) else sheet.width - 1
            hops = plan.hops_of(at)
            bends = self._bends(plan, at, start, end)
            for hop in hops:
                self._draw_hop(sheet, plan, hop, start, end, bends)
                endings += self._endings(plan, hop, hops, start, end)
            for spot in plan.graph.columns[at]:
                if spot.passing:
                    edge = self.links[spot.passing]
                    look = line_look(edge, self.selected in spot.passing)
                    right = plan.left[at] + plan.widths[at]
                    left = plan.left[at] - 1
                    sheet.across(left, right, plan.rows[spot], look.weight, look.style)
        sheet.settle_lines()
        for x, y, words, style in endings:
            sheet.write(x, y, words, style)

    @staticmethod
    def _bends(plan: Plan, at: int, start: int, end: int) -> dict[Hop, int]:
        """The column of cells in which each hop goes up or down."""
        ways = plan.ways[at]
        step = 2 if end - start >= 2 * len(ways) + 4 else 1
        return {
            hop: min(start + 1 + index * step, end - 1)
            for index, beside in enumerate(ways)
            for way in beside
            for hop in way.hops
        }

    def _draw_hop(
        self, sheet: Sheet, plan: Plan, hop: Hop, start: int, end: int, bends: Mapping[Hop, int]
    ) -> None:
        look = line_look(self.links[hop.link], self.selected in hop.link)
        first, last = plan.rows[hop.start], plan.rows[hop.end]
        bend = bends.get(hop, start + 1)
        weight, style = look.weight, look.style
        sheet.across(start, bend, first, weight, style)
        sheet.line(start, first, WEST, weight, style)
        sheet.down(bend, min(first, last), max(first, last), weight, style)
        if hop.beside:
            sheet.across(start, bend, last, weight, style)
            sheet.line(start, last, WEST, weight, style)
        else:
            sheet.across(bend, end, last, weight, style)
            sheet.line(end, last, EAST, weight, style)

    def _endings(
        self, plan: Plan, hop: Hop, hops: list[Hop], start: int, end: int
    ) -> list[tuple[int, int, str, str]]:
        """Arrows, marks of failure and rates, which stand on top of the lines."""
        edge = self.links[hop.link]
        look = line_look(edge, self.selected in hop.link)
        first, last = plan.rows[hop.start], plan.rows[hop.end]
        found: list[tuple[int, int, str, str]] = []
        if hop.beside:
            found.append((start, last, ARROW_LEFT, look.style))
        elif hop.backwards:
            if not hop.start.passing:
                found.append((start, first, ARROW_LEFT, look.style))
        elif not hop.end.passing:
            alone = sum(each.end == hop.end for each in hops if not each.beside) == 1
            arrow = f"{look.mark}{ARROW_RIGHT}"
            found.append((end + 1 - len(arrow), last, arrow, look.style))
            words = rate(edge.figures.throughput)
            room = end - start - 2 * len(plan.ways[hop.column]) - 4
            if alone and edge.figures.throughput and len(words) <= room:
                found.append((end - 2 - len(words), last, words, look.style))
        return found

    # Looking and choosing

    def render_line(self, y: int) -> Strip:
        if y < len(self.rows):
            return self.rows[y]
        return Strip.blank(self.size.width, self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        self.draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.draw()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        for key, region in self.regions.items():
            if offset is not None and region.contains_point(offset):
                if key == self.selected:
                    self.post_message(self.Opened())
                else:
                    self._choose(key)
                return

    def action_move(self, x: int, y: int) -> None:
        """Select what is nearest in a direction."""
        here = self.regions.get(self.selected or "")
        if here is None:
            first = next((key for key in self.nodes if key.startswith("service ")), None)
            if first is not None:
                self._choose(first)
            return
        best: tuple[float, str] | None = None
        for key, region in self.regions.items():
            across = (region.x + region.width / 2 - here.x - here.width / 2) * x
            down = (region.y - here.y) * y
            ahead = across if x else down
            if key == self.selected or ahead <= 0:
                continue
            if y and self.plan is not None and region.x != here.x:
                continue
            aside = abs(region.y - here.y) if x else abs(region.x - here.x)
            far = ahead + 3.0 * aside if not x else ahead * 3.0 + aside
            if best is None or far < best[0]:
                best = (far, key)
        if best is not None:
            self._choose(best[1])
        elif self.plan is None:
            self._choose_in_list(y)

    def _choose_in_list(self, step: int) -> None:
        """In a list there is more above and below what is to be seen."""
        keys = list(self.nodes)
        at = keys.index(self.selected or "") + step
        if step and 0 <= at < len(keys):
            self._choose(keys[at])

    def _choose(self, key: str) -> None:
        kind, _, name = key.partition(" ")
        self.post_message(self.Selected(kind, name))
