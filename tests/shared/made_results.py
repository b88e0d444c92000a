"""Results made by hand: those of one short run, with some of its figures replaced."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from simulator.experiment.result import FaultFigures, Result, SteadyState
from simulator.experiment.run import simulate
from simulator.scenario import parse

WORLD = """
scenario: two-tiers
description: A shop & its <payments>.
seed: 7
duration: 60s
warmup: 5s
traffic:
  buyers: {rate: 40/s, arrivals: constant, target: shop.buy, timeout: 500ms}
network: {latency: 0s}
services:
  shop: {replicas: 2, concurrency: 8, endpoints: {buy: [work: 1ms, call: payments.charge]}}
  payments: {replicas: 4, concurrency: 4, endpoints: {charge: [work: 20ms]}}
slos: {paying: {of: buyers, objective: 99.9%}}
faults:
  - {name: crash, at: 20s, for: 10s, kill: {service: payments, instance: payments-2}}
expect:
  - availability >= 99.9%
  - {expect: buyers.p99 <= 500ms, weight: 5}
"""
STEADY = SteadyState(5.0, 20.0, 40.0, 0.5, 0.0, 0.0, {"buyers": 0.021})


@cache
def played() -> Result:
    """The run, as it is."""
    return simulate(parse(WORLD).scenario)


def made(**figures: Any) -> Result:
    """The same with other figures."""
    return replace(played(), **figures)


def fault(**figures: Any) -> FaultFigures:
    """A fault that users felt and got over, with other figures."""
    usual: dict[str, Any] = {
        "name": "pod-kill",
        "kind": "kill",
        "start": 120.0,
        "end": 130.0,
        "targets": ("payments-1",),
        "detected_after": 3.2,
        "detected_by": "outlier",
        "recovered_after": 12.0,
        "lost_requests": 42,
        "departed_after": 0.0,
        "departed_by": "goodput",
        "stayed_down": False,
        "depth": 0.41,
        "lost_goodput": 50.0,
        "amplification_before": 1.0,
        "amplification_peak": 1.0,
        "steady": STEADY,
    }
    return FaultFigures(**{**usual, **figures})
