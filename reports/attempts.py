"""The attempts that one request caused, as a tree: who was asked by whom, and what was asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.experiment.result import Span
from simulator.outcome import USABLE


@dataclass(frozen=True, slots=True)
class Line:
    """One attempt in the tree of them."""

    span: Span
    branch: str
    """What leads to it from the left: `│ ├ `."""
    note: str
    """`retry 1` or `hedge 1`, where it asks again what was asked before; else empty."""

    @property
    def depth(self) -> int:
        """How many calls lie between the user and this one."""
        return len(self.branch) // 2


def tree(spans: Sequence[Span]) -> list[Line]:
    """The attempts below those that caused them, in the order in which they were sent."""
    children: dict[int | None, list[Span]] = {}
    known = {span.id for span in spans}
    for span in spans:
        parent = span.parent if span.parent in known else None
        children.setdefault(parent, []).append(span)
    lines: list[Line] = []
    notes = _notes(children.values())
    # A stack and not recursion: chains of calls may be long.
    waiting = [(root, "", "") for root in reversed(children.get(None, []))]
    while waiting:
        span, branch, below = waiting.pop()
        lines.append(Line(span, branch, notes.get(span.id, "")))
        asked = children.get(span.id, [])
        for place, child in reversed(list(enumerate(asked))):
            last = place == len(asked) - 1
            waiting.append(
                (child, below + ("└ " if last else "├ "), below + ("  " if last else "│ "))
            )
    return lines


def _notes(families: Iterable[Sequence[Span]]) -> dict[int, str]:
    """Which attempts ask again what an attempt of the same caller has asked.

    A trace does not say so; it shows. What follows a failure to the same callee is a retry, and what is
    sent while the one before is still out is a hedge. Two calls that begin together are two calls.
    """
    notes: dict[int, str] = {}
    for siblings in families:
        calls: dict[str, list[list[Span]]] = {}
        for span in siblings:
            asked = calls.setdefault(span.callee, [])
            again = next((each for each in asked if _asks_again(span, each[-1])), None)
            if again is None:
                asked.append([span])
                continue
            word = "hedge" if _is_out(again[-1], span.sent) else "retry"
            notes[span.id] = f"{word} {len(again)}"
            again.append(span)
    return notes


def _is_out(span: Span, time: float) -> bool:
    return span.ended is None or span.ended > time


def _asks_again(span: Span, earlier: Span) -> bool:
    if _is_out(earlier, span.sent):
        return span.sent > earlier.sent
    return earlier.outcome not in USABLE
