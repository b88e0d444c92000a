"""What is compared: one scenario with some of its values changed, once for each combination."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from simulator.errors import SimulatorError
from simulator.scenario import Loaded, Problem, Scenario, ScenarioError, Setting, load
from simulator.scenario.read import read_value

OPENING, CLOSING, QUOTES = "[{", "]}", "\"'"


@dataclass(frozen=True, slots=True)
class Vary:
    """A path of the scenario, and the values to be tried there, as texts of YAML."""

    path: str
    values: tuple[str, ...]
    words: str = "--vary"
    """The flag that asked for it, for messages."""

    @classmethod
    def parse(cls, text: str) -> Vary:
        """Of `path=value,value`, where commas inside of brackets, braces or quotes separate nothing.

        Raises:
            SimulatorError: if there is no value, or nothing between two commas, or a value twice.
        """
        setting = Setting.parse(text)
        values = tuple(split_values(setting.value))
        if not setting.path.strip() or not any(values):
            example = "`path=value,value`, such as `services.shop.replicas=2,4`"
            raise SimulatorError(f"--vary {text}: expected {example}")
        if "" in values:
            raise SimulatorError(f"--vary {text}: expected a value before and after each comma")
        return cls.of(setting.path.strip(), values, f"--vary {text}")

    @classmethod
    def of(cls, path: str, values: tuple[str, ...], words: str, flag: str = "--vary") -> Vary:
        """Of a path and values, for which a message says `words`.

        Raises:
            SimulatorError: if a value stands there twice, or the path is one that cannot be varied.
        """
        twice = [value for number, value in enumerate(values) if value in values[:number]]
        if twice:
            raise SimulatorError(f"{words}: the value `{twice[0]}` stands here twice")
        if path == "seed":
            message = "all candidates play the same seeds; `replications` says how many"
            raise SimulatorError(f"{words}: {message}")
        return cls(path, values, flag)

    def setting(self, value: str) -> Setting:
        """The change that one of the values asks for."""
        return Setting(self.path, value, f"{self.words} {self.path}={value}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the scenarios that are compared, ready to be played."""

    name: str
    """Its values, separated by commas: `least_request` or `least_request,4`."""
    choices: Mapping[str, str]
    """By path, the value that sets it apart, as it was written."""
    loaded: Loaded

    @property
    def scenario(self) -> Scenario:
        return self.loaded.scenario

    @property
    def folder(self) -> Path | None:
        """Where the files lie that the scenario names."""
        return self.loaded.folder

    @property
    def settings(self) -> Mapping[str, object]:
        """The same choices as the scenario has read them."""
        return {path: read_value(value) for path, value in self.choices.items()}


def load_candidates(
    path_or_name: str, varied: Sequence[Vary], settings: Sequence[str] = ()
) -> list[Candidate]:
    """Every combination of the values to be tried; the last path changes fastest.

    Args:
        path_or_name: a scenario file, or the name of a bundled one.
        varied: what to change, and to what.
        settings: changes that all candidates share, in the words of `--set`.

    Raises:
        ScenarioError: with every mistake of every candidate, each told once.
        SimulatorError: if there are fewer than two candidates, or a path is varied twice.
    """
    return candidates_of(lambda chosen: load(path_or_name, [*settings, *chosen]), varied)


def candidates_of(
    changed: Callable[[Sequence[Setting]], Loaded], varied: Sequence[Vary]
) -> list[Candidate]:
    """The same of any scenario, which `changed` gives with some settings applied.

    Raises:
        ScenarioError: with every mistake of every candidate, each told once.
        SimulatorError: if there are fewer than two candidates, or a path is varied twice.
    """
    paths = [each.path for each in varied]
    twice = [path for number, path in enumerate(paths) if path in paths[:number]]
    if twice:
        raise SimulatorError(f"`{twice[0]}` is varied twice; give all its values at once")
    combinations = list(product(*(each.values for each in varied)))
    if len(combinations) < 2:
        hint = "give two values or more, such as `--vary services.shop.replicas=2,4`"
        raise SimulatorError(f"there is nothing to compare; {hint}")
    candidates: list[Candidate] = []
    failures: list[tuple[str, ScenarioError]] = []
    for values in combinations:
        chosen = [each.setting(value) for each, value in zip(varied, values, strict=True)]
        try:
            loaded = changed(chosen)
        except ScenarioError as error:
            failures.append((" ".join(setting.words for setting in chosen), error))
            continue
        choices = dict(zip(paths, values, strict=True))
        candidates.append(Candidate(",".join(values), choices, loaded))
    if failures:
        raise ScenarioError(_told_once(failures, everywhere=not candidates))
    return candidates


def split_values(text: str) -> Iterator[str]:
    """The texts between those commas that stand outside of brackets, braces and quotes."""
    begin, depth, quote = 0, 0, ""
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in QUOTES and not text[begin:place].strip(" [{,:"):
            quote = char
        elif char in OPENING:
            depth += 1
        elif char in CLOSING:
            depth -= 1
        elif char == "," and depth <= 0:
            yield text[begin:place].strip()
            begin = place + 1
    yield text[begin:].strip()


def _told_once(failures: Sequence[tuple[str, ScenarioError]], everywhere: bool) -> list[Problem]:
    """The mistakes of all candidates; a mistake in the file says which of them it concerns."""
    told: dict[tuple[str, int, int, str], tuple[str, Problem, int]] = {}
    for words, error in failures:
        for problem in error.problems:
            place = problem.place
            key = (place.source if place.line else "", place.line, place.column, problem.message)
            first_words, first, times = told.get(key, (words, problem, 0))
            told[key] = (first_words, first, times + 1)
    problems = []
    for words, problem, times in told.values():
        if problem.place.line and not (everywhere and times == len(failures)):
            problem = Problem(problem.place, f"{problem.message} (with {words})")
        problems.append(problem)
    return problems


__all__ = ["Candidate", "Vary", "candidates_of", "load_candidates", "split_values"]
