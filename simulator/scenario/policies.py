"""Which policy a call has: what is said in several places, put together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.guards.profile import the
from simulator.scenario.model.policy import GUARDS, NamedPolicy, Policy
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.step import Call
from simulator.scenario.walk import walk

WITHOUT_FALLBACK = Policy(fallback=None)
"""The policy of what is asked when a call has failed: there is no third way."""


def policy_of(scenario: Scenario, service: str, own: Policy) -> Policy:
    """The policy of a call to `service`, key by key.

    A call's own keys win over those of the named policy that it builds on, these over the callee's,
    and these over the defaults.
    """
    merged: dict[str, Any] = {}
    for policy in layers(scenario, service, own):
        given = policy.model_fields_set & Policy.model_fields.keys()
        merged.update({key: getattr(policy, key) for key in given})
    return Policy.model_construct(None, **merged)


def layers(scenario: Scenario, service: str, own: Policy) -> Iterator[Policy]:
    """What is said of a call to `service`, from the most general to the most particular.

    In a file with mistakes, which are all told at once, what is named need not be there.
    """
    yield scenario.defaults
    callee = scenario.services.get(service)
    named = own.policy if isinstance(own, NamedPolicy) else None
    for given in (None if callee is None else callee.policy, named):
        policy = scenario.policies.get(given) if isinstance(given, str) else given
        if policy is not None:
            yield policy
    yield own


def calls(scenario: Scenario) -> Iterator[tuple[str, str, Policy]]:
    """Every call of a scenario: who makes it, whom it asks (`service.endpoint`), its own policy."""
    for name, traffic in scenario.traffic.items():
        for target in traffic.mix or (str(traffic.target),):
            yield name, target, traffic
    for service, model in scenario.services.items():
        for endpoint, its_steps in model.endpoints.items():
            for _, step in walk(its_steps, ()):
                if isinstance(step, Call):
                    yield f"{service}.{endpoint}", step.call, step


def calls_and_fallbacks(scenario: Scenario) -> Iterator[tuple[str, str, Policy]]:
    """Every call of a scenario, and every one that may be made instead when it has failed."""
    for caller, target, own in calls(scenario):
        yield caller, target, own
        other = instead_of(policy_of(scenario, target.partition(".")[0], own))
        if other is not None:
            yield caller, other, WITHOUT_FALLBACK


def is_to(to: str | None, target: str) -> bool:
    """Whether `to`, an endpoint, a service or None for anybody, means an endpoint of a call."""
    return to in (None, target, target.partition(".")[0])


def every_policy(scenario: Scenario) -> Iterator[Policy]:
    """Every policy that the file has, whether or not a call comes to have it."""
    yield scenario.defaults
    yield from scenario.policies.values()
    for service in scenario.services.values():
        if isinstance(service.policy, Policy):
            yield service.policy
    for _, _, own in calls(scenario):
        yield own


def is_guarded(policy: Policy) -> bool:
    """Whether anything stands between a call with this policy and its attempts."""
    return any(getattr(policy, key) is not None for key in GUARDS)


def instead_of(policy: Policy) -> str | None:
    """The endpoint that a call with this policy asks when it has failed, if it asks any."""
    return None if policy.fallback is None else the(Fallback, policy.fallback).call
