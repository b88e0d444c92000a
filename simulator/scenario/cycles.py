"""Calls that lead back to themselves, with no way out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from simulator.scenario.model import distribution as laws
from simulator.scenario.model.step import (
    AnyStep,
    Call,
    Either,
    Fail,
    Group,
    Maybe,
    Repeat,
    Together,
)
from simulator.scenario.source import DataPath

Steps = Sequence[AnyStep]


def endless_cycles(programs: Mapping[str, Steps]) -> Iterator[tuple[list[str], str, DataPath]]:
    """Circles of endpoints none of which can ever end, since each always calls the next.

    Each with the endpoint that closes the circle, and the path of its call among its steps. An
    endpoint can end if some course through its steps makes only calls to endpoints that can; the
    rest wait for each other for ever.
    """
    ending = _ending(programs)
    blocked = {name: steps for name, steps in programs.items() if name not in ending}
    following = {name: next(_blocking(steps, (), ending)) for name, steps in blocked.items()}
    seen: set[str] = set()
    for start in blocked:
        trail: list[str] = []
        here = start
        while here not in seen:
            seen.add(here)
            trail.append(here)
            here = following[here][0]
        if here in trail:
            yield [*trail[trail.index(here) :], here], trail[-1], following[trail[-1]][1]


def _ending(programs: Mapping[str, Steps]) -> set[str]:
    """The endpoints that can end: the least set that is closed under the steps."""
    callers: dict[str, set[str]] = {name: set() for name in programs}
    for name, steps in programs.items():
        for target in _targets(steps):
            callers.setdefault(target, set()).add(name)
    ending: set[str] = set()
    waiting = list(programs)
    while waiting:
        name = waiting.pop()
        if name not in ending and next(_blocking(programs[name], (), ending), None) is None:
            ending.add(name)
            waiting.extend(callers[name])
    return ending


def _targets(steps: Steps) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Call):
            yield step.call
        for inner, _ in _inner(step):
            yield from _targets(inner)


def _inner(step: AnyStep) -> list[tuple[Steps, DataPath]]:
    """The lists of steps within a step, with their paths from it."""
    if isinstance(step, Together):
        return [(step.together, ("together",))]
    if isinstance(step, Either):
        return [(each.steps, ("either", n, "steps")) for n, each in enumerate(step.either)]
    return [(step.steps, ("steps",))] if isinstance(step, (Maybe, Repeat, Group)) else []


def _blocking(steps: Steps, path: DataPath, ending: set[str]) -> Iterator[tuple[str, DataPath]]:
    """The calls, with their paths, that keep every course through `steps` from ending."""
    for number, step in enumerate(steps):
        place = (*path, number)
        if isinstance(step, Call) and step.call not in ending:
            yield step.call, (*place, "call")
        elif isinstance(step, Either):
            courses = [
                next(_blocking(branch.steps, (*place, "either", n, "steps"), ending), None)
                for n, branch in enumerate(step.either)
                if branch.weight > 0.0
            ]
            if courses and None not in courses:
                yield from (each for each in courses if each is not None)
        elif not _can_skip(step):
            for inner, below in _inner(step):
                yield from _blocking(inner, (*place, *below), ending)
        if _may_fail(step):
            return


def _may_fail(step: AnyStep) -> bool:
    """Whether the endpoint may end with this step, whatever comes after."""
    if isinstance(step, Fail):
        return step.fail > 0.0
    if isinstance(step, Maybe) and step.maybe == 0.0:
        return False
    return any(_may_fail(each) for inner, _ in _inner(step) for each in inner)


def _can_skip(step: AnyStep) -> bool:
    """Whether the steps within may not be taken at all."""
    if isinstance(step, Maybe):
        return step.maybe < 1.0
    if not isinstance(step, Repeat):
        return False
    times = step.repeat
    if isinstance(times, laws.UniformCount):
        return times.uniform.low == 0
    if isinstance(times, laws.Choice):
        return times.choice.get(0, 0.0) > 0.0
    return isinstance(times, laws.Poisson) or times == 0
