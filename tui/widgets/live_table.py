"""A table whose rows live: cells change in place, and the cursor stays on what it was on."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.style import Style
from textual.widgets import DataTable

from tui.widgets.drawing import fitted, muted

Row = TypeVar("Row")

GAP = 1
"""Cells between two columns."""
FALLING = "↓"
RISING = "↑"
SORTS = "sorts"
"""Under this name the cells of a title say which column they sort by."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: what it is called, what stands in it, and in what order rows are by it."""

    key: str
    title: str
    cell: Callable[[Row], Content]
    order: Callable[[Row], float | str | None]
    """None stands at the end, whichever way round."""
    width: int
    """In cells, without the gap, at least."""
    most: int = 0
    """How wide it is made for the longest cell, where there is room."""
    rank: int = 0
    """Where there is no room for all, those of the highest rank go first."""
    needs: int = 0
    """Cells that the table must have for it to show at all."""
    right: bool = True
    falling: bool = True
    """Whether the greatest comes first when rows are first sorted by it."""
    fills: bool = False
    """Whether it takes all the room that is left."""

    @property
    def least(self) -> int:
        """Its width, with room for the title and its mark."""
        return max(self.width, len(self.title) + 1)


def natural(name: str) -> str:
    """A name in the order in which people count: `web-2` before `web-10`."""
    return re.sub(r"\d+", lambda number: number[0].zfill(12), name)


class LiveTable(DataTable[None], Generic[Row], inherit_bindings=True):
    """Rows of one kind, sorted by a column of choice, with as many columns as there is room for.

    `show_rows` may be called with every snapshot: nothing is drawn where all stays the same, and the
    cursor goes where its row goes; in one that `sticks_to_top` it stays on the first row until somebody
    moves it, whatever stands there.

    The table beneath has the cursor, the mouse and the scrolling, but neither rows nor columns of its
    own: its row 3 is whatever stands third. The lines that are in sight are drawn here, which takes a
    tenth of what it takes to keep hundreds of its cells up to date.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "less_than_sign,left",
            "sort_by(-1)",
            "Sort column",
            id="table.sort_before",
            tooltip="Sort by the column to the left",
        ),
        Binding(
            "greater_than_sign,right",
            "sort_by(1)",
            "Sort column",
            id="table.sort_after",
            tooltip="Sort by the column to the right",
        ),
        Binding(
            "tilde",
            "turn_round",
            "Reverse",
            id="table.turn_round",
            tooltip="The other way round: greatest or least first",
        ),
    ]

    DEFAULT_CSS = """
    LiveTable { height: auto; }
    """

    @dataclass
    class Chosen(Message):
        """Another row is under the cursor."""

        name: str

    @dataclass
    class Entered(Message):
        """Somebody wants to see more of a row."""

        name: str

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        name_of: Callable[[Row], str],
        sorted_by: str,
        *,
        sortable: bool = True,
        sticks_to_top: bool = False,
    ) -> None:
        super().__init__(cursor_type="row", cell_padding=0)
        self.kinds: Mapping[str, Column[Row]] = {each.key: each for each in columns}
        self.name_of = name_of
        self.sorted_by = sorted_by
        self.sortable = sortable
        self.sticks_to_top = sticks_to_top
        self.falling = self.kinds[sorted_by].falling
        self.given: Sequence[Row] = ()
        self.listed: Sequence[Row] = ()
        """In the order in which they stand; those that are equal stay as they were given."""
        self.chosen: str | None = None
        """The name of the row under the cursor."""
        self.widths: Mapping[str, int] = {}
        """Of the columns that show."""
        self._drawn: Sequence[Row] = ()
        self._look: object = None
        """What the whole drawing depends on, beside the rows."""
        self._inks: dict[Style, RichStyle] = {}

    def show_rows(self, listed: Iterable[Row]) -> None:
        """These rows, and no others."""
        self.given = tuple(listed)
        self.listed = self._in_order()
        if self.size.width == 0:
            return
        stuck = self.sticks_to_top and self.cursor_row == 0
        self._fill()
        names = [self.name_of(row) for row in self.listed]
        if self.chosen in names and not stuck:
            self._go_to(names.index(self.chosen))
        self._choose()

    def choose(self, name: str) -> None:
        """Put the cursor on a row, now or with the next rows that have it."""
        self.chosen = name
        if any(self.name_of(row) == name for row in self.given):
            self.show_rows(self.given)

    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.listed[self.cursor_row] if self.cursor_row < len(self.listed) else None

    def action_sort_by(self, step: int) -> None:
        """Sort by the next column that is there, to the left or to the right."""
        if not self.sortable:
            return
        shown = list(self.widths)
        place = shown.index(self.sorted_by) + step if self.sorted_by in shown else 0
        self.sort_by_column(shown[min(max(place, 0), len(shown) - 1)])

    def action_turn_round(self) -> None:
        """Turn the order round."""
        if not self.sortable:
            return
        self.falling = not self.falling
        self._sort_anew()

    def sort_by_column(self, key: str) -> None:
        """Sort by another column, what matters most first."""
        if key != self.sorted_by:
            self.sorted_by = key
            self.falling = self.kinds[key].falling
            self._sort_anew()

    def on_click(self, event: events.Click) -> None:
        """A click on a title sorts by it, or turns the order round."""
        key = event.style.meta.get(SORTS)
        if key is None or not self.sortable:
            return
        if key == self.sorted_by:
            self.action_turn_round()
        else:
            self.sort_by_column(key)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """The cursor has moved."""
        event.stop()
        if event.cursor_row == self.cursor_row:
            self._choose()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter, or a click on the row under the cursor."""
        event.stop()
        row = self.current()
        if row is not None:
            self.post_message(self.Entered(self.name_of(row)))

    def on_mount(self) -> None:
        """Rows want a column to stand in."""
        self.add_column("", width=1)

    def on_resize(self, event: events.Resize) -> None:
        """Another width has room for other columns."""
        self.show_rows(self.given)

    def _sort_anew(self) -> None:
        if self.sticks_to_top:
            self.move_cursor(row=0, animate=False)
        self.show_rows(self.given)

    def _choose(self) -> None:
        row = self.current()
        name = None if row is None else self.name_of(row)
        if name is not None and name != self.chosen:
            self.chosen = name
            self.post_message(self.Chosen(name))

    def _in_order(self) -> list[Row]:
        kind = self.kinds[self.sorted_by]
        placed = [(kind.order(row), row) for row in self.given]
        numbers = [(value, row) for value, row in placed if isinstance(value, int | float)]
        words = [(value, row) for value, row in placed if isinstance(value, str)]
        numbers.sort(key=lambda pair: pair[0], reverse=self.falling)
        words.sort(key=lambda pair: natural(pair[0]), reverse=self.falling)
        unknown = [row for value, row in placed if value is None]
        return [row for _, row in numbers] + [row for _, row in words] + unknown

    def _widths(self) -> dict[str, int]:
        """Which columns there is room for, and how wide they are."""
        room = self.scrollable_content_region.width
        shown = [each for each in self.kinds.values() if each.needs <= room]
        while sum(each.least + GAP for each in shown) > room and len(shown) > 1:
            shown.remove(max(shown, key=lambda each: (each.rank, shown.index(each))))
        spare = max(0, room - sum(each.least + GAP for each in shown))
        widths = {each.key: each.least for each in shown}
        for each in shown:
            if each.most <= each.least or spare == 0:
                continue
            longest = max((each.cell(row).cell_length for row in self.listed), default=0)
            more = min(spare, max(0, min(longest, each.most) - each.least))
            spare -= more
            widths[each.key] += more
        for each in shown:
            widths[each.key] += spare if each.fills else 0
        return widths

    def title_of(self, kind: Column[Row], width: int) -> Content:
        """What stands above a column, in so many cells at most."""
        if kind.key != self.sorted_by or not self.sortable:
            return muted(kind.title)
        return Content.styled((FALLING if self.falling else RISING) + kind.title, "bold")

    def beside(self) -> Hashable:
        """What cells depend on beside their row: while it is the same, so is the cell of a row."""
        return None

    def _fill(self) -> None:
        """Have as many rows beneath as there are, and those drawn anew that are others."""
        while self.row_count > len(self.listed):
            self.remove_row(self.ordered_rows[-1].key)
        while self.row_count < len(self.listed):
            self.add_row()
        before, self._drawn = self._drawn, self.listed
        self.widths = self._widths()
        look = (self.widths, self.sorted_by, self.falling, self.beside())
        if look != self._look or len(before) != len(self.listed):
            self._look = look
            self.refresh()
            return
        top, width = self.header_height - self.scroll_offset.y, self.size.width
        for place, (was, row) in enumerate(zip(before, self.listed, strict=True), top):
            if self.header_height <= place < self.size.height and row != was:
                self.refresh(Region(0, place, width, 1))

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._inks.clear()

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight, the titles above it."""
        if y < self.header_height:
            return self._titles()
        place = y - self.header_height + self.scroll_offset.y
        base = self.rich_style
        if place >= len(self.listed):
            return Strip.blank(self.size.width, base)
        over = RichStyle()
        if place == self.hover_row and self._show_hover_cursor:
            over += self.get_component_rich_style("datatable--hover")
        if place == self.cursor_row:
            over += self.get_component_rich_style("datatable--cursor")
        row = self.listed[place]
        segments: list[Segment] = []
        for key, width in self.widths.items():
            kind = self.kinds[key]
            segments += self._segments(fitted(kind.cell(row), width, kind.right), base, over)
        # By this the table beneath knows what the mouse points at.
        return self._line(segments, base + over).apply_meta({"row": place, "column": 0})

    def _titles(self) -> Strip:
        style = self.get_component_rich_style("datatable--header")
        segments: list[Segment] = []
        for key, width in self.widths.items():
            kind = self.kinds[key]
            title = fitted(self.title_of(kind, width), width, kind.right)
            sorts = RichStyle.from_meta({SORTS: key})
            segments += self._segments(title, style, sorts)
        return self._line(segments, style)

    def _segments(self, content: Content, base: RichStyle, over: RichStyle) -> list[Segment]:
        """The text of a cell and the gap behind it; where `over` has a colour, that counts."""
        parts = content.render(end=" " * GAP, parse_style=self.app.stylesheet.parse_style)
        return [Segment(part, base + self._ink(style) + over) for part, style in parts]

    def _line(self, segments: list[Segment], style: RichStyle) -> Strip:
        width = self.size.width
        return Strip(segments).adjust_cell_length(width, style).simplify()

    def _ink(self, style: Style) -> RichStyle:
        """A style in the colours of the theme; one that lets its ground through is mixed with it."""
        ink = self._inks.get(style)
        if ink is None:
            ink = style.rich_style
            foreground = style.foreground
            if foreground is not None and not foreground.auto and foreground.a < 1.0:
                ground = Color.parse(self.app.theme_variables.get("background", "#000000"))
                foreground = ground.blend(foreground, foreground.a, alpha=1.0)
                ink += RichStyle(color=foreground.rich_color)
            self._inks[style] = ink
        return ink

    def _go_to(self, place: int) -> None:
        if place != self.cursor_row:
            self.move_cursor(row=place, animate=False)
