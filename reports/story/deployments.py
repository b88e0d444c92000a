"""New versions: how they were rolled out, and whether they stayed."""

from __future__ import annotations

from reports.story.words import counted, time
from simulator.experiment.result import DeploymentFigures, Result

MOST = 8


def sentences(result: Result) -> list[str]:
    """A sentence or two for each rollout, the first of them one by one."""
    told = [_of_rollout(each) for each in result.deployments[:MOST]]
    rest = len(result.deployments) - MOST
    if rest > 0:
        told.append(f"The table of deployments has {rest:,} more.")
    return told


def _of_rollout(figures: DeploymentFigures) -> str:
    text = (
        f"At {time(figures.start)} the rollout ({figures.strategy}) of {figures.service} "
        f"{figures.version} began; "
    )
    if figures.outcome == "rolled back":
        text += "it was taken back"
        text += f" (\u201c{figures.why}\u201d)" if figures.why else ""
        text += f", which was done at {time(figures.end)}" if figures.end is not None else ""
    elif figures.end is None:
        text += "it was still under way at the end"
    else:
        text += f"it was {figures.outcome} at {time(figures.end)}"
    attempts = counted(figures.requests, "attempt")
    return f"{text}. Until then {attempts} met the new version, and {figures.failed:,} failed."
