"""The faults: what does harm now and for how long, what is to come, and what was."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from simulator.live.snapshot import FaultView
from tui import text
from tui.glyphs import FAULTS, sign
from tui.paint import Paint

ORDER = {"active": 0, "waiting": 1, "over": 2}
NEW_LINE = "\n"


class FaultList(Widget):
    """Active ones with countdowns first, then those to come by their time, then the latest that ended."""

    DEFAULT_CSS = """
    FaultList { height: 1fr; border: round $foreground 30%; border-title-color: $foreground; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.paint = Paint(self.app)
        self.faults: list[FaultView] = []
        self.now = 0.0
        self.page = Text()
        """What shows."""
        self.border_title = "faults"

    def show(self, faults: tuple[FaultView, ...], now: float) -> None:
        """Show these faults at this time."""
        other = len(faults) != len(self.faults)
        self.faults = sorted(faults, key=_place)
        self.now = now
        active = sum(fault.state == "active" for fault in faults)
        title = f"faults · {active} active" if active else "faults"
        if title != self.border_title:
            self.border_title = title
        page = self.render()
        if other or page != self.page:
            self.page = page
            self.refresh(layout=other)

    def render(self) -> Text:
        width, height = self.content_size
        page = Text(no_wrap=True, overflow="crop")
        if not self.faults:
            page.append("no faults; F lists all kinds", self.paint("text-muted"))
        for index, fault in enumerate(self.faults[: height or len(self.faults)]):
            state = sign(FAULTS, fault.state)
            when = _when(fault, self.now)
            room = width - 4 - len(when)
            style = "foreground" if fault.state == "active" else "text-muted"
            page.append(
                f"{'' if index == 0 else NEW_LINE}{state.glyph} ",
                self.paint(f"bold {state.colour}"),
            )
            page.append(text.fit(_what(fault), max(room, 6)), self.paint(style))
            page.append(f"  {when}", self.paint(style))
        return page


def _what(fault: FaultView) -> str:
    kind = fault.kind.replace("_", " ")
    return fault.what if fault.what.startswith(kind) else f"{kind} {fault.what}"


def _when(fault: FaultView, now: float) -> str:
    if fault.state == "active":
        if fault.ends is None:
            return "until undone" if fault.mine else "to the end"
        return f"ends in {text.countdown(fault.ends - now)}"
    if fault.state == "waiting":
        return "waits" if fault.begins is None else f"in {text.countdown(fault.begins - now)}"
    return "over" if fault.ends is None else f"ended {text.clock(fault.ends)}"


def _place(fault: FaultView) -> tuple[int, float]:
    order = ORDER.get(fault.state, 3)
    if fault.state == "over":
        return order, -(fault.ends or 0.0)
    return order, fault.begins or 0.0
