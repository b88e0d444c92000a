"""How far a fault brought users down, and how long it took until all was well again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np

from simulator.experiment.steady_state import (
    BoolArray,
    Intervals,
    Span,
    failures_beyond,
    goodput_beyond,
    latency_beyond,
    out,
)
from simulator.observe.histogram import FloatArray

ENOUGH = 0.1
"""An interval in which fewer than this part of the usual requests ended tells no ratio to them."""
NEARLY = 1e-9
"""A moment this near to the end of an interval, in intervals, is at it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One fault, and the intervals in which its effect is looked for.

    `start` and `end` are in seconds (None: it is not undone); `steady` are the intervals from which
    its steady state is known; it is watched up to interval `until`, which is the one in which
    another fault next begins, or begins again once this one is over, or the end of the run.
    """

    interval: float
    start: float
    end: float | None
    steady: Span
    until: int

    @property
    def first(self) -> int:
        """The interval in which the fault begins: it belongs to what comes after."""
        return floor(self.start / self.interval + NEARLY)

    @property
    def over(self) -> int:
        """The first interval in which the fault no longer is."""
        if self.end is None:
            return self.until
        return min(self.until, ceil(self.end / self.interval - NEARLY))

    def after(self, interval: int) -> float:
        """Seconds from the start of the fault to that of an interval."""
        return max(0.0, interval * self.interval - self.start)


@dataclass(frozen=True, slots=True)
class Users:
    """What all users saw in each interval: arrays with one entry for every interval.

    `ok` were answered rightly; `expected` would have been if as much of the load were served as in
    the steady time. `attempts` are those that ended at all hops. `latencies` are the 99th
    percentiles by class.
    """

    finished: FloatArray
    failed: FloatArray
    ok: FloatArray
    expected: FloatArray
    attempts: FloatArray
    latencies: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a fault did to users; seconds count from its start, to the grain of an interval.

    `departed_after` is the start of the first interval out of the steady state, `departed_by` the
    measure that was out first (goodput, failures or latency). `recovered_after` is the end of the
    last such interval, if it is known that others followed: it stays within to the end of the
    watch. Both are None if nothing was ever out, and the second is if it never came back.

    `depth` is the lowest goodput as a part of what was to be expected; `lost_goodput` are the right
    answers that were missing, all in all, until the recovery. `lost_requests` failed, beyond
    the usual, while the fault was on or until the recovery. `steady` and `peak` amplification are
    attempts at all hops for each request: usually, and in the worst interval.
    """

    departed_after: float | None
    departed_by: str | None
    recovered_after: float | None
    depth: float | None
    lost_goodput: float
    lost_requests: int
    steady_amplification: float | None
    peak_amplification: float | None
    over: int
    """The first interval that is no longer the fault's: it was undone, and its effect is gone."""

    @property
    def departed(self) -> bool:
        """Whether the system left its steady state."""
        return self.departed_after is not None

    @property
    def still_out(self) -> bool:
        """Whether it left its steady state and was not back when the watch ended."""
        return self.departed and self.recovered_after is None


def recovery_of(users: Users, watch: Watch) -> Recovery:
    """Compare what users saw from the start of a fault with their steady state before.

    The system has departed in the intervals in which any of the measures of `steady_state` is out.
    It has recovered with the last of them, even if it was within its band for a while before.
    """
    measures = _measures(users, watch)
    any_out = np.logical_or.reduce(list(measures.values()))
    found = watch.first + np.flatnonzero(any_out)
    none = Recovery(None, None, None, None, 0.0, 0, None, None, watch.over)
    if not len(found):
        return _with_losses(none, users, watch)
    departed, back = int(found[0]), int(found[-1]) + 1
    by = next(name for name, each in measures.items() if each[departed - watch.first])
    ok, expected = users.ok[departed:back], users.expected[departed:back]
    parts = ok[expected > 0.0] / expected[expected > 0.0]
    departure = replace(
        none,
        departed_after=watch.after(departed),
        departed_by=by,
        recovered_after=watch.after(back) if back < watch.until else None,
        depth=float(parts.min()) if len(parts) else None,
        lost_goodput=max(0.0, float((expected - ok).sum())),
        over=max(back, watch.over),
    )
    return _with_losses(departure, users, watch)


def _measures(users: Users, watch: Watch) -> dict[str, BoolArray]:
    """By measure, which of the watched intervals are out."""
    steady, watched = watch.steady, slice(watch.first, watch.until)
    seen = Intervals(users.finished, users.failed, np.empty(0))
    slow = np.zeros(watch.until - watch.first, dtype=np.bool_)
    for latency in users.latencies.values():
        slow |= out(latency_beyond(latency, steady)[watched])
    return {
        "goodput": out(goodput_beyond(users.ok, users.expected, steady)[watched]),
        "failures": out(failures_beyond(seen, steady)[watched]),
        "latency": slow,
    }


def _with_losses(found: Recovery, users: Users, watch: Watch) -> Recovery:
    """What failed while the fault or its effect lasted, and how many attempts that made."""
    before, span = slice(*watch.steady), slice(watch.first, found.over)
    requests = float(users.finished[before].sum())
    if requests == 0.0:
        return found
    usual = float(users.failed[before].sum()) / requests
    failed = float(users.failed[span].sum()) - usual * float(users.finished[span].sum())
    finished, attempts = users.finished[span], users.attempts[span]
    told = finished >= max(1.0, ENOUGH * float(users.finished[before].mean()))
    return replace(
        found,
        lost_requests=max(0, round(failed)),
        steady_amplification=float(users.attempts[before].sum()) / requests,
        peak_amplification=float((attempts[told] / finished[told]).max()) if told.any() else None,
    )
