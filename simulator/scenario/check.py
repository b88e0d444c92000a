"""What must be right beyond the shape of a scenario: names, cycles, files, phases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from simulator.scenario.expectation import ExpectationError, parse_expectation
from simulator.scenario.files import FileProblem, arrival_times, read_numbers, recorded_rates
from simulator.scenario.model.distribution import Empirical
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.step import (
    AnyStep,
    Call,
    Either,
    Group,
    Maybe,
    Repeat,
    Together,
    Work,
)
from simulator.scenario.model.traffic import TraceArrivals, TraceProfile
from simulator.scenario.problem import Place, Problem, nearest
from simulator.scenario.source import Key, Source

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
Path_ = tuple[Key, ...]


class Checker:
    """Looks through one scenario and collects all that is wrong with it, or looks wrong."""

    def __init__(self, scenario: Scenario, source: Source) -> None:
        self.scenario = scenario
        self.source = source
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.endpoints = {
            f"{service}.{endpoint}"
            for service, model in scenario.services.items()
            for endpoint in model.endpoints
        }

    def check(self) -> None:
        """Look at everything."""
        self.names()
        self.targets()
        self.steps()
        self.links()
        self.profiles()
        self.recordings()
        self.expectations()
        if not self.problems:
            self.cycles()
        if not self.problems:
            self.unreachable()

    def wrong(self, path: Path_, message: str, *, key: bool = False) -> None:
        self.problems.append(Problem(self.source.place(path, key=key), message))

    def names(self) -> None:
        scenario = self.scenario
        for kind, names in (("traffic", scenario.traffic), ("services", scenario.services)):
            for name in names:
                self.name((kind, name))
        for service, model in scenario.services.items():
            for endpoint in model.endpoints:
                self.name(("services", service, "endpoints", endpoint))
        for name in scenario.traffic:
            if name in scenario.services:
                message = (
                    f"`{name}` names a service and a traffic class; expectations need one name"
                )
                self.wrong(("traffic", name), message, key=True)

    def name(self, path: Path_) -> None:
        if not NAME.fullmatch(str(path[-1])):
            message = (
                f"`{path[-1]}` cannot be a name: expected letters, digits, `_` and `-`, "
                "beginning with a letter"
            )
            self.wrong(path, message, key=True)

    def target(self, path: Path_, target: str, *, key: bool = False) -> None:
        """An endpoint that something asks for must exist."""
        if target in self.endpoints:
            return
        service, dot, endpoint = target.partition(".")
        model = self.scenario.services.get(service)
        if not dot:
            hint = ""
            if model is not None:
                hint = f": which endpoint of it, such as `{service}.{next(iter(model.endpoints))}`?"
            message = f"expected `service.endpoint`, found `{target}`{hint}"
        elif model is None:
            message = f"unknown service `{service}`{nearest(service, self.scenario.services)}"
        else:
            hint = nearest(endpoint, model.endpoints)
            message = f"`{service}` has no endpoint `{endpoint}`{hint}"
        self.wrong(path, message, key=key)

    def targets(self) -> None:
        for name, traffic in self.scenario.traffic.items():
            if traffic.target is not None:
                self.target(("traffic", name, "target"), traffic.target)
            for target in traffic.mix or ():
                self.target(("traffic", name, "mix", target), target, key=True)

    def steps(self) -> None:
        for _, path, step in self.every_step():
            if isinstance(step, Call):
                self.target((*path, "call"), step.call)
            elif isinstance(step, Work) and isinstance(step.work, Empirical):
                self.measured((*path, "work", "empirical"), step.work)

    def every_step(self) -> Iterator[tuple[str, Path_, AnyStep]]:
        for service, model in self.scenario.services.items():
            for endpoint, steps in model.endpoints.items():
                path: Path_ = ("services", service, "endpoints", endpoint)
                for place, step in walk(steps, path):
                    yield f"{service}.{endpoint}", place, step

    def links(self) -> None:
        services = self.scenario.services
        callers = (*services, *self.scenario.traffic)
        for number, link in enumerate(self.scenario.network.links):
            path: Path_ = ("network", "links", number)
            if link.from_ not in callers:
                hint = nearest(link.from_, callers)
                message = f"unknown service or traffic class `{link.from_}`{hint}"
                self.wrong((*path, "from"), message)
            if link.to not in services:
                hint = nearest(link.to, services)
                self.wrong((*path, "to"), f"unknown service `{link.to}`{hint}")

    def profiles(self) -> None:
        for name, traffic in self.scenario.traffic.items():
            if isinstance(traffic.profile, tuple):
                for number in range(1, len(traffic.profile)):
                    if traffic.profile[number].at < traffic.profile[number - 1].at:
                        path: Path_ = ("traffic", name, "profile", number, "at")
                        self.wrong(path, "expected the changes of a profile in order of time")

    def file(self, name: str) -> Path:
        return (self.source.folder or Path()) / name

    def measured(self, path: Path_, work: Empirical) -> None:
        """A file of measured durations must be readable."""
        measured = work.empirical
        if measured.csv is None:
            return
        try:
            (values,) = read_numbers(self.file(measured.csv), (measured.column,)).columns
            if min(values) < 0.0:
                raise FileProblem(f"`{measured.csv}`: expected durations, found {min(values):g}")
        except FileProblem as error:
            self.wrong((*path, "csv"), str(error))

    def recordings(self) -> None:
        for name, traffic in self.scenario.traffic.items():
            arrivals, profile = traffic.arrivals, traffic.profile
            if isinstance(arrivals, TraceArrivals):
                try:
                    arrival_times(self.file(arrivals.trace), arrivals.column, arrivals.speed)
                except FileProblem as error:
                    self.wrong(("traffic", name, "arrivals", "trace"), str(error))
            if isinstance(profile, TraceProfile):
                try:
                    recorded_rates(self.file(profile.trace), profile.speed, profile.times)
                except FileProblem as error:
                    self.wrong(("traffic", name, "profile", "trace"), str(error))

    def expectations(self) -> None:
        scenario = self.scenario
        subjects = (*scenario.traffic, *scenario.services, *sorted(self.endpoints))
        for number, text in enumerate(scenario.expect):
            path: Path_ = ("expect", number)
            try:
                expectation = parse_expectation(text)
            except ExpectationError as error:
                self.problems.append(
                    Problem(self.within(path, text, error.column, error.length), str(error))
                )
                continue
            subject = expectation.subject
            if subject is not None and subject not in subjects:
                hint = nearest(subject, subjects)
                message = f"unknown traffic class, service or endpoint `{subject}`{hint}"
                place = self.within(path, text, text.index(subject), len(subject))
                self.problems.append(Problem(place, message))
            elif expectation.measure == "utilization" and subject not in scenario.services:
                message = "`utilization` is of a service, such as `shop.utilization <= 80%`"
                self.problems.append(Problem(self.within(path, text, 0, len(text)), message))
            if expectation.window is not None and expectation.window[1] > scenario.duration:
                message = f"the phase ends after the run, which is over at {scenario.duration:g} s"
                place = self.within(path, text, text.index("["), len(text) - text.index("["))
                self.problems.append(Problem(place, message))

    def within(self, path: Path_, text: str, column: int, length: int) -> Place:
        """A place inside the text of a value."""
        place = self.source.place(path)
        if not place.line:
            return place
        at = place.text.find(text, place.column - 1)
        if at < 0:
            return place
        return Place(place.source, place.line, at + column + 1, length, place.text)

    def cycles(self) -> None:
        """Calls that lead back to themselves for certain would never end."""
        certain: dict[str, list[tuple[str, Path_]]] = {}
        for service, model in self.scenario.services.items():
            for endpoint, steps in model.endpoints.items():
                path: Path_ = ("services", service, "endpoints", endpoint)
                certain[f"{service}.{endpoint}"] = list(certain_calls(steps, path))
        done: set[str] = set()
        for start in certain:
            self.follow(start, certain, [], done)

    def follow(
        self,
        endpoint: str,
        certain: dict[str, list[tuple[str, Path_]]],
        trail: list[str],
        done: set[str],
    ) -> None:
        if endpoint in done:
            return
        trail.append(endpoint)
        for target, path in certain[endpoint]:
            if target in trail:
                circle = " -> ".join((*trail[trail.index(target) :], target))
                message = (
                    f"calls that never end: {circle}; a cycle needs a way out (`maybe`, `either`)"
                )
                self.wrong((*path, "call"), message)
            else:
                self.follow(target, certain, trail, done)
        trail.pop()
        done.add(endpoint)

    def unreachable(self) -> None:
        """Warn of services and endpoints that no request can reach."""
        calls: dict[str, set[str]] = {endpoint: set() for endpoint in self.endpoints}
        for caller, _, step in self.every_step():
            if isinstance(step, Call):
                calls[caller].add(step.call)
        reached: set[str] = set()
        ahead = [
            target
            for traffic in self.scenario.traffic.values()
            for target in ([traffic.target] if traffic.target else traffic.mix or ())
        ]
        while ahead:
            endpoint = ahead.pop()
            if endpoint not in reached:
                reached.add(endpoint)
                ahead.extend(calls[endpoint])
        for service, model in self.scenario.services.items():
            lost = [name for name in model.endpoints if f"{service}.{name}" not in reached]
            if len(lost) == len(model.endpoints):
                path: Path_ = ("services", service)
                self.warn(path, f"nothing calls the service `{service}`")
            else:
                for name in lost:
                    path = ("services", service, "endpoints", name)
                    self.warn(path, f"nothing calls the endpoint `{service}.{name}`")

    def warn(self, path: Path_, message: str) -> None:
        self.warnings.append(Problem(self.source.place(path, key=True), message))


def walk(steps: tuple[AnyStep, ...], path: Path_) -> Iterator[tuple[Path_, AnyStep]]:
    """Every step, with those inside of others, and where it stands."""
    for number, step in enumerate(steps):
        place = (*path, number)
        yield place, step
        if isinstance(step, Together):
            yield from walk(step.together, (*place, "together"))
        elif isinstance(step, Either):
            for choice, branch in enumerate(step.either):
                yield from walk(branch.steps, (*place, "either", choice, "steps"))
        elif isinstance(step, (Maybe, Repeat, Group)):
            yield from walk(step.steps, (*place, "steps"))


def certain_calls(steps: tuple[AnyStep, ...], path: Path_) -> Iterator[tuple[str, Path_]]:
    """The calls that every execution of `steps` makes."""
    for number, step in enumerate(steps):
        place = (*path, number)
        if isinstance(step, Call):
            yield step.call, place
        elif isinstance(step, Together):
            yield from certain_calls(step.together, (*place, "together"))
        elif isinstance(step, Group) or (isinstance(step, Maybe) and step.maybe == 1.0):
            yield from certain_calls(step.steps, (*place, "steps"))
        elif isinstance(step, Repeat) and isinstance(step.repeat, int) and step.repeat > 0:
            yield from certain_calls(step.steps, (*place, "steps"))
        elif isinstance(step, Either):
            likely = [n for n, branch in enumerate(step.either) if branch.weight > 0]
            if len(likely) == 1:
                inner = (*place, "either", likely[0], "steps")
                yield from certain_calls(step.either[likely[0]].steps, inner)
