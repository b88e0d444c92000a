"""The ways from caller instances to services, and what callers think of whom they ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import is_

from simulator.call.breaker import HALF_OPEN, NAMES, OPEN, Breaker
from simulator.call.breaker_set import BreakerSet
from simulator.call.route import Member, Route
from simulator.live.snapshot import BreakerView
from simulator.live.views.graph import Pair
from simulator.live.views.instances import shown
from simulator.scenario.building.world import World


@dataclass(frozen=True, slots=True)
class Kept:
    """One breaker that a caller instance keeps: of which `party` it is, and towards which service."""

    party: str
    caller: str
    service: str
    callee: str
    """The same service, or the instance of it that this one is for."""
    breaker: Breaker


class Routes:
    """All routes of a world, and the breakers on them.

    Routes and guards are there from the start of a run to its end; the breakers for single instances
    are made when these are first called. Those of a place that no instance has taken count for nothing.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.routes = list(_routes(world))
        self.service_of = {
            instance.name: name
            for name, service in world.services.items()
            for instance in service.everyone
        }
        self.goals: dict[int, str] = {}
        """Where each route leads, by its place among them."""
        self.acquaintances: dict[str, Acquaintance] = {}
        self.kept: list[Kept] = []
        self.sets: list[tuple[str, str, BreakerSet]] = []
        self.absent: set[str] = set()
        """Places among the instances that nobody has taken: they ask nobody."""
        self.find_breakers()
        self.refresh()

    def refresh(self) -> None:
        """Take account of who has come, and who has gone, since the last time."""
        services = self.world.services.values()
        there = {each.name for service in services for each in shown(self.world, service)}
        self.absent = self.service_of.keys() - there

    def find_breakers(self) -> None:
        """Look through the guards for breakers; what several guards share is kept once."""
        seen: set[tuple[str, int]] = set()
        for party, route in self.routes:
            for guard in route.guards:
                one, several = guard.breaker, guard.breakers
                if one is not None and (party, id(one)) not in seen:
                    seen.add((party, id(one)))
                    service = guard.target.partition(".")[0]
                    caller = "all callers" if guard.shared else route.caller
                    self.kept.append(Kept(party, caller, service, service, one))
                if several is not None and (party, id(several)) not in seen:
                    seen.add((party, id(several)))
                    self.sets.append((party, route.caller, several))

    def breakers(self) -> Iterator[Kept]:
        """All breakers that there are now."""
        yield from (each for each in self.kept if each.caller not in self.absent)
        for party, caller, several in self.sets:
            if caller in self.absent:
                continue
            for name, breaker in several.breakers.items():
                yield Kept(party, caller, self.service_of[name], name, breaker)

    def states(self, now: float) -> dict[Pair, dict[str, int]]:
        """By who calls whom, how many breakers are in which state."""
        found: dict[Pair, dict[str, int]] = {}
        for each in self.breakers():
            counts = found.setdefault((each.party, each.service), {})
            state = NAMES[state_of(each.breaker, now)]
            counts[state] = counts.get(state, 0) + 1
        return found

    def known(self, service: str) -> Mapping[str, int]:
        """By instance of a service, how many caller instances know it."""
        lists = [route.members for _, route in self.leading_to(service)]
        before = self.acquaintances.get(service)
        # Whoever learns of instances has a new list of them; there may be many, of many callers.
        if before is not None and _are_the_same(before.lists, lists):
            return before.callers
        known: dict[str, set[str]] = {}
        for _, route in self.leading_to(service):
            # A caller may have several ways to a service, under several policies.
            known.setdefault(route.caller, set()).update(each.name for each in route.members)
        callers = Counter(name for names in known.values() for name in names)
        self.acquaintances[service] = Acquaintance(lists, callers)
        return callers

    def shunned(self, service: str) -> Mapping[str, int]:
        """By instance of a service, how many of those who know it have put it aside."""
        aside = {
            (route.caller, member.name)
            for _, route in self.leading_to(service)
            for member in route.members
            if not member.healthy
        }
        return Counter(name for _, name in aside)

    def views_of(self, service: str, instance: str) -> dict[str, Member | None]:
        """By caller instance that asks a service, what it thinks of an instance if it knows it."""
        found: dict[str, Member | None] = {}
        for _, route in self.leading_to(service):
            member = next((each for each in route.members if each.name == instance), None)
            found[route.caller] = member or found.get(route.caller)
        return found

    def leading_to(self, service: str) -> list[tuple[str, Route]]:
        """The routes to a service of the callers that there are, with their parties.

        A route does not know where it leads as long as there has been nobody to know of.
        """
        for number, (_, route) in enumerate(self.routes):
            if number not in self.goals and route.members:
                self.goals[number] = self.service_of[route.members[0].name]
        return [
            each
            for number, each in enumerate(self.routes)
            if self.goals.get(number) == service and each[1].caller not in self.absent
        ]


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """By instance, how many callers know it, as these lists of members have it."""

    lists: Sequence[Sequence[Member]]
    callers: Mapping[str, int]


def _are_the_same(before: Sequence[object], now: Sequence[object]) -> bool:
    """Whether two sequences have the very same things."""
    return len(before) == len(now) and all(map(is_, before, now))


def _routes(world: World) -> Iterator[tuple[str, Route]]:
    for name, source in world.sources.items():
        for routes in source.clients:
            for route in routes:
                yield name, route
    for name, service in world.services.items():
        for instance in service.instances:
            for route in instance.routes:
                yield name, route


def state_of(breaker: Breaker, now: float) -> int:
    """What a breaker is now. It is not asked itself, since it would note what time has done to it."""
    if now < breaker.due:
        return breaker.state
    if breaker.state == OPEN:
        return HALF_OPEN
    if breaker.state == HALF_OPEN:
        return breaker.settings.after_half_open_wait
    return breaker.state


def breaker_view(kept: Kept, now: float) -> BreakerView:
    """One breaker, for whoever looks at it."""
    state = state_of(kept.breaker, now)
    until = kept.breaker.until if state == OPEN == kept.breaker.state else None
    return BreakerView(kept.caller, kept.callee, NAMES[state], until)
