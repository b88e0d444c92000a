"""What went wrong, how it became known, and how the system took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.experiment.aftermath import Aftermath
from simulator.experiment.result import DeathFigures, FaultFigures
from simulator.scenario.world import World

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


def fault_figures(measurement: Measurement) -> tuple[FaultFigures, ...]:
    """Every fault, in the order of the scenario."""
    world = measurement.world
    if not world.faults:
        return ()
    aftermath = Aftermath(measurement)
    watched = aftermath.watched()
    return tuple(
        aftermath.figures(number, *watched.get(number, ())) for number in range(len(world.faults))
    )


def death_figures(world: World) -> tuple[DeathFigures, ...]:
    """Every death, in the order in which they came."""
    return tuple(
        DeathFigures(
            instance=each.instance,
            died=each.died,
            back=each.back,
            registry_knew_after=_after(each.registry_knew, each.died),
            callers_knew_after=_after(each.callers_knew, each.died),
            sent_meanwhile=each.sent,
            lost=each.lost,
        )
        for each in world.deaths
    )


def _after(moment: float | None, died: float) -> float | None:
    return None if moment is None else moment - died
