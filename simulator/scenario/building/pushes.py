"""Configuration pushes: which calls they concern, and what policy these have meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.scenario.model.balancer import BalancerChoice
from simulator.scenario.model.policy import BALANCING, Policy
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.policies import WITHOUT_FALLBACK, is_to


@dataclass(frozen=True, slots=True)
class Push:
    """One push: the fault's name, whose calls, whom they ask (None for anybody), and the new keys."""

    name: str
    service: str
    to: str | None
    policy: Policy

    def concerns(self, party: str, target: str) -> bool:
        """Whether it changes how a service or class calls `target` (`service.endpoint`)."""
        return party == self.service and is_to(self.to, target)

    @property
    def balancer(self) -> BalancerChoice | str | None:
        """By whom attempts are balanced meanwhile; None for as before."""
        return self.policy.balancer if "balancer" in self.policy.model_fields_set else None

    def over(self, policy: Policy, own: Policy) -> Policy:
        """The policy that a call has meanwhile; `own` is what was said of this call alone.

        The way that it takes stays, and the balancer changes on it, not here.
        """
        keys = self.policy.model_fields_set & (Policy.model_fields.keys() - set(BALANCING))
        if own is WITHOUT_FALLBACK:
            keys = keys - {"fallback"}
        merged: dict[str, Any] = {key: getattr(policy, key) for key in policy.model_fields_set}
        merged.update({key: getattr(self.policy, key) for key in keys})
        return Policy.model_construct(None, **merged)


def pushes_of(scenario: Scenario) -> list[Push]:
    """Every push of a scenario."""
    return [
        Push(fault.known_as(number), push.service, push.to, push.policy)
        for number, fault in enumerate(scenario.faults)
        if (push := fault.config_push) is not None
    ]
