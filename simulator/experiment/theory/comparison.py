"""The simulator held against theory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from simulator.experiment.run import simulate
from simulator.experiment.statistics import confidence_interval
from simulator.experiment.theory.cases import cases
from simulator.observe.histogram import RESOLUTION
from simulator.scenario import parse

CONFIDENCE = 0.99
WIDEST = 0.02
"""An interval wider than this part of the value would prove little."""


@dataclass(frozen=True, slots=True)
class TheoryRow:
    """One figure: theory, the mean of the simulations, its interval, and whether they agree.

    They agree if theory lies inside the interval, widened for percentiles by the resolution of the
    histograms, and the interval is narrower than 2 % of the value.
    """

    model: str
    measure: str
    theory: float
    simulated: float
    low: float
    high: float
    width: float
    """Of the interval, as a part of the theoretical value."""
    agrees: bool


def play(number: int, seed: int, replication: int) -> list[float]:
    """Every measure of one replication of one case."""
    case = cases()[number]
    result = simulate(parse(case.text).scenario, seed=seed, replication=replication)
    values = [measure.reading(result) for measure in case.measures]
    return [float("nan") if value is None else value for value in values]


def compare_with_theory(
    replications: int = 10,
    seed: int = 1,
    jobs: int = 1,
    progress: Callable[[float], None] = lambda share: None,
) -> list[TheoryRow]:
    """Play every case `replications` times; `progress` is told the share that is done."""
    chosen = cases()
    tasks = [(number, seed, k) for number in range(len(chosen)) for k in range(replications)]
    values: dict[int, list[list[float]]] = {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done, (task, found) in enumerate(zip(tasks, pool.map(_play, tasks), strict=True)):
            values.setdefault(task[0], []).append(found)
            progress((done + 1) / len(tasks))
    rows = []
    for number, case in enumerate(chosen):
        for place, measure in enumerate(case.measures):
            samples = [replication[place] for replication in values[number]]
            interval = confidence_interval(samples, CONFIDENCE)
            slack = measure.value * RESOLUTION if measure.from_histogram else 0.0
            width = interval.width / measure.value
            inside = interval.low - slack <= measure.value <= interval.high + slack
            rows.append(
                TheoryRow(
                    case.model,
                    measure.name,
                    measure.value,
                    interval.mean,
                    interval.low,
                    interval.high,
                    width,
                    inside and width < WIDEST,
                )
            )
    return rows


def _play(task: tuple[int, int, int]) -> list[float]:
    return play(*task)
