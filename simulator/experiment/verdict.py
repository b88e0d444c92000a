"""What a run says of the expectations of its scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from simulator.experiment.measured import intervals_in, ratio, whole_intervals
from simulator.experiment.measurement import Measurement
from simulator.experiment.promises import ExpectationResult, SloFigures
from simulator.experiment.recovery import NEARLY
from simulator.experiment.result import CostFigures, FaultFigures
from simulator.experiment.slo_count import SloCount
from simulator.observe.census import Window
from simulator.observe.histogram import FloatArray, IntArray
from simulator.scenario.expectation import OF_FAULTS, OF_RUNS, OF_SLOS, Expectation


class Verdict:
    """Judges expectations by what was measured, once the run is over."""

    def __init__(
        self,
        measurement: Measurement,
        faults: Sequence[FaultFigures],
        slos: Mapping[str, SloFigures],
        cost: CostFigures | None,
    ) -> None:
        self.measurement = measurement
        self.cost = cost
        self.faults = faults
        self.slos = slos

    def of(self, expectation: Expectation, weight: int) -> ExpectationResult:
        """What is to be said of one expectation."""
        value = self.value(expectation)
        met = expectation.holds(value)
        found = ExpectationResult(expectation.text, value, met, weight)
        if met:
            return found
        if value is not None:
            missed = expectation.missed_by(value)
            share = missed / expectation.bound if expectation.bound else None
            found = replace(found, missed_by=missed, missed_share=share)
        first = self.first_broken(expectation)
        if first is None:
            return found
        start = first * self.measurement.interval
        on = self.measurement.faults.during(start, start + self.measurement.interval)
        return replace(found, first_broken=start, during=on)

    def value(self, expectation: Expectation) -> float | None:
        """The measure of an expectation in its phase."""
        measure = expectation.measure
        if measure in OF_FAULTS:
            meant = (each for each in self.faults if expectation.fault in (None, each.name))
            return worst_of(measure, meant)
        if measure in OF_RUNS:
            if self.cost is None:
                return None
            return self.cost.per_hour if measure == "cost" else self.cost.per_million_good
        if expectation.phase is not None and expectation.phase.kind == "always":
            values = self.by_interval(expectation)
            values = values[self.intervals(expectation)]
            known = values[~np.isnan(values)].tolist()
            return max(known, key=expectation.badness, default=None)
        if measure in OF_SLOS:
            names = [each for each in self.slos if expectation.slo in (None, each)]
            values_of = [self.slo_value(expectation, name) for name in names]
            if None in values_of:
                return None
            spent = [each for each in values_of if each is not None]
            return max(spent, key=expectation.badness, default=None)
        measured = self.measurement.questions.measured[expectation.subject, measure]
        return measured.value(self.measurement, self.window(expectation))

    def slo_value(self, expectation: Expectation, name: str) -> float | None:
        """What one objective has of a measure, in the phase."""
        figures, count = self.slos[name], self.measurement.slos[name]
        measure = expectation.measure
        if measure.startswith("burn_rate_"):
            highest: float | None = getattr(figures, measure)
            return highest
        if expectation.phase is None and expectation.window is None:
            return figures.budget_spent if measure == "budget" else figures.burn_rate
        counted = count.phase(self.window(expectation))
        if measure == "budget":
            return count.spent(self.measurement, counted)
        return count.burn_rate(counted)

    def window(self, expectation: Expectation) -> Window:
        """The window that an expectation is about."""
        windows = self.measurement.windows
        if expectation.phase is not None and expectation.phase.kind != "always":
            return self.measurement.questions.phases[expectation.phase].window
        if expectation.window is None:
            return windows[0]
        return next(each for each in windows[1:] if (each.start, each.end) == expectation.window)

    def intervals(self, expectation: Expectation) -> IntArray:
        """The numbers of the whole intervals of its phase: those whose middles lie in it."""
        window = self.window(expectation)
        if window is not self.measurement.windows[0]:
            return intervals_in(self.measurement, window)
        first = ceil(window.start / self.measurement.interval - NEARLY)
        return np.arange(first, whole_intervals(self.measurement))

    def by_interval(self, expectation: Expectation) -> FloatArray:
        """The measure of each interval alone; not a number where there was nothing."""
        if expectation.measure not in OF_SLOS:
            asked = self.measurement.questions.measured
            return asked[expectation.subject, expectation.measure].by_interval(self.measurement)
        found: FloatArray | None = None
        for name, count in self.measurement.slos.items():
            if expectation.slo in (None, name):
                values = self.slo_by_interval(expectation, count)
                found = values if found is None else np.fmax(found, values)
        return np.empty(0) if found is None else found

    def slo_by_interval(self, expectation: Expectation, count: SloCount) -> FloatArray:
        """The burn rate of each interval; of a budget, what of it was spent by then in the phase."""
        ended, bad = count.by_interval(self.measurement)
        if expectation.measure == "budget":
            budget = count.budget(self.measurement)
            inside = np.zeros(len(bad))
            inside[self.intervals(expectation)] = 1.0
            return np.cumsum(bad * inside) / (budget or np.nan)
        return ratio(bad.astype(np.float64), ended.astype(np.float64)) / count.allowed

    def first_broken(self, expectation: Expectation) -> int | None:
        """The first interval of its phase that by itself does not meet it; None if none tells."""
        whole = (*OF_FAULTS, *OF_RUNS)
        if expectation.measure in whole or expectation.measure.startswith("burn_rate_"):
            return None
        values = self.by_interval(expectation)
        for number in self.intervals(expectation).tolist():
            value = float(values[number])
            if value == value and not expectation.holds(value):
                return int(number)
        return None


def worst_of(measure: str, faults: Iterable[FaultFigures]) -> float | None:
    """The longest that recovery or detection took, in seconds, or the most that was lost.

    None if one of them never came. Without a fault, or where one did no harm, there was nothing to
    recover from, and nothing that had to be detected: that takes no time. It is None too where a
    fault had no steady state before it, so that nobody knows whether it did harm.
    """
    worst = 0.0
    for each in faults:
        if each.start is None:
            continue
        if measure == "lost_requests":
            lost = each.lost_requests
            if lost is None:
                return None
            worst = max(worst, lost)
            continue
        took = each.recovered_after if measure == "recovery" else each.detected_after
        if took is None:
            if not each.unharmed:
                return None
            took = 0.0
        worst = max(worst, took)
    return worst
