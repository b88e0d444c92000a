"""What the policies did: their counters, by caller, callee and policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from simulator.experiment.result import PolicyFigures
from simulator.scenario.guards.maker import PolicyGroup

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

LEVELS = ("balance", "failure_rate", "limit", "rate")
"""Counters that go up and down: told as they are at the end, the mean of the parts that have them."""

Counters = Mapping[str, float]


def counted(groups: Sequence[PolicyGroup], now: float) -> list[Counters]:
    """The counters of each group, summed over its parts."""
    return [_sum(group, now) for group in groups]


def _sum(group: PolicyGroup, now: float) -> Counters:
    total: dict[str, float] = {}
    parts = dict.fromkeys(LEVELS, 0)
    for part in group.parts:
        for name, value in part.counters(now).items():
            total[name] = total.get(name, 0.0) + value
            if name in parts:
                parts[name] += 1
    for name, count in parts.items():
        if count:
            total[name] /= count
    return total


def policy_figures(measurement: Measurement) -> tuple[PolicyFigures, ...]:
    """The summary's figures of every policy: what it counted since the warm-up."""
    groups = measurement.world.policies
    after = counted(groups, measurement.end)
    before = measurement.policies_before or [{} for _ in groups]
    figures = []
    for group, first, last in zip(groups, before, after, strict=True):
        counters = {
            name: value if name in LEVELS else value - first.get(name, 0.0)
            for name, value in last.items()
        }
        if group.policy == "call" and not any(counters.values()):
            continue
        figures.append(
            PolicyFigures(
                caller=group.caller,
                callee=group.callee,
                policy=group.policy,
                endpoints=tuple(group.endpoints),
                parts=len(group.parts),
                counters={name: _plain(value) for name, value in counters.items()},
            )
        )
    return tuple(figures)


def _plain(value: float) -> float | int:
    """A count as a whole number; seconds and levels as they are."""
    return int(value) if float(value).is_integer() else value
