"""One service, or one class of users, in the drawing of the system."""

from __future__ import annotations

from rich.cells import cell_len

from tui import text
from tui.nodes import MANY, SOME, Node
from tui.widgets.sheet import Sheet

BOX_ROWS = 3
LEAST_BOX = 13
MOST_BOX = 26
LEAST_ROW = 18
BARS = " ▏▎▍▌▋▊▉█"

ROUND = tuple("╭╮╰╯─│")
SQUARE = tuple("┌┐└┘─│")
HEAVY = tuple("┏┓┗┛━┃")


def box_width(node: Node) -> int:
    """Cells for all of its name and its count in the upper border of a box."""
    return min(MOST_BOX, max(LEAST_BOX, cell_len(node.name) + len(node.count) + 8))


def row_width(node: Node) -> int:
    """Cells for a node in one row."""
    return max(LEAST_ROW, cell_len(node.name) + len(node.count) + 11)


def bar(part: float | None, width: int) -> tuple[str, str]:
    """A bar of `part` of the width, to an eighth of a cell, and its colour."""
    if part is None or width < 1:
        return " " * max(width, 0), "text-muted"
    eighths = min(round(part * width * 8), width * 8)
    whole, rest = divmod(eighths, 8)
    drawn = "█" * whole + (BARS[rest] if rest else "")
    colour = "error" if part >= 0.95 else "warning" if part >= 0.8 else "success"
    return drawn + "·" * (width - len(drawn)), colour


def draw_box(sheet: Sheet, node: Node, x: int, y: int, width: int, selected: bool) -> None:
    """A box of three rows whose upper border has the name; `y` is the middle row."""
    left_top, right_top, left_bottom, right_bottom, flat, upright = (
        HEAVY if selected else SQUARE if node.kind == "traffic" else ROUND
    )
    well = node.sign.word in ("ok", "idle")
    edge = "bold accent" if selected else "text-muted" if well else node.sign.colour
    inner = width - 2
    sheet.write(x, y - 1, left_top + flat * inner + right_top, edge)
    sheet.write(x, y, upright + " " * inner + upright, edge)
    sheet.write(x, y + 1, left_bottom + flat * inner + right_bottom, edge)
    count = f" {node.count} " if node.count else ""
    name = text.fit(node.name, min(cell_len(node.name), inner - 4 - len(count)))
    sheet.write(x + 1, y - 1, f" {node.sign.glyph} ", f"bold {node.sign.colour}")
    sheet.write(x + 4, y - 1, name, "bold reverse" if selected else "bold foreground")
    after = x + 4 + cell_len(name)
    if len(count) <= x + width - 1 - after - 1:
        sheet.write(after, y - 1, " ", edge)
        sheet.write(x + width - 1 - len(count), y - 1, count, _count_colour(node))
    _draw_figures(sheet, node, x + 1, y, inner)
    _draw_troubles(sheet, node, x + 1, y + 1, inner)


def _draw_troubles(sheet: Sheet, node: Node, x: int, y: int, width: int) -> None:
    """What harms it, in the lower border; and at its right how many fail, or wait."""
    failed = node.figures.failed
    right, look = "", ""
    if failed >= SOME or (failed and node.kind == "traffic"):
        right = f" {text.share(failed)} fail "
        look = "bold error" if failed >= MANY else "warning"
    elif node.queued:
        right, look = f" {text.number(node.queued)} wait ", "warning"
    harm = f" ▲ {', '.join(each.replace('_', ' ') for each in node.harm)} " if node.harm else ""
    if harm:
        sheet.write(x, y, text.fit(harm, min(len(harm), width)), "bold error")
    if right and len(harm) + len(right) <= width:
        sheet.write(x + width - len(right), y, right, look)


def _count_colour(node: Node) -> str:
    return node.sign.colour if node.sign.word in ("partial", "down") else "text-muted"


def _draw_figures(sheet: Sheet, node: Node, x: int, y: int, width: int) -> None:
    failed = node.figures.failed
    rate = text.rate(node.figures.throughput)
    if node.kind == "traffic":
        right = f"p99 {text.latency(node.figures.p99)}" if node.figures.p99 is not None else ""
        sheet.write(x + 1, y, rate, "foreground")
        if len(rate) + len(right) + 3 <= width:
            sheet.write(x + width - 1 - len(right), y, right, "text-muted")
        return
    used = text.share(node.utilization) if node.utilization is not None else ""
    room = width - 5 - 7
    drawn, colour = bar(node.utilization, max(room, 0))
    sheet.write(x, y, drawn, colour)
    sheet.write(x + max(room, 0), y, f"{used:>5}", "foreground")
    sheet.write(x + width - 7, y, f"{rate:>7}", "foreground" if not failed else "bold foreground")


def draw_row(sheet: Sheet, node: Node, x: int, y: int, width: int, selected: bool) -> None:
    """A node in one row, with a cell to spare at each end: glyph, name, instances, use or rate."""
    x += 1
    width -= 2
    base = "reverse " if selected else ""
    figure = (
        text.share(node.utilization)
        if node.utilization is not None
        else text.rate(node.figures.throughput)
    )
    tail = f" {node.count} {figure:>5}" if node.count else f" {figure:>6}"
    name = text.fit(node.name, max(1, width - 2 - len(tail)))
    sheet.write(x, y, node.sign.glyph, f"bold {node.sign.colour}")
    sheet.write(x + 1, y, " ", "")
    sheet.write(x + 2, y, name, f"{base}bold foreground")
    if node.harm:
        sheet.write(x + 1, y, "!", "bold error")
    sheet.write(x + 2 + cell_len(name), y, tail, f"{base}foreground")
