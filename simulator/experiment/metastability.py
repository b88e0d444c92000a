"""Whether a system stayed down after what had brought it down was gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.experiment.lanes import Lanes
from simulator.experiment.result import Metastability
from simulator.observe.census import Window
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.traffic import Traffic

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

SURGE = 1.1
"""Load above this multiple of what it was at the warm-up's end is a trigger."""
DOWN = 0.5
"""A system is down whose goodput is below this share of what it was."""
STEPS = 1000
"""Moments at which the load is looked at."""
LONG_ENOUGH = 0.25
"""The rest of the run must last at least this part of the time until the trigger was over, or of the
trigger itself, whichever is less: a system needs time to recover, or to show that it does not."""


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


def trial_of(scenario: Scenario) -> Trial | None:
    """What there is to look at; None where nothing comes and goes within the run."""
    spans = [*_faults(scenario), *_surges(scenario)]
    if not spans:
        return None
    start = min(first for first, _ in spans)
    end = max(last for _, last in spans)
    left = scenario.duration - end
    if start <= scenario.warmup or left <= 0.0 or left < LONG_ENOUGH * min(end, end - start):
        return None
    middle, late = end + left / 2, end + 3 * left / 4
    return Trial(
        start,
        end,
        Window(scenario.warmup, start),
        (Window(middle, late), Window(late, scenario.duration)),
    )


def _faults(scenario: Scenario) -> Iterator[tuple[float, float]]:
    """From when to when each fault lasts; one without an end lasts beyond the run."""
    for fault in scenario.faults:
        yield fault.at, scenario.duration if fault.for_ is None else fault.at + fault.for_


def _surges(scenario: Scenario) -> Iterator[tuple[float, float]]:
    """From when to when the load of open loops is above what it was after the warm-up."""
    changing = [each for each in scenario.traffic.values() if isinstance(each.profile, tuple)]
    if not changing:
        return
    step = (scenario.duration - scenario.warmup) / STEPS
    times = [scenario.warmup + number * step for number in range(STEPS + 1)]
    loads = [sum(_rate(each, time) for each in scenario.traffic.values()) for time in times]
    high = [time for time, load in zip(times, loads, strict=True) if load > SURGE * loads[0]]
    if high:
        yield high[0] - step, high[-1] + step


def _rate(traffic: Traffic, time: float) -> float:
    """The rate of an open loop at a time, ramps taken as straight lines between their ends."""
    rate = base = traffic.rate or 0.0
    for change in traffic.profile if isinstance(traffic.profile, tuple) else ():
        if change.at > time:
            break
        final = base * (change.times or 0.0) if change.rate is None else change.rate
        done = min(1.0, (time - change.at) / change.over) if change.over else 1.0
        rate += (final - rate) * done
    return rate


def metastability(measurement: Measurement) -> Metastability | None:
    """What became of the system after its triggers; None where that cannot be told."""
    trial = measurement.trial
    if trial is None or measurement.end < measurement.world.scenario.duration:
        return None
    before = _goodput(measurement, trial.before)
    after = [_goodput(measurement, each) for each in trial.quarters]
    if before == 0.0:
        return None
    return Metastability(
        metastable=all(each < DOWN * before for each in after),
        trigger_from=trial.start,
        trigger_to=trial.end,
        goodput_before=before,
        goodput_after=after[-1],
        attempts_before=_attempts(measurement, trial.before),
        attempts_after=_attempts(measurement, trial.quarters[-1]),
    )


def _goodput(measurement: Measurement, window: Window) -> float:
    lanes = Lanes(measurement, window)
    mine = lanes.of_edges(measurement.world.entries)
    return float(window.in_time.rows[mine].sum()) / lanes.length if lanes.length else 0.0


def _attempts(measurement: Measurement, window: Window) -> float | None:
    """Attempts that ended, at all hops, for each request that ended."""
    lanes = Lanes(measurement, window)
    requests = int(lanes.counts(lanes.of_edges(measurement.world.entries)).sum())
    everywhere = lanes.of_edges(edge.number for edge in measurement.world.edges)
    attempts = int(lanes.counts(lanes.asked(everywhere)).sum())
    return attempts / requests if requests else None
