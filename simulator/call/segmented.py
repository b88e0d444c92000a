"""The way to a service of several versions: a set of instances for each, with its own balancer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.balancing.balancer import Balancer
from simulator.call.mirror import Mirror
from simulator.call.route import Member, Route

if TYPE_CHECKING:
    from simulator.call.segmentation import Rule, Segmentation
    from simulator.network.distance import Distance
    from simulator.service.instance import Instance
    from simulator.traffic.request import Request


class Subset(Route):
    """The instances of one version, as one caller knows them.

    It has a balancer and, if the policy says so, outlier detection of its own, which compares its
    instances with one another and not with those of other versions: Istio makes a cluster of Envoy's
    of each subset.
    """

    __slots__ = ("whole",)

    def __init__(
        self, whole: SegmentedRoute, balancer: Balancer, *, keyed: bool, by_client: bool
    ) -> None:
        super().__init__(whole.caller, balancer, keyed=keyed, by_client=by_client)
        self.whole = whole

    def distance_to(self, instance: Instance) -> Distance:
        return self.whole.distance_to(instance)

    def dropped(self, member: Member, now: float) -> None:
        self.whole.dropped(member, now)


class SegmentedRoute(Route):
    """One caller instance's way to the instances of a service, divided by their versions.

    Args:
        party: the service or traffic class that the caller belongs to.
        segmentation: which version a request goes to, and which instances have it.
        make: makes the subset of a version when the first of its instances is known.
    """

    __slots__ = ("make", "rules", "segmentation", "subsets")

    def __init__(
        self,
        caller: str,
        party: str,
        segmentation: Segmentation,
        make: Callable[[SegmentedRoute, str], Subset],
    ) -> None:
        super().__init__(caller, Balancer())
        self.segmentation = segmentation
        self.make = make
        self.rules: list[Rule] = segmentation.rules_for(party)
        self.subsets: dict[str, Subset] = {}
        # The balancers of the subsets are to hear of what is sent.
        self.tracks = True
        if segmentation.mirror_to is not None:
            self.mirror = Mirror(self)

    def learn(self, instances: list[Instance], now: float) -> None:
        version_of = self.segmentation.version_of
        parts: dict[str, list[Instance]] = {version: [] for version in self.subsets}
        for instance in instances:
            version = version_of.get(instance.name, "")
            if version not in parts:
                parts[version] = []
            parts[version].append(instance)
        known: dict[str, Member] = {}
        for version, part in parts.items():
            subset = self.subsets.get(version)
            if subset is None:
                subset = self.make(self, version)
                self.subsets[version] = subset
            subset.learn(part, now)
            for member in subset.members:
                known[member.name] = member
        self.members = [known[each.name] for each in instances]

    def refresh(self, now: float) -> None:
        for subset in self.subsets.values():
            subset.refresh(now)

    def mark(self, member: Member, now: float) -> None:
        member.route.mark(member, now)

    def stand_in(self, zone: str) -> None:
        self.home = zone
        for subset in self.subsets.values():
            subset.stand_in(zone)

    def pick(self, request: Request, now: float) -> Member | None:
        return self.pick_of(self.segmentation.version(request, self.rules), request, now)

    def pick_of(self, version: str, request: Request, now: float) -> Member | None:
        """The member of one version for the next attempt; None if none is known."""
        subset = self.subsets.get(version)
        if subset is None:
            return None
        member = subset.sole
        return subset.pick(request, now) if member is None else member

    def sent(self, member: Member, now: float) -> None:
        member.route.sent(member, now)
