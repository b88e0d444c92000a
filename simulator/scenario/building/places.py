"""From the regions of a scenario to the distances between its zones."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from simulator.network.atlas import Atlas
from simulator.scenario.model.network import Network

ZONES_APART: Final = 0.0017
"""Seconds there and back between two zones of a region, where the scenario does not say.

The median of what IBM publishes of 30 pairs of zones in ten regions, 0.63 ms to 2.83 ms, as means of
3 February to 3 March 2024 (ibm-cloud-docs/vpc, `network-latency.md`); instances of one zone are 0.1 ms
apart there. AWS says "single-digit millisecond" (Fault Isolation Boundaries, Availability Zones).
"""


@cache
def measured_round_trips() -> Mapping[tuple[str, str], float]:
    """Seconds there and back between regions of Amazon's cloud, for both orders of each pair."""
    table: dict[tuple[str, str], float] = {}
    text = (files("scenarios") / "data" / "aws-round-trips.csv").read_text("utf-8")
    rows = (line for line in text.splitlines() if not line.startswith("#"))
    for row in csv.DictReader(rows):
        seconds = float(row["round_trip_ms"]) / 1000.0
        table[row["a"], row["b"]] = table[row["b"], row["a"]] = seconds
    return table


@cache
def measured_regions() -> tuple[str, ...]:
    """The regions of Amazon's cloud whose round trips are known."""
    return tuple(dict.fromkeys(name for name, _ in measured_round_trips()))


def round_trip(network: Network, one: str, other: str) -> float | None:
    """Seconds there and back between two regions of a scenario; None if nobody says it."""
    for pair in network.between:
        if {pair.a, pair.b} == {one, other} and pair.round_trip is not None:
            return pair.round_trip
    first, second = (network.regions[each].at or each for each in (one, other))
    if first == second:
        return 0.0
    return measured_round_trips().get((first, second))


def atlas_of(network: Network) -> Atlas | None:
    """The distances of a scenario; None where nobody is anywhere."""
    if not network.has_places:
        return None
    regions = {zone: name for name, each in network.regions.items() for zone in each.zones}
    across = network.between_zones
    if across is None:
        across = ZONES_APART if network.regions else network.within_zone
    between = {
        (one, other): (round_trip(network, one, other) or 0.0) / 2.0
        for one in network.regions
        for other in network.regions
        if one != other
    }
    bandwidths = {}
    for pair in network.between:
        if pair.bandwidth is not None:
            bandwidths[pair.a, pair.b] = bandwidths[pair.b, pair.a] = float(pair.bandwidth)
    return Atlas(regions, network.within_zone / 2.0, across / 2.0, between, bandwidths)
