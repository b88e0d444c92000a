"""When services began to fail their callers, and when that was over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.level_intervals import LevelIntervals
from simulator.experiment.recovery import NEARLY
from simulator.observe.event_log import Entry
from simulator.observe.histogram import FloatArray
from simulator.outcome import CANCELLED, DEGRADED

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

QUIET = 5.0
"""Seconds without a failure after which a burst is over; five intervals, if these are longer."""
QUIET_INTERVALS = 5


@dataclass(frozen=True, slots=True)
class Burst:
    """Failures between which there is no quiet time.

    `first` is the interval of the first of them, `last` that of the last, if it is known that a
    quiet time followed; `failures` is how many there were.
    """

    first: int
    last: int | None
    failures: int


def bursts_of(failed: FloatArray, quiet: int) -> Iterator[Burst]:
    """The bursts of a series that counts failures; `quiet` intervals without any end one."""
    some = np.flatnonzero(failed)
    if not len(some):
        return
    breaks = np.flatnonzero(np.diff(some) > quiet) + 1
    for part in np.split(some, breaks):
        first, last = int(part[0]), int(part[-1])
        over = len(failed) - 1 - last >= quiet
        yield Burst(first, last if over else None, int(failed[part].sum()))


def error_bursts(measurement: Measurement) -> Iterator[Entry]:
    """What the event log has of them: the first and the last error, to the grain of an interval.

    An attempt that its caller took back, such as the slower of two copies, is no error.
    """
    interval, end = measurement.interval, measurement.end
    quiet = max(QUIET_INTERVALS, ceil(QUIET / interval - NEARLY))
    intervals = LevelIntervals(measurement.levels["service"], ceil(end / interval - NEARLY))
    for name in measurement.world.services:
        outcomes = intervals.outcomes_of(name)
        failed = outcomes[:, DEGRADED + 1 :].sum(axis=1) - outcomes[:, CANCELLED]
        for burst in bursts_of(failed, quiet):
            yield Entry(burst.first * interval, "errors", name, f"first of {burst.failures:,}")
            if burst.last is not None:
                moment = (burst.last + 1) * interval
                yield Entry(moment, "errors", name, f"last of {burst.failures:,}")
