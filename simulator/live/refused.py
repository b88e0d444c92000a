"""What is asked for and not done."""

from __future__ import annotations

from simulator.scenario import ScenarioError


class Refused(Exception):
    """Something cannot be done; its text says why, as a sentence."""


def reason_of(error: ScenarioError) -> str:
    """The first mistake of something that was to be put into a scenario, after where it stands there."""
    problem = error.problems[0]
    where = problem.place.source
    return f"{where}: {problem.message}" if where and not problem.place.line else problem.message
