"""One caller instance's way to the instances of one service."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.balancing.balancer import NO_KEY, Balancer
from simulator.balancing.candidate import Candidate
from simulator.network.distance import NO_DISTANCE, Distance

if TYPE_CHECKING:
    from simulator.call.guard import Guard
    from simulator.call.mirror import Mirror
    from simulator.discovery.outlier import OutlierDetector
    from simulator.network.atlas import Atlas
    from simulator.observe.event_log import EventLog
    from simulator.service.instance import Instance
    from simulator.traffic.request import Request


class Member(Candidate):
    """An instance in the view of one caller.

    Attributes:
        checked: whether the caller's active checks of it pass, if it makes any.
        distance: how far it is from the caller.
        ejected: whether outlier detection has put it aside.
        gone: whether the caller has been told that there is no such instance.
    """

    __slots__ = ("checked", "distance", "ejected", "gone", "instance", "route")

    def __init__(self, instance: Instance, route: Route) -> None:
        super().__init__(instance.name, instance.weight, instance.zone)
        self.instance = instance
        self.distance: Distance = route.distance_to(instance)
        self.route = route
        self.checked = True
        self.ejected = False
        self.gone = False

    @property
    def usable(self) -> bool:
        """Whether the caller knows no reason not to ask it."""
        return self.checked and not self.ejected and not self.gone


@mypyc_attr(allow_interpreted_subclasses=True)
class Route:
    """The instances that a caller knows of a service, and its balancer over them.

    Attributes:
        caller: the caller instance's name.
        members: who it thinks there is.
        sole: the only member, where nothing has to be watched: no balancer is asked.
        tracks: whether the route must be told of what is sent and what came of it.
        by_client: whether requests are told apart by their client, not by what they are about.
        outliers: who puts aside members that fail, if anybody.
        guards: the policies of the calls that go this way.
        home: the zone of the caller; "" for nowhere in particular.
        atlas: how far it is from there to the instances, where they have places.
        events: where it is noted whom the caller puts aside, and takes back.
    """

    __slots__ = (
        "atlas",
        "balancer",
        "by_client",
        "caller",
        "events",
        "guards",
        "home",
        "keyed",
        "members",
        "mirror",
        "outliers",
        "sole",
        "tracks",
    )

    def __init__(
        self, caller: str, balancer: Balancer, *, keyed: bool = False, by_client: bool = False
    ) -> None:
        self.caller = caller
        self.balancer = balancer
        self.keyed = keyed
        self.by_client = by_client
        self.home = ""
        self.atlas: Atlas | None = None
        self.members: list[Member] = []
        self.sole: Member | None = None
        self.outliers: OutlierDetector | None = None
        self.guards: list[Guard] = []
        self.mirror: Mirror | None = None
        self.events: EventLog | None = None
        self.tracks = balancer.watches

    def distance_to(self, instance: Instance) -> Distance:
        """How far it is from the caller to an instance, where both stand now."""
        if self.atlas is None:
            return NO_DISTANCE
        return self.atlas.distance(self.home, instance.zone)

    def stand_in(self, zone: str) -> None:
        """The caller stands in a zone from now on; its balancer goes on as it was made."""
        self.home = zone
        for member in self.members:
            member.distance = self.distance_to(member.instance)

    def moved(self, instance: Instance, now: float) -> None:
        """An instance stands in another zone than before."""
        found = False
        for member in self.members:
            if member.instance is instance:
                found = True
                member.zone = instance.zone
        if found:
            self.refresh(now)

    def learn(self, instances: list[Instance], now: float) -> None:
        """From now on these are the instances that the caller knows, in this order."""
        known = {each.instance.name: each for each in self.members}
        members = []
        for instance in instances:
            member = known.pop(instance.name, None)
            if member is None:
                member = Member(instance, self)
                member.since = now if now > 0.0 else -inf
            members.append(member)
        self.members = members
        for member in known.values():
            member.gone = True
            self.dropped(member, now)
        self.refresh(now)

    def refresh(self, now: float) -> None:
        """Tell the balancer who there is, and how they are."""
        candidates: list[Candidate] = []
        for member in self.members:
            member.healthy = member.usable
            zone = member.instance.zone
            if zone or self.atlas is not None:
                # Since the last time it may have moved, though it was known all along.
                member.zone = zone
                member.distance = self.distance_to(member.instance)
            candidates.append(member)
        self.balancer.update(candidates, now)
        self.sole = None
        if len(self.members) == 1 and not self.tracks and self.members[0].usable:
            self.sole = self.members[0]

    def choose_by(self, balancer: Balancer, *, keyed: bool, by_client: bool, now: float) -> None:
        """From now on another balancer chooses among the members that the route knows."""
        self.balancer = balancer
        self.keyed = keyed
        self.by_client = by_client
        self.refresh(now)

    def mark(self, member: Member, now: float) -> None:
        """The checks of a member, or its ejection, have come to another end than before."""
        if member.usable == member.healthy:
            return
        if member.usable:
            member.since = now
        else:
            self.dropped(member, now)
        if self.events is not None:
            why = "healthy" if member.usable else "ejected" if member.ejected else "unhealthy"
            self.events.note(now, "choice", f"{self.caller} > {member.name}", why)
        self.refresh(now)

    def dropped(self, member: Member, now: float) -> None:
        """The caller has learnt not to ask this member."""
        if member.instance.death is not None:
            member.instance.death.noticed(self, now)

    def pick(self, request: Request, now: float) -> Member | None:
        """The member for the next attempt; None if none is known."""
        key = NO_KEY
        if self.keyed:
            key = (
                request.tally.nature.client_of(request.index)
                if self.by_client
                else request.subject()
            )
        picked = self.balancer.pick(key, now)
        if picked is None:
            return None
        assert isinstance(picked, Member)
        return picked

    def sent(self, member: Member, now: float) -> None:
        """An attempt goes to `member`."""
        self.balancer.sent(member, now)

    def ended(self, member: Member, now: float, seconds: float, outcome: int) -> None:
        """An attempt that went to `member` ended, for the caller, in `outcome` after `seconds`."""
        self.balancer.ended(member, now, seconds, outcome > 1)
        if self.outliers is not None:
            self.outliers.ended(member, now, outcome)
