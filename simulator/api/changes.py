"""What `set=`, `seed=`, `duration=` and `vary=` change, in the words of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulator.errors import SimulatorError
from simulator.experiment.candidates import Vary
from simulator.scenario import Problem, ScenarioError, Setting
from simulator.scenario.problem import Place
from simulator.scenario.values import plain
from simulator.scenario.write import value_text

Changes = Mapping[str, object]
"""Values by the paths at which they are put: `{"services.web.replicas": 3, "traffic.users.rate": "80/s"}`."""

WIDEST = 60
"""Characters of a value in a message."""


def settings_of(
    changes: Changes, seed: int | None = None, duration: str | None = None
) -> list[Setting]:
    """The settings, in order.

    Raises:
        ScenarioError: if a value is of a type that no file could hold.
        SimulatorError: if these are no changes.
    """
    if not isinstance(changes, Mapping):
        example = "a dict such as `{'services.web.replicas': 3}`"
        raise SimulatorError(f"set: expected {example}, found {changes!r:.{WIDEST}}")
    settings = [
        Setting(str(path), text_of(value, words), words)
        for path, value in changes.items()
        for words in [f"set {path}={value!r:.{WIDEST}}"]
    ]
    for name, value in (("seed", seed), ("duration", duration)):
        if value is not None:
            words = f"{name}={value!r:.{WIDEST}}"
            settings.append(Setting(name, text_of(value, words), words))
    return settings


def text_of(value: object, words: str) -> str:
    """A value as a text of YAML.

    Raises:
        ScenarioError: if it is of a type that no file could hold; `words` say where.
    """
    try:
        return value_text(plain(value))
    except ScenarioError as error:
        message = error.problems[0].message
        raise ScenarioError([Problem(Place(words), message)]) from None


def varied_of(vary: Mapping[str, Iterable[object]]) -> list[Vary]:
    """What is varied, in order.

    Raises:
        SimulatorError: if that is not a list of values, each another one, for each path.
    """
    if not isinstance(vary, Mapping):
        example = "a dict such as `{'services.web.replicas': [2, 4]}`"
        raise SimulatorError(f"vary: expected {example}, found {vary!r:.{WIDEST}}")
    varied = []
    for path, values in vary.items():
        words = f"vary {path}"
        if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
            shown = f"{values!r:.{WIDEST}}"
            raise SimulatorError(f"{words}: expected a list of values, found {shown}")
        texts = tuple(text_of(value, words) for value in values)
        varied.append(Vary.of(str(path), texts, words, "vary"))
    return varied
