"""A moving picture of a terminal: one SVG file that plays by itself in a browser or a README.

Each line of text that ever was on the screen is written down once; a frame is a list of which line stands
where. So a dashboard in which a few numbers change takes little room. The same frames give the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

Line = tuple["Piece", ...]

MOST_FRAMES = 200
LARGEST = 4 * 1024 * 1024
"""Characters of a film; a larger one loses every second frame until it fits."""
LONGEST_PAUSE = 2.0
"""Seconds that a frame stays at most: nobody watches a standing picture."""
LAST_STAYS = 3.0
"""Seconds before it begins anew."""
WIDTH = 8.4
"""Of a cell, in pixels."""
HEIGHT = 18.0
BASELINE = 13.5
FONT = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of one line in one style."""

    text: str
    colour: str
    ground: str
    bold: bool
    italic: bool
    underline: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """What a terminal showed."""

    width: int
    height: int
    ground: str
    lines: tuple[Line, ...]


def lines_of(segments: Iterable[Segment], width: int, height: int, ground: str) -> Screen:
    """A screen from what Rich would print on it."""
    printed = [segment for segment in segments if not segment.control]
    rows = Segment.split_and_crop_lines(printed, width, include_new_lines=False)
    lines = [tuple(_piece(segment, ground) for segment in row if segment.text) for row in rows]
    return Screen(width, height, ground, tuple(lines[:height]))


def _piece(segment: Segment, ground: str) -> Piece:
    style = segment.style or Style.null()
    colour = _hex(style.color, foreground=True)
    behind = ground if style.bgcolor is None else _hex(style.bgcolor, foreground=False)
    if style.reverse:
        colour, behind = behind, colour
    if style.dim:
        colour = _between(colour, behind)
    return Piece(
        segment.text, colour, behind, bool(style.bold), bool(style.italic), bool(style.underline)
    )


def _hex(colour: Color | None, foreground: bool) -> str:
    found = (colour or Color.default()).get_truecolor(DEFAULT_TERMINAL_THEME, foreground)
    return found.hex


def _between(one: str, other: str) -> str:
    """The colour half-way between two."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{(first + second) // 2:02x}" for first, second in pairs)


class Film:
    """Frames with their times. When there are too many, every second one goes, and they come half as often."""

    def __init__(self, most: int = MOST_FRAMES, largest: int = LARGEST) -> None:
        self.most = most
        self.largest = largest
        self.between = 0.0
        """Seconds that should lie between two frames."""
        self.frames: list[tuple[float, Screen]] = []

    def add(self, moment: float, screen: Screen) -> None:
        """Add what was seen at a moment, in seconds; what shows nothing new is left out."""
        if self.frames and self.frames[-1][1] == screen:
            return
        self.frames.append((moment, screen))
        if len(self.frames) > self.most:
            span = self.frames[-1][0] - self.frames[0][0]
            self.frames = _thinned(self.frames)
            self.between = max(span / self.most * 2.0, self.between)

    def svg(self) -> str:
        """The whole film; empty if there is no frame."""
        frames = self.frames
        text = _svg(frames)
        while len(text) > self.largest and len(frames) > 1:
            frames = _thinned(frames)
            text = _svg(frames)
        return text


def _thinned(frames: Sequence[tuple[float, Screen]]) -> list[tuple[float, Screen]]:
    """Every second frame, and the last one in any case."""
    kept = list(frames[:-1:2])
    kept.append(frames[-1])
    return kept


def _svg(frames: Sequence[tuple[float, Screen]]) -> str:
    if not frames:
        return ""
    columns = max(screen.width for _, screen in frames)
    rows = max(screen.height for _, screen in frames)
    width, height = columns * WIDTH, rows * HEIGHT
    stays = [min(after - before, LONGEST_PAUSE) for (before, _), (after, _) in pairwise(frames)]
    stays.append(LAST_STAYS)
    numbers: dict[Line, int] = {}
    reel = []
    for number, (_, screen) in enumerate(frames):
        uses = []
        for row, line in enumerate(screen.lines):
            which = numbers.setdefault(line, len(numbers))
            uses.append(f'<use href="#l{which}" y="{_short(row * HEIGHT)}"/>')
        shape = f'width="{_short(screen.width * WIDTH)}" height="{_short(screen.height * HEIGHT)}"'
        ground = f'<rect {shape} fill="{screen.ground}"/>'
        reel.append(
            f'<g transform="translate({_short(number * width)})">{ground}{"".join(uses)}</g>'
        )
    styles: dict[str, int] = {}
    lines = [f'<g id="l{which}">{_line(line, styles)}</g>' for line, which in numbers.items()]
    classes = "".join(f".s{number}{{{rule}}}" for rule, number in styles.items())
    last = frames[-1][1].ground
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_short(width)} {_short(height)}" '
        f'width="{_short(width)}" height="{_short(height)}">',
        "<style>text{font:14px " + FONT + ";white-space:pre}" + classes + _keyframes(stays, width),
        "</style>",
        f"<defs>{''.join(lines)}</defs>",
        f'<rect width="100%" height="100%" fill="{last}"/>',
        f'<g class="film">{"".join(reel)}</g>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _keyframes(stays: Sequence[float], width: float) -> str:
    """Frames lie side by side on a film that jumps; who wants no motion sees the last one."""
    whole = sum(stays)
    last = f"transform:translateX(-{_short((len(stays) - 1) * width)}px)"
    if len(stays) == 1:
        return ""
    stops = []
    moment = 0.0
    for number, stay in enumerate(stays):
        place = f"transform:translateX(-{_short(number * width)}px)"
        stops.append(f"{_short(moment / whole * 100.0, 3)}%{{{place}}}")
        moment += stay
    stops.append(f"100%{{{last}}}")
    return (
        f".film{{animation:play {_short(whole)}s step-end infinite}}"
        f"@keyframes play{{{''.join(stops)}}}"
        f"@media (prefers-reduced-motion:reduce){{.film{{animation:none;{last}}}}}"
    )


def _line(line: Line, styles: dict[str, int]) -> str:
    """One line as grounds and texts, each at its column."""
    grounds, texts = [], []
    column = 0
    for colour, pieces in groupby(line, key=lambda piece: piece.ground):
        start = column
        for piece in pieces:
            left, cells = _short(column * WIDTH), cell_len(piece.text)
            if piece.text.strip() or piece.underline:
                texts.append(
                    f'<text x="{left}" y="{_short(BASELINE)}" textLength="{_short(cells * WIDTH)}" '
                    f'class="{_class(_rule(piece), styles)}">{escape(_safe(piece.text))}</text>'
                )
            column += cells
        grounds.append(
            f'<rect x="{_short(start * WIDTH)}" width="{_short((column - start) * WIDTH)}" '
            f'height="{_short(HEIGHT)}" class="{_class(f"fill:{colour}", styles)}" '
            'shape-rendering="crispEdges"/>'
        )
    return "".join(grounds) + "".join(texts)


def _rule(piece: Piece) -> str:
    rule = f"fill:{piece.colour}"
    if piece.bold:
        rule += ";font-weight:bold"
    if piece.italic:
        rule += ";font-style:italic"
    if piece.underline:
        rule += ";text-decoration:underline"
    return rule


def _class(rule: str, styles: dict[str, int]) -> str:
    return f"s{styles.setdefault(rule, len(styles))}"


def _safe(text: str) -> str:
    """Without what XML has no place for; spaces that stay where they are."""
    return "".join(each if each.isprintable() else " " for each in text).replace(" ", "\u00a0")


def _short(value: float, places: int = 1) -> str:
    return f"{value:.{places}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"
