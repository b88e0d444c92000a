"""Counting what ends while a run is watched, without a trace in its results."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from simulator.experiment.measurement import Measurement
from simulator.live.history import FATES, LATE, Bins
from simulator.live.views.figures import Lately
from simulator.live.views.graph import Graph
from simulator.observe.census import Lines, Runs, Tally, floats, integers
from simulator.observe.histogram import FloatArray, IntArray, buckets_of
from simulator.observe.ledger import Ledger
from simulator.outcome import OK, OUTCOMES

CALM: Final = 2.0
"""Seconds of simulated time that figures are of, at least, once so many have passed."""
LONGEST: Final = 60.0
"""And at most, whatever is asked for; but for a tick."""
ENOUGH: Final = 100_000
"""Lines: more of them change no figure that anybody can see, and are only for `CALM` seconds."""
EVERYTHING: Final = 0
"""The subject that is all requests of all users; after it come the services."""
NOTHING: Final[IntArray] = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Lanes:
    """What is known of lanes, by their numbers.

    The edge, the instance's number among its service's (-1: none), and the kind, as `Graph` has it;
    the numbers in the history and among the classes of what it counts for there (-1: nothing), and
    within how many seconds an answer is in time.
    """

    edges: IntArray
    instances: IntArray
    kinds: IntArray
    services: IntArray
    classes: IntArray
    objectives: FloatArray

    @classmethod
    def of(cls, ledger: Ledger, graph: Graph) -> Lanes:
        """All lanes that there are so far."""
        edges = np.array(ledger.lane_edges, dtype=np.int64)
        instances = np.array(ledger.lane_instances, dtype=np.int64)
        kinds = 2 * edges + (instances >= 0)
        return cls(
            edges,
            instances,
            kinds,
            graph.services[kinds],
            graph.classes[kinds],
            graph.objectives[kinds],
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines that were counted at once: their number, and the same with equal ones put together."""

    runs: Runs
    lines: int


class Meter(Tally):
    """Counts every line of the ledger once: pages when they are turned, and before that their lines
    so far, when somebody looks.

    It only reads. In the `history` all users' requests together and the attempts at each service
    have their bins; of what has ended lately, lines are kept by lane, for whatever is asked of them.

    Attributes:
        tick: seconds by which times are told apart here: at most one, and a whole number of them is
            an interval of the run's series.
        lanes: what is known of the lanes so far.
        finished: by class, the requests that have ended so far.
    """

    def __init__(self, measurement: Measurement, graph: Graph) -> None:
        world = measurement.world
        self.ledger = world.ledger
        self.graph = graph
        self.interval = measurement.interval
        self.tick = self.interval / ceil(self.interval)
        self.history = Bins(len(world.services) + 1, self.tick)
        self.lanes = Lanes.of(self.ledger, graph)
        self.finished = np.zeros(len(world.sources), dtype=np.int64)
        self.cursor = 0
        self.recent: deque[Chunk] = deque()
        self.recent_lines = 0
        measurement.census.tallies.append(self)

    def learn_lanes(self) -> None:
        """Look up the lanes that are new since the last time."""
        if len(self.lanes.edges) < len(self.ledger.lane_edges):
            self.lanes = Lanes.of(self.ledger, self.graph)

    def count(self, lines: Lines) -> None:
        seen, self.cursor = self.cursor, 0
        if self.tick == self.interval:
            ticks = lines.intervals[seen:]
        else:
            ticks = self.ticks_of(floats(self.ledger.ends[seen:]))
        self.take(lines.lanes[seen:], lines.outcomes[seen:], lines.latencies[seen:], ticks)

    def catch_up(self) -> None:
        """Count the lines of the page that is not full yet."""
        ledger, seen = self.ledger, self.cursor
        self.cursor = len(ledger.codes)
        lanes, outcomes = np.divmod(integers(ledger.codes[seen:]), OUTCOMES)
        ends = floats(ledger.ends[seen:])
        latencies = ends - floats(ledger.starts[seen:])
        self.take(lanes, outcomes, latencies, self.ticks_of(ends))

    def ticks_of(self, ends: FloatArray) -> IntArray:
        """The numbers of the ticks in which times (seconds) lie."""
        return (ends / self.tick).astype(np.int64)

    def take(
        self, lanes: IntArray, outcomes: IntArray, latencies: FloatArray, ticks: IntArray
    ) -> None:
        """Count some lines."""
        if len(lanes) == 0:
            return
        self.learn_lanes()
        late = (outcomes == OK) & (latencies > self.lanes.objectives[lanes])
        fates = np.where(late, LATE, outcomes)
        runs = Runs.of(ticks, lanes * FATES + fates, buckets_of(latencies))
        self.recent.append(Chunk(runs, len(lanes)))
        self.recent_lines += len(lanes)
        self.forget(int(ticks[-1]))

        lane, fate = np.divmod(runs.codes, FATES)
        classes, services = self.lanes.classes[lane], self.lanes.services[lane]
        entered = np.flatnonzero(classes >= 0)
        served = np.flatnonzero(services >= 0)
        np.add.at(self.finished, classes[entered], runs.counts[entered])
        both = np.concatenate((entered, served))
        subjects = np.concatenate((np.full(len(entered), EVERYTHING), services[served] + 1))
        # A service is not told by when its callers' users want an answer.
        timely = np.where(fate[served] == LATE, OK, fate[served])
        self.history.add(
            runs.intervals[both],
            subjects,
            np.concatenate((fate[entered], timely)),
            runs.buckets[both],
            runs.counts[both],
        )

    def forget(self, last: int) -> None:
        """Let go of what no figure will be of, now that the tick `last` has come."""
        recent = self.recent
        calm, longest = (last - ceil(span / self.tick) for span in (CALM, LONGEST))
        while len(recent) > 1:
            oldest = recent[0]
            ends = int(oldest.runs.intervals[-1])
            enough = self.recent_lines - oldest.lines > ENOUGH
            if ends >= (calm if enough else longest):
                return
            recent.popleft()
            self.recent_lines -= oldest.lines

    def lately(self, now: float, span: float) -> Lately:
        """What ended within the last `span` seconds before `now`, or up to a tick more.

        It is what ended within the last `CALM` seconds at least. Beyond that it is no more than
        `ENOUGH` lines; so it hangs on nothing but the run so far, however it was looked at.
        """
        self.catch_up()
        self.learn_lanes()
        calm = self.before(now, CALM)
        first = min(calm, self.before(now, min(span, LONGEST)))
        some = [each.runs for each in self.recent if each.runs.intervals[-1] >= first]
        runs = _joined(some)
        if first < calm and len(runs.codes):
            lines = np.bincount((runs.intervals - first).clip(min=-1) + 1, runs.counts)[1:]
            after = np.cumsum(lines[::-1])[::-1]
            spare = int(np.searchsorted(-after, -ENOUGH))
            first = min(calm, first + spare)
        runs = runs.cut(int(np.searchsorted(runs.intervals, first)), None)
        lanes, fates = np.divmod(runs.codes, FATES)
        return Lately(now - first * self.tick, lanes, fates, runs.buckets, runs.counts)

    def before(self, now: float, span: float) -> int:
        """The tick that was under way so many seconds before `now`; not before the first."""
        return int(max(0.0, now - span) / self.tick)


def _joined(parts: list[Runs]) -> Runs:
    """Runs one after the other; those of one tick may have parted ways."""
    return Runs(
        np.concatenate([NOTHING, *(each.intervals for each in parts)]),
        np.concatenate([NOTHING, *(each.codes for each in parts)]),
        np.concatenate([NOTHING, *(each.buckets for each in parts)]),
        np.concatenate([NOTHING, *(each.counts for each in parts)]),
    )
