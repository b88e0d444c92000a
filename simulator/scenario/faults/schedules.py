"""When the faults of a scenario begin and end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.fault.fault import Conditional, Schedule, Span
from simulator.kernel.streams import Streams
from simulator.scenario.model.fault.fault import Fault, Random, begins_of
from simulator.scenario.model.scenario import Scenario


def schedules_of(scenario: Scenario, streams: Streams) -> dict[str, Schedule]:
    """The times of every fault within the run, by its name, in the order of the scenario.

    They do not depend on what happens in the run, but for those of a fault that waits for a
    condition. Those of a random fault are drawn from a stream of its name, so that another fault,
    or another policy, does not shift them.
    """
    faults = {fault.known_as(number): fault for number, fault in enumerate(scenario.faults)}
    begins = begins_of(faults, scenario.duration)
    schedules: dict[str, Schedule] = {}
    for name, fault in faults.items():
        if fault.when is not None:
            condition = Conditional(fault.when, begins[name], fault.for_, fault.every)
            schedules[name] = Schedule((), condition=condition)
            continue
        times = streams.generator(f"fault/{name}/times")
        spans = tuple(_spans(fault, begins[name], scenario.duration, times))
        schedules[name] = Schedule(spans, late=fault.after is not None)
    return schedules


def schedule_of_latecomer(fault: Fault, place: int) -> Schedule:
    """The time of a fault that joins a world which runs: it begins once, `at` a moment to come.

    `place` is the one among ties that was kept for it.
    """
    begin = fault.offset(0.0)
    end = None if fault.for_ is None else begin + fault.for_
    return Schedule(((begin, end),), place=place)


def _spans(
    fault: Fault, begin: float, duration: float, generator: np.random.Generator
) -> Iterator[Span]:
    """The times of one fault that begin within the run."""
    if fault.random is not None:
        yield from _drawn(fault.random, begin, duration, generator)
    elif fault.every is not None:
        count = 0
        while (again := begin + count * fault.every) < duration:
            yield again, None if fault.for_ is None else again + fault.for_
            count += 1
    elif begin < duration:
        yield begin, None if fault.for_ is None else begin + fault.for_


def _drawn(
    random: Random, begin: float, duration: float, generator: np.random.Generator
) -> Iterator[Span]:
    """Failures and repairs in turn, both after times that are exponentially distributed."""
    while (begin := begin + generator.exponential(random.mtbf)) < duration:
        end = begin + generator.exponential(random.mttr)
        yield begin, end
        begin = end
