"""Every step of an endpoint, however deep it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.scenario.model.step import AnyStep, Either, Group, Maybe, Repeat, Together
from simulator.scenario.source import DataPath


def walk(steps: Iterable[AnyStep], path: DataPath) -> Iterator[tuple[DataPath, AnyStep]]:
    """Every step, with those inside of others, and where it stands."""
    for number, step in enumerate(steps):
        place = (*path, number)
        yield place, step
        if isinstance(step, Together):
            yield from walk(step.together, (*place, "together"))
        elif isinstance(step, Either):
            for choice, branch in enumerate(step.either):
                yield from walk(branch.steps, (*place, "either", choice, "steps"))
        elif isinstance(step, (Maybe, Repeat, Group)):
            yield from walk(step.steps, (*place, "steps"))
