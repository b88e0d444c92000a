"""Runs that charts are drawn of: played once, and put together as if they had been read from a folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reports.stored import StoredRun
from simulator.experiment.run import simulate
from simulator.scenario import parse, resolved_yaml

SHOP = """
scenario: a-shop-of-many
description: Two classes, two faults, breakers and an outlier detection.
seed: 3
duration: 60s
warmup: 5s
interval: 1s
traffic:
  buyers: {rate: 25/s, target: shop.buy, deadline: 1s, slo: 200ms}
  readers: {rate: 60/s, target: shop.read, deadline: 1s, slo: 80ms}
defaults: {timeout: 300ms}
services:
  shop:
    replicas: 2
    concurrency: 30
    endpoints:
      read: [work: {exponential: 6ms}]
      buy: [work: {exponential: 4ms}, call: payments.charge]
  payments:
    replicas: 3
    concurrency: 4
    policy: {retry: {attempts: 2, backoff: 5ms}, breaker: {failure_rate: 50%, window: 20, wait: 3s}}
    endpoints: {charge: [work: {lognormal: {median: 20ms, p99: 90ms}}]}
faults:
  - {name: payments-gone, at: 20s, for: 8s, blackhole: {service: payments}}
  - {name: one-shop-dies, at: 45s, for: 5s, kill: {service: shop, instance: shop-2}}
expect: []
"""
PLAIN = """
scenario: one-queue
seed: 1
duration: 20s
interval: 1s
traffic: {users: {rate: 40/s, target: server.get}}
services: {server: {concurrency: 2, endpoints: {get: [work: {exponential: 20ms}]}}}
"""


@cache
def shop() -> StoredRun:
    """A run with several classes, with slos, faults, and whatever these set off."""
    return _played(SHOP)


@cache
def plain() -> StoredRun:
    """A run of one class, to which nothing happens."""
    return _played(PLAIN)


def _played(text: str) -> StoredRun:
    scenario = parse(text).scenario
    return StoredRun(Path("nowhere"), simulate(scenario), resolved_yaml(scenario))
