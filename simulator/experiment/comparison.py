"""Candidates compared on the same random numbers, replication by replication.

Replication r of every candidate has the same seed and number, and random streams are named after
what uses them: all candidates meet the same requests with the same work. What chance does to one it
does to the others, so that it cancels in the differences between them, which can then be told from
0 with far fewer replications than if each candidate had luck of its own.

Source: Law, Simulation Modeling and Analysis (5th ed., 2015): sections 10.2.1 (paired comparison)
and 11.2 (common random numbers), 9.4.1 (replicating until an interval is narrow enough).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from time import perf_counter
from typing import Literal

from simulator.errors import SimulatorError
from simulator.experiment.candidates import Candidate
from simulator.experiment.measures import MEASURES, Figures, Measure
from simulator.experiment.pareto import pareto_front
from simulator.experiment.replicate import Players, Task
from simulator.experiment.statistics import (
    Interval,
    confidence_interval,
    holm,
    paired_differences,
    paired_t_test,
)
from simulator.scenario.problem import few, nearest

SCHEMA = "aftershock.compare/1"
CONFIDENCE = 0.95
FEWEST = 2
"""Replications; one alone says nothing of chance."""

Verdict = Literal["better", "worse", "no difference shown", "not measured"]
"""`not measured` where in some replication the measure does not apply, as the p99 of no answers."""
Told = Callable[[int, int], None]
"""Told how many runs are done, and how many there will be as far as is known."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One measure of one candidate, over the replications."""

    values: tuple[float | None, ...]
    """By replication."""
    interval: Interval | None
    """Of their mean, at 95 %; None if one of them is None."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a candidate differs from the baseline in the chosen measure."""

    interval: Interval | None
    """Of the mean of the differences within replications, at 95 %; above 0 is more than the baseline."""
    p: float | None
    """Of the paired t test."""
    p_adjusted: float | None
    """By Holm, for the number of candidates that are compared with the baseline."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Compared:
    """One candidate, and what its replications came to."""

    name: str
    choices: Mapping[str, str]
    settings: Mapping[str, object]
    measures: Mapping[str, Summary]
    """By key, as results name it."""
    difference: Difference | None
    """None for the baseline itself."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How narrow the intervals of the chosen measure were to be."""

    asked: float
    """The half width, as a share of the mean."""
    reached: bool
    """By every candidate."""
    widest: float | None
    """The largest there is now; None if some candidate has no interval."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a comparison has to say; candidates in the order in which they were given."""

    scenario: str
    description: str
    seed: int
    replications: int
    measure: Measure
    baseline: str
    candidates: tuple[Compared, ...]
    precision: Precision | None
    wall_seconds: float
    against: Measure | None = None
    """A second measure, with which the first has to be paid for."""

    @property
    def front(self) -> tuple[str, ...]:
        """The candidates that no other beats in both measures, by the second; none without one."""
        if self.against is None:
            return ()
        points = {}
        for each in self.candidates:
            one = each.measures[self.against.key].interval
            two = each.measures[self.measure.key].interval
            if one is not None and two is not None:
                points[each.name] = (one.mean, two.mean)
        return pareto_front(points, (self.against, self.measure))

    def to_json(self) -> dict[str, object]:
        """The object that `--json` prints and `result.json` holds, in the order of its schema."""
        precision = self.precision
        return {
            "schema": SCHEMA,
            "scenario": self.scenario,
            "description": self.description,
            "seed": self.seed,
            "replications": self.replications,
            "measure": self.measure.key,
            "against": None if self.against is None else self.against.key,
            "front": list(self.front),
            "baseline": self.baseline,
            "precision": precision
            and {
                "asked": precision.asked,
                "reached": precision.reached,
                "widest": precision.widest,
            },
            "candidates": [_candidate_json(each) for each in self.candidates],
            "wall_seconds": self.wall_seconds,
        }


def _candidate_json(candidate: Compared) -> dict[str, object]:
    difference = candidate.difference
    return {
        "name": candidate.name,
        "settings": dict(candidate.settings),
        "measures": {
            key: {**_interval_json(summary.interval), "values": list(summary.values)}
            for key, summary in candidate.measures.items()
        },
        "difference": difference
        and {
            **_interval_json(difference.interval),
            "p": difference.p,
            "p_adjusted": difference.p_adjusted,
            "verdict": difference.verdict,
        },
    }


def _interval_json(interval: Interval | None) -> dict[str, object]:
    if interval is None:
        return {"mean": None, "low": None, "high": None}
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}


def compare(
    candidates: Sequence[Candidate],
    *,
    measure: Measure = MEASURES["p99"],
    against: Measure | None = None,
    baseline: str | None = None,
    replications: int = 10,
    precision: float | None = None,
    most: int = 100,
    jobs: int = 1,
    told: Told | None = None,
) -> Comparison:
    """Play every candidate many times on the same random numbers, and compare.

    Args:
        candidates: what to compare; the seed is that of their scenarios, which is one and the same.
        measure: what differences are told in.
        against: a second measure, such as the cost, in which candidates may be better instead.
        baseline: the name of the candidate that the others are compared with; left out: the first.
        replications: of each candidate, 2 at least; with a `precision`, in each round.
        precision: play rounds until the half width of the chosen measure's interval is at most
            this share of its mean, for every candidate.
        most: replications of each candidate, however wide the intervals still are.
        jobs: processes to use; the figures are the same with any number of them.
        told: told how many runs are done, after each.

    Raises:
        SimulatorError: if there is no candidate of the baseline's name, or replications are too few.
    """
    began = perf_counter()
    base = place_of_baseline(candidates, baseline)
    if replications < FEWEST:
        message = f"expected {FEWEST} or more, because an interval needs two"
        raise SimulatorError(f"--replications {replications}: {message}")
    most = max(most, replications)
    figures: list[list[Figures]] = [[] for _ in candidates]
    with Players(min(jobs, replications * len(candidates))) as players:
        _play_round(players, candidates, figures, replications, told)
        while precision is not None and len(figures[0]) < most:
            reached = precision_of(figures, measure, precision)
            # Without an interval there is none to be made narrower.
            if reached.reached or reached.widest is None:
                break
            goal = min(len(figures[0]) + replications, most)
            _play_round(players, candidates, figures, goal, told)
    scenario = candidates[0].scenario
    return Comparison(
        scenario=scenario.scenario,
        description=scenario.description,
        seed=scenario.seed,
        replications=len(figures[0]),
        measure=measure,
        baseline=candidates[base].name,
        candidates=judge(candidates, figures, measure, base),
        precision=None if precision is None else precision_of(figures, measure, precision),
        wall_seconds=perf_counter() - began,
        against=against,
    )


def place_of_baseline(candidates: Sequence[Candidate], name: str | None) -> int:
    """Which candidate the others are compared with: the first, unless one is named.

    Raises:
        SimulatorError: if none has that name, with the nearest one.
    """
    names = [candidate.name for candidate in candidates]
    if name is None:
        return 0
    if name not in names:
        hint = nearest(name, names) or few(names)
        raise SimulatorError(f"--baseline {name}: there is no such candidate{hint}")
    return names.index(name)


def judge(
    candidates: Sequence[Candidate],
    figures: Sequence[Sequence[Figures]],
    measure: Measure,
    base: int,
) -> tuple[Compared, ...]:
    """What the figures say, which are given by candidate and replication."""
    summaries = [
        {key: summarized([each[key] for each in found]) for key in MEASURES} for found in figures
    ]
    others = [place for place in range(len(candidates)) if place != base]
    baseline = summaries[base][measure.key]
    found = differences([summaries[place][measure.key] for place in others], baseline, measure)
    by_place = dict(zip(others, found, strict=True))
    return tuple(
        Compared(
            candidate.name,
            candidate.choices,
            candidate.settings,
            summaries[place],
            by_place.get(place),
        )
        for place, candidate in enumerate(candidates)
    )


def summarized(values: Sequence[float | None]) -> Summary:
    """The values of the replications and their mean's interval.

    Leaving out those that do not apply would leave a mean of the lucky replications, so there is
    no mean then.
    """
    known = [value for value in values if value is not None]
    whole = len(known) == len(values)
    return Summary(tuple(values), confidence_interval(known, CONFIDENCE) if whole else None)


def differences(others: Sequence[Summary], baseline: Summary, measure: Measure) -> list[Difference]:
    """How each of the others differs from the baseline; all the tests share one error of 5 %."""
    pairs = [_paired(other, baseline) for other in others]
    p_values = [None if pair is None else paired_t_test(pair) for pair in pairs]
    adjusted = iter(holm([p for p in p_values if p is not None]))
    found = []
    for pair, p in zip(pairs, p_values, strict=True):
        if pair is None or p is None:
            found.append(Difference(None, None, None, "not measured"))
            continue
        interval, p_adjusted = confidence_interval(pair, CONFIDENCE), next(adjusted)
        verdict = _verdict(interval.mean, p_adjusted, measure)
        found.append(Difference(interval, p, p_adjusted, verdict))
    return found


def _paired(other: Summary, baseline: Summary) -> list[float] | None:
    """The differences by replication; None if one of them is missing."""
    if other.interval is None or baseline.interval is None:
        return None
    values = [value for value in other.values if value is not None]
    return paired_differences(values, [value for value in baseline.values if value is not None])


def _verdict(difference: float, p_adjusted: float, measure: Measure) -> Verdict:
    if p_adjusted >= 1.0 - CONFIDENCE:
        return "no difference shown"
    return "better" if (difference < 0.0) == measure.lower_is_better else "worse"


def precision_of(figures: Sequence[Sequence[Figures]], measure: Measure, asked: float) -> Precision:
    """How narrow the intervals of a measure are."""
    intervals = [summarized([each[measure.key] for each in found]).interval for found in figures]
    shares = [_share(each) for each in intervals if each is not None]
    widest = max(shares) if len(shares) == len(intervals) else None
    return Precision(asked, widest is not None and widest <= asked, widest)


def _share(interval: Interval) -> float:
    """The half width as a share of the mean."""
    if interval.half_width == 0.0:
        return 0.0
    return interval.half_width / abs(interval.mean) if interval.mean else inf


def _play_round(
    players: Players,
    candidates: Sequence[Candidate],
    figures: list[list[Figures]],
    goal: int,
    told: Told | None,
) -> None:
    """Add replications to the figures of each candidate until there are `goal` of them."""
    done = len(figures[0])
    numbers = range(done, goal)
    count = len(candidates)
    tasks = [
        Task(candidate.scenario, candidate.folder, candidate.scenario.seed, number)
        for number in numbers
        for candidate in candidates
    ]
    finished = 0

    def played() -> None:
        nonlocal finished
        finished += 1
        if told is not None:
            told(done * count + finished, goal * count)

    if told is not None:
        told(done * count, goal * count)
    found = players.play(tasks, played)
    for place, one in enumerate(found):
        figures[place % count].append(one)
