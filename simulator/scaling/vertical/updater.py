"""Whose size is changed, and when: whoever is evicted comes back with the new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.scaling.vertical.recommender import Recommendation


@dataclass(frozen=True, slots=True)
class Sized:
    """One instance as the updater sees it.

    Attributes:
        request: cores that it requests.
        age: seconds since it was started.
        runs: whether its process runs, ready or not.
    """

    name: str
    request: float
    age: float
    runs: bool


@dataclass(frozen=True, slots=True)
class UpdaterSettings:
    """How gentle an updater is.

    Attributes:
        replicas: with fewer nobody is evicted.
        tolerance: the share of instances that may be down because of it.
        change: the least difference, as a share of the request, for which an instance within the
            bounds is evicted, and `age` how many seconds it must have lived for that.
    """

    replicas: int = 2
    tolerance: float = 0.5
    change: float = 0.1
    age: float = 43_200.0


def evictions(
    instances: Sequence[Sized], wanted: int, advice: Recommendation, settings: UpdaterSettings
) -> list[str]:
    """The names of those to be evicted now, of `wanted` that there should be, in their order.

    Whoever requests less than the lower bound, or more than the upper; and whoever is old enough and
    has a request that is far enough from the target. First those that should grow, then the others,
    the greatest difference first. Of those that run no more than the tolerated share may be down, or
    one, if the share is less than one.

    Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/updater/priority/
    (update_priority_calculator.go, priority_processor.go), restriction/pods_restriction_factory.go.
    """
    if len(instances) < settings.replicas:
        return []
    due = [each for each in instances if _is_due(each, advice, settings)]
    # `sorted` leaves those that are alike in the order of their numbers.
    due = sorted(due, key=lambda each: -_difference(each, advice))
    due = sorted(due, key=lambda each: advice.target <= each.request)
    running = sum(each.runs for each in instances)
    tolerated = int(wanted * settings.tolerance)
    alive = running
    chosen = []
    for each in due:
        if each.runs:
            only_one = tolerated == 0 and running == wanted and alive == running
            if alive <= wanted - tolerated and not only_one:
                continue
            alive -= 1
        chosen.append(each.name)
    return chosen


def _is_due(instance: Sized, advice: Recommendation, settings: UpdaterSettings) -> bool:
    if not advice.lower <= instance.request <= advice.upper:
        return True
    return instance.age >= settings.age and _difference(instance, advice) >= settings.change


def _difference(instance: Sized, advice: Recommendation) -> float:
    """How far the target is from what it requests, as a share of that."""
    return abs(instance.request - advice.target) / max(instance.request, 0.001)
