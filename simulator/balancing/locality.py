"""Zone-aware routing: at home first, abroad for what home cannot bear."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.balancing.healthy import Healthy


class Locality(Balancer):
    """Keeps requests in the caller's zone as far as its share of instances allows.

    If the zone's share of the instances is at least its share of the callers, all stays at home.
    Otherwise home gets the share that it has instances for, and the rest spills over to zones that
    have more instances than callers, by how many more. Below `least_size` instances, or with
    fewer than two zones in common, zones are not looked at.

    Wins on latency and on the cost of traffic between zones; loses when the load of zones differs
    from their share of callers, since it follows the callers, not the load. Cost of the inner
    balancer, and a draw when there is spilling over.

    Source: Envoy, "Zone aware routing"; source/common/upstream/load_balancer_impl.cc.

    Args:
        home: the caller's zone.
        callers: how many callers each zone has.
        within: makes the balancer for one zone, and for all together.
        panic_threshold: below which share of healthy ones all are asked.
    """

    __slots__ = ("callers", "chance", "everyone", "home", "least_size", "panic", "shares", "zones")

    def __init__(
        self,
        home: str,
        callers: Mapping[str, int],
        within: Callable[[str], Balancer],
        chance: Chance,
        panic_threshold: float,
        least_size: int,
    ) -> None:
        super().__init__()
        self.home = home
        self.callers = callers
        self.chance = chance
        self.panic = panic_threshold
        self.least_size = least_size
        self.everyone: Balancer = Healthy(within(""), panic_threshold)
        self.zones: dict[str, Balancer] = {zone: within(zone) for zone in sorted(callers)}
        self.watches = self.everyone.watches
        self.weighs = self.everyone.weighs
        self.shares: list[tuple[float, Balancer]] = []

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        self.shares = []
        healthy = [each for each in candidates if each.healthy]
        zones = sorted({each.zone for each in candidates})
        panicking = len(healthy) < self.panic * len(candidates)
        if (
            panicking
            or len(candidates) < self.least_size
            or len(zones) < 2
            or zones != sorted(self.callers)
        ):
            self.everyone.update(candidates, now)
            return
        upstream = dict.fromkeys(zones, 0.0)
        for each in healthy:
            upstream[each.zone] += 1.0 / len(healthy)
        total = sum(self.callers.values())
        local = {zone: self.callers[zone] / total for zone in zones}
        for zone in zones:
            self.zones[zone].update([each for each in healthy if each.zone == zone], now)
        at_home = 1.0
        if upstream[self.home] < local[self.home]:
            at_home = upstream[self.home] / local[self.home]
        self.shares.append((at_home, self.zones[self.home]))
        spare = {zone: max(0.0, upstream[zone] - local[zone]) for zone in zones}
        room = sum(spare.values())
        bound = at_home
        for zone in zones:
            if zone != self.home and at_home < 1.0 and spare[zone] > 0.0:
                bound += (1.0 - at_home) * spare[zone] / room
                self.shares.append((bound, self.zones[zone]))

    def pick(self, key: int, now: float) -> Candidate | None:
        shares = self.shares
        if not shares:
            return self.everyone.pick(key, now)
        if len(shares) == 1:
            return shares[0][1].pick(key, now)
        drawn = self.chance.next()
        for bound, balancer in shares:
            if drawn < bound:
                return balancer.pick(key, now)
        return shares[-1][1].pick(key, now)

    def responsible(self, candidate: Candidate) -> Balancer:
        """Whoever chose `candidate`."""
        return self.zones.get(candidate.zone, self.everyone) if self.shares else self.everyone

    def sent(self, candidate: Candidate, now: float) -> None:
        self.responsible(candidate).sent(candidate, now)

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        self.responsible(candidate).ended(candidate, now, seconds, failed)
