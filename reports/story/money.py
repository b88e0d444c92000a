"""What it cost."""

from __future__ import annotations

from reports.quantity import digits, share
from simulator.experiment.result import Result


def sentences(result: Result) -> list[str]:
    """The sum, and what of it was for nothing."""
    cost = result.cost
    if cost is None:
        return []
    text = (
        f"Instances and nodes cost {digits(cost.total)} in all, in the currency of the prices: "
        f"{digits(cost.per_hour)} an hour"
    )
    if cost.per_million_good is None:
        text += ", without a single answer that was right and in time"
    else:
        text += f", {digits(cost.per_million_good)} for a million answers right and in time"
    told = [f"{text}."]
    if cost.wasted is not None:
        told.append(f"{share(cost.wasted)} of it paid for capacity nobody used.")
    return told
