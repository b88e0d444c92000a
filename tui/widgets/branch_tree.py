"""The branches of what was done, as a tree: where each left its parent, and which one plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from simulator.live.snapshot import BranchView
from tui.text import clock, count
from tui.widgets.drawing import MUTED

HERE, ELSEWHERE, MARKED = "●", "○", "◆"


def graph(branches: Sequence[BranchView]) -> Iterator[tuple[str, BranchView]]:
    """Each branch with the lines that lead to it, parents before children, the earliest leave first."""
    children: dict[int | None, list[BranchView]] = {}
    numbers = {each.number for each in branches}
    for each in branches:
        parent = each.parent if each.parent in numbers else None
        children.setdefault(parent, []).append(each)

    def below(parent: int | None, lead: str) -> Iterator[tuple[str, BranchView]]:
        found = sorted(children.get(parent, ()), key=lambda each: (each.since, each.number))
        for place, each in enumerate(found):
            last = place == len(found) - 1
            corner = "" if parent is None else "└─" if last else "├─"
            further = "" if parent is None else "  " if last else "│ "
            yield lead + corner, each
            yield from below(each.number, lead + further)

    return below(None, "")


class BranchTree(OptionList):
    """A line for each branch; enter takes one up, and two can be marked to be compared."""

    DEFAULT_CSS = """
    BranchTree {
        height: auto;
        max-height: 6;
        background: $background;
    }
    BranchTree.-textual-compact > .option-list--option { padding: 0 1; }
    .-tall BranchTree { max-height: 10; }
    """

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.branches: tuple[BranchView, ...] = ()
        self.current = -1
        self.marked: int | None = None
        self._drawn: object = None

    def show(self, branches: tuple[BranchView, ...], current: int) -> None:
        """Show them, if anything has changed."""
        lines = [(each.number, self._line(lead, each, current)) for lead, each in graph(branches)]
        drawn = [(number, line.plain) for number, line in lines]
        if drawn == self._drawn:
            return
        kept = self.chosen
        if current != self.current and self.current != -1:
            # Somebody went back and did something else: follow.
            kept = current
        self._drawn, self.branches, self.current = drawn, branches, current
        self.clear_options()
        self.add_options([Option(line, id=str(number)) for number, line in lines])
        wanted = current if kept is None else kept
        self.highlighted = next(
            (place for place, (number, _) in enumerate(lines) if number == wanted), None
        )

    @property
    def chosen(self) -> int | None:
        """The number of the branch under the cursor."""
        option = self.highlighted_option
        return None if option is None or option.id is None else int(option.id)

    def mark(self, number: int | None) -> None:
        """Mark a branch as the first of two to be compared, or none."""
        self.marked = number
        self.show(self.branches, self.current)

    def _line(self, lead: str, branch: BranchView, current: int) -> Content:
        here = branch.number == current
        glyph = MARKED if branch.number == self.marked else HERE if here else ELSEWHERE
        left = "" if branch.parent is None else f"from {clock(branch.since, tenths=True)}: "
        style = "bold $text-accent" if here else "$foreground"
        rest = f"   {count(branch.done, 'thing')} done, played to {clock(branch.reached)}"
        return Content.assemble(
            (lead, MUTED),
            (f"{glyph} {branch.number} ", style),
            (f"{left}{branch.title}", style),
            (rest + ("   ← here" if here else ""), MUTED),
        )
