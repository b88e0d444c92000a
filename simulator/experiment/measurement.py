"""Everything that is measured of a world while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from simulator.experiment.arrivals import Arrivals
from simulator.experiment.deployment_figures import Exposure
from simulator.experiment.metastability import trial_of
from simulator.experiment.phases import FaultTimes
from simulator.experiment.policy_figures import Counters, counted
from simulator.experiment.questions import Questions
from simulator.experiment.slo_count import SloCount
from simulator.experiment.subjects import Subject
from simulator.experiment.timely import spans_of
from simulator.fault.fault import Fault
from simulator.observe.census import Census, LaneNames, Level, NameLane, Window
from simulator.observe.gauges import COLUMNS, Gauges, Reading
from simulator.scenario.building.world import World
from simulator.scenario.expectation import Expectation

LEVELS = ("traffic", "service", "endpoint", "instance", "edge")
MOST_INTERVALS = 3600
NICE = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400)


class Names(NameLane):
    """What the lanes of a world count for."""

    def __init__(self, world: World, subjects: Mapping[str, Subject]) -> None:
        self.world = world
        self.subjects = subjects

    def __call__(self, edge: int, instance: int) -> LaneNames:
        world = self.world
        place = world.edges[edge]
        callee = place.callee
        levels = {name: name for name, each in self.subjects.items() if each.has(edge, instance)}
        # An attempt of a guarded call is none of its caller's calls.
        if place.whole is None:
            levels["edge"] = f"{place.asker} > {callee.label}"
        objective = inf
        if edge in world.entries:
            levels["traffic"] = place.caller
            slo = world.scenario.traffic[place.caller].slo
            objective = inf if slo is None else slo
        if instance < 0:
            return LaneNames(levels, -1, objective)
        service = world.services[callee.service]
        if not place.mirrored:
            levels["service"] = callee.service
            levels["endpoint"] = callee.label
        levels["instance"] = service.everyone[instance].name
        return LaneNames(levels, service.first + instance, objective)


class Measurement:
    """Everything that is measured of a world while it runs.

    `windows[0]` is the summary, from the warm-up to the end; the others are the phases that
    expectations name, and those before and after what goes wrong.
    """

    def __init__(self, world: World, expectations: Sequence[Expectation]) -> None:
        self.world = world
        self.expectations = expectations
        scenario = world.scenario
        self.interval = scenario.interval or default_interval(scenario.duration)
        phases = dict.fromkeys(each.window for each in expectations if each.window is not None)
        self.windows = [Window(scenario.warmup, inf)]
        self.windows += [Window(start, end) for start, end in phases]
        self.faults = FaultTimes(world.kernel, world.faults, self.mark)
        self.trial = trial_of(scenario, world.faults)
        if self.trial is not None:
            self.windows += self.trial.windows
        self.levels = {kind: Level(kind, latencies=kind == "traffic") for kind in LEVELS}
        self.slos = {
            name: SloCount(world, name, slo, self.windows[0]) for name, slo in scenario.slos.items()
        }
        self.questions = Questions(world, self.faults, self.slos, self.windows, expectations)
        names = Names(world, self.questions.subjects)
        levels = self.levels | self.questions.levels
        self.census = Census(world.ledger, self.interval, self.windows, levels, names)
        self.census.phases += [each.window for each in self.faults.phases]
        self.census.tallies += self.questions.tallies
        self.exposures = [Exposure(world, each) for each in world.deployers.values()]
        self.census.tallies += self.exposures
        self.instances = world.instances
        self.gauges = Gauges(world.kernel, self.instances, self.interval)
        self.arrivals = Arrivals(world.sources)
        self.gauges.counters.append(self.arrivals)
        self.readings: dict[float, Reading] = {0.0: Reading(0.0, self.instances)}
        self.started: dict[float, dict[str, int]] = {0.0: dict.fromkeys(world.sources, 0)}
        self.calls_before = [0] * len(world.edges)
        self.attempts_before = [0] * len(world.edges)
        self.policies_before: list[Counters] = []
        self.moments = {edge for window in self.windows for edge in (window.start, window.end)}
        self.moments.discard(inf)
        self.end = 0.0

    def join(self, fault: Fault) -> None:
        """A fault has joined the world, of which nobody knew beforehand when it would come."""
        self.faults.join(fault)
        self.forget_trial()

    def forget_trial(self) -> None:
        """The triggers are others than those that were known: nothing is told of metastability."""
        self.trial = None

    def mark(self, now: float) -> None:
        """Read all instances, and count who has come: a window begins or ends."""
        self.readings[now] = Reading(now, self.instances)
        self.started[now] = self.requests()

    def requests(self) -> dict[str, int]:
        """How many requests of each class have started so far."""
        sources = self.world.sources
        return {
            name: sum(entry.count for entry in each.every_entry()) for name, each in sources.items()
        }

    def warmed_up(self) -> None:
        """The summary begins."""
        self.calls_before = [edge.calls for edge in self.world.edges]
        self.attempts_before = [edge.attempts for edge in self.world.edges]
        self.policies_before = counted(self.world.policies, self.world.kernel.now)
        for source in self.world.sources.values():
            for entry in source.every_entry():
                entry.warmed_up()
        self.gauges.forget_peaks()

    def close(self) -> None:
        """The run is over."""
        self.end = self.world.kernel.now
        self.census.close()
        if self.end > self.gauges.last.time:
            self.gauges.read(self.end)
        self.readings.setdefault(self.end, self.gauges.last)
        self.started.setdefault(self.end, self.requests())

    def length(self, window: Window) -> float:
        """Seconds of a window that were played; 0 if it never began."""
        return sum(max(0.0, min(end, self.end) - begin) for begin, end in spans_of(window))

    def load(self, name: str, window: Window) -> float:
        """Requests of a class that started in a window, per second; 0 if it never began."""
        length = self.length(window)
        if length == 0.0:
            return 0.0
        last = self.started[min(window.end, self.end)]
        return (last[name] - self.started[window.start][name]) / length

    def areas(self, window: Window, number: int) -> tuple[float, ...]:
        """What each of `COLUMNS` grew by in a window, for one instance."""
        total = [0.0] * len(COLUMNS)
        place = number * len(COLUMNS)
        for begin, end in spans_of(window):
            first = self.readings.get(begin)
            last = self.readings.get(min(end, self.end))
            if first is None or last is None:
                continue
            for column in range(len(COLUMNS)):
                total[column] += last.areas[place + column] - first.areas[place + column]
        return tuple(total)


def default_interval(duration: float) -> float:
    """A second, or in a long run the next nice step that keeps the series short."""
    for step in NICE:
        if duration / step <= MOST_INTERVALS:
            return float(step)
    return duration / MOST_INTERVALS
