"""How many requests came in each interval."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import numpy as np

from simulator.observe.histogram import FloatArray
from simulator.traffic.source import Source


class Arrivals:
    """Counts at the end of each interval the requests of each class that have started so far.

    The series knows what ended when; only with what came beside it can one tell less load from
    less service. The gauges say when an interval has ended.
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self.totals = array("q")

    def note(self) -> None:
        """Write down how many there are by now."""
        for source in self.sources.values():
            self.totals.append(sum(entry.count for entry in source.every_entry()))

    def counts(self, intervals: int) -> dict[str, FloatArray]:
        """By class, how many started in each of the first `intervals`; the run is over."""
        if len(self.totals) < intervals * len(self.sources):
            # Nothing is played at the very end of a run, the last count included.
            self.note()
        totals = np.array(self.totals, dtype=np.float64).reshape(-1, len(self.sources))
        started = np.diff(totals[:intervals], axis=0, prepend=0.0)
        return {name: started[:, number] for number, name in enumerate(self.sources)}
