"""Instances that came and went."""

from __future__ import annotations

from reports.quantity import digits
from reports.story.words import counted, time
from reports.tables.scaling import changed
from simulator.experiment.result import Result, ScalingFigures

MOST = 6
"""So many services are told one by one, those with most changes."""


def sentences(result: Result) -> list[str]:
    """How many instances each service had, where that changed."""
    found = {
        name: each.scaling
        for name, each in result.services.items()
        if each.scaling is not None and changed(each.scaling)
    }
    ranked = sorted(found, key=lambda name: -(found[name].started + found[name].stopped))
    told = [_of_service(name, found[name]) for name in ranked[:MOST]]
    rest = len(ranked) - MOST
    if rest > 0:
        told.append(f"{counted(rest, 'more service')} had other numbers of instances, too.")
    return told


def _of_service(name: str, figures: ScalingFigures) -> str:
    if figures.least is None or figures.most is None or figures.mean is None:
        text = f"{name} had {counted(figures.last, 'ready instance')} at the end"
    elif figures.least == figures.most:
        text = f"{name} had {counted(figures.most, 'ready instance')} all along"
    else:
        text = (
            f"{name} had between {figures.least} and {figures.most} ready instances, "
            f"{digits(figures.mean)} in the mean and {figures.last} at the end"
        )
    text += f": {figures.started:,} started and {figures.stopped:,} stopped"
    if figures.restarts:
        text += f", and {counted(figures.restarts, 'restart')} in place"
    if figures.start_mean is not None:
        text += f"; it took {time(figures.start_mean)} until one was ready"
    return f"{text}."
