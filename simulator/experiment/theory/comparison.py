"""The simulator held against theory: confidence intervals from independent replications."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.experiment.statistics import confidence_interval
from simulator.experiment.theory.case import Case
from simulator.experiment.theory.cases import cases
from simulator.experiment.theory.replicate import replicate

CONFIDENCE = 0.99
WIDEST = 0.02
"""An interval wider than this part of the value would prove little."""
FIRST_LOOK = 0.9
"""The part of the progress that the first look is worth, a guess: mostly there is no second."""


@dataclass(frozen=True, slots=True)
class TheoryRow:
    """One figure: theory, the mean of the simulations, its interval, and whether they agree.

    They agree if theory lies inside the interval, widened for percentiles by the resolution at
    which a result states them, and the interval is narrower than 2 % of the value.
    """

    model: str
    measure: str
    theory: float
    simulated: float
    low: float
    high: float
    width: float
    """Of the interval, from end to end, as a part of the theoretical value."""
    resolution: float
    """The relative error of the reading itself: that of histograms for percentiles, otherwise 0."""
    looks: int
    """1, or 2 if the first replications missed and these are fresh ones."""
    inside: bool
    """Whether theory lies in the interval as it is, not widened by anything."""
    agrees: bool


def compare_with_theory(
    replications: int = 10,
    seed: int = 1,
    jobs: int = 1,
    progress: Callable[[float], None] | None = None,
    chosen: Sequence[Case] | None = None,
) -> list[TheoryRow]:
    """Play every case `replications` times and compare.

    One interval in a hundred misses the truth by chance, so among fifty some will. A case with a
    figure that does not agree is therefore played once more, with as many fresh replications, and
    that figure is judged by those alone. An error of the simulator misses again; chance does so
    once in ten thousand times. No interval is ever widened and no seed chosen.

    Args:
        replications: how many; at least 2.
        seed: what all of them are derived from.
        jobs: processes to use.
        progress: told the share that is done, again and again.
        chosen: the cases; left out: all of them.

    """
    chosen = cases() if chosen is None else chosen
    tell: Callable[[float], None] = progress or (lambda _: None)
    found = replicate(
        chosen, seed, range(replications), jobs, lambda share: tell(FIRST_LOOK * share)
    )
    rows = [judge(case, values) for case, values in zip(chosen, found, strict=True)]

    doubtful = [place for place, judged in enumerate(rows) if not all(r.agrees for r in judged)]
    found = replicate(
        [chosen[place] for place in doubtful],
        seed,
        range(replications, 2 * replications),
        jobs,
        lambda share: tell(FIRST_LOOK + (1.0 - FIRST_LOOK) * share),
    )
    for place, values in zip(doubtful, found, strict=True):
        second = judge(chosen[place], values, looks=2)
        pairs = zip(rows[place], second, strict=True)
        rows[place] = [before if before.agrees else after for before, after in pairs]
    tell(1.0)
    return [row for judged in rows for row in judged]


def judge(case: Case, values: Sequence[Sequence[float]], looks: int = 1) -> list[TheoryRow]:
    """The rows of a case, from its figures by replication."""
    rows = []
    for measure, samples in zip(case.measures, zip(*values, strict=True), strict=True):
        theory, resolution = measure.theory, measure.reading.resolution
        interval = confidence_interval(samples, CONFIDENCE)
        slack = resolution * theory
        width = interval.width / theory
        near = interval.low - slack <= theory <= interval.high + slack
        rows.append(
            TheoryRow(
                model=case.model,
                measure=measure.name,
                theory=theory,
                simulated=interval.mean,
                low=interval.low,
                high=interval.high,
                width=width,
                resolution=resolution,
                looks=looks,
                inside=interval.low <= theory <= interval.high,
                agrees=near and width < WIDEST,
            )
        )
    return rows
