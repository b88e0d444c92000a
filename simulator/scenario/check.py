"""What must be right beyond the shape of a scenario: names, files, phases, cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from simulator.scenario.cycles import endless_cycles
from simulator.scenario.expectation import Expectation, ExpectationError, parse_expectation
from simulator.scenario.files import FileError, arrival_times, measured_values, recorded_rates
from simulator.scenario.model.base import Model
from simulator.scenario.model.distribution import Dist, Empirical
from simulator.scenario.model.fault import (
    CacheFlush,
    Fault,
    Kill,
    Latency,
    OnTheWay,
    Partition,
    RegistryOutage,
    Selector,
    Slow,
    Surge,
    ZoneOutage,
    first_begin,
)
from simulator.scenario.model.guards.fallback import Fallback
from simulator.scenario.model.guards.profile import the
from simulator.scenario.model.policy import NamedPolicy, Policy
from simulator.scenario.model.registry import Static
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.step import AnyStep, Call, Work
from simulator.scenario.model.traffic import TraceArrivals, TraceProfile
from simulator.scenario.names import Names
from simulator.scenario.policies import calls as every_call
from simulator.scenario.policies import instead_of, policy_of
from simulator.scenario.problem import Place, Problem, nearest
from simulator.scenario.proxies import AT_THE_CALLER
from simulator.scenario.source import DataPath, Source
from simulator.scenario.walk import walk
from simulator.units import format_duration

MOST_SHOWN = 8
"""Endpoints of a circle that a message lists."""
MOST_TIMES = 10_000
"""That a fault may begin."""
MOST_SURGES = 100
"""The same for a surge, each of which bends the curve of the rate twice."""


class Checker:
    """Looks through one scenario and collects all that is wrong with it, or looks wrong.

    The scenario may be what is left of one with mistakes: names are those of the file, and
    `in_file` leads from a path in the scenario to the one in the file.
    """

    def __init__(
        self,
        scenario: Scenario,
        source: Source,
        in_file: Callable[[DataPath], DataPath],
    ) -> None:
        self.scenario = scenario
        self.source = source
        self.in_file = in_file
        self.names = Names(source.data)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def check(self, *, whole: bool) -> None:
        """Look at everything; at what takes a `whole` scenario only if this is one."""
        self.shared_names()
        self.targets()
        self.policies()
        self.steps()
        self.links()
        self.recordings()
        self.faults()
        self.expectations()
        if whole and not self.problems:
            self.stale_answers()
            self.shared_proxies()
        if whole and not self.problems:
            self.cycles()
        if whole and not self.problems:
            self.unreachable()

    def wrong(self, path: DataPath, message: str, *, key: bool = False) -> None:
        self.problems.append(Problem(self.source.place(self.in_file(path), key=key), message))

    def shared_names(self) -> None:
        for name in self.scenario.traffic:
            if name in self.names.services:
                message = f"`{name}` is a service too; expectations need different names"
                self.wrong(("traffic", name), message, key=True)

    def targets(self) -> None:
        for name, traffic in self.scenario.traffic.items():
            if traffic.target is not None:
                self.target(("traffic", name, "target"), traffic.target)
            for target in traffic.mix or ():
                self.target(("traffic", name, "mix", target), target, key=True)

    def target(self, path: DataPath, target: str, *, key: bool = False) -> None:
        """An endpoint that something asks for must exist."""
        message = self.names.wrong_target(target)
        if message:
            self.wrong(path, message, key=key)

    def steps(self) -> None:
        for _, path, step in self.every_step():
            if isinstance(step, Call):
                self.target((*path, "call"), step.call)
            elif isinstance(step, Work):
                self.measured((*path, "work"), step.work)

    def policies(self) -> None:
        """Named policies must exist, and so must what is asked when a call has failed."""
        scenario = self.scenario
        for name, traffic in scenario.traffic.items():
            self.policy(("traffic", name), traffic)
        self.policy(("defaults",), scenario.defaults)
        for name, policy in scenario.policies.items():
            self.policy(("policies", name), policy)
        for name, service in scenario.services.items():
            if isinstance(service.policy, str):
                self.known_policy(("services", name, "policy"), service.policy)
            elif service.policy is not None:
                self.policy(("services", name, "policy"), service.policy)
        for _, path, step in self.every_step():
            if isinstance(step, Call):
                self.policy(path, step)

    def policy(self, path: DataPath, policy: Policy) -> None:
        """What a policy names must exist."""
        if isinstance(policy, NamedPolicy) and policy.policy is not None:
            self.known_policy((*path, "policy"), policy.policy)
        if policy.fallback is not None:
            other = the(Fallback, policy.fallback).call
            if other is not None:
                self.target((*path, "fallback", "call"), other)

    def stale_answers(self) -> None:
        """A call that falls back on old answers must keep some."""
        for path, target, own in self.every_call():
            policy = policy_of(self.scenario, target.partition(".")[0], own)
            if policy.fallback is None or policy.cache is not None:
                continue
            if the(Fallback, policy.fallback).stale is not None:
                message = f"the call of `{target}` falls back on stale answers, but has no `cache`"
                self.wrong(path, message)

    def shared_proxies(self) -> None:
        """A proxy has one policy for each endpoint, whoever asks."""
        agreed: dict[str, Policy] = {}
        for path, target, own in self.every_call():
            policy = policy_of(self.scenario, target.partition(".")[0], own)
            if policy.via != "proxy":
                continue
            first = agreed.setdefault(target, policy)
            for key in Policy.model_fields:
                if key not in (*AT_THE_CALLER, "deadline") and getattr(policy, key) != getattr(
                    first, key
                ):
                    message = (
                        f"the proxy before `{target}` has one `{key}` for all who ask, and this call "
                        "has another than one above; put it into the service's `policy`"
                    )
                    self.wrong(path, message)
                    break

    def every_call(self) -> Iterator[tuple[DataPath, str, Policy]]:
        """Each call, of users and of endpoints: where it stands, whom it asks, its own policy."""
        for name, traffic in self.scenario.traffic.items():
            path: DataPath = ("traffic", name)
            if traffic.target is not None:
                yield (*path, "target"), traffic.target, traffic
            for target in traffic.mix or ():
                yield (*path, "mix", target), target, traffic
        for _, place, step in self.every_step():
            if isinstance(step, Call):
                yield (*place, "call"), step.call, step

    def known_policy(self, path: DataPath, name: str) -> None:
        """There must be a policy of that name."""
        known = self.names.policies
        if name not in known:
            hint = nearest(name, known) or ("" if known else "; the scenario has no `policies`")
            self.wrong(path, f"unknown policy `{name}`{hint}")

    def every_step(self) -> Iterator[tuple[str, DataPath, AnyStep]]:
        """Each step with its endpoint and its path."""
        for service, model in self.scenario.services.items():
            for endpoint, steps in model.endpoints.items():
                path: DataPath = ("services", service, "endpoints", endpoint)
                for place, step in walk(steps, path):
                    yield f"{service}.{endpoint}", place, step

    def links(self) -> None:
        network = self.scenario.network
        self.measured(("network", "latency"), network.latency)
        seen: set[tuple[str, str]] = set()
        for number, link in enumerate(network.links):
            path: DataPath = ("network", "links", number)
            self.measured((*path, "latency"), link.latency)
            self.party((*path, "from"), link.from_)
            self.party((*path, "to"), link.to)
            there, back = (link.from_, link.to), (link.to, link.from_)
            ways = {there} if link.one_way else {there, back}
            if ways & seen:
                first, second = min(ways & seen)
                self.wrong(path, f"there is a link from `{first}` to `{second}` above")
            seen |= ways

    def party(self, path: DataPath, name: str) -> None:
        """One end of a link must exist."""
        if self.names.services and name not in self.names.parties:
            hint = nearest(name, self.names.parties)
            self.wrong(path, f"unknown service or traffic class `{name}`{hint}")

    def faults(self) -> None:
        """Each must hit somebody there is, within the run; their names must differ."""
        seen: set[str] = set()
        for number, fault in enumerate(self.scenario.faults):
            path: DataPath = ("faults", number)
            if fault.known_as(number) in seen:
                place: DataPath = path if fault.name is None else (*path, "name")
                self.wrong(place, f"there is a fault `{fault.known_as(number)}` above")
            seen.add(fault.known_as(number))
            self.harm((*path, fault.kind), fault.harm)
            self.times(path, fault)

    def times(self, path: DataPath, fault: Fault) -> None:
        """A fault must come within the run, and not too often; what it waits for must end."""
        duration = self.scenario.duration
        gap = fault.every
        if fault.random is not None:
            gap = fault.random.mtbf + fault.random.mttr
        most = MOST_TIMES if fault.surge is None else MOST_SURGES
        if gap is not None and duration / gap > most:
            message = f"expected a longer time: it would begin over {most:,} times"
            self.wrong((*path, "random" if fault.every is None else "every"), message)
        faults = {each.known_as(nth): each for nth, each in enumerate(self.scenario.faults)}
        if fault.after is not None and not self.comes(path, fault, faults):
            return
        if first_begin(fault, faults, duration) >= duration:
            message = f"the run is over before this: it lasts {format_duration(duration)}"
            where = [key for key in ("at", "after") if getattr(fault, key) is not None]
            self.wrong((*path, *where[:1]), message)

    def comes(self, path: DataPath, fault: Fault, faults: Mapping[str, Fault]) -> bool:
        """Whether the end that a fault waits for can come; says why not, if that is its own mistake."""
        awaited: list[str] = []
        each = fault
        while each.after is not None:
            name = each.after
            other = faults.get(name)
            if other is fault:
                circle = " -> ".join([*awaited, name])
                self.wrong((*path, "after"), f"a fault that waits for its own end: {circle}")
                return False
            if other is None or other.repeats or other.for_ is None or name in awaited:
                if each is fault:
                    self.wrong((*path, "after"), self.endless(name, other))
                return False
            awaited.append(name)
            each = other
        return True

    def endless(self, name: str, fault: Fault | None) -> str:
        """Why nothing can begin after the end of a fault; None is one that there is not."""
        if fault is None:
            return self.names.wrong_fault(name) or f"`{name}` has a mistake of its own"
        if fault.repeats:
            return f"`{name}` begins again and again: what waits for its end never begins"
        return f"`{name}` never ends: it needs a `for`"

    def harm(self, path: DataPath, harm: Model) -> None:
        """Whom or what a fault hits must exist."""
        if isinstance(harm, Selector):
            self.selector(path, harm)
        elif isinstance(harm, RegistryOutage):
            if isinstance(self.scenario.registry, Static):
                self.wrong(path, "there is no `registry` in this scenario", key=True)
        elif isinstance(harm, ZoneOutage):
            zones = sorted(
                {zone for each in self.scenario.services.values() for zone in each.zones}
            )
            if harm.zone not in zones:
                hint = nearest(harm.zone, zones) or ("" if zones else "; no service has `zones`")
                self.wrong((*path, "zone"), f"no instance is in the zone `{harm.zone}`{hint}")
        elif isinstance(harm, CacheFlush):
            self.party((*path, "service"), harm.service)
        elif isinstance(harm, Surge):
            self.surge(path, harm)

    def surge(self, path: DataPath, surge: Surge) -> None:
        """Only the rate of an open loop can be multiplied."""
        name = surge.traffic
        if self.names.traffic and name not in self.names.traffic:
            hint = nearest(name, self.names.traffic)
            self.wrong((*path, "traffic"), f"unknown traffic class `{name}`{hint}")
            return
        traffic = self.scenario.traffic.get(name)
        if traffic is None:
            return
        if traffic.users is not None or isinstance(traffic.arrivals, TraceArrivals):
            message = f"`{name}` has no rate to be multiplied"
            self.wrong((*path, "traffic"), message)

    def selector(self, path: DataPath, selector: Selector) -> None:
        """Whom a fault hits must exist."""
        service, instance = selector.service, selector.instance
        if service != "registry" and service not in self.names.services and self.names.services:
            hint = nearest(service, [*self.names.services, "registry"])
            self.wrong((*path, "service"), f"unknown service `{service}`{hint}")
            return
        registry = self.scenario.registry
        if service == "registry":
            if isinstance(registry, Static):
                self.wrong((*path, "service"), "there is no `registry` in this scenario")
            elif instance is not None:
                known = [f"registry-{each + 1}" for each in range(registry.replicas)]
                if instance not in known:
                    hint = nearest(instance, known)
                    self.wrong((*path, "instance"), f"unknown instance `{instance}`{hint}")
        model = self.scenario.services.get(service)
        if instance is not None and model is not None:
            known = [f"{service}-{each + 1}" for each in range(model.replicas)]
            if instance not in known:
                hint = nearest(instance, known)
                self.wrong((*path, "instance"), f"unknown instance `{instance}`{hint}")
        if isinstance(selector, (Partition, OnTheWay)):
            for place, party in enumerate(selector.from_):
                self.party((*path, "from", place), party)
        if service == "registry" and not isinstance(selector, (Kill, Slow, Partition)):
            message = "only `kill`, `slow` and `partition` can hit the `registry`"
            self.wrong((*path, "service"), message)
        elif isinstance(selector, OnTheWay) and selector.endpoint is not None:
            self.target((*path, "endpoint"), f"{service}.{selector.endpoint}")
        if isinstance(selector, Latency):
            self.measured((*path, "add"), selector.add)

    def file(self, name: str) -> Path:
        return (self.source.folder or Path()) / name

    def readable(self, path: DataPath, reader: Callable[[], object]) -> None:
        """A file must hold what it is named for."""
        try:
            reader()
        except FileError as error:
            self.wrong(path, str(error))

    def measured(self, path: DataPath, given: Dist) -> None:
        """A file of measured durations must be readable."""
        if isinstance(given, Empirical) and given.empirical.csv is not None:
            file, column = self.file(given.empirical.csv), given.empirical.column
            self.readable((*path, "empirical", "csv"), lambda: measured_values(file, column))

    def recordings(self) -> None:
        for name, traffic in self.scenario.traffic.items():
            path: DataPath = ("traffic", name)
            arrivals, profile = traffic.arrivals, traffic.profile
            if isinstance(arrivals, TraceArrivals):
                self.arrivals((*path, "arrivals", "trace"), arrivals)
            if isinstance(profile, TraceProfile):
                self.rates((*path, "profile", "trace"), profile)
            if traffic.think is not None:
                self.measured((*path, "think"), traffic.think)

    def arrivals(self, path: DataPath, given: TraceArrivals) -> None:
        file = self.file(given.trace)
        self.readable(path, lambda: arrival_times(file, given.column, given.speed))

    def rates(self, path: DataPath, given: TraceProfile) -> None:
        file = self.file(given.trace)
        self.readable(path, lambda: recorded_rates(file, given.speed, given.times))

    def expectations(self) -> None:
        """Each must be readable, of something there is, and within the run."""
        texts = self.source.at(("expect",))
        for number, text in enumerate(texts if isinstance(texts, list) else ()):
            if not isinstance(text, str):
                continue
            path: DataPath = ("expect", number)
            try:
                expectation = parse_expectation(text)
            except ExpectationError as error:
                place = self.within(path, text, error.column, error.length)
                self.problems.append(Problem(place, str(error)))
                continue
            for message, column, length in self.doubts(expectation):
                self.problems.append(Problem(self.within(path, text, column, length), message))

    def doubts(self, expectation: Expectation) -> Iterator[tuple[str, int, int]]:
        """What is wrong with an expectation, and where in its text."""
        text, subject, fault = expectation.text, expectation.subject, expectation.fault
        if fault is not None and (message := self.names.wrong_fault(fault)):
            yield message, text.rindex(fault, 0, text.index(expectation.op)), len(fault)
        if subject is not None and (message := self.names.wrong_subject(subject)):
            yield message, text.index(subject), len(subject)
        elif expectation.measure == "utilization":
            message = self.no_utilization(subject)
            if message:
                yield message, text.index("utilization"), len("utilization")
        if expectation.window is not None and expectation.window[1] > self.scenario.duration:
            start = text.index("[")
            lasts = format_duration(self.scenario.duration)
            yield f"the run is over before this: it lasts {lasts}", start, len(text) - start

    def no_utilization(self, subject: str | None) -> str:
        """Why `subject` has no utilization, if so."""
        if subject is None or subject not in self.names.services:
            return "only a service has a utilization, as in `shop.utilization <= 80%`"
        model = self.scenario.services.get(subject)
        if model is None or model.cores is not None or model.concurrency is not None:
            return ""
        return (
            f"`{subject}` has no utilization: neither its `cores` nor its `concurrency` is limited"
        )

    def within(self, path: DataPath, text: str, column: int, length: int) -> Place:
        """A place inside the text of a value."""
        place = self.source.place(path)
        if not place.line:
            return place
        at = place.text.find(text, place.column - 1)
        # A text that goes on over several lines, or has escapes, is pointed at as a whole.
        return place if at < 0 else place.within(at - (place.column - 1) + column, length)

    def cycles(self) -> None:
        """Calls that lead back to themselves for certain would never end."""
        programs = {
            f"{service}.{endpoint}": steps
            for service, model in self.scenario.services.items()
            for endpoint, steps in model.endpoints.items()
        }
        for circle, closing, path in endless_cycles(programs):
            service, _, endpoint = closing.partition(".")
            shown = circle if len(circle) <= MOST_SHOWN else [*circle[:MOST_SHOWN], "..."]
            message = (
                f"calls that never end: {' -> '.join(shown)}; "
                "a circle needs a way out, such as `maybe` or `either`"
            )
            self.wrong(("services", service, "endpoints", endpoint, *path), message)

    def unreachable(self) -> None:
        """Warn of services and endpoints that no request can reach."""
        reached = self.reached()
        for service, model in self.scenario.services.items():
            lost = [name for name in model.endpoints if f"{service}.{name}" not in reached]
            path: DataPath = ("services", service)
            if len(lost) == len(model.endpoints):
                self.warn(path, f"nothing calls the service `{service}`")
                continue
            for name in lost:
                message = f"nothing calls the endpoint `{service}.{name}`"
                self.warn((*path, "endpoints", name), message)

    def reached(self) -> set[str]:
        """The endpoints that a request can come to."""
        calls: dict[str, set[str]] = {endpoint: set() for endpoint in self.names.labels}
        ahead: list[str] = []
        for caller, target, own in every_call(self.scenario):
            policy = policy_of(self.scenario, target.partition(".")[0], own)
            asked = [each for each in (target, instead_of(policy)) if each is not None]
            if caller in calls:
                calls[caller].update(asked)
            else:
                ahead.extend(asked)
        reached: set[str] = set()
        while ahead:
            endpoint = ahead.pop()
            if endpoint not in reached:
                reached.add(endpoint)
                ahead.extend(calls[endpoint])
        return reached

    def warn(self, path: DataPath, message: str) -> None:
        self.warnings.append(Problem(self.source.place(path, key=True), message))
