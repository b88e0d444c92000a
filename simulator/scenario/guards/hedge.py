"""From the model of hedging to its delay and its budget."""

from __future__ import annotations

from math import inf

from simulator.call.hedge_budget import HedgeBudget
from simulator.call.hedge_delay import FixedDelay, HedgeDelay, PercentileDelay
from simulator.scenario.model.guards.hedge import Hedge


def make_hedge_delay(model: Hedge) -> HedgeDelay:
    """When copies are sent."""
    values = model.settled()
    if values["delay"] is not None:
        return FixedDelay(values["delay"])
    longest = values["maximum_delay"]
    return PercentileDelay(
        values["percentile"],
        values["window"],
        values["minimum_delay"],
        inf if longest is None else longest,
    )


def make_hedge_budget(model: Hedge) -> HedgeBudget | None:
    """How many copies may be sent; None for any number."""
    share = model.settled()["budget"]
    return None if share is None else HedgeBudget(share)
