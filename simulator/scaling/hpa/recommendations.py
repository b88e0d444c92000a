"""What was asked for lately."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Recommendation:
    """How many replicas the metrics asked for at some time, in seconds."""

    replicas: int
    time: float


class Recommendations:
    """What the metrics asked for lately, before it was held back by anything.

    A new recommendation takes the place of the last one in the list that is too old to matter, or
    comes at the end if there is none. One that is exactly as old as a window does not count any
    more: in a real cluster the look that would have to decide it comes a moment later.

    Source: Kubernetes, pkg/controller/podautoscaler/horizontal.go, stabilizeRecommendation.
    """

    __slots__ = ("log",)

    def __init__(self) -> None:
        self.log: list[Recommendation] = []

    def begin(self, now: float, current: int) -> None:
        """The first recommendation ever is what is there."""
        if not self.log:
            self.log.append(Recommendation(current, now))

    def lowest(self, since: float, desired: int) -> int:
        """The lowest of those after a time, and of a new one."""
        return min([desired] + [each.replicas for each in self.log if each.time > since])

    def highest(self, since: float, desired: int) -> int:
        """The highest of those after a time, and of a new one."""
        return max([desired] + [each.replicas for each in self.log if each.time > since])

    def record(self, now: float, desired: int, useless_before: float) -> None:
        """Write a new one down, over one from before a time if there is one."""
        new = Recommendation(desired, now)
        for place in range(len(self.log) - 1, -1, -1):
            if self.log[place].time < useless_before:
                self.log[place] = new
                return
        self.log.append(new)
