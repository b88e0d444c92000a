"""Balancing in whole worlds, against theory and what is known of the real things."""

from __future__ import annotations

import statistics

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse


def play(text: str, *settings: str, seed: int | None = None, check: bool = True) -> Result:
    return simulate(parse(text, settings=settings).scenario, seed=seed, check=check)


SUPERMARKET = """
scenario: supermarket
seed: 5
duration: 480s
warmup: 80s
traffic: {users: {rate: 350/s, target: shop.get}}
services: {shop: {replicas: 500, concurrency: 1, endpoints: {get: [work: {exponential: 1s}]}}}
"""


def supermarket(load: float, choices: int) -> float:
    """The mean time in system with infinitely many servers (Mitzenmacher 2001, eq. 5)."""
    if choices == 1:
        return 1.0 / (1.0 - load)
    return sum(
        load ** ((choices**i - choices) / (choices - 1)) for i in range(1, 40) if choices**i < 1e9
    )


@pytest.mark.parametrize(
    ("load", "choices"),
    [
        (0.7, 1),
        (0.7, 2),
        (0.9, 3),
        pytest.param(0.7, 3, marks=pytest.mark.slow),
        pytest.param(0.9, 2, marks=pytest.mark.slow),
        pytest.param(0.95, 2, marks=pytest.mark.slow),
        pytest.param(0.95, 3, marks=pytest.mark.slow),
    ],
)
def test_power_of_choices(load: float, choices: int) -> None:
    """Within 2 % of the supermarket model, as published for many servers."""
    result = play(
        SUPERMARKET,
        f"traffic.users.rate={500 * load}/s",
        f"defaults.balancer={{least_request: {{choices: {choices}}}}}",
        check=False,
    )
    assert result.total.latency.mean == pytest.approx(supermarket(load, choices), rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("load", [0.9, 0.95])
def test_one_choice_is_a_queue_for_each(load: float) -> None:
    """D = 1 is M/M/1, which takes long to settle: the longer the run, the fewer the servers."""
    result = play(
        SUPERMARKET,
        f"traffic.users.rate={500 * load}/s",
        "duration=9000s",
        "warmup=3000s",
        "defaults.balancer={least_request: {choices: 1}}",
        "traces=0",
        check=False,
    )
    assert result.total.latency.mean == pytest.approx(1 / (1 - load), rel=0.02)


TEN = """
scenario: ten
seed: 11
duration: 3300s
warmup: 300s
traces: 0
traffic: {users: {rate: 9/s, target: shop.get}}
services: {shop: {replicas: 10, concurrency: 1, endpoints: {get: [work: {exponential: 1s}]}}}
"""
SEEDS = 12
STUDENT = 4.437
"""The 99.9 % quantile of |t| with 11 degrees of freedom."""


@pytest.mark.parametrize(
    ("balancer", "mean", "known"),
    [
        pytest.param("{least_request: {choices: all}}", 1.91331, 0.00469, id="A9b.55"),
        pytest.param("{least_request: {choices: 2}}", 3.11604, 0.00714, id="A9b.27"),
        pytest.param("round_robin", 5.660276, 0.0, id="A9c.7"),
    ],
)
def test_ten_servers_as_simulated_by_others(balancer: str, mean: float, known: float) -> None:
    """Within the errors of both: theirs is `known`, ours is read from independent seeds."""
    means = [
        play(TEN, f"defaults.balancer={balancer}", seed=seed, check=False).total.latency.mean or 0.0
        for seed in range(SEEDS)
    ]
    error = (statistics.variance(means) / SEEDS + known**2) ** 0.5
    assert abs(statistics.mean(means) - mean) < STUDENT * error
    assert error < 0.04 * mean


@pytest.mark.parametrize(
    ("load", "formula"),
    [pytest.param(0.8, 1.363636, id="A10.2"), pytest.param(0.5, 1.090909, id="A10.1")],
)
def test_join_idle_queue_against_its_limit(load: float, formula: float) -> None:
    """Ten instances to a caller; within 4 %, since random picks may hit an idle one too."""
    result = play(
        SUPERMARKET,
        "services.shop.replicas=200",
        f"traffic.users.rate={200 * load}/s",
        "traffic.users.clients=20",
        "defaults.balancer=join_idle_queue",
        "duration=600s",
        check=False,
    )
    assert result.total.latency.mean == pytest.approx(formula, rel=0.04)


ONE_SLOW = """
scenario: one-slow
seed: 3
duration: 60s
warmup: 10s
traffic: {users: {rate: 500/s, target: shop.get, key: {zipf: {items: 1000, s: 0.6}}}}
services:
  shop:
    replicas: 10
    concurrency: 1
    speed: [1, 1, 1, 1, 1, 1, 1, 1, 1, 0.2]
    weight: 1
    endpoints: {get: [work: {exponential: 10ms}]}
"""


def test_latency_aware_balancers_route_around_a_slow_instance() -> None:
    """Round robin goes on giving it a tenth, more than twice what it can bear."""
    p99 = {
        name: play(ONE_SLOW, f"defaults.balancer={name}", check=False).total.latency.p99 or 0.0
        for name in ("round_robin", "random", "least_request", "peak_ewma", "prequal")
    }
    assert p99["round_robin"] > 10.0
    assert p99["random"] > 10.0
    for name in ("least_request", "peak_ewma", "prequal"):
        assert p99[name] < 0.25
    assert p99["peak_ewma"] < p99["least_request"]


HERD = """
scenario: herd
seed: 9
duration: 60s
warmup: 10s
traffic: {users: {rate: 850/s, target: shop.get, clients: 50}}
defaults: {balancer: least_connections}
services: {shop: {replicas: 10, concurrency: 1, endpoints: {get: [work: {exponential: 10ms}]}}}
"""


@pytest.mark.parametrize(
    ("balancer", "share"), [("least_connections", 0.5), ("least_request", 0.7)]
)
def test_a_crowd_of_callers_knows_less_than_one_proxy(balancer: str, share: float) -> None:
    """Each of fifty callers sees a fiftieth of the load; the proxy before them sees all of it."""
    crowd = play(HERD, f"defaults.balancer={balancer}")
    proxy = play(HERD, f"defaults.balancer={balancer}", "defaults.via=proxy")
    assert crowd.total.latency.mean is not None and proxy.total.latency.mean is not None
    assert proxy.total.latency.mean < share * crowd.total.latency.mean
    assert proxy.services["shop-proxy"].calls == proxy.services["shop"].calls


CONNECTED = """
scenario: connected
seed: 4
duration: 60s
traffic: {users: {rate: 200/s, target: shop.get, clients: 2}}
defaults: {via: connection}
services: {shop: {replicas: 8, endpoints: {get: [work: 1ms]}}}
"""


def busy(result: Result) -> int:
    return sum(each.attempts > 0 for each in result.services["shop"].instances.values())


def test_connections_are_kept_and_so_is_the_instance() -> None:
    """Two callers with a connection each: at least six of eight instances get nothing."""
    assert busy(play(CONNECTED)) <= 2
    assert busy(play(CONNECTED, "defaults.connections={max_age: 5s}")) > 6
    assert busy(play(CONNECTED, "defaults.connections={count: 3}")) in (3, 4, 5, 6)
    assert busy(play(CONNECTED, "defaults.via=client")) == 8


def test_a_broken_connection_is_opened_anew_and_a_cached_address_is_not() -> None:
    kill = "faults=[{at: 10s, kill: {service: shop, mode: {fixed: 4}}}]"
    again = play(CONNECTED, kill, seed=4)
    cached = play(CONNECTED, kill, "defaults.via=dns", "defaults.dns={ttl: 30s}", seed=4)
    lost = [each.total.outcomes.get("refused", 0) for each in (again, cached)]
    # A caller whose cached address is dead asks it until the record expires, up to 30 s.
    assert lost[0] < 30
    assert lost[1] > 500


def test_a_zone_keeps_its_own() -> None:
    text = """
scenario: zones
duration: 30s
traffic: {users: {rate: 300/s, target: web.get}}
network: {latency: 1ms}
services:
  web: {replicas: 2, zones: [a, b], endpoints: {get: [call: shop.get]}}
  shop: {replicas: 6, zones: [a, b], endpoints: {get: [work: 1ms]}}
"""
    result = play(text, "services.shop.policy={balancer: locality}", "traces=1000")
    for trace in result.traces:
        web, shop = trace.spans[0].instance, trace.spans[1].instance
        assert int(web.split("-")[1]) % 2 == int(shop.split("-")[1]) % 2


def test_weights_come_from_the_speed_of_instances() -> None:
    text = """
scenario: weights
duration: 60s
traffic: {users: {rate: 100/s, target: shop.get}}
services: {shop: {replicas: 3, speed: [1, 2, 5], endpoints: {get: [work: 1ms]}}}
"""
    result = play(text, "defaults.balancer=weighted_round_robin")
    attempts = [each.attempts for each in result.services["shop"].instances.values()]
    assert attempts[2] == pytest.approx(5 * attempts[0], abs=6)
    assert attempts[1] == pytest.approx(2 * attempts[0], abs=6)


def test_who_moves_and_was_known_all_along_is_known_where_it_stands() -> None:
    """Without distances too: the next time that a caller hears of anybody it looks who is where.

    One that stands nowhere, since it is gone, is still thought to be where it was last seen.
    """
    text = """
scenario: moving
duration: 10s
traffic: {users: {rate: 1/s, target: shop.get}}
services: {shop: {replicas: 3, zones: [a, b, c], endpoints: {get: [work: 1ms]}}}
"""
    world = Run(parse(text).scenario).world
    route = world.sources["users"].clients[0][0]
    instances = list(world.services["shop"].instances)
    assert [each.zone for each in route.members] == ["a", "b", "c"]
    instances[0].stand_in("c")
    instances[1].stand_in("")
    route.learn(instances, 0.0)
    assert [each.zone for each in route.members] == ["c", "b", "c"]
