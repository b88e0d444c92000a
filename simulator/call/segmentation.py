"""Which version of a service gets which requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.balancing.hashing import HASHES
from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from simulator.call.segmented import SegmentedRoute
    from simulator.call.site import Site
    from simulator.traffic.request import Nature, Request, Tally

SLOTS: Final = 10_000
"""The parts into which requests, or users, are divided: weights are exact to a hundredth of a percent."""
OF_THE_MIRROR: Final = 0x9E3779B97F4A7C15
"""What turns the hash by which a version is chosen into the one by which copies are."""


class Rule:
    """Whose requests go to a certain version, whatever the weights; what is empty matches all.

    Args:
        to: the version; "" for the one that the service begins with.
        classes: the traffic classes that the requests belong to.
        callers: the services and classes that make the call.
        keys: what the requests are about.
        priorities: how urgent they are.
    """

    __slots__ = ("callers", "classes", "keys", "priorities", "to")

    def __init__(
        self,
        to: str,
        classes: frozenset[str] = frozenset(),
        callers: frozenset[str] = frozenset(),
        keys: frozenset[int] = frozenset(),
        priorities: frozenset[int] = frozenset(),
    ) -> None:
        self.to = to
        self.classes = classes
        self.callers = callers
        self.keys = keys
        self.priorities = priorities

    def matches(self, request: Request) -> bool:
        """Whether all that the rule asks of a request, but for its caller, holds."""
        nature = request.tally.nature
        return (
            (not self.classes or nature.traffic in self.classes)
            and (not self.priorities or nature.priority in self.priorities)
            and (not self.keys or request.subject() in self.keys)
        )


class Segmentation:
    """How the requests to one service are divided among its versions, by all who call it.

    In the real world: a service mesh or a gateway splits traffic by weights and by what requests
    say of themselves (their headers), and sends copies of some to a version that nobody depends on.

    Here: the first rule that matches decides; else the weights do. Requests, or with `sticky` users,
    are hashed onto 10,000 slots, which belong to versions in proportion to the weights. When weights
    change, no more slots change hands than must, so that as few users as can be meet another version.
    The hash is of the request's number: a request that asks the service several times, or again,
    meets the same version each time. A version without instances gets its part all the same, and
    those calls end `no_instance`, as with Envoy, which answers 503.

    Left out: weights that heed the health of a version's instances; cookies that outlive a change of
    the weights.

    Source: Istio, VirtualService (`weight`, `match`, `mirror`) and DestinationRule (`subsets`);
    Envoy, `weighted_clusters` and issue 43150; Gateway API, HTTPRoute; Argo Rollouts, "Traffic
    Management".

    Args:
        salt: 64 random bits, of this service and this run.
        sticky: whether a user's requests all meet the same version.

    Attributes:
        version_of: the version of each instance, by its name; "", also of those that are not in it,
            for the one that the service begins with.
        mirror_to: the version that gets copies, of a `mirror_share` of the calls; None for none.
        routes: the ways of all callers.
        sites, tallies: where copies are drawn for, by the site of what is copied, and counted.
    """

    __slots__ = (
        "mirror_share",
        "mirror_to",
        "routes",
        "rules",
        "salt",
        "sites",
        "sticky",
        "table",
        "tallies",
        "version_of",
    )

    def __init__(self, salt: int, *, sticky: bool = False) -> None:
        self.salt = salt
        self.sticky = sticky
        self.version_of: dict[str, str] = {}
        self.rules: list[Rule] = []
        self.mirror_to: str | None = None
        self.mirror_share = 0.0
        self.routes: list[SegmentedRoute] = []
        self.table: list[str] = [""] * SLOTS
        self.sites: dict[Site, Site] = {}
        self.tallies: dict[Nature, Tally] = {}

    def set_weights(self, weights: dict[str, float]) -> None:
        """From now on versions get their parts in proportion to these.

        Raises:
            SimulatorError: if one is negative, or there is none above 0.
        """
        total = sum(weights.values())
        if total <= 0.0 or min(weights.values()) < 0.0:
            raise SimulatorError(f"versions cannot share by these weights: {weights}")
        left = whole_parts([each / total for each in weights.values()], SLOTS)
        quotas = dict(zip(weights, left, strict=True))
        free = []
        for slot, version in enumerate(self.table):
            quota = quotas.get(version, 0)
            if quota > 0:
                quotas[version] = quota - 1
            else:
                free.append(slot)
        for version, quota in quotas.items():
            for _ in range(quota):
                self.table[free.pop()] = version

    def set_mirror(self, to: str | None, share: float = 1.0) -> None:
        """From now on a version gets copies of so many of the calls; None for nobody."""
        self.mirror_to = to
        self.mirror_share = share

    def assign(self, instance: str, version: str, now: float) -> None:
        """An instance is of another version from now on."""
        if self.version_of.get(instance, "") == version:
            return
        self.version_of[instance] = version
        for route in self.routes:
            if any(each.name == instance for each in route.members):
                route.learn([each.instance for each in route.members], now)

    def rules_for(self, party: str) -> list[Rule]:
        """The rules that may match what a service or a traffic class asks, in their order."""
        return [each for each in self.rules if not each.callers or party in each.callers]

    def version(self, request: Request, rules: list[Rule]) -> str:
        """Where a request goes; `rules` are those for its caller."""
        for rule in rules:
            if rule.matches(request):
                return rule.to
        if self.sticky:
            return self.table[request.cohort(self.salt) % SLOTS]
        return self.table[request.lot(self.salt) % SLOTS]

    def mirrors(self, request: Request) -> bool:
        """Whether the calls of a request are copied."""
        if self.mirror_to is None:
            return False
        return request.lot(self.salt ^ OF_THE_MIRROR) < self.mirror_share * HASHES


def whole_parts(shares: list[float], count: int) -> list[int]:
    """`count` things divided by shares that sum to 1; the largest remainders are rounded up."""
    parts = [int(share * count) for share in shares]
    order = sorted(range(len(shares)), key=lambda i: parts[i] - shares[i] * count)
    for number in order[: count - sum(parts)]:
        parts[number] += 1
    return parts
