"""Counting the ledger's pages: the summary of each window, and the time series.

A page is sorted once by (interval, lane, outcome, bucket) and shrinks to *runs* of equal keys;
everything else is summed up from the runs, of which there are few. So a line costs the same whether
one figure or twenty are wanted of it. Nor does it cost more where windows overlap: what is counted
is the *stretches* between their edges, and each window is the sum of those that lie in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from math import inf
from struct import pack

import numpy as np
from numpy.typing import NDArray

from simulator.observe.histogram import BUCKETS, MIDDLES, FloatArray, IntArray, buckets_of
from simulator.observe.ledger import Ledger
from simulator.outcome import DEGRADED, OK, OUTCOMES

SERIES_PERCENTILES = (0.5, 0.9, 0.95, 0.99)
NOTHING = -1
"""Instead of the number of a bucket."""
MERGED = 4
"""Buckets of a histogram that are one in a series of latencies: 16 to a doubling, 3 to 6 % wide."""
LATENCIES = np.append(MIDDLES, np.nan)
"""By bucket, and last, as that of `NOTHING`, no number."""

Narrow = NDArray[np.integer]
"""Whole numbers in as few bytes as do for them."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Lines with the same interval, code and bucket, counted; in that order."""

    intervals: IntArray
    codes: IntArray
    buckets: IntArray
    counts: IntArray

    @classmethod
    def of(
        cls,
        intervals: IntArray,
        codes: IntArray,
        buckets: IntArray,
        weights: IntArray | None = None,
    ) -> Runs:
        """Sort and count; `weights` are the counts where the input is runs already."""
        if len(codes) == 0:
            empty = np.empty(0, dtype=np.int64)
            return cls(empty, empty, empty, empty)
        first = int(intervals.min())
        width = int(codes.max()) + 1
        keys = ((intervals - first) * width + codes) * BUCKETS + buckets
        if weights is None:
            keys.sort()
            starts = _starts(keys)
            counts = np.diff(starts, append=len(keys))
        else:
            order = np.argsort(keys, kind="stable")
            keys = keys[order]
            starts = _starts(keys)
            counts = np.add.reduceat(weights[order], starts)
        rest, found_buckets = np.divmod(keys[starts], BUCKETS)
        found_intervals, found_codes = np.divmod(rest, width)
        return cls(found_intervals + first, found_codes, found_buckets, counts)

    def joined(self, later: Runs) -> Runs:
        """These and `later` ones, none of which is of an earlier interval than the last of these."""
        if len(self.codes) == 0:
            return later
        shared = int(np.searchsorted(later.intervals, self.intervals[-1], side="right"))
        rest = later.cut(shared, None)
        both = self.then(later.cut(0, shared))
        met = Runs.of(both.intervals, both.codes, both.buckets, both.counts)
        return met.then(rest)

    def then(self, after: Runs) -> Runs:
        """These, and `after` them those."""
        return Runs(
            np.concatenate((self.intervals, after.intervals)),
            np.concatenate((self.codes, after.codes)),
            np.concatenate((self.buckets, after.buckets)),
            np.concatenate((self.counts, after.counts)),
        )

    def cut(self, first: int, end: int | None) -> Runs:
        """Those from number `first` up to `end`."""
        part = slice(first, end)
        return Runs(self.intervals[part], self.codes[part], self.buckets[part], self.counts[part])


def integers(values: Sequence[int]) -> IntArray:
    """A list as an array: `struct` takes a third of the time that numpy takes to read one."""
    return np.frombuffer(pack(f"{len(values)}q", *values), dtype=np.int64)


def floats(values: Sequence[float]) -> FloatArray:
    """The same for a list of floats."""
    return np.frombuffer(pack(f"{len(values)}d", *values))


def _starts(keys: IntArray) -> IntArray:
    """Where in sorted `keys` a new one begins."""
    fresh = np.empty(len(keys), dtype=np.bool_)
    fresh[0] = True
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    return np.flatnonzero(fresh)


def _ascending(values: IntArray) -> bool:
    """Whether no value is less than the one before it."""
    return not (values[1:] < values[:-1]).any()


class Grown:
    """A row of numbers for each of a growing number of things."""

    def __init__(self, width: int, kind: type[np.int64] | type[np.float64]) -> None:
        self.width = width
        self.rows = np.zeros((0, width), dtype=kind)

    def fit(self, count: int) -> None:
        """Have at least `count` rows."""
        missing = count - len(self.rows)
        if missing > 0:
            more = np.zeros((max(missing, len(self.rows) // 2), self.width), dtype=self.rows.dtype)
            self.rows = np.concatenate((self.rows, more))


@dataclass
class Window:
    """What started from `start` up to `end` (seconds), summed up.

    `counts` are by lane and outcome; `good` are histograms of usable answers by edge, and
    `everything` of all that finished; `instances` histograms of usable answers by instance.
    `in_time` counts by lane the answers `ok` within the class's objective.
    """

    start: float
    end: float
    counts: Grown = field(default_factory=lambda: Grown(OUTCOMES, np.int64))
    sums: Grown = field(default_factory=lambda: Grown(2, np.float64))
    greatest: Grown = field(default_factory=lambda: Grown(2, np.float64))
    in_time: Grown = field(default_factory=lambda: Grown(1, np.int64))
    good: Grown = field(default_factory=lambda: Grown(BUCKETS, np.int64))
    everything: Grown = field(default_factory=lambda: Grown(BUCKETS, np.int64))
    instances: Grown = field(default_factory=lambda: Grown(BUCKETS, np.int64))

    def spans(self, other: Window) -> bool:
        """Whether all of another window lies in this one."""
        return self.start <= other.start and other.end <= self.end

    def sum_up(self, parts: Sequence[Window]) -> None:
        """Be the sum of the windows that this one consists of; a single one is not copied."""
        self.counts.rows = reduce(np.add, [each.counts.rows for each in parts])
        self.sums.rows = reduce(np.add, [each.sums.rows for each in parts])
        self.greatest.rows = reduce(np.maximum, [each.greatest.rows for each in parts])
        self.in_time.rows = reduce(np.add, [each.in_time.rows for each in parts])
        self.good.rows = reduce(np.add, [each.good.rows for each in parts])
        self.everything.rows = reduce(np.add, [each.everything.rows for each in parts])
        self.instances.rows = reduce(np.add, [each.instances.rows for each in parts])


@dataclass
class Phase(Window):
    """A window of which nobody knows beforehand when it is open: it may open and shut again.

    What it counts started while it was open. Its `spans_so_far` are in seconds, and do not overlap; the
    one that is open ends at infinity. `start` and `end` say nothing.
    """

    spans_so_far: list[tuple[float, float]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget what was counted, and when."""
        self.spans_so_far.clear()
        for table in (self.counts, self.sums, self.greatest, self.in_time):
            table.rows[:] = 0
        for histogram in (self.good, self.everything, self.instances):
            histogram.rows[:] = 0


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a page as columns; `edges`, `instances` and `objectives` are by lane.

    Times are in seconds; `intervals` are those of the series in which the lines ended.
    """

    lanes: IntArray
    outcomes: IntArray
    starts: FloatArray
    latencies: FloatArray
    intervals: IntArray
    edges: IntArray
    instances: IntArray
    objectives: FloatArray


class Tally:
    """Counts something of its own in each page, beside windows and series."""

    def count(self, lines: Lines) -> None:
        """Count a page."""
        raise NotImplementedError


def stretches_of(windows: Sequence[Window]) -> list[Window]:
    """Windows between neighbouring edges of `windows`, without those that lie in none of them."""
    edges = sorted({edge for each in windows for edge in (each.start, each.end)})
    stretches = [Window(start, end) for start, end in pairwise(edges)]
    return [part for part in stretches if any(each.spans(part) for each in windows)]


class Level:
    """One way of looking at lanes: by service, by edge, by traffic class, ...

    `key_of(lane)` numbers what a lane counts for (-1: nothing at this level); `names[key]` names it.
    The finished rows of the time series grow as columns; `latencies` only if they are wanted.
    """

    def __init__(self, kind: str, *, latencies: bool = False) -> None:
        self.kind = kind
        self.names: list[str] = []
        self.numbers: dict[str, int] = {}
        self.keys: list[int] = []
        self.objectives: list[float] = []
        self.finished: list[SeriesBlock] = []
        self.latencies: list[LatencyBlock] | None = [] if latencies else None

    def lane(self, name: str | None) -> None:
        """The next lane counts for `name`; None for nothing."""
        if name is None:
            self.keys.append(-1)
            return
        if name not in self.numbers:
            self.numbers[name] = len(self.names)
            self.names.append(name)
        self.keys.append(self.numbers[name])


@dataclass(frozen=True, slots=True)
class SeriesBlock:
    """Some rows of a time series: one for each interval and key in which something ended.

    Of all that is measured it is these that a long run comes to have many of, so they are kept small.
    """

    intervals: Narrow
    keys: Narrow
    outcomes: Narrow
    """Rows by outcome."""
    good: Narrow
    sums: FloatArray
    buckets: NDArray[np.int16]
    """Rows by `SERIES_PERCENTILES`, and last the greatest: `NOTHING` where nothing was good."""

    @property
    def percentiles(self) -> FloatArray:
        """Rows by `SERIES_PERCENTILES`, in seconds; not a number where nothing was good."""
        return LATENCIES[self.buckets[:, :-1]]

    @property
    def greatest(self) -> FloatArray:
        """The longest latency of each row, in seconds; not a number where nothing was good."""
        return LATENCIES[self.buckets[:, -1]]


@dataclass(frozen=True, slots=True)
class LatencyBlock:
    """Usable answers by interval, key and `MERGED` buckets of latency: as many rows as are not empty."""

    intervals: Narrow
    keys: Narrow
    buckets: Narrow
    counts: Narrow


class Census:
    """Counts pages of one ledger. The `windows` have their figures once it is closed."""

    def __init__(
        self,
        ledger: Ledger,
        interval: float,
        windows: Sequence[Window],
        levels: Mapping[str, Level],
        name_lane: NameLane,
    ) -> None:
        self.ledger = ledger
        self.interval = interval
        self.windows = windows
        self.stretches = stretches_of(windows)
        self.levels = levels
        self.name_lane = name_lane
        self.edges = np.empty(0, dtype=np.int64)
        self.instances = np.empty(0, dtype=np.int64)
        self.objectives = np.empty(0)
        self.open = Runs.of(*(np.empty(0, dtype=np.int64) for _ in range(3)))
        self.phases: list[Phase] = []
        self.tallies: list[Tally] = []
        ledger.counter = self.count

    def learn_lanes(self) -> None:
        """Look up the lanes that are new since the last page."""
        known = len(self.edges)
        ledger = self.ledger
        if known == len(ledger.lane_edges):
            return
        instances, objectives = self.instances.tolist(), self.objectives.tolist()
        for lane in range(known, len(ledger.lane_edges)):
            names = self.name_lane(ledger.lane_edges[lane], ledger.lane_instances[lane])
            for kind, level in self.levels.items():
                level.lane(names.levels.get(kind))
            instances.append(names.instance)
            objectives.append(names.objective)
        self.edges = np.array(ledger.lane_edges, dtype=np.int64)
        self.instances = np.array(instances, dtype=np.int64)
        self.objectives = np.array(objectives)
        for part in (*self.stretches, *self.phases):
            lanes = len(self.edges)
            for table in (part.counts, part.sums, part.greatest, part.in_time):
                table.fit(lanes)
            part.good.fit(int(self.edges.max()) + 1)
            part.everything.fit(int(self.edges.max()) + 1)
            part.instances.fit(int(self.instances.max()) + 1)

    def count(self, codes: list[int], starts: list[float], ends: list[float]) -> None:
        """Count a page of the ledger."""
        self.learn_lanes()
        code, start, end = integers(codes), floats(starts), floats(ends)
        latency = end - start
        bucket = buckets_of(latency)
        interval = (end / self.interval).astype(np.int64)
        runs = Runs.of(interval, code, bucket)
        first, last = float(start.min()), float(start.max())
        for part in self.stretches:
            if first >= part.start and last < part.end:
                self.add(part, runs, code, latency)
            elif last >= part.start and first < part.end:
                inside = (start >= part.start) & (start < part.end)
                some = Runs.of(interval[inside], code[inside], bucket[inside])
                self.add(part, some, code[inside], latency[inside])
        for phase in self.phases:
            # Whatever is on this page started before now, and until now all openings are known.
            for begin, until in phase.spans_so_far:
                if last >= begin and first < until:
                    inside = (start >= begin) & (start < until)
                    some = Runs.of(interval[inside], code[inside], bucket[inside])
                    self.add(phase, some, code[inside], latency[inside])
        if self.tallies:
            lane, outcome = np.divmod(code, OUTCOMES)
            page = Lines(
                lane, outcome, start, latency, interval,
                self.edges, self.instances, self.objectives,
            )  # fmt: skip
            for tally in self.tallies:
                tally.count(page)
        both = self.open.joined(runs)
        done = int(np.searchsorted(both.intervals, interval[-1]))
        self.finish(both.cut(0, done))
        self.open = both.cut(done, None)

    def add(self, window: Window, runs: Runs, code: IntArray, latency: FloatArray) -> None:
        """Add to one window lines that started in it, given also as runs."""
        if len(code) == 0:
            return
        flat = window.counts.rows.reshape(-1)
        np.add.at(flat, runs.codes, runs.counts)
        lane, outcome = np.divmod(code, OUTCOMES)
        good = outcome <= DEGRADED
        lanes = len(window.sums.rows)
        good_lane, good_latency = lane[good], latency[good]
        window.sums.rows[:, 0] += np.bincount(good_lane, good_latency, lanes)
        window.sums.rows[:, 1] += np.bincount(lane, latency, lanes)
        np.maximum.at(window.greatest.rows[:, 0], good_lane, good_latency)
        np.maximum.at(window.greatest.rows[:, 1], lane, latency)
        in_time = (outcome == OK) & (latency <= self.objectives[lane])
        window.in_time.rows[:, 0] += np.bincount(lane[in_time], minlength=lanes)

        lane, outcome = np.divmod(runs.codes, OUTCOMES)
        edge, instance = self.edges[lane], self.instances[lane]
        at = edge * BUCKETS + runs.buckets
        np.add.at(window.everything.rows.reshape(-1), at, runs.counts)
        good = outcome <= DEGRADED
        np.add.at(window.good.rows.reshape(-1), at[good], runs.counts[good])
        good &= instance >= 0
        at = instance[good] * BUCKETS + runs.buckets[good]
        np.add.at(window.instances.rows.reshape(-1), at, runs.counts[good])

    def finish(self, runs: Runs) -> None:
        """Add complete intervals to the series of every level."""
        if len(runs.codes) == 0:
            return
        lane, outcome = np.divmod(runs.codes, OUTCOMES)
        # Where a service has one endpoint and one caller, levels see the same lanes the same way.
        blocks: dict[bytes, SeriesBlock] = {}
        present = np.flatnonzero(np.bincount(lane))
        for level in self.levels.values():
            key_of = np.array(level.keys, dtype=np.int64)
            if level.latencies is not None:
                level.latencies.append(_latency_block(runs, key_of[lane], outcome))
            view = key_of[present].tobytes()
            if view not in blocks:
                counted = (key_of >= 0)[lane]
                if not counted.any():
                    continue
                blocks[view] = _block(
                    runs.intervals[counted],
                    key_of[lane[counted]],
                    outcome[counted],
                    runs.buckets[counted],
                    runs.counts[counted],
                )
            level.finished.append(blocks[view])

    def close(self) -> None:
        """Count what is still open; nothing may be counted afterwards."""
        self.ledger.turn_page()
        self.learn_lanes()
        self.finish(self.open)
        self.open = self.open.cut(0, 0)
        for window in self.windows:
            window.sum_up([part for part in self.stretches if window.spans(part)])


@dataclass(frozen=True, slots=True)
class LaneNames:
    """What a lane counts for.

    `levels` gives the name at each level; `instance` is the number of the instance among all
    (-1: none was asked); `objective` the latency within which an answer is in time.
    """

    levels: Mapping[str, str]
    instance: int
    objective: float = inf


class NameLane:
    """Tells what lanes count for."""

    def __call__(self, edge: int, instance: int) -> LaneNames:
        """The names of the lane from edge number `edge` to its service's instance `instance`."""
        raise NotImplementedError


def _block(
    intervals: IntArray, keys: IntArray, outcome: IntArray, buckets: IntArray, counts: IntArray
) -> SeriesBlock:
    """Rows of a series from runs, one row for each interval and key."""
    first = int(intervals.min())
    width = int(keys.max()) + 1
    wanted = (intervals - first) * width + keys
    if _ascending(wanted):
        # No need to sort, as at most levels: their keys come in the order of the lanes.
        starts = _starts(wanted)
        rows = wanted[starts]
        at = np.repeat(np.arange(len(rows)), np.diff(starts, append=len(wanted)))
    else:
        rows, at = np.unique(wanted, return_inverse=True)
    outcomes = np.zeros((len(rows), OUTCOMES), dtype=np.int64)
    np.add.at(outcomes.reshape(-1), at * OUTCOMES + outcome, counts)

    good = outcome <= DEGRADED
    at, buckets, counts = at[good], buckets[good], counts[good]
    order = at * BUCKETS + buckets
    if not _ascending(order):
        order = np.argsort(order, kind="stable")
        at, buckets, counts = at[order], buckets[order], counts[order]
    totals = np.bincount(at, counts, len(rows)).astype(np.int64)
    sums = np.bincount(at, counts * MIDDLES[buckets], len(rows)).astype(np.float64)
    found = np.full((len(rows), len(SERIES_PERCENTILES) + 1), NOTHING, dtype=np.int16)
    some = np.flatnonzero(totals)
    if len(some):
        reached = np.cumsum(counts)
        ends = np.cumsum(totals)[some]
        found[some, -1] = buckets[np.searchsorted(reached, ends)]
        for column, share in enumerate(SERIES_PERCENTILES):
            ranks = ends - totals[some] + np.maximum(1, np.ceil(share * totals[some]))
            found[some, column] = buckets[np.searchsorted(reached, ranks)]
    at, which = np.divmod(rows, width)
    return SeriesBlock(
        narrow(at + first), narrow(which), narrow(outcomes), narrow(totals), sums, found
    )


def _latency_block(runs: Runs, keys: IntArray, outcome: IntArray) -> LatencyBlock:
    """The usable answers among runs of whole intervals; `keys` and `outcome` are by run."""
    some = (keys >= 0) & (outcome <= DEGRADED)
    met = Runs.of(runs.intervals[some], keys[some], runs.buckets[some] // MERGED, runs.counts[some])
    return LatencyBlock(
        narrow(met.intervals), narrow(met.codes), narrow(met.buckets), narrow(met.counts)
    )


def narrow(numbers: Narrow) -> Narrow:
    """The same numbers, of which none is below 0, in as few bytes as do for the greatest."""
    small: Narrow = numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
    return small
