"""How endpoints and traffic classes make their calls."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from pathlib import Path

from simulator.call.edge import NO_GUARD, CallPoint, Edge
from simulator.call.patience import Patience
from simulator.distribution.distribution import Distribution
from simulator.kernel.kernel import Kernel
from simulator.network.link import Link
from simulator.observe.ledger import Ledger
from simulator.platform.balancer_setting import BalancerChange, BalancerSetting
from simulator.platform.configuration import CallChange, CallSetting, Change, Configuration, Polling
from simulator.scenario.building.laws import law_of
from simulator.scenario.building.pushes import Push, pushes_of
from simulator.scenario.building.routes import Way
from simulator.scenario.building.segmentations import is_mirrored
from simulator.scenario.guards.maker import GuardPlan
from simulator.scenario.model.distribution import Constant, Dist
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.policies import (
    WITHOUT_FALLBACK,
    calls_and_fallbacks,
    instead_of,
    is_guarded,
    policy_of,
)
from simulator.scenario.proxies import before_proxy, proxy_name
from simulator.service.endpoint import Endpoint


class CallPointMaker:
    """Makes call points, with the links and edges that they go by.

    `edges` are in the order of their numbers. `ways` are those of each party to the services that it
    calls, and `plans` the guards on each: a call point knows both by number. `pushed` has for each
    configuration push what it changes. Among the plans are the settings that each instance reads for
    itself; `configurations` has who reads them, by party. `balancers` are the settings of balancers,
    by party and service, where any is pushed.
    """

    def __init__(
        self,
        scenario: Scenario,
        kernel: Kernel,
        ledger: Ledger,
        endpoints: Mapping[str, Endpoint],
        quantities: dict[str, Distribution],
        folder: Path | None,
    ) -> None:
        self.scenario = scenario
        self.kernel = kernel
        self.ledger = ledger
        self.endpoints = endpoints
        self.quantities = quantities
        self.folder = folder
        self.links: dict[tuple[str, str], Link] = {}
        self.edges: list[Edge] = []
        self.edge_numbers: dict[tuple[str, str], Edge] = {}
        self.patience: dict[float, Patience] = {}
        self.ways: dict[str, list[Way]] = {}
        self.plans: dict[tuple[str, int], list[GuardPlan | CallSetting]] = {}
        self.configurations: dict[str, Configuration] = {}
        self.pushes = pushes_of(scenario)
        self.pushed: dict[str, list[Change]] = {}
        self.balancers: dict[tuple[str, str], BalancerSetting] = {}
        self.guarded = self.guarded_pairs()
        self.lay_links()

    def lay_links(self) -> None:
        network = self.scenario.network
        self.links["", ""] = self.link("network", network.latency, network.question, network.answer)
        for number, link in enumerate(network.links):
            question = network.question if link.question is None else link.question
            answer = network.answer if link.answer is None else link.answer
            laid = self.link(f"network/{number}", link.latency, question, answer)
            self.links[link.from_, link.to] = laid
            if not link.one_way:
                self.links[link.to, link.from_] = laid

    def link(self, name: str, latency: Dist, question: int | None, answer: int | None) -> Link:
        constant, quantity = 0.0, None
        if isinstance(latency, Constant):
            constant = latency.constant
        else:
            self.quantities[name] = law_of(latency, self.folder)
            quantity = name
        return Link(
            constant,
            quantity,
            spread=self.scenario.network.has_places,
            question=float(question or 0),
            answer=float(answer or 0),
        )

    def link_between(self, party: str, service: str) -> Link:
        """The link that calls of `party` to `service` take."""
        return self.links.get((party, service), self.links["", ""])

    def point(
        self, caller: str, party: str, target: str, own: Policy, name: str, optional: bool
    ) -> CallPoint:
        """How `caller` (an endpoint or a class, belonging to `party`) calls `target`."""
        point = self.point_under(None, caller, party, target, own, name, optional)
        pushes = [each for each in self.pushes if each.concerns(party, target)]
        setting = self.setting(party, point) if pushes else None
        for push in pushes:
            assert setting is not None
            other = self.point_under(push, caller, party, target, own, name, optional)
            changes = self.pushed.setdefault(push.name, [])
            changes.append(CallChange(setting, other))
            if push.balancer is not None:
                self.push_balancer(push, party, target.partition(".")[0], changes)
        return point

    def push_balancer(self, push: Push, party: str, service: str, changes: list[Change]) -> None:
        """Let a push replace the balancer of a party's way to a service; calls may share that way."""
        setting = self.balancers.get((party, service))
        if setting is None:
            setting = BalancerSetting(self.kernel, self.configurations.get(party))
            self.balancers[party, service] = setting
        if push.name not in setting.pushes:
            setting.pushes.append(push.name)
            changes.append(BalancerChange(setting, push.name))

    def setting(self, party: str, point: CallPoint) -> CallSetting:
        """What pushes make of a call; where instances read for themselves, they are led there."""
        setting = CallSetting(point)
        refresh = self.scenario.configuration.refresh
        if refresh is not None:
            polling = Polling(refresh, self.scenario.configuration.jitter)
            readers = self.configurations.setdefault(
                party, Configuration(self.kernel, self.ledger.events, party, polling)
            )
            plans = self.plans.setdefault((party, point.route), [])
            setting.leave_to(readers, len(plans))
            plans.append(setting)
        return setting

    def point_under(
        self,
        push: Push | None,
        caller: str,
        party: str,
        target: str,
        own: Policy,
        name: str,
        optional: bool,
    ) -> CallPoint:
        """The same while a push is on; None for none."""
        target, policy = self.hop(party, target, own, push)
        instead = None
        other = instead_of(policy)
        if other is not None:
            instead = self.point(caller, party, other, WITHOUT_FALLBACK, name, optional)
        return self.point_by(caller, party, target, policy, name, optional, instead)

    def hop(
        self, party: str, target: str, own: Policy, push: Push | None = None
    ) -> tuple[str, Policy]:
        """Whom a call to `target` really goes to first, and with which policy."""
        service, _, endpoint = target.partition(".")
        policy = policy_of(self.scenario, service, own)
        if push is not None:
            policy = push.over(policy, own)
        if policy.via == "proxy" and party != proxy_name(service):
            # One hop more: the proxy is called as any service is, and does the choosing.
            return f"{proxy_name(service)}.{endpoint}", before_proxy(policy)
        return target, policy

    def point_by(
        self,
        caller: str,
        party: str,
        target: str,
        policy: Policy,
        name: str,
        optional: bool,
        instead: CallPoint | None,
    ) -> CallPoint:
        """How `caller` calls `target` with a policy."""
        service = self.endpoints[target].service
        edge = self.edge(caller, party, target)
        ways = self.ways.setdefault(party, [])
        way = Way.of(service, policy)
        if way not in ways:
            ways.append(way)
        route = ways.index(way)
        guard = NO_GUARD
        if edge.whole is not None:
            plans = self.plans.setdefault((party, route), [])
            plan = GuardPlan.of(service, target, policy, instead)
            if plan not in plans:
                plans.append(plan)
            guard = plans.index(plan)
        patience = None
        if policy.timeout is not None:
            if policy.timeout not in self.patience:
                self.patience[policy.timeout] = Patience(self.kernel, policy.timeout)
            patience = self.patience[policy.timeout]
        return CallPoint(
            name,
            edge,
            route,
            patience,
            inf if policy.deadline is None else policy.deadline,
            policy.cancel,
            optional,
            policy.idempotent,
            guard,
        )

    def edge(self, caller: str, party: str, target: str) -> Edge:
        """The edge from `caller` to `target`.

        It has one more for its calls where any is guarded, and one for copies where there may be some.
        """
        edge = self.edge_numbers.get((caller, target))
        if edge is None:
            edge = self.new_edge(caller, party, target)
            if (caller, target) in self.guarded:
                edge.whole = self.new_edge(caller, party, target)
            if is_mirrored(self.scenario, edge.callee.service):
                edge.shadow = self.new_edge(caller, party, target)
                edge.shadow.mirrored = True
            self.edge_numbers[caller, target] = edge
        return edge

    def new_edge(self, caller: str, party: str, target: str) -> Edge:
        callee = self.endpoints[target]
        link = self.link_between(party, callee.service)
        edge = Edge(len(self.edges), caller, callee, link, self.kernel, self.ledger)
        self.edges.append(edge)
        return edge

    def guarded_pairs(self) -> set[tuple[str, str]]:
        """Callers and endpoints between which at least one call is guarded: all are, then."""
        found = set()
        for caller, asked, own in calls_and_fallbacks(self.scenario):
            party = caller.partition(".")[0]
            for push in [None, *(each for each in self.pushes if each.concerns(party, asked))]:
                target, policy = self.hop(party, asked, own, push)
                if is_guarded(policy):
                    found.add((caller, target))
        return found
