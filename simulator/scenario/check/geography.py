"""Regions, the zones in them, and who is led to them."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.building.places import measured_regions, round_trip
from simulator.scenario.building.placing import standings
from simulator.scenario.check.calls import CallCheck
from simulator.scenario.check.findings import Findings
from simulator.scenario.model import balancer as balancers
from simulator.scenario.model.gslb import Gslb
from simulator.scenario.model.policy import Policy
from simulator.scenario.policies import WITHOUT_FALLBACK, instead_of, policy_of
from simulator.scenario.problem import few, nearest
from simulator.scenario.source import DataPath

BY_PLACE = ("nearest", "latency", "geo", "anycast")
"""The ways of leading callers to regions that go by where the caller is."""


class GeographyCheck:
    """Every zone must lie somewhere, and every two regions must be so and so far apart."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.scenario = findings.scenario
        self.network = findings.scenario.network
        self.regions = list(self.network.regions)

    def places(self) -> None:
        """Where everything is, and how far apart."""
        network = self.network
        for number, pair in enumerate(network.between):
            for key, name in (("a", pair.a), ("b", pair.b)):
                self.region(("network", "between", number, key), name)
        for name, region in network.regions.items():
            if region.at is not None and region.at not in measured_regions():
                hint = nearest(region.at, measured_regions()) or few(measured_regions())
                path: DataPath = ("network", "regions", name, "at")
                self.findings.wrong(path, f"no distances are known from `{region.at}`{hint}")
        if not self.findings.problems:
            self.distances()
        if self.regions:
            self.zones()

    def region(self, path: DataPath, name: str) -> bool:
        """Whether there is such a region."""
        if name in self.regions:
            return True
        hint = nearest(name, self.regions) or few(self.regions)
        hint = hint or "; `network` has no `regions`"
        self.findings.wrong(path, f"unknown region `{name}`{hint}")
        return False

    def distances(self) -> None:
        """Any two regions are so and so far apart."""
        for number, name in enumerate(self.regions):
            for other in self.regions[:number]:
                if round_trip(self.network, name, other) is None:
                    message = (
                        f"how far is `{name}` from `{other}`? Say where it lies (`at`), or give the two "
                        "an entry in `between`"
                    )
                    self.findings.wrong(("network", "regions", name), message, key=True)
                    break

    def zones(self) -> None:
        """Every zone is in a region."""
        known = [zone for region in self.network.regions.values() for zone in region.zones]
        for path, zone in self.every_zone():
            if zone not in known:
                hint = nearest(zone, known)
                self.findings.wrong(path, f"the zone `{zone}` is in none of the `regions`{hint}")

    def every_zone(self) -> Iterator[tuple[DataPath, str]]:
        """Each zone that callers, instances or nodes are said to be in."""
        for name, traffic in self.scenario.traffic.items():
            if traffic.zone is not None:
                yield ("traffic", name, "zone"), traffic.zone
        platform = self.scenario.platform
        for service, model in self.scenario.services.items():
            for place, zone in () if model.cdn is None else model.cdn.places():
                yield ("services", service, "cdn", *place, "zone"), zone
        if platform is None:
            for service, model in self.scenario.services.items():
                for number, zone in enumerate(model.zones if model.on_nodes else ()):
                    yield ("services", service, "zones", number), zone
        else:
            for pool, nodes in platform.nodes.items():
                for number, zone in enumerate(nodes.zones):
                    yield ("platform", "nodes", pool, "zones", number), zone

    # What calls make of it.

    def calls(self) -> None:
        """Callers must be somewhere, and be led to where instances are."""
        told: set[tuple[str, str]] = set()
        for path, target, own in CallCheck(self.findings).every_call():
            other = instead_of(policy_of(self.scenario, target.partition(".")[0], own))
            asked = [(target, own)] if other is None else [(target, own), (other, WITHOUT_FALLBACK)]
            for endpoint, said in asked:
                service = endpoint.partition(".")[0]
                policy = policy_of(self.scenario, service, said)
                led = self.led(str(path[1]), service, policy)
                for message in (*self.failing_over(policy), *led):
                    if (service, message) not in told:
                        told.add((service, message))
                        self.findings.wrong(path, f"the call of `{endpoint}` {message}")

    def failing_over(self, policy: Policy) -> Iterator[str]:
        """Whoever fails over must be able to see that something has failed."""
        _, options = balancers.chosen(policy.balancer)
        if not isinstance(options, balancers.Locality) or not options.failover:
            return
        if policy.outlier is None and policy.health_check is None:
            yield (
                "fails over between localities, but nobody tells who is ill: it needs `outlier` or "
                "`health_check`"
            )
        for name in (*options.to, *options.to.values()):
            if name not in self.regions:
                yield f"fails over to or from an unknown region `{name}`{few(self.regions)}"

    def led(self, party: str, service: str, policy: Policy) -> Iterator[str]:
        """Whom `gslb` leads where."""
        given = policy.gslb
        if given is None:
            return
        if not self.regions:
            yield "goes by regions (`gslb`), but `network` has no `regions`"
            return
        if policy.via != "client":
            yield f"goes by regions (`gslb`), which does not go with `via: {policy.via}`"
        if balancers.chosen(policy.balancer)[0] == "join_idle_queue":
            yield "goes by regions (`gslb`), which does not go with the balancer `join_idle_queue`"
        if self.scenario.services[service].routing is not None:
            yield f"goes by regions (`gslb`), which does not go with a `routing` of `{service}`"
        if given.policy in BY_PLACE and not self.somewhere(party):
            yield f"goes by where its caller is (`{given.policy}`), and `{party}` has no zone"
        yield from self.named(service, given)

    def somewhere(self, party: str) -> bool:
        """Whether the callers of a kind are anywhere."""
        if party in self.scenario.traffic:
            return self.scenario.traffic[party].zone is not None
        return self.scenario.platform is not None or bool(self.scenario.services[party].zones)

    def named(self, service: str, given: Gslb) -> Iterator[str]:
        """The regions that are answered must have instances, and those of callers must be there."""
        zones = {each.zone for each in standings(self.scenario) if each.service == service}
        there = [name for name, each in self.network.regions.items() if zones & set(each.zones)]
        if not there:
            yield f"goes by regions (`gslb`), but no instance of `{service}` is in one"
            return
        answered = [*given.regions, *(given.weights or ()), *(given.geo or {}).values()]
        if given.default is not None:
            answered.append(given.default)
        regions = given.regions or there
        for name in dict.fromkeys(answered):
            if name not in self.regions:
                yield f"goes to an unknown region `{name}`{nearest(name, self.regions)}"
            elif name not in there:
                yield f"goes to the region `{name}`, where no instance of `{service}` is"
            elif name not in regions:
                yield f"goes to the region `{name}`, which is not among its `regions`"
        for name in given.geo or ():
            if name not in self.regions:
                yield f"goes by an unknown region `{name}`{nearest(name, self.regions)}"
