"""Playing one scenario once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path
from time import perf_counter

from simulator.experiment.condition import StopRun, conditions_of
from simulator.experiment.measurement import Measurement
from simulator.experiment.result import Result, Stopped
from simulator.experiment.summary import summarize
from simulator.kernel.event import URGENT, Event
from simulator.observe.audit import Audit, AuditedInstance
from simulator.scenario.building.build import build
from simulator.scenario.expectation import parse_expectation
from simulator.scenario.model.fault.fault import Fault, lasting
from simulator.scenario.model.scenario import Scenario, with_faults
from simulator.service.instance import Instance

SLICE = 20_000
"""Events between two looks at the clock on the wall."""
SHORT_SLICE = 2_000
"""The same where somebody waits for an answer."""
YOUNG = 50_000
"""Objects that may be made before the garbage collector looks; the hot path makes no cycles."""
OLD = 1_000
"""Looks at what is neither new nor old before it looks at everything."""


class Moment(Event):
    """A moment at which readings are taken."""

    __slots__ = ("measurement", "warmup")

    def __init__(self, measurement: Measurement, time: float, warmup: bool) -> None:
        super().__init__()
        self.measurement = measurement
        self.warmup = warmup
        measurement.world.kernel.agenda.add(self, time, URGENT)

    def fire(self) -> None:
        if self.warmup:
            self.measurement.warmed_up()
        self.measurement.mark(self.measurement.world.kernel.now)


class Run:
    """One scenario with one seed, played a slice at a time.

    Replication k of a seed has streams of its own; replication 0 is the plain run. With `check` the
    laws of the model are checked while it plays, at some cost in speed.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int | None = None,
        replication: int = 0,
        check: bool = False,
        warnings: Sequence[str] = (),
        folder: Path | None = None,
    ) -> None:
        self.scenario = scenario
        self.seed = scenario.seed if seed is None else seed
        self.replication = replication
        self.warnings = tuple(warnings)
        self.wall_seconds = 0.0
        instance_class = AuditedInstance if check else Instance
        with rare_collections():
            self.world = build(scenario, self.seed, replication, folder, instance_class)
        expectations = [parse_expectation(each.expect) for each in scenario.expected()]
        self.measurement = Measurement(self.world, expectations)
        for time in sorted(self.measurement.moments):
            if time < scenario.duration:
                Moment(self.measurement, time, time == scenario.warmup)
        self.conditions = conditions_of(self.measurement)
        self.stopped: Stopped | None = None
        self.audit = Audit(self.world.kernel, self.world.instances) if check else None
        for source in self.world.sources.values():
            source.begin()

    @property
    def now(self) -> float:
        """Simulated seconds so far."""
        return self.world.kernel.now

    @property
    def duration(self) -> float:
        """Simulated seconds in all."""
        return self.scenario.duration

    @property
    def events(self) -> int:
        """Events so far."""
        return self.world.kernel.fired

    @property
    def over(self) -> bool:
        """Whether the end is reached, or the run has stopped itself."""
        return self.stopped is not None or self.now >= self.scenario.duration

    def advance(self, wall_seconds: float = inf, until: float = inf) -> bool:
        """Play for about so long; returns whether the end is reached, or the run has stopped itself.

        With `until`, in seconds of the simulated clock, it is played up to that moment at most, and
        returns whether it has come so far; what happens at that very moment has not happened yet.

        Raises:
            LawBroken: if the laws are checked and one does not hold.
        """
        kernel, goal = self.world.kernel, min(until, self.scenario.duration)
        began = perf_counter()
        reached = self.stopped is not None or self.now >= goal
        slice_ = SLICE if wall_seconds == inf else SHORT_SLICE
        with rare_collections():
            while not reached:
                try:
                    reached = kernel.run(goal, slice_)
                except StopRun as stop:
                    self.stopped = Stopped(stop.condition.text, kernel.now, stop.value)
                    reached = True
                if perf_counter() - began >= wall_seconds:
                    break
        self.wall_seconds += perf_counter() - began
        if self.audit is not None:
            self.audit.check()
        return reached

    def inject(self, fault: Fault) -> None:
        """Let a fault of a time to come join the run, as if it were the last of the scenario.

        Whatever is found is as if it had been there from the start, but for metastability, of which
        nothing is told. It must be right, and go with the rest.

        Raises:
            ValueError: if its time has passed.
        """
        joined = self.world.join(fault)
        self.measurement.join(joined)
        self.scenario = with_faults(self.scenario, (*self.scenario.faults, fault))

    def end_fault(self, number: int, lasts: float) -> None:
        """End a fault of the scenario that is on, and comes once, so long after its begin, in seconds.

        It is as if that had been its `for`.

        Raises:
            ValueError: if that moment has passed.
        """
        fault = self.world.faults[number]
        fault.end_at(fault.latest + lasts)
        self.measurement.forget_trial()
        faults = list(self.scenario.faults)
        faults[number] = lasting(faults[number], lasts)
        self.scenario = with_faults(self.scenario, tuple(faults))

    def result(self) -> Result:
        """The figures of what was played; the run is over with that."""
        began = perf_counter()
        self.measurement.close()
        result = summarize(
            self.measurement,
            seed=self.seed,
            replication=self.replication,
            wall_seconds=self.wall_seconds,
            warnings=self.warnings,
            stopped=self.stopped,
        )
        self.wall_seconds += perf_counter() - began
        return result


def simulate(
    scenario: Scenario,
    *,
    seed: int | None = None,
    replication: int = 0,
    check: bool = False,
    warnings: Sequence[str] = (),
    folder: Path | None = None,
) -> Result:
    """Play a scenario from start to end.

    Args:
        scenario: what to play.
        seed: instead of the scenario's own.
        replication: 0 for the plain run; k for the k-th independent repetition.
        check: whether to check the laws of the model all along.
        warnings: doubts about the scenario, to be passed on in the result.
        folder: where the files lie that the scenario names.
    """
    run = Run(
        scenario,
        seed=seed,
        replication=replication,
        check=check,
        warnings=warnings,
        folder=folder,
    )
    run.advance()
    return run.result()


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let the garbage collector look less often for cycles, of which the hot path makes none.

    Least often at what is old: that is the world, which stays, and of 2,000 instances to look
    through it takes a seventh of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(YOUNG, before[1], OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
