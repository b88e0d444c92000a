"""The time between two events of a run, in which something may be done."""

from __future__ import annotations

from math import inf, nextafter

from simulator.experiment.run import Run
from simulator.live.moment import lasting_between, moment_between
from simulator.live.refused import Refused

AT_ONCE = 0.05
"""Seconds from now within which something is done, however long nothing else happens."""
OVER = "the run is over; go back first"


def next_moment(run: Run) -> float:
    """A moment, in seconds, before the next event of a run.

    What is due at once happens first, and if no float is left before the next event, so does that.

    Raises:
        Refused: if the run ends first.
    """
    while (time := moment_between(*_gap(run))) is None:
        _pass(run)
    return time


def next_end(run: Run, begin: float) -> float:
    """For how long something lasts that ends before the next event of a run; all in seconds.

    Raises:
        Refused: if the run ends first.
    """
    while (lasts := lasting_between(begin, *_gap(run))) is None:
        _pass(run)
    return lasts


def _gap(run: Run) -> tuple[float, float]:
    """Two times, in seconds, between which nothing happens."""
    while (upcoming := run.world.kernel.peek()) <= run.now:
        _pass(run)
    return run.now, min(upcoming, run.now + AT_ONCE, run.duration)


def _pass(run: Run) -> None:
    """Let the next moment pass at which something happens."""
    moment = max(run.now, run.world.kernel.peek())
    run.advance(until=nextafter(moment, inf))
    if run.over:
        raise Refused(OVER)
