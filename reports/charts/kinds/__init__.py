"""All kinds of charts, by the names that `aftershock chart --kind` knows: one file for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from matplotlib.figure import Figure

from reports.charts.house import Look, Sheet, styled
from reports.stored import StoredComparison, StoredRun

Drawn = StoredRun | StoredComparison
"""What a chart can be drawn of."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of chart. Its module has a function `draw(stored, look) -> Figure`."""

    about: str
    """What it shows, for lists and help."""
    of: type[StoredRun] | type[StoredComparison] = StoredRun


KINDS: Mapping[str, Kind] = {
    "overview": Kind("throughput, goodput, percentiles and outcomes, with faults and events"),
    "latency": Kind("how latencies are spread: shares below each, and over time"),
    "recovery": Kind(
        "each fault: what was usual, the dip, when it was noticed and over, what was lost"
    ),
    "topology": Kind("who asked whom, what failed, and how far the worst fault spread"),
    "imbalance": Kind("how evenly the instances of a service were loaded, over time"),
    "breakers": Kind("when each circuit breaker was open, half open or forced"),
    "scaling": Kind("instances wanted and ready, decisions of the autoscaler, and the load"),
    "waterfall": Kind("one sampled request: every attempt, its waits, and how it ended"),
    "comparison": Kind("each candidate's mean and its interval, the best on top", StoredComparison),
    "pareto": Kind("two measures of each candidate, and the Pareto front", StoredComparison),
}


def draw(name: str, stored: Drawn, look: Look) -> Figure:
    """The chart of a kind.

    Raises:
        NothingToDraw: if the run has nothing that this kind could show.
    """
    drawing: Callable[[Drawn, Look], Figure] = import_module(f"{__name__}.{name}").draw
    with styled(look.size):
        figure = drawing(stored, look)
        if isinstance(figure, Sheet):
            figure.settle()
        return figure
