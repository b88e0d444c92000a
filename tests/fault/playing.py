"""What tests of faults share: a world is played with its laws checked."""

from __future__ import annotations

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse

SHOP = """
scenario: shop
seed: 3
duration: 60s
traffic:
  users: {rate: 10/s, arrivals: constant, target: shop.buy}
  clerks: {rate: 1/s, arrivals: constant, target: shop.look}
services:
  shop:
    endpoints: {buy: [{call: pay.charge, timeout: 1s}], look: [{call: pay.list}]}
  pay: {replicas: 2, endpoints: {charge: [work: 20ms], list: [work: 20ms]}}
"""
"""Users at 0.1 s, 0.2 s, ...; each of their calls takes 20 ms."""


def play(text: str, *settings: str, seed: int | None = None) -> Result:
    """A scenario from its begin to its end."""
    return simulate(parse(text, settings=settings).scenario, seed=seed, check=True)


def run_of(text: str, *settings: str) -> Run:
    """A scenario that has not begun yet."""
    return Run(parse(text, settings=settings).scenario, check=True)
