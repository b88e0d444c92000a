"""The rule by which simulated figures are accepted: of 20 replications, by 3.3 standard errors."""

from __future__ import annotations

import os
from dataclasses import replace
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

import pytest

from simulator.experiment.theory.replicate import replicate

REPLICATIONS = 20
ERRORS = 3.3
"""Standard errors, about 99.9 %: rows by the hundred should raise less than one false alarm."""
SEED = 20
PILOTS = 1000
"""Replications from this number on only tell how long the others must be."""
MARGIN = 0.75
"""Aim below the bound on the standard error, because a pilot knows it only roughly."""
RELAX = float(os.environ.get("AFTERSHOCK_RELAX", "1"))
"""Times as large a standard error is good enough, for want of time; 3.3 of them still decide."""
JOBS = int(os.environ.get("AFTERSHOCK_JOBS", os.cpu_count() or 1))


class Figures:
    """The mean of a measure over replications, and its standard error."""

    def __init__(self, measure, samples):
        self.measure = measure
        self.mean = fmean(samples)
        self.error = stdev(samples) / sqrt(len(samples))

    @property
    def off(self):
        """How far from theory, in standard errors."""
        return (self.mean - self.measure.theory) / self.error if self.error else 0.0

    @property
    def width(self):
        """3.3 standard errors as a part of the value."""
        return ERRORS * self.error / self.measure.theory

    @property
    def agrees(self):
        if self.measure.theory == 0.0:
            return abs(self.mean) < 1e-6
        return abs(self.mean - self.measure.theory) <= ERRORS * self.error

    def __str__(self):
        return (
            f"{self.measure.name}: theory {self.measure.theory:.6g}, simulated {self.mean:.6g}, "
            f"{self.off:+.2f} standard errors, 3.3 of them are {self.width:.2%}"
        )


def measured(case, numbers, jobs):
    """The figures of a case by the replications of those numbers."""
    (values,) = replicate([case], SEED, numbers, jobs)
    columns = zip(*values, strict=True)
    return [Figures(m, column) for m, column in zip(case.measures, columns, strict=True)]


def note_down(case, figures, judged):
    """Append what was found to the file that AFTERSHOCK_FIGURES names, if it names one."""
    if "AFTERSHOCK_FIGURES" not in os.environ:
        return
    with Path(os.environ["AFTERSHOCK_FIGURES"]).open("a", encoding="utf-8") as file:
        for each in figures:
            note = "" if each.measure.name in judged else " (left out: too few)"
            file.write(f"{case.model} {each}{note}\n")


@pytest.fixture
def agree():
    """Play a case of a fixed length, and hold each figure against theory.

    A figure that misses is looked at once more, with fresh replications and by these alone. `names`
    are the measures to look at; all if left out.
    """

    def check(case, bound, names=()):
        kept = tuple(each for each in case.measures if not names or each.name in names)
        case = replace(case, measures=kept)
        figures = measured(case, range(REPLICATIONS), 1)
        if not all(each.agrees for each in figures):
            fresh = measured(case, range(REPLICATIONS, 2 * REPLICATIONS), 1)
            figures = [old if old.agrees else new for old, new in zip(figures, fresh, strict=True)]
        problems = [
            f"{case.model}: {each}"
            for each in figures
            if not each.agrees or (each.measure.theory and each.width > bound)
        ]
        assert not problems

    return check


@pytest.fixture
def means():
    """Play a case and give the means of its figures, where theory is an approximation."""

    def play(case):
        return [each.mean for each in measured(case, range(REPLICATIONS), JOBS)]

    return play


@pytest.fixture
def agree_at_length():
    """Play a case, long enough for a standard error that proves something; for the slow group.

    `build(duration)` gives the case. Pilot replications of `pilot` seconds find the length that
    each figure needs; figures that need more than `longest` seconds are left out, except the first,
    which must not. `bounds` are for 3.3 standard errors, as parts of the value, by name of the
    measure; `bound` is for the others.
    """

    def check(build, pilot, longest, bound=0.01, bounds=None, shortest=0.0):
        bound *= RELAX
        limits = {name: RELAX * limit for name, limit in (bounds or {}).items()}
        needed = {}
        for each in measured(build(pilot), range(PILOTS, PILOTS + REPLICATIONS), JOBS):
            name = each.measure.name
            limit = limits.get(name, bound)
            theory = each.measure.theory
            needed[name] = pilot * (each.width / limit / MARGIN) ** 2 if theory else pilot
        wanted = {name for name, length in needed.items() if length <= longest}
        length = max([shortest, *(needed[name] for name in wanted)])
        case = build(max(length, pilot))
        assert case.measures[0].name in wanted, f"{case.model} needs {needed} s"
        figures = measured(case, range(REPLICATIONS), JOBS)
        if not all(ok(each, limits, bound) for each in figures if each.measure.name in wanted):
            case = build(1.5 * max(length, pilot))
            fresh = measured(case, range(REPLICATIONS, 2 * REPLICATIONS), JOBS)
            figures = [
                old if ok(old, limits, bound) else new
                for old, new in zip(figures, fresh, strict=True)
            ]
        note_down(case, figures, wanted)
        misses = [
            str(each)
            for each in figures
            if each.measure.name in wanted and not ok(each, limits, bound)
        ]
        assert not misses, f"{case.model}: {'; '.join(misses)}"

    def ok(each, limits, bound):
        narrow = each.measure.theory == 0.0 or each.width <= limits.get(each.measure.name, bound)
        return each.agrees and narrow

    return check
