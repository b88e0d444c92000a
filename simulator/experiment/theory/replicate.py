"""Independent replications of cases, in this process or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from simulator.experiment.run import simulate
from simulator.experiment.theory.case import Case
from simulator.scenario import parse

Task = tuple[Case, int, int]
"""A case, a seed, and which replication of it."""


def play(task: Task) -> list[float]:
    """Every figure of one replication.

    Raises:
        ValueError: if one does not apply: the scenario is not of that model.
    """
    case, seed, replication = task
    result = simulate(parse(case.text).scenario, seed=seed, replication=replication)
    values = []
    for measure in case.measures:
        value = measure.reading(result)
        if value is None:
            raise ValueError(f"{case.model}: nothing to read for {measure.name}")
        values.append(value)
    return values


def replicate(
    cases: Sequence[Case],
    seed: int,
    numbers: Sequence[int],
    jobs: int = 1,
    progress: Callable[[float], None] | None = None,
) -> list[list[list[float]]]:
    """The figures of the replications with those numbers: by case, by replication, by measure.

    Args:
        cases: what to play.
        seed: what all replications are derived from.
        numbers: of the replications; each has random streams of its own.
        jobs: processes to use; they start afresh, so that they share nothing with this one.
        progress: told the share that is done after each replication.

    """
    tasks = [(case, seed, number) for case in cases for number in numbers]
    found: list[list[float]] = []
    for values in _played(tasks, jobs):
        found.append(values)
        if progress is not None:
            progress(len(found) / len(tasks))
    each = len(numbers)
    return [found[start : start + each] for start in range(0, len(found), each)]


def _played(tasks: Iterable[Task], jobs: int) -> Iterator[list[float]]:
    """The figures of each task, in order."""
    if jobs == 1:
        yield from map(play, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(play, tasks)
