"""The counters of a policy, summed over its parts."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.experiment.policy_figures import counted
from simulator.scenario.guards.maker import PolicyGroup


@dataclass
class Part:
    """What counts as it is told."""

    told: dict[str, float]

    def counters(self, now: float) -> dict[str, float]:
        return self.told


def test_counts_are_sums_and_levels_are_means() -> None:
    """A level is the mean of those parts that have it: of three clients two have been throttled."""
    parts = [
        Part({"paced": 3, "balance": 500}),
        Part({"paced": 4, "balance": 200, "rate": 10.0}),
        Part({"paced": 5, "balance": 200, "rate": 20.0}),
    ]
    group = PolicyGroup("shop", "payments", "retry", [], parts)
    assert counted([group], 0.0) == [{"paced": 12, "balance": 300, "rate": 15.0}]


def test_what_nobody_has_is_not_told() -> None:
    """Without a budget there is no balance."""
    group = PolicyGroup("shop", "payments", "retry", [], [Part({"sent": 1}), Part({"sent": 2})])
    assert counted([group], 0.0) == [{"sent": 3}]
