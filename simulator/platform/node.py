"""One machine of the platform."""

from __future__ import annotations


class Node:
    """A machine that instances stand on, as a node of Kubernetes.

    In the real world a node has cores and memory, which decide what fits on it; here there is room
    for any number of instances.

    Source: Kubernetes, "Nodes"; the field `spec.unschedulable` that `kubectl cordon` sets.

    Attributes:
        zone: where it is; "" for nowhere in particular.
        instances: who stands on it: names, each with its service, in the order of their coming.
        cordons: how many drains forbid that anybody is placed here.
        failures: how many faults have taken it down.
    """

    __slots__ = ("cordons", "failures", "instances", "name", "zone")

    def __init__(self, name: str, zone: str) -> None:
        self.name = name
        self.zone = zone
        self.instances: dict[str, str] = {}
        self.cordons = 0
        self.failures = 0

    @property
    def open(self) -> bool:
        """Whether instances may be placed here."""
        return not self.cordons and not self.failures

    def count_of(self, service: str) -> int:
        """How many instances of a service stand here."""
        return sum(each == service for each in self.instances.values())
