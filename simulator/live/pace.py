"""How fast a simulation plays: as asked for, and as it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf
from time import monotonic

Clock = Callable[[], float]
"""Seconds of wall time since some moment."""

SLOWEST, FASTEST = 0.1, 1000.0
"""Simulated seconds a second that may be asked for, beside as fast as it goes."""
RECENT = 1.5
"""Seconds of wall time over which the pace is told."""
SLACK = 0.25
"""Seconds of wall time that it may be behind, and make up for."""


class Pace:
    """Tells how far to play by now, and how fast it went of late.

    What cannot be kept up with is let go, but for a little: who asks for a thousand simulated seconds a
    second and gets fifty has fifty, and not a debt that grows.
    """

    def __init__(self, speed: float, clock: Clock = monotonic) -> None:
        self.speed = speed
        self.clock = clock
        self.readings: deque[tuple[float, float]] = deque()
        self.since = clock()
        self.reached = 0.0

    def start(self, now: float) -> None:
        """Play on from `now`, a simulated time, as if nothing had been before."""
        self.since = self.clock()
        self.reached = now
        self.readings.clear()
        self.readings.append((self.since, now))

    def due(self) -> float:
        """The simulated time that it should be by now, in seconds."""
        wall = self.clock()
        passed, self.since = wall - self.since, wall
        self.reached = inf if self.speed == inf else self.reached + self.speed * passed
        return self.reached

    def played(self, now: float, in_time: bool) -> None:
        """It is `now`, a simulated time; `in_time` says whether that is what was due."""
        if not in_time:
            self.reached = min(self.reached, now + self.speed * SLACK)
        wall = self.clock()
        self.readings.append((wall, now))
        while wall - self.readings[0][0] > RECENT and len(self.readings) > 2:
            self.readings.popleft()

    def measured(self) -> float:
        """Simulated seconds for each second of late; 0 before anything was played."""
        if len(self.readings) < 2:
            return 0.0
        (first_wall, first), (last_wall, last) = self.readings[0], self.readings[-1]
        return (last - first) / (last_wall - first_wall) if last_wall > first_wall else 0.0
