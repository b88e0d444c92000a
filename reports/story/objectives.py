"""Service level objectives, and what of their error budgets was spent."""

from __future__ import annotations

from reports.quantity import digits, share
from reports.story.words import counted, time, were
from reports.tables.slos import promised
from simulator.experiment.promises import SloFigures
from simulator.experiment.result import Result


def sentences(result: Result) -> list[str]:
    """For each objective what was bad, what that cost, and who was alerted."""
    return [_of_objective(name, each) for name, each in result.slos.items()]


def _of_objective(name: str, slo: SloFigures) -> str:
    text = f"{name} ({promised(slo)}): "
    if not slo.events or slo.budget_spent is None:
        return f"{text}nothing came that could have been good or bad."
    text += f"{slo.bad:,} of {counted(slo.events, 'request')} {were(slo.bad)} bad, "
    text += f"{share(slo.budget_spent)} of the error budget"
    if slo.bad and slo.burn_rate is not None:
        text += f" at a burn rate of {digits(slo.burn_rate)}"
    if slo.alerted_at is None:
        return f"{text}; no alert fired."
    text += f"; an alert fired at {time(slo.alerted_at)}"
    if slo.alerted_after is None:
        return f"{text}."
    return f"{text}, {time(slo.alerted_after)} after the start of the last fault before it."
