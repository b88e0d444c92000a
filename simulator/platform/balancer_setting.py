"""By which balancer the routes of a caller choose, where configuration is pushed that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from simulator.balancing.balancer import Balancer
from simulator.call.route import Member, Route
from simulator.kernel.kernel import Kernel
from simulator.platform.configuration import Configuration, Setting


@dataclass(frozen=True, slots=True)
class Pushed:
    """One time that a push is on: the fault's name, and the how-manieth of its times it is."""

    name: str
    number: int


AS_BUILT = Pushed("", 0)
"""No push at all."""


@dataclass(slots=True)
class Choice:
    """A balancer of one route.

    Attributes:
        keyed, by_client: by what it tells requests apart, as in `Route`.
        notes: what it holds against each member (`cost`, `stamp`) while another has its place.
    """

    balancer: Balancer
    keyed: bool
    by_client: bool
    notes: dict[Member, tuple[float, float]] = field(default_factory=dict)


class Choosing:
    """All balancers that one route has, or a part of one: that of before the pushes, and theirs.

    Each looks at the same members. What these have under way is theirs and counts for whoever
    chooses; what a balancer has learnt of their latencies is its own, and nothing to the next one.

    Args:
        make: makes a fresh balancer, as a push has it, for the members that the route has now.
    """

    def __init__(self, route: Route, make: Callable[[Pushed, Route], Choice]) -> None:
        self.route = route
        self.make = make
        self.choices = {AS_BUILT: Choice(route.balancer, route.keyed, route.by_client)}

    def turn(self, left: Pushed, to: Pushed, kept: Sequence[Pushed], now: float) -> None:
        """Go from one balancer to another; of the others those of `kept` will be wanted again."""
        members = self.route.members
        self.choices[left].notes = {each: (each.cost, each.stamp) for each in members}
        self.choices = {each: choice for each, choice in self.choices.items() if each in kept}
        choice = self.choices.get(to)
        if choice is None:
            choice = self.choices[to] = self.make(to, self.route)
        for member in members:
            member.cost, member.stamp = choice.notes.get(member, (0.0, 0.0))
        self.route.choose_by(
            choice.balancer, keyed=choice.keyed, by_client=choice.by_client, now=now
        )


class BalancerSwitch:
    """What one caller instance has read of the balancer of its way to a service."""

    def __init__(self, setting: BalancerSetting) -> None:
        self.setting = setting
        self.parts: list[Choosing] = []
        self.on = AS_BUILT

    def join(self, part: Choosing) -> None:
        """One more route, or part of one, goes by it."""
        self.parts.append(part)
        if self.on is not AS_BUILT:
            part.turn(AS_BUILT, self.on, self.setting.stack, self.setting.kernel.now)

    def read(self) -> None:
        """Choose as it was said last."""
        left, latest = self.on, self.setting.latest
        if latest == left:
            return
        self.on = latest
        for part in self.parts:
            part.turn(left, latest, self.setting.stack, self.setting.kernel.now)


class BalancerSetting(Setting[Pushed]):
    """By which balancer a caller's instances choose among those of one service.

    In the real world: the `lb_policy` of a cluster, which Envoy has by xDS. A new cluster is set up
    with it, and takes the place of the old one when it is warm; requests under way are left to end.

    Here: the balancer changes and nothing else does: a member's requests under way, its health and
    its slow start go on. One that is put back goes on with what it had learnt.

    Left out: the warming of a new cluster and its connections; that its hosts are new ones, which
    begin with nothing counted.

    Source: Envoy, "Cluster manager", cluster warming; `Cluster.lb_policy`; `HostDescriptionImpl`
    (each host has counts of its own) and `BaseDynamicClusterImpl::updateDynamicHostList` (it takes
    over those of its own cluster alone), upstream_impl.cc.

    Attributes:
        pushes: the names of those that may come.
        switches: what each caller instance has read.
    """

    def __init__(self, kernel: Kernel, readers: Configuration | None) -> None:
        super().__init__(AS_BUILT, readers)
        self.kernel = kernel
        self.pushes: list[str] = []
        self.switches: list[BalancerSwitch] = []

    def switch(self, caller: str) -> BalancerSwitch:
        """What one caller instance goes by."""
        switch = BalancerSwitch(self)
        self.switches.append(switch)
        if self.readers is not None:
            self.readers.reader(caller).switches.append(switch)
        return switch

    def apply(self) -> None:
        for switch in self.switches:
            switch.read()


class BalancerChange:
    """What one push makes of a setting: its own balancer, fresh each time."""

    def __init__(self, setting: BalancerSetting, name: str) -> None:
        self.setting = setting
        self.pushed = Pushed(name, 0)

    def push(self) -> None:
        self.pushed = Pushed(self.pushed.name, self.pushed.number + 1)
        self.setting.push(self.pushed)

    def take_back(self) -> None:
        self.setting.take_back(self.pushed)
