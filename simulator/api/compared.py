"""Candidates compared on the same random numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.api.changes import Changes, settings_of, varied_of
from simulator.api.reporting import reporting
from simulator.api.scenario import Scenario, load, loaded_of
from simulator.errors import SimulatorError
from simulator.experiment import comparison as comparing
from simulator.experiment.candidates import candidates_of
from simulator.experiment.comparison import Comparison
from simulator.experiment.measures import Measure, measure_named
from simulator.scenario.problem import few, nearest

if TYPE_CHECKING:
    import pandas

    from simulator.experiment.comparison import Compared as Candidate


class Compared:
    """What came of a comparison (docs/compare.md); `comparison` has every figure.

    It holds its candidates in the order in which they were given: `compared["4"]` is one of them, with
    `name`, `settings`, `measures` (by key; each has an `interval` of the mean at 95 %, and the `values`
    by replication) and `difference` from the baseline.
    """

    def __init__(self, comparison: Comparison, scenarios: Sequence[Scenario] | Path) -> None:
        self.comparison = comparison
        """Everything that the comparison has to say."""
        self._scenarios = scenarios

    @property
    def measure(self) -> Measure:
        """What differences are told in; it knows its `unit`."""
        return self.comparison.measure

    @property
    def baseline(self) -> Candidate:
        """The candidate that the others are compared with."""
        return self[self.comparison.baseline]

    @property
    def best(self) -> Candidate | None:
        """The candidate with the best mean of the measure; None if it applies to none.

        Whether its lead is more than chance is said by `difference.verdict`, against the baseline.
        """
        key = self.measure.key
        known = [each for each in self if each.measures[key].interval is not None]
        if not known:
            return None
        sign = 1.0 if self.measure.lower_is_better else -1.0
        return min(known, key=lambda each: sign * _mean(each, key))

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """What was played, by candidate.

        Raises:
            SimulatorError: if it was read from a folder, and a file is missing there.
        """
        if isinstance(self._scenarios, Path):
            folder, count = self._scenarios, len(self)
            self._scenarios = [load(folder / f"candidate-{n}.yaml") for n in range(1, count + 1)]
        return {each.name: scenario for each, scenario in zip(self, self._scenarios, strict=True)}

    # A property it must not be: notebooks look into none of them for completion.
    @cached_property
    def plot(self) -> Any:
        """Charts, one method for each kind; see `dir(compared.plot)` and docs/python.md.

        Raises:
            MissingError: if a library for them is not installed.
        """
        stored = reporting("stored").StoredComparison(Path(), self.comparison)
        return reporting("plots").Plots(stored)

    def frame(self) -> pandas.DataFrame:
        """The means, their intervals and the differences of the measure: a row for each candidate.

        Returns:
            Indexed by candidate. The unit of each column is in `frame.attrs["units"]`.

        Raises:
            MissingError: if pandas is not installed.
        """
        frame: pandas.DataFrame = reporting("frames").comparison_frame(self.comparison)
        return frame

    def replications(self) -> pandas.DataFrame:
        """Every measure of every run: a row for each candidate and replication.

        Raises:
            MissingError: if pandas is not installed.
        """
        frame: pandas.DataFrame = reporting("frames").replications_frame(self.comparison)
        return frame

    def save(self, folder: str | PathLike[str], *, force: bool = False) -> Path:
        """Leave everything in a folder, as `aftershock compare --out` does; `sim.open` reads it.

        Args:
            folder: where; an earlier result in it is replaced.
            force: replace whatever is in it.

        Returns:
            The folder.

        Raises:
            SimulatorError: if it cannot be written; what was there is then as it was.
        """
        texts = [each.to_yaml() for each in self.scenarios.values()]
        reporting("export").write_comparison(self.comparison, texts, Path(folder), force)
        return Path(folder)

    def __getitem__(self, name: object) -> Candidate:
        for each in self:
            if each.name == str(name):
                return each
        names = [each.name for each in self]
        hint = nearest(name, names) or few(names)
        raise SimulatorError(f"there is no candidate `{name}`{hint}")

    def __contains__(self, name: object) -> bool:
        return any(each.name == str(name) for each in self)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.comparison.candidates)

    def __len__(self) -> int:
        return len(self.comparison.candidates)

    def __repr__(self) -> str:
        return str(reporting("notebook").comparison_line(self.comparison))

    def _repr_html_(self) -> str:
        return str(reporting("notebook").comparison_card(self.comparison))


def compare(
    scenario: str | PathLike[str] | Scenario,
    vary: Mapping[str, Iterable[object]],
    *,
    measure: str = "p99",
    against: str | None = None,
    baseline: object = None,
    replications: int = 10,
    jobs: int | None = None,
    set: Changes | None = None,
    seed: int | None = None,
    duration: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Compared:
    """Play every candidate many times, on the same requests, and say which are better.

    It uses several processes, which in a script must stand below `if __name__ == "__main__":`. Interrupted,
    it ends them and raises KeyboardInterrupt.

    Args:
        scenario: as for `sim.run`.
        vary: the values to be tried, by their paths: `{"services.web.replicas": [2, 4]}`; every
            combination is a candidate.
        measure: what differences are told in, such as `p99`, `goodput` or `availability`.
        against: a second measure, such as `cost`, in which candidates may be better instead.
        baseline: the name of the candidate that the others are compared with; left out: the first.
        replications: of each candidate, 2 at least.
        jobs: processes to use; left out: one for each core. The figures are the same with any number.
        set: values to be changed for all candidates.
        seed: instead of the scenario's own.
        duration: of simulated time, instead of the scenario's own: `"60s"`.
        progress: called after each run with how many are done and how many there are.

    Raises:
        ScenarioError: with every mistake of every candidate.
        SimulatorError: if there are fewer than two candidates, or no such measure or baseline.
    """
    chosen = measure_named(measure, "measure")
    other = None if against is None else measure_named(against, "against")
    shared = settings_of(set or {}, seed, duration)

    candidates = candidates_of(
        lambda settings: loaded_of(scenario, [*shared, *settings]), varied_of(vary)
    )
    comparison = comparing.compare(
        candidates,
        measure=chosen,
        against=other,
        baseline=None if baseline is None else str(baseline),
        replications=replications,
        jobs=jobs or os.cpu_count() or 1,
        told=progress,
    )
    return Compared(comparison, [Scenario._of(each.loaded) for each in candidates])


def _mean(candidate: Candidate, key: str) -> float:
    interval = candidate.measures[key].interval
    assert interval is not None, "a candidate that has one"
    return interval.mean
