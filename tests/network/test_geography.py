"""Distances between zones and regions, exactly, whatever becomes of a message on its way."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.network.atlas import Atlas
from simulator.network.pipe import Pipe
from simulator.scenario import parse
from simulator.scenario.building.places import measured_regions, measured_round_trips

WORLD = """
scenario: world
duration: 10s
network:
  latency: 1ms
  regions:
    eu: {zones: [eu-a, eu-b], at: eu-west-1}
    us: {zones: [us-a], at: us-east-1}
    moon: {zones: [moon-a]}
  between_zones: 2ms
  between:
    - {a: moon, b: eu, round_trip: 2564ms}
    - {a: moon, b: us, round_trip: 2560ms}
traffic: {users: {rate: 20/s, arrivals: constant, target: api.get, zone: eu-a}}
services: {api: {zones: [eu-a], endpoints: {get: [work: 10ms]}}}
"""


def play(text: str, *settings: str, seed: int | None = None) -> Result:
    return simulate(parse(text, settings=settings).scenario, seed=seed)


def latency(*settings: str, text: str = WORLD) -> float:
    """What every request of a run took, all alike."""
    figures = play(text, *settings).traffic["users"].latency
    assert figures.max == pytest.approx(figures.mean, abs=1e-9)
    return figures.max or 0.0


def test_the_table_has_every_pair() -> None:
    """18 regions of Amazon's cloud, each at some distance from each other, the same both ways."""
    table, regions = measured_round_trips(), measured_regions()
    assert len(regions) == 18
    assert len(table) == 18 * 17
    for one, other in combinations(regions, 2):
        assert table[one, other] == table[other, one]
        assert 0.005 < table[one, other] < 0.45
    # Known from elsewhere too: AWS to AWS across the Atlantic, and from Ireland to Sydney.
    assert table["us-east-1", "eu-west-1"] == pytest.approx(0.070, abs=0.005)
    assert table["eu-west-1", "ap-southeast-2"] == pytest.approx(0.256, abs=0.005)


# 10 ms of work, and 1 ms each way for the link.
PLACES = [
    ("eu-a", "eu-a", 0.012),
    ("eu-a", "eu-b", 0.014),
    ("eu-a", "us-a", 0.082),
    ("us-a", "eu-b", 0.082),
    ("moon-a", "us-a", 2.572),
]


@pytest.mark.parametrize(("caller", "callee", "seconds"), PLACES)
def test_a_message_takes_half_of_the_round_trip_beside_its_link(
    caller: str, callee: str, seconds: float
) -> None:
    where = (f"traffic.users.zone={caller}", f"services.api.zones=[{callee}]")
    assert latency(*where) == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    "setting",
    [
        "defaults.timeout=1s",
        "defaults.retry={attempts: 2}",
        "defaults.hedge={delay: 2s}",
        "defaults.deadline=2s",
        "defaults.via=connection",
        "defaults.breaker=resilience4j",
        "traces=1000",
        "network.latency={uniform: {low: 1ms, high: 1.0000001ms}}",
        "services.api.replicas=2",
    ],
)
def test_the_distance_is_the_same_whatever_the_call_is_like(setting: str) -> None:
    assert latency("services.api.zones=[us-a]", setting) == pytest.approx(0.082, abs=1e-8)


def test_a_proxy_stands_where_its_service_does() -> None:
    """One hop more, and no sea more: 2 ms."""
    far = ("services.api.zones=[us-a]", "services.api.policy={via: proxy}")
    assert latency(*far) == pytest.approx(0.084, abs=1e-9)


def test_a_network_fault_comes_on_top() -> None:
    fault = "faults=[{at: 0s, for: 10s, latency: {service: api, add: 5ms}}]"
    assert latency("services.api.zones=[us-a]", fault) == pytest.approx(0.092, abs=1e-9)


def test_a_copy_goes_the_same_way() -> None:
    """All questions arrive twice, and each is worked on, though only one answer counts."""
    fault = "faults=[{at: 0s, for: 10s, duplicate: {service: api, share: 100%}}]"
    result = play(WORLD, "services.api.zones=[us-a]", fault)
    assert result.traffic["users"].latency.max == pytest.approx(0.082, abs=1e-9)
    done = result.services["api"].work
    assert done == pytest.approx(2 * 0.010 * result.traffic["users"].finished, rel=0.02)


def test_who_is_nowhere_is_near() -> None:
    assert latency("traffic.users.zone=null") == pytest.approx(0.012, abs=1e-9)


def test_zones_without_regions() -> None:
    """Zones alone may be apart; `within_zone` is what is between instances of one."""
    head, tail = WORLD.index("network:"), WORLD.index("traffic:")
    text = WORLD[:head] + "network: {latency: 1ms}\n" + WORLD[tail:]
    apart = ("network.between_zones=3ms", "services.api.zones=[eu-b]")
    assert latency(*apart, text=text) == pytest.approx(0.015, abs=1e-9)
    near = "network.within_zone=0.5ms"
    assert latency(near, text=text) == pytest.approx(0.0125, abs=1e-9)
    assert latency("services.api.zones=[eu-b]", text=text) == pytest.approx(0.012, abs=1e-9)


def test_a_cancellation_arrives_a_way_later() -> None:
    """Sent after 50 ms, it meets the work of a question that has been 36 ms on its way."""
    result = play(
        WORLD,
        "services.api.zones=[us-a]",
        "services.api.endpoints.get=[{work: 100ms}]",
        "defaults.timeout=50ms",
        "defaults.cancel=true",
    )
    api = result.services["api"]
    assert api.outcomes["timeout"] == api.attempts - api.in_flight
    # 50 + 36 - 36 ms of each were worked, for nobody; the last ones were still on their way.
    assert api.wasted_work == pytest.approx(0.050 * api.attempts, rel=0.01)


def test_what_is_refused_far_away_takes_the_whole_way() -> None:
    fault = "faults=[{at: 0s, kill: {service: api}}]"
    result = play(WORLD, "services.api.zones=[us-a]", fault)
    assert result.traffic["users"].latency_all.max == pytest.approx(0.072, abs=1e-9)


def test_health_checks_take_the_distance() -> None:
    """With a timeout shorter than the round trip whoever is across the sea is never found well."""

    def asked(timeout: str) -> int:
        check = f"{{interval: 1s, timeout: {timeout}}}"
        result = play(
            WORLD,
            "services.api.replicas=2",
            "services.api.zones=[eu-a, us-a]",
            f"services.api.policy={{panic_threshold: 0%, health_check: {check}}}",
        )
        return result.services["api"].instances["api-2"].attempts

    # Three checks fail, the first somewhere in the first second: until then it is asked too.
    assert 0 < asked("60ms") < 40
    assert asked("90ms") == pytest.approx(100, abs=1)


def test_who_moves_takes_its_distances_along() -> None:
    """A drained node's instance goes to the other zone, as callee of users and as caller of the store."""
    nodes = "{eu: {count: 1, zones: [eu-a]}, us: {count: 1, zones: [us-a]}}"
    text = WORLD.replace("services:", f"platform: {{nodes: {nodes}}}\nservices:")
    settings = (
        "services={api: {zones: [eu-a, us-a], endpoints: {get: [work: 10ms, call: store.get]}}, "
        "store: {zones: [us-a], endpoints: {get: [work: 1ms]}}}",
        "faults=[{at: 4s, for: 6s, node_drain: {node: eu-1, grace: 100ms, start: 1s}}]",
    )

    def slowest(*when: str) -> dict[str, float | None]:
        result = play(text, *settings, *when)
        return {each.callee: each.latency.max for each in result.edges}

    # Near the users and far from the store; then the other way round.
    before, after = slowest("duration=4.2s"), slowest("warmup=6s")
    assert before["store.get"] == pytest.approx(0.073, abs=1e-9)
    assert before["api.get"] == pytest.approx(0.012 + 0.073, abs=1e-9)
    assert after["store.get"] == pytest.approx(0.003, abs=1e-9)
    assert after["api.get"] == pytest.approx(0.082 + 0.003, abs=1e-9)


# Bandwidth.

WIRE = (
    "services.api.zones=[us-a]",
    "network.question=1MiB",
    "network.answer=2MiB",
    "network.between=[{a: eu, b: us, bandwidth: 100MiB}, {a: moon, b: eu, round_trip: 3s}, "
    "{a: moon, b: us, round_trip: 3s}]",
)


def test_messages_take_their_size_over_the_rate() -> None:
    """10 ms for a question and 20 ms for an answer, on a line that is hardly used."""
    assert latency(*WIRE) == pytest.approx(0.082 + 0.010 + 0.020, abs=1e-9)


def test_failures_have_no_size() -> None:
    fault = "faults=[{at: 0s, kill: {service: api}}]"
    result = play(WORLD, *WIRE, fault)
    assert result.traffic["users"].latency_all.max == pytest.approx(0.072 + 0.010, abs=1e-9)


def test_both_ways_have_a_line_of_their_own_and_all_who_go_there_share_it() -> None:
    atlas = Atlas(
        {"a": "x", "b": "y", "c": "y"},
        0.0,
        0.0,
        {("x", "y"): 0.1, ("y", "x"): 0.1},
        {("x", "y"): 10.0, ("y", "x"): 10.0},
    )
    there, too, back = atlas.distance("a", "b"), atlas.distance("a", "c"), atlas.distance("b", "a")
    assert there.forth is too.forth is back.back
    assert there.back is back.forth
    assert there.forth is not there.back


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_a_line_is_an_md1_queue(load: float) -> None:
    """The mean time in system is s + s rho / (2 (1 - rho)): Pollaczek and Khinchine."""
    generator = np.random.default_rng(11)
    service, count, means = 0.01, 4_000, []
    for _ in range(60):
        pipe = Pipe(1.0)
        arrivals = np.cumsum(generator.exponential(service / load, count + 500))
        times = [pipe.through(float(each), service) for each in arrivals]
        means.append(float(np.mean(times[500:])))
    expected = service + service * load / (2 * (1 - load))
    error = float(np.std(means, ddof=1)) / len(means) ** 0.5
    assert float(np.mean(means)) == pytest.approx(expected, abs=3.3 * error)
    assert error < 0.01 * expected
