"""What went wrong, and how it became known."""

from __future__ import annotations

from simulator.experiment.result import DeathFigures, FaultFigures
from simulator.scenario.world import World


def fault_figures(world: World) -> tuple[FaultFigures, ...]:
    """Every fault, in the order of the scenario."""
    return tuple(
        FaultFigures(each.name, each.kind, each.began, each.ended, tuple(each.hit))
        for each in world.faults
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
