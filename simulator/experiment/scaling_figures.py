"""How the number of a service's instances went, and how long new ones took to come."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.result import ScalingFigures
from simulator.observe.deaths import Death
from simulator.observe.histogram import FloatArray
from simulator.platform.workload import Stay, Workload
from simulator.scenario.building.world import BuiltService, World

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement

Span = tuple[float, float]
"""From when to when, in seconds."""


def scaling_figures(measurement: Measurement, workload: Workload) -> ScalingFigures:
    """What became of a service's instances from the warm-up on."""
    world = measurement.world
    begin, end = measurement.windows[0].start, measurement.end
    service = world.services[workload.service]
    level = Count(ready_spans(world, service, end))
    stays = [each for each in workload.presence if each.asked >= begin]
    waits = [first_ready(each) - each.asked for each in stays if first_ready(each) < inf]
    return ScalingFigures(
        least=level.least(begin, end),
        most=level.most(begin, end),
        mean=level.area(begin, end) / (end - begin) if end > begin else None,
        last=level.at(end),
        started=len(stays),
        stopped=sum(begin <= each.ended <= end for each in workload.presence),
        start_mean=sum(waits) / len(waits) if waits else None,
        start_max=max(waits, default=None),
        restarts=sum(each.restarts for each in workload.replicas),
    )


def first_ready(stay: Stay) -> float:
    """When an instance was first ready; infinity if it never was."""
    return stay.served[0][0] if stay.served else stay.ready_since


def ready_spans(world: World, service: BuiltService, end: float) -> list[Span]:
    """Every span of time in which an instance of a service was up, and ready where that is known."""
    workload = world.workloads.get(service.name)
    names = [each.name for each in service.instances]
    down: dict[str, list[Death]] = {}
    for death in world.deaths:
        down.setdefault(death.instance, []).append(death)
    if workload is None:
        served = [(name, (0.0, end)) for name in names]
    else:
        served = [
            (names[stay.number], span)
            for stay in workload.presence
            for span in stay.served_until(end)
        ]
    return [part for name, span in served for part in without(span, down.get(name, ()))]


def without(span: Span, deaths: Sequence[Death]) -> list[Span]:
    """What is left of a span without the times that an instance was dead."""
    left = [span]
    for death in deaths:
        back = inf if death.back is None else death.back
        left = [
            part
            for begin, end in left
            for part in ((begin, min(end, death.died)), (max(begin, back), end))
            if part[0] < part[1]
        ]
    return left


class Count:
    """How many of some spans were on at once, over time."""

    def __init__(self, spans: Sequence[Span]) -> None:
        changes: dict[float, int] = {}
        for begin, end in spans:
            changes[begin] = changes.get(begin, 0) + 1
            changes[end] = changes.get(end, 0) - 1
        self.steps: list[tuple[float, int]] = []
        """From when on it is how many."""
        level = 0
        for time in sorted(changes):
            level += changes[time]
            self.steps.append((time, level))

    def within(self, begin: float, end: float) -> list[tuple[float, float, int]]:
        """The pieces of the time between `begin` and `end`, each with how many there were."""
        found = []
        before, level = -inf, 0
        for time, after in [*self.steps, (inf, 0)]:
            start, until = max(begin, before), min(end, time)
            if start < until:
                found.append((start, until, level))
            before, level = time, after
        return found

    def least(self, begin: float, end: float) -> int | None:
        """The fewest at once; None where the time is none."""
        return min((level for _, _, level in self.within(begin, end)), default=None)

    def most(self, begin: float, end: float) -> int | None:
        """The most at once; None where the time is none."""
        return max((level for _, _, level in self.within(begin, end)), default=None)

    def area(self, begin: float, end: float) -> float:
        """The sum of all the times, in seconds."""
        return sum((until - start) * level for start, until, level in self.within(begin, end))

    def areas(self, times: FloatArray) -> FloatArray:
        """The sum of all the times from the first to each of some moments, in seconds."""
        if not self.steps:
            return np.zeros(len(times))
        moments = np.array([time for time, _ in self.steps])
        levels = np.array([float(level) for _, level in self.steps])
        grown = np.concatenate([[0.0], np.cumsum(np.diff(moments) * levels[:-1])])
        found: FloatArray = np.interp(times, moments, grown)
        return found

    def at(self, end: float) -> int:
        """How many there were just before a moment."""
        pieces = self.within(-inf, end)
        return pieces[-1][2] if pieces else 0
