"""Scenarios: read, built, changed and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from simulator import whole_file
from simulator.api.changes import Changes, settings_of
from simulator.api.reporting import reporting
from simulator.errors import SimulatorError
from simulator.scenario import Loaded, Setting, bundled, parse, resolved_yaml
from simulator.scenario import load as load_file
from simulator.scenario.load import load_values
from simulator.scenario.model.scenario import Scenario as Model


class Scenario:
    """A scenario that can be played; what changes it gives a changed copy.

    It is built with the keys of a scenario file (docs/key-reference.md), and Python's own values:

        Scenario("shop", duration="60s", traffic={"users": {...}}, services={"web": {...}})

    Durations, rates, shares and sizes are texts with their unit, as in a file: `"60s"`, `"200/s"`,
    `"5%"`, `"64KiB"`. Files that it names are looked for in the current folder.

    Raises:
        ScenarioError: with every mistake in it, each told by its key (`services.web.replicas`).
    """

    __slots__ = ("_loaded",)

    _loaded: Loaded

    def __init__(self, scenario: str, **keys: object) -> None:
        values = {"scenario": scenario, **keys}
        self._loaded = load_values(values, f"scenario {scenario}", folder=Path.cwd())

    @classmethod
    def _of(cls, loaded: Loaded) -> Scenario:
        made = cls.__new__(cls)
        made._loaded = loaded
        return made

    @property
    def name(self) -> str:
        """What it is called."""
        return self._loaded.scenario.scenario

    @property
    def description(self) -> str:
        """What it shows; may be empty."""
        return self._loaded.scenario.description

    @property
    def seed(self) -> int:
        """What all randomness is derived from."""
        return self._loaded.scenario.seed

    @property
    def duration(self) -> float:
        """How long the run is, in simulated seconds."""
        return self._loaded.scenario.duration

    @property
    def model(self) -> Model:
        """Everything that it says, checked, in the units of the simulator: seconds, per second, parts of 1."""
        return self._loaded.scenario

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks doubtful about it."""
        return tuple(each.message for each in self._loaded.warnings)

    @property
    def folder(self) -> Path | None:
        """Where the files lie that it names."""
        return self._loaded.folder

    def set(self, changes: Changes, /) -> Scenario:
        """A copy with other values, by their paths: `{"services.web.replicas": 3}`.

        Raises:
            ScenarioError: if a path leads nowhere (with the nearest name), or a value is wrong there.
        """
        return Scenario._of(self._changed(settings_of(changes)))

    def _changed(self, settings: Sequence[Setting]) -> Loaded:
        if not settings:
            return self._loaded
        values = self.model.model_dump(by_alias=True, exclude_unset=True)
        return load_values(values, self.name, settings, self.folder)

    def to_yaml(self) -> str:
        """The text of a file that plays to the same digest; the files it names have full paths."""
        return resolved_yaml(self.model, self.folder)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to a file, whole, over what was there; returns the path.

        Raises:
            SimulatorError: if it cannot be written.
        """
        file = Path(path)
        try:
            whole_file.write_whole_file(file, self.to_yaml().encode())
        except OSError as error:
            raise SimulatorError(f"{file}: cannot be written: {error.strerror}") from None
        return file

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        return self.to_yaml() == other.to_yaml()

    def __hash__(self) -> int:
        return hash(self.to_yaml())

    def __reduce__(self) -> tuple[Any, ...]:
        return Scenario._of, (self._loaded,)

    def __repr__(self) -> str:
        return str(reporting("notebook").scenario_line(self.model, self.warnings))

    def _repr_html_(self) -> str:
        return str(reporting("notebook").scenario_card(self.model, self.warnings))


def load(
    what: str | PathLike[str] | Scenario,
    *,
    set: Changes | None = None,
    seed: int | None = None,
    duration: str | None = None,
) -> Scenario:
    """A scenario, read.

    Args:
        what: the path of a file, the name of a bundled scenario, the text of a file (a text of several
            lines), or a scenario, which is changed.
        set: values to be changed, by their paths, as `--set` does: `{"services.web.replicas": 3}`.
        seed: instead of the scenario's own.
        duration: of simulated time, instead of the scenario's own: `"60s"`.

    Raises:
        ScenarioError: with every mistake in it.
    """
    return Scenario._of(loaded_of(what, settings_of(set or {}, seed, duration)))


def loaded_of(what: str | PathLike[str] | Scenario, settings: Sequence[Setting]) -> Loaded:
    """What `load` and its like are given, with settings applied.

    Raises:
        ScenarioError: with every mistake in it.
    """
    if isinstance(what, Scenario):
        return what._changed(settings)
    if isinstance(what, str) and "\n" in what:
        return parse(what, settings=settings, folder=Path.cwd())
    if isinstance(what, (str, PathLike)):
        return load_file(fspath(what), settings)
    wanted = "the name of a bundled scenario, the path of a file, its text, or a Scenario"
    raise SimulatorError(f"expected {wanted}, found a value of type `{type(what).__name__}`")


def scenarios() -> Mapping[str, str]:
    """The bundled scenarios by name, in order of name, with what each shows."""
    return {name: load_file(name).scenario.description for name in bundled()}
