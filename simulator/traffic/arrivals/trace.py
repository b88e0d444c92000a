"""Arrivals as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.traffic.arrivals.arrivals import BLOCK, Arrivals


class Trace(Arrivals):
    """Replays a list of times, in seconds from the start of the run, ascending."""

    def __init__(self, times: Sequence[float], block: int = BLOCK) -> None:
        self.recorded = times
        self.size = block
        self.played = 0

    def block(self) -> list[float]:
        start = self.played
        self.played += self.size
        return list(self.recorded[start : self.played])
