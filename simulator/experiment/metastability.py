"""Whether a system stayed down after what had brought it down was gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.experiment.lanes import Lanes
from simulator.experiment.result import Metastability
from simulator.fault.fault import Fault
from simulator.observe.census import Window
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.traffic import Traffic
from simulator.traffic.rate import Change, RateCurve

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

SURGE = 1.1
"""Load above this multiple of what it was at the warm-up's end is a trigger."""
DOWN = 0.5
"""A system is down whose goodput is below this share of what it would be if nothing had happened."""
REST = 0.5
"""The run must go on for this part of the longest trigger's time, or nothing is said."""

Span = tuple[float, float]
"""From when to when, in seconds."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Before, during and after the triggers of a scenario; times in seconds.

    The last half of what comes after is looked at in two quarters: a system that is on its way up
    has time to arrive.
    """

    start: float
    end: float
    before: Window
    quarters: tuple[Window, Window]

    @property
    def windows(self) -> tuple[Window, ...]:
        """All the windows whose figures are needed."""
        return (self.before, *self.quarters)


def trial_of(scenario: Scenario, faults: Sequence[Fault]) -> Trial | None:
    """What there is to look at; None where that would tell nothing.

    Something must have come and gone within the run, after a time in which all was well, and there
    must be time left in which the system can recover, or show that it does not.
    """
    spans = [*_faults(faults, scenario.duration), *_surges(scenario)]
    if not spans:
        return None
    start = min(first for first, _ in spans)
    end = max(last for _, last in spans)
    left = scenario.duration - end
    longest = max(last - first for first, last in spans)
    if start <= scenario.warmup or left <= 0.0 or left < REST * longest:
        return None
    middle, late = end + left / 2, end + 3 * left / 4
    return Trial(
        start,
        end,
        Window(scenario.warmup, start),
        (Window(middle, late), Window(late, scenario.duration)),
    )


def _faults(faults: Iterable[Fault], duration: float) -> Iterator[Span]:
    """From the first begin to the last end of each fault; without an end it lasts to the run's."""
    for fault in faults:
        if fault.schedule.whole is not None:
            begin, end = fault.schedule.whole
            yield begin, duration if end is None else end


def _surges(scenario: Scenario) -> list[Span]:
    """From when to when the load of open loops is above what it was after the warm-up.

    Only changes that are written down count. A curve that rises once a day, or was recorded, rises
    and falls by itself, and nobody can say when all was well.
    """
    curves = [_curve(each) for each in scenario.traffic.values()]
    warmup, duration = scenario.warmup, scenario.duration
    bends = {float(time) for curve in curves for time in curve.times if warmup < time < duration}
    limit = SURGE * sum(curve.rate_at(warmup) for curve in curves)
    spans: list[Span] = []
    for begin, end in pairwise([warmup, *sorted(bends), duration]):
        first = sum(curve.rate_at(begin) for curve in curves)
        area = sum(curve.area_until(end) - curve.area_until(begin) for curve in curves)
        # The load goes straight from bend to bend: its mean lies halfway.
        last = 2.0 * area / (end - begin) - first
        if max(first, last) <= limit:
            continue
        crossing = begin
        if min(first, last) <= limit:
            crossing += (limit - first) / (last - first) * (end - begin)
        span = (begin if first > limit else crossing, end if last > limit else crossing)
        if spans and spans[-1][1] == span[0]:
            span = (spans.pop()[0], span[1])
        spans.append(span)
    return spans


def _curve(traffic: Traffic) -> RateCurve:
    """The rate of a class as far as the scenario says how it changes."""
    base = traffic.rate or 0.0
    if not isinstance(traffic.profile, tuple):
        return RateCurve.constant(base)
    changes = [
        Change(each.at, base * (each.times or 0.0) if each.rate is None else each.rate, each.over)
        for each in traffic.profile
    ]
    return RateCurve.changing(base, changes)


def metastability(measurement: Measurement) -> Metastability | None:
    """What became of the system after its triggers; None where that cannot be told.

    It is metastable if it was still down in both of the last quarters of the run. That is a verdict
    on what was seen: a system that needs longer than the run to recover looks the same, and only a
    longer run can tell.

    Source: Bronson, Aghayev, Charapko and Zhu, "Metastable Failures in Distributed Systems",
    HotOS 2021: the bad state goes on although its trigger is gone.
    """
    trial = measurement.trial
    if trial is None or measurement.end < measurement.world.scenario.duration:
        return None
    # Nobody knew beforehand of a fault that waited for a condition: it is in none of the windows.
    if any(each.schedule.condition and each.times for each in measurement.world.faults):
        return None
    before = _goodput(measurement, trial.before)
    # What was down before cannot be brought down, and cannot come back.
    if before == 0.0 or before < DOWN * _ended(measurement, trial.before):
        return None
    return Metastability(
        metastable=all(
            _goodput(measurement, each) < DOWN * _to_expect(measurement, trial.before, each)
            for each in trial.quarters
        ),
        trigger_from=trial.start,
        trigger_to=trial.end,
        goodput_before=before,
        goodput_after=_goodput(measurement, trial.quarters[-1]),
        attempts_before=_attempts(measurement, trial.before),
        attempts_after=_attempts(measurement, trial.quarters[-1]),
    )


def _goodput(measurement: Measurement, window: Window, name: str | None = None) -> float:
    """Of one class, or of all together, per second."""
    lanes = Lanes(measurement, window)
    mine = lanes.of_edges(_entries(measurement, name))
    return float(window.in_time.rows[mine].sum()) / lanes.length if lanes.length else 0.0


def _ended(measurement: Measurement, window: Window) -> float:
    """Requests of all classes that ended, per second."""
    lanes = Lanes(measurement, window)
    ended = int(lanes.counts(lanes.of_edges(measurement.world.entries)).sum())
    return ended / lanes.length if lanes.length else 0.0


def _entries(measurement: Measurement, name: str | None) -> list[int]:
    world = measurement.world
    if name is None:
        return sorted(world.entries)
    return [entry.point.calls_edge.number for entry in world.sources[name].entries]


def _to_expect(measurement: Measurement, before: Window, window: Window) -> float:
    """The goodput in a window if as much of the load were served as before.

    Fewer requests of an open loop are no failure of the system. Users of a closed loop ask less
    *because* it fails, so of them as much is expected as there was.
    """
    expected = 0.0
    for name, traffic in measurement.world.scenario.traffic.items():
        goodput = _goodput(measurement, before, name)
        if traffic.users is None and goodput > 0.0:
            goodput *= measurement.load(name, window) / measurement.load(name, before)
        expected += goodput
    return expected


def _attempts(measurement: Measurement, window: Window) -> float | None:
    """Attempts that ended, at all hops, for each request that ended."""
    lanes = Lanes(measurement, window)
    requests = int(lanes.counts(lanes.of_edges(measurement.world.entries)).sum())
    everywhere = lanes.of_edges(edge.number for edge in measurement.world.edges)
    attempts = int(lanes.counts(lanes.asked(everywhere)).sum())
    return attempts / requests if requests else None
