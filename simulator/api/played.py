"""One run: played, looked at, kept."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.api.changes import Changes
from simulator.api.reporting import reporting
from simulator.api.scenario import Scenario, load
from simulator.experiment import run as playing
from simulator.experiment.interrupts import interrupts_noted
from simulator.experiment.promises import ExpectationResult
from simulator.experiment.result import (
    FaultFigures,
    Latency,
    Outcomes,
    Result,
    ServiceFigures,
    TrafficFigures,
)

if TYPE_CHECKING:
    import pandas

SLICE = 0.1
"""Seconds of wall time between two looks at whether it was interrupted."""


class Run:
    """What came of a run; all figures are those of docs/results.md, and `result` has every one.

    Times are in seconds, shares are parts of 1, rates are per second. Figures are of requests that began
    after the warm-up; a figure that does not apply is None.
    """

    def __init__(self, result: Result, scenario: Scenario | str) -> None:
        self.result = result
        """Everything that the run has to say."""
        self._source = scenario

    @property
    def scenario(self) -> Scenario:
        """What was played, with every change worked in."""
        if isinstance(self._source, str):
            self._source = load(self._source)
        return self._source

    @property
    def total(self) -> TrafficFigures:
        """All traffic together."""
        return self.result.total

    @property
    def latency(self) -> Latency:
        """Of requests that ended `ok` or `degraded`, in seconds: `mean`, `p50` to `p999`, `max`."""
        return self.result.total.latency

    @property
    def availability(self) -> float | None:
        """Which part of the finished requests ended `ok` or `degraded`."""
        return self.result.total.availability

    @property
    def goodput(self) -> float:
        """Right answers in time, per second."""
        return self.result.total.goodput

    @property
    def throughput(self) -> float:
        """Finished requests, whatever their outcome, per second."""
        return self.result.total.throughput

    @property
    def outcomes(self) -> Outcomes:
        """How many requests ended in each outcome; those that did not occur are left out."""
        return self.result.total.outcomes

    @property
    def traffic(self) -> Mapping[str, TrafficFigures]:
        """What each class of users saw."""
        return self.result.traffic

    @property
    def services(self) -> Mapping[str, ServiceFigures]:
        """Each service, as its callers saw it."""
        return self.result.services

    @property
    def faults(self) -> tuple[FaultFigures, ...]:
        """Each fault: whom it hit, and how the system took it."""
        return self.result.faults

    @property
    def expectations(self) -> tuple[ExpectationResult, ...]:
        """What was expected, and whether it was met."""
        return self.result.expectations

    @property
    def verdict(self) -> str:
        """`pass`, `fail`, or `incomplete` for a run that was interrupted."""
        return self.result.verdict

    @property
    def complete(self) -> bool:
        """Whether it was played to its end."""
        return self.result.complete

    @property
    def digest(self) -> str:
        """The same for the same scenario, seed and version, on any machine."""
        return self.result.digest

    @property
    def seed(self) -> int:
        """What all randomness was derived from."""
        return self.result.seed

    # A property it must not be: notebooks look into none of them for completion.
    @cached_property
    def plot(self) -> Any:
        """Charts, one method for each kind; see `dir(run.plot)` and docs/python.md.

        Raises:
            MissingError: if a library for them is not installed.
        """
        return reporting("plots").Plots(self._stored())

    def frame(self, kind: str = "traffic") -> pandas.DataFrame:
        """One of the series as a table: a row for each interval and name.

        Args:
            kind: `traffic`, `service`, `instance`, `gauge`, `latency`, `replicas` and others
                (docs/results.md); which there are depends on the scenario.

        Returns:
            `time` is the start of the interval in simulated seconds. The unit of each column is in
            `frame.attrs["units"]`.

        Raises:
            SimulatorError: if the run has no such series, with the names of those that it has.
            MissingError: if pandas is not installed.
        """
        frame: pandas.DataFrame = reporting("frames").series_frame(self.result, kind)
        return frame

    def save(self, folder: str | PathLike[str], *, force: bool = False) -> Path:
        """Leave everything in a folder, as `aftershock run --out` does; `sim.open` reads it.

        Args:
            folder: where; an earlier result in it is replaced.
            force: replace whatever is in it.

        Returns:
            The folder.

        Raises:
            SimulatorError: if it cannot be written; what was there is then as it was.
        """
        stored = self._stored()
        reporting("export").write_result(self.result, stored.scenario, Path(folder), force)
        return Path(folder)

    def _stored(self) -> Any:
        """The same as reports know it."""
        text = self._source if isinstance(self._source, str) else self._source.to_yaml()
        return reporting("stored").StoredRun(Path(), self.result, text)

    def __repr__(self) -> str:
        return str(reporting("notebook").run_line(self.result))

    def _repr_html_(self) -> str:
        return str(reporting("notebook").run_card(self.result))


def run(
    scenario: str | PathLike[str] | Scenario,
    *,
    set: Changes | None = None,
    seed: int | None = None,
    duration: str | None = None,
    check: bool = False,
    progress: Callable[[float, float], None] | None = None,
) -> Run:
    """Play a scenario, as `aftershock run` does: the same figures, the same digest.

    Interrupted with Ctrl-C or the stop button of a notebook, it gives what was played until then, with
    a warning; `complete` is False. A second time, it raises KeyboardInterrupt.

    Args:
        scenario: the name of a bundled one (`sim.scenarios()`), the path of a file, the text of a file
            (a text of several lines), or a `sim.Scenario`.
        set: values to be changed, by their paths: `{"services.web.replicas": 3}`.
        seed: instead of the scenario's own.
        duration: of simulated time, instead of the scenario's own: `"60s"`.
        check: check the laws of the model all along, at some cost in speed.
        progress: called every tenth of a second with the simulated seconds that are played and with
            those that there are in all.

    Raises:
        ScenarioError: if the scenario cannot be played, with every mistake in it.
    """
    loaded = load(scenario, set=set, seed=seed, duration=duration)
    game = playing.Run(loaded.model, check=check, warnings=loaded.warnings, folder=loaded.folder)
    with interrupts_noted() as stopped:
        while not stopped and not game.advance(SLICE):
            if progress is not None:
                progress(game.now, game.duration)
    if progress is not None:
        progress(game.now, game.duration)
    result = game.result()
    if not result.complete and result.stopped is None:
        message = f"interrupted at {result.simulated:g} s of {result.duration:g} s"
        warnings.warn(message, stacklevel=2)
    return Run(result, loaded)
