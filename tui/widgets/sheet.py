"""A sheet of cells to draw on, and the strips that Textual shows of it."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tui.paint import Paint

NORTH, EAST, SOUTH, WEST = 1, 2, 4, 8

BOXES = {
    NORTH: "│",
    SOUTH: "│",
    NORTH | SOUTH: "│",
    EAST: "─",
    WEST: "─",
    EAST | WEST: "─",
    SOUTH | EAST: "╭",
    SOUTH | WEST: "╮",
    NORTH | EAST: "╰",
    NORTH | WEST: "╯",
    NORTH | SOUTH | EAST: "├",
    NORTH | SOUTH | WEST: "┤",
    EAST | WEST | SOUTH: "┬",
    EAST | WEST | NORTH: "┴",
    NORTH | EAST | SOUTH | WEST: "┼",
}


class Sheet:
    """Characters and their styles; whatever falls outside is not drawn.

    Lines are drawn cell by cell with the directions in which they leave it, so that those that meet
    are joined; of two of different weight in one cell the heavier gives the style.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.glyphs = [[" "] * width for _ in range(height)]
        self.styles = [[""] * width for _ in range(height)]
        self.lines: dict[tuple[int, int], tuple[int, int, str]] = {}

    def write(self, x: int, y: int, text: str, style: str = "") -> None:
        """Put text on the sheet; each character is taken to be one cell wide, but for wide ones."""
        if not 0 <= y < self.height:
            return
        glyphs, styles = self.glyphs[y], self.styles[y]
        if len(text) != cell_len(text):
            text = "".join(each if cell_len(each) == 1 else "?" for each in text)
        for each in text:
            if 0 <= x < self.width:
                glyphs[x] = each
                styles[x] = style
            x += 1

    def line(self, x: int, y: int, directions: int, weight: int, style: str) -> None:
        """Have a line leave a cell in these directions."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return
        there, heaviest, look = self.lines.get((x, y), (0, -1, ""))
        if weight > heaviest:
            heaviest, look = weight, style
        self.lines[x, y] = (there | directions, heaviest, look)

    def across(self, left: int, right: int, y: int, weight: int, style: str) -> None:
        """A line from the middle of one cell to the middle of another in the same row."""
        for x in range(left, right + 1):
            directions = (WEST if x > left else 0) | (EAST if x < right else 0)
            self.line(x, y, directions, weight, style)

    def down(self, x: int, top: int, bottom: int, weight: int, style: str) -> None:
        """A line from the middle of one cell to the middle of another in the same column."""
        for y in range(top, bottom + 1):
            directions = (NORTH if y > top else 0) | (SOUTH if y < bottom else 0)
            self.line(x, y, directions, weight, style)

    def settle_lines(self) -> None:
        """Write the lines, before what stands on top of them."""
        for (x, y), (directions, _, style) in self.lines.items():
            if directions:
                self.glyphs[y][x] = BOXES[directions]
                self.styles[y][x] = style
        self.lines.clear()

    def strips(self, paint: Paint) -> list[Strip]:
        """The rows, as Textual shows them."""
        rows = []
        for glyphs, styles in zip(self.glyphs, self.styles, strict=True):
            segments = []
            start = 0
            for x in range(1, self.width + 1):
                if x == self.width or styles[x] != styles[start]:
                    segments.append(Segment("".join(glyphs[start:x]), paint(styles[start])))
                    start = x
            rows.append(Strip(segments if self.width else [], self.width))
        return rows
