"""From the model of a concurrency limit to what limits."""

from __future__ import annotations

from simulator.balancing.chance import Chance
from simulator.call.concurrency_limit import base
from simulator.call.concurrency_limit.aimd import AimdLimit
from simulator.call.concurrency_limit.fixed import FixedLimit
from simulator.call.concurrency_limit.gradient2 import Gradient2Limit
from simulator.call.concurrency_limit.vegas import VegasLimit
from simulator.call.concurrency_limit.windowed import WindowedLimit
from simulator.scenario.model.guards.concurrency_limit import DEFAULTS, ConcurrencyLimit


def make_concurrency_limit(model: ConcurrencyLimit, chance: Chance) -> base.ConcurrencyLimit:
    """The limit; `chance` says when Vegas forgets the shortest latency."""
    values = model.settled()
    algorithm = values["algorithm"]
    options = {name: values[name] for name in DEFAULTS[algorithm]}
    limit: base.ConcurrencyLimit
    if algorithm == "fixed":
        return FixedLimit(**options)
    if algorithm == "aimd":
        limit = AimdLimit(**options)
    elif algorithm == "vegas":
        limit = VegasLimit(chance, **options)
    else:
        limit = Gradient2Limit(**options)
    window = values["window"]
    if window is not None:
        return WindowedLimit(limit, window, window, values["samples"])
    return limit
