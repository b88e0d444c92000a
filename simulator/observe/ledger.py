"""The hot path's only measuring: one line for each attempt that ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulator.observe.event_log import EventLog

PAGE: Final = 16384
"""Lines after which a page is counted: enough to make numpy pay, few enough to stay in cache."""

Counter = Callable[[list[int], list[float], list[float]], None]
"""Takes a full page: codes, times of start, times of end; in order of the times of end."""


class Ledger:
    """Lines of (code, start, end), counted a page at a time.

    A code is a lane times `OUTCOMES`, plus the outcome. A lane is an edge of the call graph
    together with the number of the instance that was asked (-1 if none was): the finest grain, from
    which services, endpoints, instances and traffic classes are summed up. Appending to lists is
    the cheapest thing Python has; all arithmetic is done by numpy, so that memory does not grow
    and a line costs about 0.1 microseconds.

    `events` is the other book: of what is rare and worth telling by itself.
    """

    __slots__ = ("codes", "counter", "ends", "events", "lane_edges", "lane_instances", "starts")

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.starts: list[float] = []
        self.ends: list[float] = []
        self.lane_edges: list[int] = []
        self.lane_instances: list[int] = []
        self.counter: Counter | None = None
        self.events = EventLog()

    def lane(self, edge: int, instance: int) -> int:
        """The number of a new lane."""
        self.lane_edges.append(edge)
        self.lane_instances.append(instance)
        return len(self.lane_edges) - 1

    def add(self, code: int, start: float, end: float) -> None:
        """Write one line."""
        codes = self.codes
        codes.append(code)
        self.starts.append(start)
        self.ends.append(end)
        if len(codes) >= PAGE:
            self.turn_page()

    def turn_page(self) -> None:
        """Have what is written counted, and start afresh."""
        if self.counter is not None and self.codes:
            self.counter(self.codes, self.starts, self.ends)
        self.codes.clear()
        self.starts.clear()
        self.ends.clear()
