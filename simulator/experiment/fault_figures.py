"""What went wrong, how it became known, and how the system took it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.experiment.aftermath import Aftermath
from simulator.experiment.recovery import Recovery, Watch
from simulator.experiment.result import DeathFigures, FaultFigures
from simulator.scenario.building.world import World

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


def fault_figures(measurement: Measurement) -> tuple[FaultFigures, ...]:
    """Every fault, in the order of the scenario."""
    world = measurement.world
    if not world.faults:
        return ()
    aftermath = Aftermath(measurement)
    watched = aftermath.watched()
    found = []
    for number in range(len(world.faults)):
        figures = aftermath.figures(number, *watched.get(number, ()))
        if number in watched and measurement.slos:
            spent = budgets_spent(measurement, *watched[number])
            figures = replace(figures, error_budget_spent=spent)
        found.append(figures)
    return tuple(found)


def budgets_spent(measurement: Measurement, watch: Watch, recovery: Recovery) -> dict[str, float]:
    """By objective, the share of its budget that went while a fault or its effect lasted.

    What would have been bad anyhow, as before the fault, is none of it.
    """
    before, span = slice(*watch.steady), slice(watch.first, recovery.over)
    spent: dict[str, float] = {}
    for name, slo in measurement.slos.items():
        ended, bad = slo.by_interval(measurement)
        budget = slo.budget(measurement)
        usual = float(bad[before].sum()) / max(1.0, float(ended[before].sum()))
        lost = float(bad[span].sum()) - usual * float(ended[span].sum())
        spent[name] = max(0.0, lost) / budget if budget else 0.0
    return spent


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
