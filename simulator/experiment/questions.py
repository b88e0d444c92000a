"""What the expectations of a scenario ask, and what must be counted to answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.experiment.measured import Measured
from simulator.experiment.phases import FaultTimes, PhaseWindow
from simulator.experiment.slo_count import SloCount
from simulator.experiment.subjects import Subject, attempts_of_all
from simulator.experiment.timely import Timely
from simulator.observe.census import Level, Tally, Window
from simulator.outcome import OK
from simulator.scenario.building.world import World
from simulator.scenario.expectation import OF_FAULTS, OF_RUNS, OF_SLOS, Expectation, Phase


class Questions:
    """What is counted beside windows and series, because expectations ask for it.

    `subjects` are the sets of lanes that have a time series of their own, of which nothing is told,
    by the names of their `levels`; `measured` has what each measure of each subject needs of them.
    """

    def __init__(
        self,
        world: World,
        faults: FaultTimes,
        slos: Mapping[str, SloCount],
        windows: Sequence[Window],
        expectations: Sequence[Expectation],
    ) -> None:
        self.world = world
        self.timed = {(each.start, each.end): each for each in reversed(windows[1:])}
        self.subjects: dict[str, Subject] = {}
        self.levels: dict[str, Level] = {}
        self.tallies: list[Tally] = []
        self.measured: dict[tuple[str | None, str], Measured] = {}
        self.phases: dict[Phase, PhaseWindow] = {}
        for each in expectations:
            if each.phase is not None and each.phase.kind != "always":
                self.open(each.phase, faults, windows[0].start)
            if each.measure in (*OF_FAULTS, *OF_RUNS):
                continue
            if each.measure in OF_SLOS:
                self.by_phase(each, slos)
            else:
                self.ask(each.subject, each.measure)
        for slo in slos.values():
            self.tallies += slo.tallies()

    def open(self, phase: Phase, faults: FaultTimes, warmup: float) -> None:
        """Have a window for a phase."""
        if phase not in self.phases:
            about = frozenset(faults.spans if phase.fault is None else (phase.fault,))
            self.phases[phase] = PhaseWindow(phase, about, warmup)
            faults.phases.append(self.phases[phase])

    def by_phase(self, expectation: Expectation, slos: Mapping[str, SloCount]) -> None:
        """Have objectives counted in the phase of an expectation."""
        if expectation.window is not None:
            window = self.timed[expectation.window]
        elif expectation.phase is not None and expectation.phase.kind != "always":
            window = self.phases[expectation.phase].window
        else:
            return
        for name, slo in slos.items():
            if expectation.slo in (None, name):
                slo.phase(window)

    def ask(self, subject: str | None, measure: str) -> None:
        """Have a measure of a subject counted."""
        if (subject, measure) in self.measured:
            return
        measured = Measured(self.world, subject, measure)
        self.measured[subject, measure] = measured
        if measured.of_levels:
            return
        if measure == "goodput":
            measured.timely = Timely(measured.subject, OK, None)
            self.tallies.append(measured.timely)
            return
        measured.level = self.level(measured.subject)
        if measure == "attempts_per_request":
            measured.attempts = self.level(attempts_of_all(self.world))

    def level(self, subject: Subject) -> Level:
        """The time series of a subject; one for all who ask for it."""
        for name, known in self.subjects.items():
            if known == subject:
                return self.levels[name]
        name = f"subject {len(self.subjects) + 1}"
        self.subjects[name] = subject
        self.levels[name] = Level(name)
        return self.levels[name]
