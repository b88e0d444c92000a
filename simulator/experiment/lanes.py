"""Counts and latencies of any set of lanes in one window."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from simulator.call.edge import Edge
from simulator.experiment.result import Latency, Outcomes
from simulator.observe.census import Window
from simulator.observe.histogram import BUCKETS, IntArray, percentile
from simulator.outcome import DEGRADED, NAMES, OUTCOMES
from simulator.scenario.building.world import World

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


class Lanes:
    """Figures of any set of lanes in one window."""

    def __init__(self, measurement: Measurement, window: Window) -> None:
        self.window = window
        self.length = measurement.length(window)
        census = measurement.census
        self.edges = census.edges
        self.instances = census.instances

    def of_edges(self, edges: Iterable[int]) -> IntArray:
        """The lanes of some edges."""
        return np.flatnonzero(np.isin(self.edges, list(edges)))

    def asked(self, lanes: IntArray) -> IntArray:
        """Those on which an instance was asked: attempts, not only calls."""
        return lanes[self.instances[lanes] >= 0]

    def counts(self, lanes: IntArray) -> IntArray:
        """By outcome."""
        total: IntArray = self.window.counts.rows[lanes].sum(axis=0)
        return total if len(lanes) else np.zeros(OUTCOMES, dtype=np.int64)

    def latency(self, lanes: IntArray, histogram: IntArray, everything: bool = False) -> Latency:
        """Latency figures of lanes, whose histogram is given."""
        column = int(everything)
        counts = self.counts(lanes)
        count = int(counts.sum() if everything else counts[: DEGRADED + 1].sum())
        if count == 0:
            return Latency(0, None, None, None, None, None, None, None)
        total = float(self.window.sums.rows[lanes, column].sum())
        greatest = float(self.window.greatest.rows[lanes, column].max())
        p50, p90, p95, p99, p999 = (
            percentile(histogram, share, greatest) for share in (0.5, 0.9, 0.95, 0.99, 0.999)
        )
        return Latency(count, total / count, p50, p90, p95, p99, p999, greatest)

    def good(self, edges: Iterable[int]) -> IntArray:
        """The histogram of usable answers on some edges."""
        rows: IntArray = self.window.good.rows[self.known(edges)].sum(axis=0)
        return rows

    def everything(self, edges: Iterable[int]) -> IntArray:
        """The histogram of all that finished on some edges."""
        rows: IntArray = self.window.everything.rows[self.known(edges)].sum(axis=0)
        return rows

    def known(self, edges: Iterable[int]) -> list[int]:
        """Those of the edges on which something has ended so far."""
        return [edge for edge in edges if edge < len(self.window.good.rows)]

    def one_instance(self, number: int) -> IntArray:
        """The histogram of usable answers of one instance."""
        rows = self.window.instances.rows
        return rows[number] if number < len(rows) else np.zeros(BUCKETS, dtype=np.int64)


def named(counts: IntArray) -> Outcomes:
    """Counts by outcome with their names, without those that did not occur."""
    return {NAMES[code]: int(count) for code, count in enumerate(counts) if count}


def edges_to(
    world: World, service: str, endpoint: str | None = None, *, mirrored: bool = False
) -> list[Edge]:
    """The edges that lead to a service, or to one endpoint of it: those of calls and of attempts.

    Those of copies, whose answers nobody sees, are among them only if `mirrored`.
    """
    return [
        edge
        for edge in world.edges
        if edge.callee.service == service
        and endpoint in (None, edge.callee.name)
        and (mirrored or not edge.mirrored)
    ]


def of_calls(edges: Iterable[Edge]) -> list[int]:
    """The numbers of those edges on which calls are written down."""
    return [edge.number for edge in edges if edge.whole is None]


def of_attempts(edges: Iterable[Edge]) -> list[int]:
    """The numbers of those edges by which attempts are sent."""
    edges = list(edges)
    wholes = {edge.whole.number for edge in edges if edge.whole is not None}
    return [edge.number for edge in edges if edge.number not in wholes]
