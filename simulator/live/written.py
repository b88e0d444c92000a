"""What was done, as a scenario's file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from simulator.experiment.measurement import default_interval
from simulator.live.branch import Deed
from simulator.live.changes import changed
from simulator.live.refused import Refused
from simulator.scenario import ScenarioError, parse, resolved_yaml
from simulator.scenario.model.base import PartOfRun
from simulator.scenario.model.deployment import Deployment
from simulator.scenario.model.fault.fault import Fault
from simulator.scenario.model.scenario import Scenario
from simulator.units import format_duration

Plan = TypeVar("Plan", Fault, Deployment)
"""What a scenario does at a time."""
TOLD = 40
"""Deeds that are told one by one at the head of a file."""


def written(base: Scenario, deeds: Sequence[Deed], folder: Path | None, until: float | None) -> str:
    """The file of a scenario with what was done to it; it plays to the same digest.

    Args:
        base: the scenario.
        deeds: what was done.
        folder: where the files lie that it names: their paths are written in full.
        until: in seconds, where its run ends; None for where it always did.

    Raises:
        Refused: if it makes no scenario.
    """
    if until is not None:
        deeds = [each for each in deeds if each.time < until]
    scenario = changed(base, deeds)
    if until is not None:
        scenario = cut(scenario, until)
    text = resolved_yaml(scenario, folder)
    try:
        parse(text)
    except ScenarioError as error:
        first = error.problems[0]
        where = first.place.text.strip().removeprefix("- ")
        raise Refused(f"it makes no scenario: `{where}`: {first.message}") from None
    return head(base, deeds, until) + text


def head(base: Scenario, deeds: Sequence[Deed], until: float | None) -> str:
    """What a file says of itself."""
    ends = "" if until is None else f", up to {format_duration(until)}"
    lines = [
        f"`{base.scenario}` as it was played by `aftershock live`{ends}.",
        "`aftershock run` plays it to the same digest.",
    ]
    in_time = sorted(deeds, key=lambda each: each.time)
    lines += [f"- {each.time:.6g} s: {each.words}" for each in in_time[:TOLD]]
    if len(in_time) > TOLD:
        lines.append(f"- and {len(in_time) - TOLD} things more")
    return "".join(f"# {line}\n" for line in lines)


def cut(scenario: Scenario, until: float) -> Scenario:
    """The same up to a time: whatever is told as a share of the run stays where it is.

    Raises:
        Refused: if it ends there anyway, or earlier.
    """
    duration = scenario.duration
    if not 0.0 < until <= duration:
        whole = format_duration(duration)
        raise Refused(f"expected an end after 0 s, within the run, which lasts {whole}")
    interval = default_interval(duration)
    changes: dict[str, object] = {"duration": until}
    if scenario.interval is None and default_interval(until) != interval:
        changes["interval"] = interval
    if scenario.faults:
        changes["faults"] = _timed(scenario.faults, duration)
    if scenario.deployments:
        changes["deployments"] = _timed(scenario.deployments, duration)
    return scenario.model_copy(update=changes)


def _timed(plans: Sequence[Plan], duration: float) -> tuple[Plan, ...]:
    """The same with times in seconds instead of parts of a run."""
    return tuple(
        each.model_copy(update={"at": each.offset(duration)})
        if isinstance(each.at, PartOfRun)
        else each
        for each in plans
    )
