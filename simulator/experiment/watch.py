"""What one condition is about, and what it comes to, over the last so many intervals of a run."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.service_figures import capacity_of, shares_used
from simulator.experiment.subjects import Members, subject_of
from simulator.observe.census import Lines, Tally
from simulator.observe.gauges import COLUMNS
from simulator.observe.histogram import BUCKETS, FloatArray, IntArray, buckets_of, percentile
from simulator.outcome import DEGRADED, OK
from simulator.platform.rollout.analysis import Finding
from simulator.scenario.condition import LEVELS, Condition
from simulator.scenario.expectation.measures import OUTCOMES, PERCENTILES

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

NEARLY = 1e-9
"""Parts of an interval by which the division of times may miss a whole number."""


@dataclass(slots=True)
class Ended:
    """What ended in one interval: counts by outcome, right answers in time, latencies of the usable.

    `total` and `greatest` are in seconds; `buckets` and `counts` are the histogram, without zeros.
    """

    outcomes: IntArray = field(default_factory=lambda: np.zeros(len(OUTCOMES), dtype=np.int64))
    in_time: int = 0
    total: float = 0.0
    greatest: float = 0.0
    buckets: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    counts: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, outcome: IntArray, latency: FloatArray, objective: FloatArray) -> None:
        """Some more lines of this interval."""
        self.outcomes += np.bincount(outcome, minlength=len(OUTCOMES))
        self.in_time += int(((outcome == OK) & (latency <= objective)).sum())
        good = outcome <= DEGRADED
        if not good.any():
            return
        self.total += float(latency[good].sum())
        self.greatest = max(self.greatest, float(latency[good].max()))
        counts = np.bincount(buckets_of(latency[good]), minlength=BUCKETS)
        counts[self.buckets] += self.counts
        self.buckets = np.flatnonzero(counts)
        self.counts = counts[self.buckets]


class Watch(Tally):
    """One condition: what it is about, over the last so many intervals of the series.

    What counts is what *ended* in them, since nobody knows yet of the rest.
    """

    def __init__(
        self, measurement: Measurement, condition: Condition, members: Members | None = None
    ) -> None:
        self.measurement = measurement
        self.condition = condition
        interval = measurement.interval
        self.length = max(1, ceil(condition.span / interval - NEARLY))
        self.first = self.length + ceil(measurement.windows[0].start / interval - NEARLY)
        """The number of the interval, from 1, at whose end it is first looked at."""
        expectation = condition.expectation
        self.members = members or Members(
            subject_of(measurement.world, expectation.subject, expectation.measure)
        )
        self.now = Ended()
        self.past: deque[Ended] = deque(maxlen=self.length)
        self.outcomes = np.zeros(len(OUTCOMES), dtype=np.int64)
        self.histogram = np.zeros(BUCKETS, dtype=np.int64)
        """Sums over the past, which are whole numbers and do not drift."""

    def count(self, lines: Lines) -> None:
        inside = self.members.among(lines)
        if inside.any():
            objectives = lines.objectives[lines.lanes[inside]]
            self.now.add(lines.outcomes[inside], lines.latencies[inside], objectives)

    def close(self) -> None:
        """The interval is over."""
        if len(self.past) == self.length:
            gone = self.past[0]
            self.outcomes -= gone.outcomes
            self.histogram[gone.buckets] -= gone.counts
        self.outcomes += self.now.outcomes
        self.histogram[self.now.buckets] += self.now.counts
        self.past.append(self.now)
        self.now = Ended()

    def value(self) -> float | None:
        """What the measure is over the last intervals; None where there is nothing to measure."""
        measure, seconds = self.condition.expectation.measure, self.seconds
        if measure in LEVELS:
            return self.level(measure)
        outcomes = self.outcomes
        finished = int(outcomes.sum())
        good = int(outcomes[: DEGRADED + 1].sum())
        if measure == "throughput":
            return finished / seconds
        if measure == "goodput":
            return sum(each.in_time for each in self.past) / seconds
        if measure == "availability":
            return good / finished if finished else None
        if measure in OUTCOMES:
            return int(outcomes[OUTCOMES[measure]]) / finished if finished else None
        if good == 0:
            return None
        if measure == "mean":
            return sum(each.total for each in self.past) / good
        greatest = max(each.greatest for each in self.past)
        return percentile(self.histogram, PERCENTILES[measure], greatest)

    def finding(self) -> Finding:
        """What it is found to be now, and of how many requests."""
        value = self.value()
        holds = self.condition.expectation.holds(value)
        return Finding(self.condition.text, value, holds, int(self.outcomes.sum()))

    @property
    def seconds(self) -> float:
        """How long the last intervals are."""
        return self.length * self.measurement.interval

    def level(self, measure: str) -> float | None:
        """The mean share of a service's capacity in use, or its requests that wait in queues."""
        world = self.measurement.world
        service = world.services[str(self.condition.expectation.subject)]
        gauges = self.measurement.gauges
        last = np.array(gauges.means[-self.length :]).reshape(self.length, -1, len(COLUMNS))
        mine = last[:, service.first : service.first + len(service.everyone)]
        if measure == "queue":
            return float(mine[:, :, COLUMNS.index("queued")].sum(axis=1).mean())
        capacity, column = capacity_of(world, service)
        if capacity is None:
            return None
        share = float(shares_used(mine.sum(axis=0, keepdims=True), column)[0])
        return share if share == share else None
