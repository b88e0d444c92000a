"""Busy slots, queues and cores over the last bit of time."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from simulator.experiment.measurement import Measurement
from simulator.experiment.service_figures import capacity_of
from simulator.observe.gauges import COLUMNS, Reading
from simulator.scenario.building.world import BuiltService

SPACED: Final = 0.5
"""Seconds of simulated time between two readings that are kept, at least."""
KEPT: Final = 60.0
"""Seconds for which they are kept."""
NEARLY: Final = 1e-6
"""Seconds by which the difference of times may miss another."""
QUEUED: Final = COLUMNS.index("queued")
USED: Final = COLUMNS.index("used")
ROOM: Final = COLUMNS.index("room")


class Levels:
    """Readings of all instances, as the gauges took them at the ends of intervals, and one of now.

    Means are taken from the reading `then` to the reading `last`.
    """

    def __init__(self, measurement: Measurement) -> None:
        self.world = measurement.world
        self.gauges = measurement.gauges
        self.instances = measurement.instances
        self.last = self.then = self.gauges.last
        self.kept: deque[Reading] = deque([self.last])
        self.grown = np.zeros((len(self.instances), len(COLUMNS)))
        """What the areas of each instance grew by from the one to the other."""
        self.gauges.counters.append(self)

    def note(self) -> None:
        """An interval has ended, and the gauges have been read."""
        kept, reading = self.kept, self.gauges.last
        if reading.time - kept[-1].time >= SPACED:
            kept.append(reading)
        while len(kept) > 1 and kept[1].time <= reading.time - KEPT:
            kept.popleft()

    def read(self, now: float, since: float) -> None:
        """Take means up to now, from the last reading that is no later than `since`; in seconds."""
        self.last = Reading(now, self.instances)
        before = [each for each in self.kept if each.time <= since + NEARLY]
        self.then = before[-1] if before else self.kept[0]
        grown = np.array(self.last.areas) - np.array(self.then.areas)
        self.grown = grown.reshape(len(self.instances), len(COLUMNS))

    def mean(self, numbers: slice, column: int) -> float:
        """The mean level of some instances together, by their numbers among all."""
        seconds = self.last.time - self.then.time
        return float(self.grown[numbers, column].sum()) / seconds if seconds > 0.0 else 0.0

    def utilization(self, service: BuiltService, numbers: slice) -> float | None:
        """The share of cores, or else of slots, in use by some instances of a service.

        None where neither has a limit, or where there were none.
        """
        capacity, column = capacity_of(self.world, service)
        if capacity is None:
            return None
        some = self.grown[numbers]
        used, room = float(some[:, column].sum()), float(some[:, ROOM].sum())
        return used / room if room > 0.0 else None
