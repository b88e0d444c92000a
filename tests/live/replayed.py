"""Sessions that are played to their ends, and compared with what their files play to."""

from __future__ import annotations

from math import inf

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.live.driver import Opening
from simulator.live.session import Session
from simulator.scenario import parse

SHOP = """
scenario: shop
seed: 5
duration: 14s
warmup: 1s
traffic:
  users: {rate: 10/s, arrivals: ARRIVALS, target: shop.buy, key: {zipf: {items: 100}}, slo: 200ms}
  staff: {users: 3, think: 300ms, target: shop.buy, key: {zipf: {items: 9}}}
registry: {kind: REGISTRY}
services:
  shop:
    replicas: 2
    zones: [north, south]
    endpoints:
      buy:
        - call: payments.charge
          timeout: 1s
          cache: {ttl: 5s}
          retry: {attempts: 2}
          breaker: {window: 8}
  payments:
    replicas: 4
    zones: [north, south]
    concurrency: 8
    cores: 2
    endpoints: {charge: [work: WORK]}
slos:
  answered: {objective: 95%}
"""
NODES = "platform: {nodes: {general: {count: 2, zones: [north, south]}}}\n"
FAULTS = """
faults:
  - {at: 2s, for: 1s, slow: {service: payments, speed: 50%}}
  - {name: again, at: 1500ms, every: 4s, for: 1s, latency: {service: payments, add: 20ms}}
  - {name: later, after: slow-1, at: 1s, for: 2s, loss: {service: payments, share: 20%}}
  - {name: chance, random: {mtbf: 4s, mttr: 1s}, pause: {service: payments, mode: one}}
  - {name: seen, when: "payments.p99 > 60ms over the last 2s", for: 2s, kill: {service: payments}}
expect:
  - shop.p99 <= 100ms before
  - shop.p99 <= 100ms during slow-1
  - availability >= 99.9% after
  - goodput >= 12/s during [5s, 9s]
  - recovery <= 1s
  - detection of chance <= 1s
  - budget <= 10% after slow-1
"""


def shop(
    arrivals: str = "poisson",
    work: str = "{exponential: 20ms}",
    registry: str = "static",
    more: str = "",
    payments: str = "",
) -> str:
    """A shop with whatever more it is to have, at the end or for its payments."""
    text = SHOP.replace("ARRIVALS", arrivals).replace("WORK", work).replace("REGISTRY", registry)
    return text.replace("    cores: 2\n", f"    cores: 2\n{payments}") + more


QUIET = shop()
"""Nothing happens in it by itself."""
TICKING = shop("constant", "10ms", "consul", NODES + FAULTS)
"""Much happens at one and the same moment."""
MOVING = shop(
    work="{exponential: 60ms}",
    registry="kubernetes",
    more=NODES + FAULTS,
    payments="""\
    autoscaler: {hpa: {min: 2, max: 6}}
    startup: {boot: 1s}
    probes: {readiness: {period: 1s}, liveness: {period: 1s}}
""",
)
"""Instances come and go, on nodes."""
SCHEDULED = shop(
    work="{exponential: 30ms}",
    registry="eureka",
    more=FAULTS,
    payments="""\
    autoscaler:
      scheduled: {min: 2, max: 6, schedule: [{at: 4s, replicas: 5}, {at: 10s, replicas: 3}]}
""",
)
"""Instances come and go by the clock."""
DEPLOYED = shop(
    work="{exponential: 40ms}",
    registry="kubernetes",
    more="""
deployments:
  - service: payments
    at: 4s
    version: v2
    strategy: {canary: {steps: [{weight: 50%}, {pause: 3s}]}}
stop_when: ['availability < 10% over the last 3s']
"""
    + NODES
    + FAULTS,
    payments="""\
    versions: {v2: {errors: 10%}}
    startup: {boot: 500ms}
""",
)
"""There are two versions for a while."""


def opened(text: str = QUIET, *settings: str) -> Session:
    """A session of a scenario, at its start."""
    return Session(Opening("shop", text=text, settings=settings))


def settled(session: Session) -> None:
    """Play again what has to be played again."""
    if session.needs_replay is not None:
        session.advance(session.needs_replay)


def assert_exact(session: Session) -> Result:
    """Played to its end it has found what its file plays to, in every figure of the digest and beside."""
    settled(session)
    session.advance(inf)
    loaded = parse(session.written())
    assert loaded.scenario == session.scenario
    found, wanted = session.run.result(), simulate(loaded.scenario)
    # What can be told apart, from the small to the whole.
    assert found.log == wanted.log
    assert found.deaths == wanted.deaths
    assert found.faults == wanted.faults
    assert found.expectations == wanted.expectations
    assert found.total == wanted.total
    assert found.digest == wanted.digest
    return found
