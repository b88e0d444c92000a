"""The highest of what was asked for lately."""

from __future__ import annotations

from collections import deque
from math import ceil, floor


class Highest:
    """The highest number of a window, which is made of steps of equal length.

    Of several numbers in one step the highest counts. Times may not go back by a window or more.

    Source: Knative Serving, pkg/autoscaler/aggregation/max (the ascending minima algorithm).

    Args:
        window: in seconds.
        step: in seconds.
    """

    __slots__ = ("falling", "size", "step")

    def __init__(self, window: float, step: float) -> None:
        self.step = step
        self.size = ceil(window / step)
        self.falling: deque[tuple[int, int]] = deque()
        """Steps with their numbers; a number that a later one reaches can never be the highest again."""

    def record(self, now: float, number: int) -> int:
        """Add the number asked for at `now`, in seconds; returns the highest of the window."""
        falling = self.falling
        place = floor(now / self.step)
        while falling and number >= falling[-1][1]:
            falling.pop()
        while falling and place - falling[0][0] >= self.size:
            falling.popleft()
        if not falling or falling[-1][0] != place:
            # Else a higher one of the same step is there already.
            falling.append((place, number))
        return falling[0][1]
