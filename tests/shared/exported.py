"""One short run with a bit of everything, for all who export it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reports.stored import StoredRun
from simulator.experiment.run import simulate
from simulator.scenario import parse

SCENARIO = """
scenario: small-shop
description: Two classes of users, three services, an outage and an autoscaler.
seed: 5
duration: 30s
warmup: 5s
traces: 40

traffic:
  shoppers: {rate: 60/s, target: web.home, slo: 200ms}
  buyers:
    rate: 20/s
    target: web.buy
    timeout: 600ms
    retry: {attempts: 2, backoff: 20ms}

network: {latency: 1ms}

services:
  web:
    replicas: 2
    zones: [a, b]
    concurrency: 8
    queue: 20
    price: 0.5
    endpoints:
      home:
        - work: {exponential: 10ms}
        - together:
            - call: stock.look
            - {call: stock.look, optional: true}
      buy:
        - work: 5ms
        - {call: bank.pay, timeout: 200ms, retry: {attempts: 2, backoff: 10ms}, breaker: {}}
  stock:
    replicas: 2
    concurrency: 4
    autoscaler: {hpa: {min: 1, max: 3, sync: 5s}}
    endpoints:
      look: [{work: {exponential: 15ms}}]
  bank:
    concurrency: 10
    endpoints:
      pay: [{work: {exponential: 30ms}}]

faults:
  - {name: outage, at: 10s, for: 5s, slow: {service: bank, mode: all, speed: 5%}}
  - {name: death, at: 18s, for: 4s, kill: {service: web, mode: one}}

slos:
  shopping: {of: shoppers, objective: 99%}

expect:
  - shoppers.availability >= 90%
  - buyers.p99 <= 1ms
"""


@cache
def played() -> StoredRun:
    """The run, as if it had been read from a folder."""
    return StoredRun(
        Path("small-shop"), simulate(parse(SCENARIO, "small-shop.yaml").scenario), SCENARIO
    )
