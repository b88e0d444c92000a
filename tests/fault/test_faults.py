"""Faults on small worlds, against figures worked out by hand."""

from __future__ import annotations

import pytest
from playing import play

from simulator.errors import SimulatorError
from simulator.scenario import parse

FOUR = """
scenario: four
seed: 2
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: shop.get}}
services: {shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}}
"""


def test_a_dead_instance_refuses_its_share() -> None:
    """30 s at 100/s, a quarter of it to the dead one: 750 refused, and what was inside is reset."""
    result = play(FOUR, "faults=[{at: 10.005s, for: 30s, kill: {service: shop, instance: shop-2}}]")
    refused = result.total.outcomes["refused"]
    assert refused == pytest.approx(750, abs=1)
    assert result.total.outcomes.get("reset", 0) <= 1
    (death,) = result.deaths
    assert death.instance == "shop-2"
    assert death.sent_meanwhile == refused
    assert (death.died, death.back) == (10.005, 40.005)
    # Nobody tells, and nobody looks: no caller ever knew.
    assert death.callers_knew_after is None
    assert result.faults[0].targets == ("shop-2",)


def test_outlier_ejection_cuts_what_is_lost_by_far_more_than_ten_times() -> None:
    kill = "faults=[{at: 10s, for: 30s, kill: {service: shop}}]"
    plain = play(FOUR, kill)
    guarded = play(FOUR, kill, "defaults.outlier={max_ejection_percent: 50%}")
    lost = [each.total.outcomes.get("refused", 0) for each in (plain, guarded)]
    # Five failures in a row, at a quarter of 100/s, and again when it is let back after 30 s.
    assert lost[1] <= 10 < lost[0] / 10
    knew = guarded.deaths[0].callers_knew_after
    # Five at 25/s take four to five gaps of 40 ms; the first may have been under way already.
    assert knew is not None and 3 * 0.04 < knew <= 5 * 0.04 + 1e-9


def test_health_checks_find_a_dead_instance_in_the_time_that_they_take() -> None:
    check = "defaults.health_check={interval: 2s, timeout: 1s, unhealthy_threshold: 3}"
    for seed in range(5):
        result = play(FOUR, check, "faults=[{at: 10s, for: 30s, kill: {service: shop}}]", seed=seed)
        knew = result.deaths[0].callers_knew_after
        assert knew is not None and 4.0 <= knew <= 6.0
        # Probes are no traffic: every request is a user's.
        assert result.services["shop"].attempts == result.total.started


def test_probes_use_capacity() -> None:
    """A probe of 50 ms each second keeps one of four slots busy for 5 % of the time."""
    quiet = play(FOUR, "traffic.users.rate=0.001/s")
    probed = play(
        FOUR,
        "traffic.users.rate=0.001/s",
        "defaults.health_check={interval: 1s, work: 50ms}",
    )
    assert quiet.services["shop"].busy == pytest.approx(0.0, abs=0.01)
    assert probed.services["shop"].busy == pytest.approx(4 * 0.05, rel=0.05)


def test_slow_instances_take_longer_by_the_factor() -> None:
    result = play(FOUR, "faults=[{at: 0s, slow: {service: shop, mode: all, speed: 25%}}]")
    assert result.total.latency.mean == pytest.approx(0.08)


def test_what_is_under_way_is_slowed_too() -> None:
    """20 ms of work, slowed to a half after 10 ms: 30 ms in all."""
    for sharing in ("", "services.shop.cores=4", "services.shop={cores: 4, sharing: fcfs}"):
        settings = ["traffic.users.rate=1/s", "duration=2.5s"]
        if sharing.startswith("services.shop={"):
            settings += ["services.shop.cores=4", "services.shop.sharing=fcfs"]
        elif sharing:
            settings.append(sharing)
        fault = "faults=[{at: 1.01s, for: 0.5s, slow: {service: shop, mode: all, speed: 50%}}]"
        result = play(FOUR, *settings, fault)
        assert result.total.latency.max == pytest.approx(0.03)
        assert result.services["shop"].work == pytest.approx(0.02 * result.total.finished + 0.01)


def test_two_slowdowns_multiply_and_the_end_of_one_leaves_the_other() -> None:
    result = play(
        FOUR,
        "traffic.users.rate=1/s",
        "duration=12.5s",
        "faults=[{at: 0s, for: 8.5s, slow: {service: shop, mode: all, speed: 50%}}, "
        "{at: 4.5s, for: 2s, slow: {service: shop, mode: all, speed: 50%}}]",
    )
    latency = result.total.latency
    assert latency.max == pytest.approx(0.08)
    # Requests at 1..4 s: 40 ms; 5 and 6 s: 80 ms; 7 and 8 s: 40 ms; 9 to 12 s: 20 ms.
    assert latency.mean == pytest.approx((6 * 0.04 + 2 * 0.08 + 4 * 0.02) / 12)


def test_a_fault_that_does_nothing_changes_nothing() -> None:
    plain = play(FOUR)
    idle = play(FOUR, "faults=[{at: 10s, for: 5s, slow: {service: shop, speed: 100%}}]")
    assert idle.total == plain.total
    assert idle.services == plain.services


@pytest.mark.parametrize(
    ("mode", "hit"), [("one", 1), ("all", 4), ("{fixed: 3}", 3), ("{percent: 30%}", 2)]
)
def test_modes(mode: str, hit: int) -> None:
    result = play(FOUR, f"faults=[{{at: 1s, kill: {{service: shop, mode: {mode}}}}}]")
    assert len(result.faults[0].targets) == hit


def test_grace_lets_what_is_inside_finish() -> None:
    result = play(FOUR, "faults=[{at: 10s, for: 30s, kill: {service: shop, grace: 5s}}]")
    assert result.deaths[0].died == 15.0
    assert result.deaths[0].back == 40.0


def test_a_partition_is_silent_both_ways() -> None:
    """What is sent to, or by, an instance that is cut off is lost, and told by the timeout alone."""
    cut = "faults=[{at: 10.005s, for: 30s, partition: {service: shop, instance: shop-2, from: [users]}}]"
    result = play(FOUR, cut, "defaults.timeout=500ms")
    unreachable = result.total.outcomes["unreachable"]
    # A quarter of 100/s for 30 s, and the one that was inside when the cut came.
    assert unreachable == pytest.approx(751, abs=1)
    assert set(result.total.outcomes) == {"ok", "unreachable"}
    assert result.total.latency_all.max == pytest.approx(0.5)
    assert result.services["shop"].instances["shop-2"].outcomes["unreachable"] == unreachable
    # Only what it had begun was worked on there, and its answer did not get through.
    assert result.services["shop"].work == pytest.approx(0.02 * (result.total.outcomes["ok"] + 1))


def test_who_is_not_cut_off_does_not_notice() -> None:
    """A partition has two sides: from elsewhere the instance answers, health checks included."""
    text = FOUR.replace("traffic: {", "traffic: {others: {rate: 50/s, target: shop.get}, ")
    cut = "faults=[{at: 10s, for: 30s, partition: {service: shop, mode: all, from: [users]}}]"
    check = "defaults.health_check={interval: 1s, timeout: 500ms, unhealthy_threshold: 2}"
    result = play(text, cut, check, "defaults.timeout=500ms")
    assert result.traffic["others"].availability == 1.0
    users = result.traffic["users"].outcomes
    # Until the checks have failed, and then all are asked, since none is left (panic).
    assert users["unreachable"] == pytest.approx(3000, abs=60)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("{at: 1s, kill: {service: shp}}", "unknown service `shp`; did you mean `shop`?"),
        ("{at: 1s, kill: {service: shop, instance: shop-9}}", "unknown instance `shop-9`"),
        ("{at: 90s, kill: {service: shop}}", "the run is over before this: it lasts 1m"),
        ("{at: 1s}", "expected one of `kill`, `pause`, `hang`, `slow`"),
        ("{at: 1s, for: 5s, kill: {service: shop, grace: 5s}}", "expected less than `for`"),
        ("{at: 1s, slow: {service: shop}}", "expected `speed`"),
        ("{at: 1s, slow: {service: shop, speed: 0%}}", "expected a speed above 0"),
        ("{at: 1s, partition: {service: shop, from: [usres]}}", "did you mean `users`?"),
    ],
)
def test_mistakes(fault: str, message: str) -> None:
    with pytest.raises(SimulatorError, match="faults") as caught:
        parse(FOUR, settings=[f"faults=[{fault}]"])
    assert message in str(caught.value)
