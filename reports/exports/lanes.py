"""Where slices of a timeline go, so that those of one lane lie apart or one within the other.

A viewer of trace events takes what overlaps in a lane to be nested, so a slice may stand below another
only if it belongs to it. Whatever else overlaps gets a lane of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Slice:
    """Something with a beginning and an end, in whole microseconds; `below` is what it belongs to."""

    start: int
    end: int
    below: Slice | None
    lane: Lane | None = None


@dataclass(slots=True)
class Lane:
    """One line of a timeline, with the slices in it that are still open, the outermost first."""

    number: int
    open: list[Slice] = field(default_factory=list)

    def takes(self, slice: Slice) -> bool:
        """Whether a slice that begins no earlier than all others can stand here."""
        while self.open and self.open[-1].end <= slice.start:
            self.open.pop()
        if not self.open:
            return True
        return self.open[-1] is slice.below and slice.end <= self.open[-1].end


class Lanes:
    """The lanes of one instance, or of whoever else has slices."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []

    def place(self, slice: Slice) -> Lane:
        """Put a slice into the lane of what it belongs to, or into the first that takes it."""
        home = None if slice.below is None else slice.below.lane
        mine: Sequence[Lane] = [each for each in self.lanes if each is home]
        for lane in (*mine, *self.lanes):
            if lane.takes(slice):
                break
        else:
            lane = Lane(len(self.lanes) + 1)
            self.lanes.append(lane)
        lane.open.append(slice)
        slice.lane = lane
        return lane
