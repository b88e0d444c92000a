"""From the name of a balancer and its options to the thing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from simulator.balancing.balancer import Balancer
from simulator.balancing.bounded_load_hash import BoundedLoadHash
from simulator.balancing.chance import Chance
from simulator.balancing.healthy import Healthy
from simulator.balancing.join_idle_queue import JoinIdleQueue
from simulator.balancing.least_connections import LeastConnections
from simulator.balancing.least_latency import LeastLatency
from simulator.balancing.least_request import LeastRequest
from simulator.balancing.locality import Locality
from simulator.balancing.maglev import Maglev
from simulator.balancing.peak_ewma import PeakEwma
from simulator.balancing.prequal import Prequal
from simulator.balancing.priority import Priority
from simulator.balancing.random import Random
from simulator.balancing.regional import Regional
from simulator.balancing.rendezvous_hash import RendezvousHash
from simulator.balancing.ring_hash import RingHash
from simulator.balancing.round_robin import RoundRobin
from simulator.balancing.shortest_queue import ShortestQueue
from simulator.balancing.slow_start import SlowStart
from simulator.balancing.sticky import Sticky
from simulator.balancing.subset import Subset
from simulator.balancing.weighted_random import WeightedRandom
from simulator.balancing.weighted_round_robin import WeightedRoundRobin
from simulator.network.atlas import Atlas
from simulator.scenario.docstring import docstring_of
from simulator.scenario.model import balancer as model
from simulator.scenario.model.policy import Policy

KEYED = frozenset({"ring_hash", "maglev", "bounded_load_hash", "rendezvous_hash", "sticky"})
"""The algorithms that go by what a request is about, or by whom it is from."""
BY_CLIENT = frozenset({"sticky"})
OVERPROVISIONING = 1.4
"""How much more than its healthy share a level of Envoy's priorities can bear, by default."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a balancer works for.

    Attributes:
        name: the caller instance's.
        number: its number among the callers of its kind.
        zone: where it is; "" for nowhere in particular.
        zones: how many callers of its kind each zone has.
    """

    name: str
    number: int
    zone: str
    zones: Mapping[str, int]


class BalancerMaker:
    """Makes the balancers of one caller for one service.

    Args:
        caller: whom for.
        chance: makes a stream of uniform numbers, named.
        start: where round robin begins.
        shuffled: the order of `count` instances in a round of subsetting.
        atlas: which zones are in which region, where they are in any.
        regions: those of a service that has a balancer for each; none if it has one for all.

    Attributes:
        idle_queues, probers: those made that wait for word from the instances.
    """

    def __init__(
        self,
        caller: Caller,
        chance: Callable[[str], Chance],
        start: int,
        shuffled: Callable[[int, int], list[int]],
        atlas: Atlas | None = None,
        regions: Sequence[str] = (),
    ) -> None:
        self.atlas = atlas
        self.regions = regions
        self.caller = caller
        self.chance = chance
        self.start = start
        self.shuffled = shuffled
        self.idle_queues: list[JoinIdleQueue] = []
        self.probers: list[Prequal] = []

    def make(self, policy: Policy) -> Balancer:
        """The balancer that a policy asks for, in all its wrappings; where it has regions, one each."""
        if self.atlas is None or not self.regions:
            return self.whole(policy)
        return Regional(
            self.atlas, {each: self.within(each).whole(policy) for each in self.regions}
        )

    def within(self, region: str) -> BalancerMaker:
        """Makes the balancers of one region, where a caller from elsewhere has no zone of its own."""
        atlas, caller, chance = self.atlas, self.caller, self.chance
        assert atlas is not None
        zones = {zone: n for zone, n in caller.zones.items() if atlas.region_of(zone) == region}
        there = replace(caller, zone=caller.zone if caller.zone in zones else "", zones=zones)
        maker = BalancerMaker(
            there, lambda part: chance(f"{region}/{part}"), self.start, self.shuffled, atlas
        )
        maker.idle_queues, maker.probers = self.idle_queues, self.probers
        return maker

    def whole(self, policy: Policy) -> Balancer:
        """The balancer that a policy asks for over all the instances that it is told of."""
        name, _ = model.chosen(policy.balancer)
        balancer = self.algorithm(policy.balancer, policy.panic_threshold)
        slow = policy.slow_start
        if isinstance(slow, model.SlowStart):
            balancer = SlowStart(
                balancer, slow.window, slow.aggression, slow.minimum, self.chance("slow_start")
            )
        checked = policy.outlier is not None or policy.health_check is not None
        if checked and name not in ("locality", "priority"):
            balancer = Healthy(balancer, policy.panic_threshold)
        if policy.subset is not None:
            balancer = Subset(balancer, policy.subset, self.caller.number, self.shuffled)
        return balancer

    def algorithm(self, choice: model.BalancerChoice | str, panic: float) -> Balancer:
        """The bare algorithm."""
        name, options = model.chosen(choice)
        if isinstance(options, model.Locality):
            if not self.caller.zone:
                return Healthy(self.simple(options.within, "all"), panic)
            within = options.within
            if options.failover:
                return self.failover(options, panic)
            return Locality(
                self.caller.zone,
                self.caller.zones,
                lambda zone: self.simple(within, zone),
                self.chance("locality"),
                panic,
                options.minimum_size,
            )
        if isinstance(options, model.Priority):
            within = options.within
            return Priority(
                options.levels,
                lambda zone: self.simple(within, zone),
                self.chance("priority"),
                options.overprovisioning,
                panic,
                self.zones,
            )
        if isinstance(options, model.Sticky):
            return Sticky(self.simple(options.within, "new"), options.timeout)
        return self.plain(name, options, "")

    def failover(self, options: model.Locality, panic: float) -> Balancer:
        """Istio's locality failover: Envoy's priorities, in the order of nearness."""
        atlas, home = self.atlas, self.caller.zone
        levels = [home]
        if atlas is not None:
            region = atlas.region_of(home)
            levels += [each for each in (region, options.to.get(region)) if each]
        return Priority(
            levels,
            lambda level: self.simple(options.within, level),
            self.chance("locality"),
            OVERPROVISIONING,
            panic,
            self.zones,
        )

    @property
    def zones(self) -> Mapping[str, Sequence[str]]:
        """The zones of each region."""
        return {} if self.atlas is None else self.atlas.zones

    def simple(self, name: str, part: str) -> Balancer:
        """One of the algorithms that work within others, for a part of the instances."""
        _, options = model.chosen(name)
        return self.plain(name, options, part)

    def plain(self, name: str, options: object, part: str) -> Balancer:
        """An algorithm that needs no other."""
        if isinstance(options, model.LeastRequest):
            if options.choices == "all":
                return ShortestQueue(self.chance(part))
            return LeastRequest(self.chance(part), options.choices, options.bias)
        if isinstance(options, model.LeastLatency):
            return LeastLatency(options.decay)
        if isinstance(options, model.PeakEwma):
            return PeakEwma(self.chance(part), options.decay)
        if isinstance(options, model.RingHash):
            return RingHash(self.chance(part), options.minimum_size, options.maximum_size)
        if isinstance(options, model.Maglev):
            return Maglev(self.chance(part), options.table_size)
        if isinstance(options, model.BoundedLoadHash):
            return BoundedLoadHash(self.chance(part), options.factor, options.minimum_size)
        if isinstance(options, model.Prequal):
            prequal = Prequal(
                self.chance(part),
                options.probes,
                options.pool,
                options.age,
                options.remove,
                options.quantile,
            )
            self.probers.append(prequal)
            return prequal
        if name == "join_idle_queue":
            idle = JoinIdleQueue(self.chance(part))
            self.idle_queues.append(idle)
            return idle
        if name == "rendezvous_hash":
            return RendezvousHash(self.chance(part))
        if name == "round_robin":
            return RoundRobin(self.start)
        if name == "weighted_round_robin":
            return WeightedRoundRobin()
        if name == "weighted_random":
            return WeightedRandom(self.chance(part))
        if name == "least_connections":
            return LeastConnections()
        assert name == "random", name
        return Random(self.chance(part))


CLASSES: dict[str, type[Balancer]] = {
    "random": Random,
    "round_robin": RoundRobin,
    "weighted_round_robin": WeightedRoundRobin,
    "weighted_random": WeightedRandom,
    "least_request": LeastRequest,
    "least_connections": LeastConnections,
    "least_latency": LeastLatency,
    "peak_ewma": PeakEwma,
    "join_idle_queue": JoinIdleQueue,
    "prequal": Prequal,
    "ring_hash": RingHash,
    "maglev": Maglev,
    "bounded_load_hash": BoundedLoadHash,
    "rendezvous_hash": RendezvousHash,
    "sticky": Sticky,
    "locality": Locality,
    "priority": Priority,
}
"""Every algorithm, by the name that a scenario calls it."""


class Summary(TypedDict):
    """One algorithm in a list: its name, what it does, and its options with their defaults."""

    name: str
    summary: str
    options: dict[str, object]


def summary_of(name: str) -> Summary:
    """What a list says of an algorithm."""
    document = docstring_of(CLASSES[name])
    fields = model.OPTIONS[name].model_fields if name in model.OPTIONS else {}
    options = {key: written(field.default) for key, field in fields.items()}
    return {"name": name, "summary": document.partition("\n")[0], "options": options}


def explain(name: str) -> str:
    """All there is to say of an algorithm: what it does, when it wins and loses, its options."""
    text = f"{name}\n\n{docstring_of(CLASSES[name])}\n"
    if name in model.OPTIONS:
        text += "\nOptions:\n"
        for key, field in model.OPTIONS[name].model_fields.items():
            text += f"  {key} ({written(field.get_default(call_default_factory=True))}): {field.description}\n"
    return text


def written(value: object) -> object:
    """A default as a scenario would have it."""
    if isinstance(value, tuple):
        return list(value)
    if value == {}:
        return "none"
    return f"{value:g}" if isinstance(value, float) else value
