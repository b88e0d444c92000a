"""Global balancing: who is led where, and when they leave a region that has died.

What name servers answer is held against the documents of Route 53 and Cloudflare that the classes
name; how long callers stay, against what follows from the times of checks, records and routes.
"""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from simulator.balancing.chance import Chance
from simulator.call.steering.board import Board
from simulator.call.steering.failover import Failover
from simulator.call.steering.fastest import Fastest
from simulator.call.steering.geographic import Geographic
from simulator.call.steering.nearest import Nearest
from simulator.call.steering.weighted import Weighted
from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.network.atlas import Atlas
from simulator.scenario import parse

REGIONS = ["eu", "us", "asia"]
ATLAS = Atlas(
    {"eu-a": "eu", "us-a": "us", "asia-a": "asia"},
    0.0,
    0.001,
    {
        ("eu", "us"): 0.035,
        ("us", "eu"): 0.035,
        ("eu", "asia"): 0.09,
        ("asia", "eu"): 0.09,
        ("us", "asia"): 0.075,
        ("asia", "us"): 0.075,
    },
    {},
)


def board(*ill: str) -> Board:
    made = Board(list(REGIONS))
    for region in ill:
        made.mark(region, False, 1.0)
    return made


def chance(seed: int = 1) -> Chance:
    generator = np.random.default_rng(seed)
    return Chance(lambda size: generator.random(size).tolist())


# What is answered.


@pytest.mark.parametrize(
    ("home", "ill", "answer"),
    [
        ("eu", (), "eu"),
        ("asia", (), "asia"),
        ("eu", ("eu",), "us"),
        ("asia", ("asia",), "us"),
        ("us", ("us",), "eu"),
        ("eu", ("eu", "us"), "asia"),
        # All records are healthy when none is.
        ("asia", ("eu", "us", "asia"), "asia"),
    ],
)
def test_nearest(home: str, ill: tuple[str, ...], answer: str) -> None:
    assert Nearest(ATLAS).choose(home, board(*ill)) == answer


@pytest.mark.parametrize(
    ("ill", "answer"),
    [((), "eu"), (("eu",), "us"), (("eu", "us"), "asia"), (("eu", "us", "asia"), "eu")],
)
def test_failover_goes_down_the_list(ill: tuple[str, ...], answer: str) -> None:
    assert Failover().choose("asia", board(*ill)) == answer


@pytest.mark.parametrize(
    ("home", "ill", "answer"),
    [
        ("asia", (), "eu"),
        ("asia", ("eu",), "us"),
        ("eu", ("eu",), "us"),
        ("us", ("us",), "us"),
        # Not well, and the default is not either: the own one all the same.
        ("asia", ("eu", "us"), "eu"),
    ],
)
def test_geographic(home: str, ill: tuple[str, ...], answer: str) -> None:
    assert Geographic({"asia": "eu", "eu": "eu"}, "us").choose(home, board(*ill)) == answer


def test_fastest_goes_by_what_checks_have_taken() -> None:
    fastest, seen = Fastest(), board()
    assert fastest.choose("eu", seen) == "eu"
    seen.measured("eu", "eu", 0.100)
    seen.measured("eu", "us", 0.080)
    assert fastest.choose("eu", seen) == "us"
    # One good reading does not turn it round, some more do: a fifth each.
    for _ in range(2):
        seen.measured("eu", "eu", 0.010)
        readings = seen.trips["eu", "eu"]
    assert readings == pytest.approx(0.010 + 0.090 * 0.8**2)
    assert fastest.choose("eu", seen) == "eu"
    assert fastest.choose("us", seen) == "eu"


@pytest.mark.parametrize(
    ("ill", "shares"),
    [
        ((), {"eu": 0.75, "us": 0.25}),
        (("eu",), {"us": 1.0}),
        # A weight of 0 counts when nothing with a weight is well.
        (("eu", "us"), {"asia": 1.0}),
        (("eu", "us", "asia"), {"eu": 0.75, "us": 0.25}),
    ],
)
def test_weighted(ill: tuple[str, ...], shares: dict[str, float]) -> None:
    steering = Weighted({"eu": 3.0, "us": 1.0, "asia": 0.0}, chance())
    seen, count = board(*ill), 4_000
    answers = [steering.choose("", seen) for _ in range(count)]
    for region in REGIONS:
        share = shares.get(region, 0.0)
        error = (share * (1 - share) / count) ** 0.5
        assert answers.count(region) / count == pytest.approx(share, abs=3.3 * error)


# How long callers stay.

WORLD = """
scenario: world
duration: 100s
network:
  latency: 1ms
  regions:
    eu: {zones: [eu-a], at: eu-west-1}
    us: {zones: [us-a], at: us-east-1}
    asia: {zones: [asia-a], at: ap-southeast-1}
traffic:
  users: {rate: 50/s, target: api.get, zone: eu-a, clients: 100}
services:
  api:
    replicas: 4
    zones: [eu-a, us-a]
    policy: {gslb: {ttl: 30s, health_check: {interval: 10s}}}
    endpoints: {get: [work: 1ms]}
faults:
  - {at: 20s, zone_outage: {zone: eu-a}}
"""


def play(*settings: str, seed: int = 0) -> Result:
    return simulate(parse(WORLD, settings=settings).scenario, seed=seed)


def shares(result: Result) -> dict[str, float]:
    """The share of attempts that each region has got: instances stand in them in turn."""
    attempts = [each.attempts for each in result.services["api"].instances.values()]
    europe, america = sum(attempts[::2]), sum(attempts[1::2])
    return {"eu": europe / (europe + america), "us": america / (europe + america)}


def turning_points(result: Result) -> tuple[float, float]:
    """When the name server took the region out, and when the last request failed."""
    marked = next(each.time for each in result.log if each.kind == "gslb")
    last = next(each.time for each in reversed(result.log) if each.kind == "errors")
    return marked, last


@pytest.mark.parametrize("seed", range(3))
def test_callers_leave_within_detection_and_ttl(seed: int) -> None:
    """Three checks of two checkers, and then each record runs out: none later than 30 s."""
    result = play(seed=seed)
    marked, last = turning_points(result)
    # The third check after the death is between 20 and 30 s off, for both checkers; then it is
    # refused, which takes a round trip: 35 ms from America, 90 ms from Asia.
    assert 40.0 < marked < 50.2
    # With 100 callers somebody has looked the name up just before. The log tells full seconds.
    assert marked + 22.0 < last < marked + 31.2


def test_failures_are_those_of_detection_and_half_the_ttl() -> None:
    """Rate x (D + ttl / 2 x the share of time that a record is valid), over 6 runs of 100 callers."""
    rate, ttl, gap = 50.0, 30.0, 2.0
    excess = []
    for seed in range(6):
        result = play(seed=seed)
        marked, _ = turning_points(result)
        expected = rate * (marked - 20.0 + ttl / 2 * ttl / (ttl + gap))
        excess.append(result.traffic["users"].outcomes["refused"] - expected)
    # Of one caller: arrivals of 0.5/s over a time that is uniform on 30 s.
    spread = (100 * (0.5**2 * ttl**2 / 12) + rate * 45) ** 0.5
    assert abs(sum(excess) / len(excess)) < 3.3 * spread / len(excess) ** 0.5


def test_a_short_ttl_leaves_little_but_the_detection() -> None:
    marked, last = turning_points(play("services.api.policy.gslb.ttl=1s"))
    assert last < marked + 2.2


def test_who_keeps_a_record_too_long_stays_too_long() -> None:
    """Ten percent keep it for an hour: their share of the requests goes on failing."""
    result = play(
        "services.api.policy.gslb.overstay={share: 10%, keep: 1h}", "warmup=100s", "duration=160s"
    )
    users = result.traffic["users"]
    # 100 callers, each of whom draws; of some the hour is over before the end.
    share = 0.10 * (1 - 130 / 3600)
    error = (share * (1 - share) / 100 + share * (1 - share) / users.finished) ** 0.5
    assert users.outcomes["refused"] / users.finished == pytest.approx(share, abs=3.3 * error)


def test_without_checks_nobody_ever_leaves() -> None:
    result = play("services.api.policy.gslb.health_check=null", "warmup=85s")
    assert result.traffic["users"].availability == 0.0


def test_anycast_has_nothing_to_run_out() -> None:
    """After the withdrawal the callers' routes change by and by: e^(-t/4 s) of them have not yet."""
    anycast = (
        "services.api.policy.gslb={policy: anycast, convergence: 4s, health_check: {interval: 10s}}"
    )
    marked, last = turning_points(play(anycast))
    # The last of 100 exponential times is 4 s x (ln 100 + 0.58) on average, sd 5 s.
    assert marked + 8.0 < last < marked + 45.0
    stays = play(anycast, f"warmup={marked + 4:g}s", f"duration={marked + 4.4:g}s").traffic["users"]
    share = exp(-1.05)
    error = (share * (1 - share) * (1 / 100 + 1 / stays.finished)) ** 0.5
    assert stays.outcomes["refused"] / stays.finished == pytest.approx(share, abs=3.3 * error)


def test_everybody_goes_to_the_nearest_and_comes_back() -> None:
    well = play("faults=[]", "duration=20s")
    assert shares(well) == {"eu": 1.0, "us": 0.0}
    american = play("faults=[]", "duration=20s", "traffic.users.zone=us-a")
    assert shares(american) == {"eu": 0.0, "us": 1.0}
    back = play(
        "faults=[{at: 20s, for: 30s, zone_outage: {zone: eu-a}}]", "warmup=112s", "duration=120s"
    )
    # Three good checks after 50 s, at 70 to 80 s, and half a minute for the records.
    assert shares(back) == {"eu": 1.0, "us": 0.0}


def test_shares_are_those_of_the_weights() -> None:
    """Each of the callers looks up 8 times in 100 s with a TTL of 10 s and 2 s between requests."""
    gslb = "{policy: weighted, weights: {eu: 1, us: 3}, ttl: 10s}"
    found = shares(play("faults=[]", f"services.api.policy.gslb={gslb}"))
    error = (0.25 * 0.75 / (100 * 8)) ** 0.5
    assert found["us"] == pytest.approx(0.75, abs=3.3 * error)


def test_all_regions_ill_is_none_ill() -> None:
    """When everything is down for the checkers requests go where they always went."""
    both = "faults=[{at: 20s, zone_outage: {zone: eu-a}}, {at: 20s, zone_outage: {zone: us-a}}]"
    result = play(both, "warmup=85s")
    assert shares(result) == {"eu": 1.0, "us": 0.0}


def test_a_region_that_is_cut_off_is_ill_although_its_own_checker_finds_it_well() -> None:
    """Users in America cannot reach Europe, nor can the checkers there; Europe's checker can."""
    cut = "faults=[{at: 20s, partition: {zone: eu-a, mode: all, from_zones: [us-a, asia-a]}}]"
    failover = "{policy: failover, regions: [eu, us], ttl: 5s, health_check: {interval: 10s}}"
    result = play(
        cut,
        f"services.api.policy.gslb={failover}",
        "traffic.users.zone=us-a",
        "defaults.timeout=1s",
    )
    marked, last = turning_points(result)
    # A lost check is given up after 6 s.
    assert 46.0 < marked < 56.2
    # 5 s for the records, 1 s of patience, and full seconds in the log.
    assert last < marked + 7.0
    # A checker that is cut off by itself has no majority: one of two is 50 %, more than 18 %.
    alone = play(cut.replace("[us-a, asia-a]", "[asia-a]"), f"services.api.policy.gslb={failover}")
    assert not [each for each in alone.log if each.kind == "gslb"]


def test_checks_take_slots_and_an_overloaded_region_fails_them() -> None:
    """A region whose queue is longer than a check waits is taken out, and its load goes elsewhere."""
    result = play(
        "faults=[]",
        "services.api.concurrency=1",
        "services.api.endpoints.get=[{work: 60ms}]",
        "services.api.policy.gslb.health_check={interval: 10s, timeout: 1s}",
    )
    marked = [each for each in result.log if each.kind == "gslb"]
    assert marked[0].subject == "api in eu"
    assert marked[0].detail == "unhealthy"


def test_latency_steering_follows_what_checks_measure() -> None:
    """Europe's answers take 100 ms more from 20 s on: its own users are better off in America."""
    slow = "faults=[{at: 20s, latency: {service: api, zone: eu-a, add: 100ms}}]"
    gslb = "{policy: latency, ttl: 5s, health_check: {interval: 10s}}"
    result = play(slow, f"services.api.policy.gslb={gslb}", "warmup=85s")
    assert shares(result) == {"eu": 0.0, "us": 1.0}
    nearest = play(slow, "warmup=85s")
    assert shares(nearest) == {"eu": 1.0, "us": 0.0}


def test_services_are_callers_too() -> None:
    """Each instance of a service has a record of its own, by where it stands."""
    result = play(
        "faults=[]",
        "duration=20s",
        "traffic.users.target=front.get",
        "services.front={replicas: 3, zones: [eu-a, us-a, asia-a], endpoints: {get: [call: api.get]}}",
    )
    # From Asia it is 204 ms to America and 179 ms to Europe and back: 160 and 220 in the table.
    assert shares(result)["eu"] == pytest.approx(2 / 3, abs=0.01)
