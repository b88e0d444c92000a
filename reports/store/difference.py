"""Two runs side by side: what was changed, what came of it, and whether that is more than luck.

Each figure is tested by itself at 5 %, as nobody knows beforehand which one will be looked at: of twenty
figures that are alike, one looks different by luck. `aftershock compare` plays replications, and its
verdict is the one to go by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import Final, Literal

from reports.store.batch_means import CONFIDENCE, Sample, Told, apart, paired
from reports.store.changes import Change, changes
from reports.store.samples import Key, samples
from reports.stored import StoredRun
from simulator.experiment.measures import LATENCIES, Unit
from simulator.experiment.result import FaultFigures, Result, ServiceFigures, TrafficFigures

SCHEMA: Final = "aftershock.diff/1"
LOWER: Final = frozenset((*LATENCIES, "attempts_per_request", "queue"))
"""Measures of which less is better."""
HIGHER: Final = frozenset(("availability", "throughput", "goodput"))
"""Measures of which more is better. Of a utilization neither is."""
ROUNDING: Final = 1e-9
"""Parts of an interval; a run that ends within it of the end of an interval ends with it."""

Verdict = Literal[
    "better", "worse", "higher", "lower", "no difference shown", "not measured"
]  # fmt: skip
Values = Mapping[str, tuple[Unit, float | None]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of both runs."""

    of: str
    """`total`, `traffic`, `service`, `fault` or `cost`."""
    name: str
    """Whose figure it is; empty for the total and the cost."""
    measure: str
    unit: Unit
    first: float | None
    second: float | None
    told: Told | None
    """The second minus the first, by the means of batches; None where these tell nothing."""
    verdict: Verdict | None
    """What became of the first by what was changed; None for a figure that a run has only once."""

    def to_json(self) -> dict[str, object]:
        """As `--json` has it."""
        interval = None if self.told is None else self.told.interval
        return {
            "of": self.of,
            "name": self.name,
            "measure": self.measure,
            "unit": self.unit,
            "a": self.first,
            "b": self.second,
            "difference": None
            if interval is None
            else {"mean": interval.mean, "low": interval.low, "high": interval.high},
            "p": None if self.told is None else self.told.p,
            "verdict": self.verdict,
        }


class Pair:
    """Two runs, of which the second is compared with the first."""

    def __init__(self, first: StoredRun, second: StoredRun) -> None:
        self.runs = first, second
        self.first, self.second = first.result, second.result

    @property
    def same(self) -> bool:
        """Whether both have found out the same, to the last figure."""
        return self.first.digest == self.second.digest

    @property
    def common(self) -> bool:
        """Whether both met the same random numbers, and can be compared moment by moment."""
        keys = ("scenario", "seed", "replication", "interval")
        return all(getattr(self.first, key) == getattr(self.second, key) for key in keys)

    @cached_property
    def changes(self) -> list[Change]:
        """What differs in the scenarios."""
        return changes(*self.runs)

    @cached_property
    def figures(self) -> list[Figure]:
        """All figures that both runs have, in the order of the first."""
        sampled = samples(self.first), samples(self.second)
        found = []
        others = self._things(self.second)
        for (of, name), values in self._things(self.first).items():
            for measure, (unit, value) in values.items():
                other = others.get((of, name), {}).get(measure)
                if other is None or (value is None and other[1] is None):
                    continue
                told, tested = self._told((of, name, measure), *sampled)
                verdict = _verdict(measure, told) if tested else None
                found.append(Figure(of, name, measure, unit, value, other[1], told, verdict))
        return found

    def only(self, place: Literal[0, 1]) -> list[str]:
        """Whose figures only one of the two runs has."""
        both = [self._things(each) for each in (self.first, self.second)]
        return [
            f"{of} {name}".strip() for of, name in both[place] if (of, name) not in both[1 - place]
        ]

    def to_json(self, names: tuple[str, str]) -> dict[str, object]:
        """The object that `--json` prints; `names` are those of the runs."""
        runs = zip(names, (self.first, self.second), strict=True)
        a, b = (
            {
                "name": name,
                "scenario": result.scenario,
                "seed": result.seed,
                "replication": result.replication,
                "verdict": result.verdict,
                "digest": result.digest,
            }
            for name, result in runs
        )
        return {
            "schema": SCHEMA,
            "a": a,
            "b": b,
            "same": self.same,
            "common_random_numbers": self.common,
            "changes": [each.to_json() for each in self.changes],
            "figures": [each.to_json() for each in self.figures],
            "only_a": self.only(0),
            "only_b": self.only(1),
        }

    def _things(self, result: Result) -> dict[tuple[str, str], Values]:
        """Whatever has figures, and the figures; classes by themselves where some run has several."""
        several = max(len(each.traffic) for each in (self.first, self.second)) > 1
        return dict(_things(result, several))

    def _told(
        self, key: Key, first: Mapping[Key, Sample], second: Mapping[Key, Sample]
    ) -> tuple[Told | None, bool]:
        """What the batches tell, and whether the series have them at all."""
        if key not in first or key not in second:
            return None, False
        windows = _window(self.first), _window(self.second)
        if self.common:
            begin, end = max(each[0] for each in windows), min(each[1] for each in windows)
            return paired(first[key].between(begin, end), second[key].between(begin, end)), True
        return apart(first[key].between(*windows[0]), second[key].between(*windows[1])), True


def _window(result: Result) -> tuple[int, int]:
    """The whole intervals after the warm-up: the first, and the one after the last."""
    begin = ceil(result.warmup / result.interval - ROUNDING)
    return begin, max(begin, floor(result.simulated / result.interval + ROUNDING))


def _verdict(measure: str, told: Told | None) -> Verdict:
    if told is None:
        return "not measured"
    if told.p >= 1.0 - CONFIDENCE:
        return "no difference shown"
    more = told.interval.mean > 0.0
    if measure in LOWER:
        return "worse" if more else "better"
    if measure in HIGHER:
        return "better" if more else "worse"
    return "higher" if more else "lower"


def _things(result: Result, classes: bool) -> Iterator[tuple[tuple[str, str], Values]]:
    total = dict(_of_users(result.total))
    yield (
        ("total", ""),
        total | {"attempts_per_request": ("ratio", result.total.attempts_per_request)},
    )
    if classes:
        for name, users in result.traffic.items():
            yield ("traffic", name), _of_users(users)
    for name, service in result.services.items():
        yield ("service", name), _of_service(service)
    for fault in result.faults:
        yield ("fault", fault.name), _of_fault(fault)
    if (cost := result.cost) is not None:
        yield (
            ("cost", ""),
            {
                "cost": ("ratio", cost.per_hour),
                "cost_per_million": ("ratio", cost.per_million_good),
                "wasted_capacity": ("share", cost.wasted),
            },
        )


def _of_users(users: TrafficFigures) -> Values:
    latencies: Values = {name: ("s", getattr(users.latency, name)) for name in LATENCIES}
    return {
        "availability": ("share", users.availability),
        "throughput": ("1/s", users.throughput),
        "goodput": ("1/s", users.goodput),
        **latencies,
    }


def _of_service(service: ServiceFigures) -> Values:
    return {
        "utilization": ("share", service.utilization),
        "queue": ("ratio", service.queue.mean),
        "p99": ("s", service.latency.p99),
    }


def _of_fault(fault: FaultFigures) -> Values:
    lost = fault.lost_requests
    return {
        "detected_after": ("s", fault.detected_after),
        "recovered_after": ("s", fault.recovered_after),
        "lost_requests": ("ratio", None if lost is None else float(lost)),
        "depth": ("share", fault.depth),
    }
