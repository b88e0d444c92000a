"""Faults of the network on small worlds, each against its formula."""

from __future__ import annotations

from math import sqrt
from statistics import mean, stdev
from typing import cast

import pytest

from simulator.balancing.chance import Chance
from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.kernel.streams import Streams
from simulator.network.toxic.loss import Loss
from simulator.scenario import parse

SIGMAS = 3.3


def play(text: str, *settings: str, seed: int | None = None) -> Result:
    return simulate(parse(text, settings=settings).scenario, seed=seed, check=True)


ONE = """
scenario: one
seed: 3
duration: 10s
traffic: {users: {rate: 10/s, arrivals: constant, target: shop.get}}
services: {shop: {endpoints: {get: [work: 20ms]}}}
"""
"""Requests at 0.1 s, 0.2 s, ..., 9.9 s; each takes 20 ms, and waits for nobody."""

MANY = ONE.replace("10/s", "400/s")
"""The same with 3,999 requests, of which the last 7 to 8 are under way at the end."""


# Latency.


@pytest.mark.parametrize(("direction", "ways"), [("to", 1), ("from", 1), ("both", 2)])
@pytest.mark.parametrize("link", [0, 5])
def test_a_constant_latency_is_added_to_each_message(direction: str, ways: int, link: int) -> None:
    """100 ms in one direction costs 100 ms, in both 200 ms, beside what the link takes."""
    latency = play(
        ONE,
        f"network.latency={link}ms",
        f"faults=[{{at: 0s, latency: {{service: shop, add: 100ms, direction: {direction}}}}}]",
    ).total.latency
    expected = 0.02 + ways * 0.1 + 2 * link / 1000
    assert latency.mean == pytest.approx(expected, rel=1e-12)
    assert latency.max == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("direction", "ways"), [("to", 1), ("from", 1), ("both", 2)])
def test_a_drawn_latency_is_drawn_for_each_message(direction: str, ways: int) -> None:
    """Exponential with a mean of 50 ms: so much more on average, for each way."""
    fault = f"{{service: shop, add: {{exponential: 50ms}}, direction: {direction}}}"
    total = play(
        MANY,
        "duration=12s",
        "traffic.users.profile=[{at: 9s, rate: 0/s}]",
        f"faults=[{{at: 0s, latency: {fault}}}]",
    ).total
    assert total.finished == total.started >= 3599
    extra = cast("float", total.latency.mean) - 0.02
    # The variance of a sum of independent delays is the sum of theirs.
    assert abs(extra - ways * 0.05) < SIGMAS * 0.05 * sqrt(ways / total.finished)
    assert cast("float", total.latency.max) > 0.02 + 5 * 0.05


def test_latency_befalls_a_share_of_the_attempts() -> None:
    """With a toxicity of 30 % so many take 200 ms longer, and the others nothing."""
    n = 3600
    result = play(
        MANY, "faults=[{at: 0s, latency: {service: shop, add: 100ms, toxicity: 30%}}]"
    ).total
    assert result.latency.max == pytest.approx(0.22)
    assert result.latency.p50 == pytest.approx(0.02, rel=0.05)
    share = (cast("float", result.latency.mean) - 0.02) / 0.2
    assert abs(share - 0.3) < SIGMAS * sqrt(0.3 * 0.7 / n)


def test_latency_befalls_only_those_callers_that_are_named() -> None:
    """`from` the users: others, who ask the same instance, notice nothing."""
    text = ONE.replace("traffic: {", "traffic: {others: {rate: 7/s, target: shop.get}, ")
    traffic = play(
        text, "faults=[{at: 0s, latency: {service: shop, add: 100ms, from: [users]}}]"
    ).traffic
    assert traffic["users"].latency.mean == pytest.approx(0.22)
    assert traffic["others"].latency.max == pytest.approx(0.02)


def test_latency_befalls_only_the_endpoint_that_is_named() -> None:
    """`endpoint`: what is asked of another endpoint of the same instance is not touched."""
    endpoints = (
        play(
            ONE,
            "traffic.users={rate: 10/s, mix: {shop.get: 1, shop.put: 1}}",
            "services.shop.endpoints={get: [work: 20ms], put: [work: 30ms]}",
            "faults=[{at: 0s, latency: {service: shop, add: 100ms, endpoint: put}}]",
        )
        .traffic["users"]
        .endpoints
    )
    assert endpoints["shop.get"].latency.max == pytest.approx(0.02)
    assert endpoints["shop.put"].latency.mean == pytest.approx(0.23)


def test_two_latencies_add_up_and_the_end_of_one_leaves_the_other() -> None:
    """100 ms to the shop for 6 s and 30 ms both ways from 2 s to 4 s, message by message."""
    latency = play(
        ONE,
        "duration=9.05s",
        "faults=[{at: 0s, for: 6.05s, latency: {service: shop, add: 100ms, direction: to}}, "
        "{at: 2.05s, for: 2.03s, latency: {service: shop, add: 30ms}}]",
    ).total.latency
    # The questions of 0.1 to 6.0 s (60) take 100 ms longer. Those of 2.1 to 4.0 s (20), and the
    # answers to those of 2.0 to 3.9 s (20), which are given 120 or 150 ms later, take 30 ms longer.
    assert latency.count == 90
    extra = 60 * 0.1 + 20 * 0.03 + 20 * 0.03
    assert latency.mean == pytest.approx(0.02 + extra / 90, rel=1e-9)
    assert latency.max == pytest.approx(0.02 + 0.1 + 0.06)


# Loss.


@pytest.mark.parametrize("direction", ["to", "from", "both"])
def test_loss_with_a_retry_is_what_the_formula_says(direction: str) -> None:
    """An attempt fails if its question or its answer is lost, a request if two attempts fail."""
    p, n = 0.2, 3999
    q = 1 - (1 - p) ** 2 if direction == "both" else p
    result = play(
        MANY,
        "duration=10.5s",
        "traffic.users.profile=[{at: 10s, rate: 0/s}]",
        "defaults={timeout: 100ms, retry: {attempts: 2, backoff: 10ms, jitter: none}}",
        f"faults=[{{at: 0s, loss: {{service: shop, share: {p * 100}%, direction: {direction}}}}}]",
    )
    total = result.total
    assert total.finished == total.started
    assert abs(total.started - n) <= 1
    failed = total.outcomes["unreachable"] / total.started
    assert set(total.outcomes) == {"ok", "unreachable"}
    assert abs(failed - q * q) < SIGMAS * sqrt(q * q * (1 - q * q) / n)
    attempts = cast("float", total.attempts_per_request)
    assert abs(attempts - 1 - q) < SIGMAS * sqrt(q * (1 - q) / n)
    # Whatever question arrives is worked on, heard of or not.
    arrived = 1.0 if direction == "from" else 1 - p
    sent = result.services["shop"].attempts
    worked = result.services["shop"].work / 0.02 / sent
    assert abs(worked - arrived) < SIGMAS * sqrt(arrived * (1 - arrived) / sent) + 1e-9


def lost_share(chance: float, correlation: float, draws: int) -> float:
    """The share that is lost of so many messages."""
    generator = Streams(11).generator("loss")
    loss = Loss(
        "loss",
        None,
        None,
        1.0,
        forth=True,
        back=True,
        chance=chance,
        correlation=correlation,
        uniforms=Chance(lambda size: generator.random(size).tolist()),
    )
    going = loss.going
    assert going is not None
    return sum(going.next() < loss.chance for _ in range(draws)) / draws


def test_correlated_loss_loses_what_netem_loses() -> None:
    """25 % with a correlation of 25 % loses a sixth (tc-netem(8): 16.7 %).

    X = 3/4 U + 1/4 X' is below 1/4 with the chance E[(1 - X')/3], and E[X'] = 1/2.
    """
    draws = 100_000
    # Draws that hang together by a quarter tell as much as 3/5 of their number.
    bound = SIGMAS * sqrt(1 / 6 * 5 / 6 / draws * (1 + 0.25) / (1 - 0.25))
    assert abs(lost_share(0.25, 0.25, draws) - 1 / 6) < bound


def test_small_correlated_losses_all_but_vanish() -> None:
    """1 % with a correlation of 25 % loses about two messages in a million."""
    assert lost_share(0.01, 0.25, 100_000) < 1e-4


def test_a_certain_loss_loses_everything() -> None:
    """A loss of 100 % is a blackhole, whatever its correlation."""
    result = play(
        MANY,
        "defaults.timeout=100ms",
        "faults=[{at: 0s, loss: {service: shop, share: 100%, correlation: 25%}}]",
    )
    assert set(result.total.outcomes) == {"unreachable"}
    assert result.services["shop"].work == 0.0


def test_correlated_losses_of_instances_are_independent() -> None:
    """Each instance's messages are lost by draws of their own, not by copies of one stream."""
    result = play(
        MANY,
        "services.shop.replicas=4",
        "defaults={timeout: 50ms, balancer: round_robin}",
        "faults=[{at: 0s, loss: {service: shop, share: 25%, correlation: 25%, direction: to}}]",
    )
    lost = [each.outcomes["unreachable"] for each in result.services["shop"].instances.values()]
    assert len(set(lost)) > 1
    n = sum(each.attempts for each in result.services["shop"].instances.values())
    bound = SIGMAS * sqrt(1 / 6 * 5 / 6 / n * (1 + 0.25) / (1 - 0.25))
    assert abs(sum(lost) / n - 1 / 6) < bound


# Blackholes and partitions.


@pytest.mark.parametrize("kind", ["blackhole: {", "partition: {from: [users], "])
@pytest.mark.parametrize(("direction", "worked"), [("to", 0), ("from", 1), ("both", 0)])
def test_silence_is_told_by_the_timeout_alone(kind: str, direction: str, worked: int) -> None:
    """All are unreachable after exactly the timeout; with `from` the work is done for nobody."""
    result = play(
        ONE,
        "defaults.timeout=50ms",
        f"faults=[{{at: 0s, {kind}service: shop, direction: {direction}}}}}]",
    )
    assert result.total.outcomes == {"unreachable": 99}
    assert result.total.latency_all.mean == pytest.approx(0.05)
    assert result.total.latency_all.max == pytest.approx(0.05)
    shop = result.services["shop"]
    assert shop.work == pytest.approx(99 * 0.02 * worked)


def test_without_a_timeout_silence_has_no_end() -> None:
    """Nobody tells the users: all requests are under way when the run is over."""
    total = play(ONE, "faults=[{at: 0s, blackhole: {service: shop}}]").total
    assert (total.started, total.finished, total.in_flight) == (99, 0, 99)


def test_lost_answers_cause_the_work_to_be_done_twice() -> None:
    """A retry cannot know that its first attempt was served: two pieces of work a request."""
    result = play(
        ONE,
        "duration=10.05s",
        "traffic.users.profile=[{at: 9s, rate: 0/s}]",
        "defaults={timeout: 50ms, retry: {attempts: 2, backoff: 10ms, jitter: none}}",
        "faults=[{at: 0s, blackhole: {service: shop, direction: from}}]",
    )
    assert result.total.outcomes == {"unreachable": result.total.started}
    assert result.total.attempts_per_request == 2.0
    assert result.services["shop"].work == pytest.approx(2 * result.total.started * 0.02)
    assert result.total.latency_all.max == pytest.approx(0.05 + 0.01 + 0.05)


def test_after_a_blackhole_everything_arrives_again() -> None:
    """For 3 s of 10 s questions are lost: 30 requests, no more."""
    total = play(
        ONE,
        "defaults.timeout=50ms",
        "faults=[{at: 2.05s, for: 3s, blackhole: {service: shop, direction: to}}]",
    ).total
    assert total.outcomes == {"ok": 69, "unreachable": 30}


# Bandwidth.


@pytest.mark.parametrize(("direction", "ways"), [("to", 1), ("from", 1), ("both", 2)])
def test_below_its_rate_a_link_costs_each_message_its_size(direction: str, ways: int) -> None:
    """2 kB at 50 kB/s: 40 ms for each message, and none waits for another (one each 100 ms)."""
    fault = f"{{service: shop, rate: 50kB, message: 2kB, direction: {direction}}}"
    latency = play(ONE, f"faults=[{{at: 0s, bandwidth: {fault}}}]").total.latency
    assert latency.mean == pytest.approx(0.02 + ways * 0.04)
    assert latency.max == pytest.approx(0.02 + ways * 0.04)


def test_a_link_is_a_queue_with_deterministic_service() -> None:
    """Poisson messages wait load * s / (2 (1 - load)) (Pollaczek and Khinchine, M/D/1)."""
    rate, seconds = 50.0, 0.01
    load = rate * seconds
    expected = 0.02 + seconds + load * seconds / (2 * (1 - load))
    runs = [
        play(
            ONE,
            "warmup=2s",
            "duration=22s",
            f"traffic.users={{rate: {rate}/s, target: shop.get}}",
            "faults=[{at: 0s, bandwidth: {service: shop, rate: 100kB, message: 1kB, direction: to}}]",
            seed=seed,
        ).total.latency.mean
        for seed in range(16)
    ]
    means = [cast("float", each) for each in runs]
    assert abs(mean(means) - expected) < SIGMAS * stdev(means) / sqrt(len(means))
    # And that is narrow enough to tell it from a queue with exponential service.
    assert stdev(means) / sqrt(len(means)) < load * seconds / (2 * (1 - load)) / 2 / SIGMAS


def test_above_its_rate_the_delay_of_a_link_grows_linearly() -> None:
    """A message each 50 ms where each takes 100 ms: number k is 50 ms later than the one before."""
    latency = play(
        ONE,
        "traffic.users.rate=20/s",
        "faults=[{at: 0s, bandwidth: {service: shop, rate: 10kB, message: 1kB, direction: to}}]",
    ).total.latency
    # Number k is sent at 0.05 k, through at 0.05 + 0.1 k, and answered 20 ms later.
    assert latency.count == 99
    assert latency.max == pytest.approx(0.07 + 0.05 * 99)
    assert latency.mean == pytest.approx(0.07 + 0.05 * 50)


# Answers of others.

ANSWERED = [
    ("abort: {", "error"),
    ("abort: {outcome: shed, ", "shed"),
    ("abort: {outcome: rate_limited, ", "rate_limited"),
    ("reset: {", "reset"),
    ("dns_error: {", "no_instance"),
    ("certificate_expiry: {", "unauthorized"),
]


@pytest.mark.parametrize(("fault", "outcome"), ANSWERED)
def test_somebody_on_the_way_answers_at_once(fault: str, outcome: str) -> None:
    """Every request ends in its instant with the outcome of the fault, and the callee rests."""
    result = play(ONE, f"faults=[{{name: it, at: 0s, {fault}service: shop}}}}]")
    assert result.total.outcomes == {outcome: 99}
    assert result.total.latency_all.max == 0.0
    assert result.total.failed_by == {"it": 99}
    assert result.services["shop"].work == 0.0
    assert result.services["shop"].busy == 0.0


@pytest.mark.parametrize("fault", ["abort: {", "reset: {"])
def test_somebody_on_the_way_answers_after_a_while(fault: str) -> None:
    """With `after` the answer comes so much later, whatever the callee would take."""
    result = play(ONE, f"faults=[{{at: 0s, {fault}service: shop, after: 70ms}}}}]")
    assert result.total.latency_all.mean == pytest.approx(0.07)
    assert result.total.latency_all.max == pytest.approx(0.07)
    assert result.services["shop"].work == 0.0


@pytest.mark.parametrize(("fault", "outcome"), ANSWERED)
def test_a_share_is_answered_by_others(fault: str, outcome: str) -> None:
    """With a toxicity of 40 % so many meet the fault, and the others are served as ever."""
    result = play(MANY, f"faults=[{{at: 0s, {fault}service: shop, toxicity: 40%}}}}]").total
    assert set(result.outcomes) == {"ok", outcome}
    share = result.outcomes[outcome] / result.finished
    assert abs(share - 0.4) < SIGMAS * sqrt(0.4 * 0.6 / result.finished)
    assert result.latency.max == pytest.approx(0.02)


def test_what_was_on_its_way_before_an_abort_is_served() -> None:
    """Only questions are answered by others: who was inside when it began gets an answer."""
    result = play(
        ONE,
        "services.shop.endpoints.get=[work: 250ms]",
        "faults=[{at: 5.05s, for: 2s, abort: {service: shop}}]",
    ).total
    # 1 to 50 before it, 51 to 70 meet it, 71 to 97 are answered before the end.
    assert result.outcomes == {"ok": 77, "error": 20}


@pytest.mark.parametrize("after", ["0s", "300ms"])
def test_a_cancellation_is_no_question_to_be_answered(after: str) -> None:
    """Who gives up during an abort stops the callee, or does not wait for the answer any more."""
    result = play(
        ONE,
        "defaults={timeout: 120ms, cancel: true}",
        "services.shop.endpoints.get=[work: 250ms]",
        f"faults=[{{at: 5.05s, for: 2s, abort: {{service: shop, after: {after}}}}}]",
    )
    assert result.total.outcomes.get("error", 0) == (20 if after == "0s" else 0)
    assert set(result.total.outcomes) <= {"error", "timeout"}
    assert result.total.latency_all.max == pytest.approx(0.12)
    # Each of the others was worked on for 120 ms, and then no more; the last one is not through.
    shop = result.services["shop"]
    worked = sum(0.12 for k in range(1, 100) if not 51 <= k <= 70 and k / 10 + 0.12 < 10)
    assert shop.work == pytest.approx(worked)
    assert shop.wasted_work == pytest.approx(worked)
