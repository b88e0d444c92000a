"""Questions that arrive twice, on small worlds."""

from __future__ import annotations

from math import sqrt

import pytest
from playing import play, run_of

from simulator.experiment.result import Result
from simulator.experiment.run import Run
from simulator.scenario import parse

SIGMAS = 3.3


ONE = """
scenario: one
seed: 5
duration: 10.05s
traffic:
  users: {rate: 10/s, arrivals: constant, target: shop.get, profile: [{at: 9s, rate: 0/s}]}
services: {shop: {concurrency: 4, endpoints: {get: [work: 20ms]}}}
"""
"""89 requests at 0.1 s, 0.2 s, ..., 8.9 s, of 20 ms each; all are over at the end."""

TIERS = """
scenario: tiers
seed: 5
duration: 10.05s
traffic:
  users: {rate: 10/s, arrivals: constant, target: shop.get, profile: [{at: 9s, rate: 0/s}]}
services:
  shop: {endpoints: {get: [{work: 5ms}, {call: pay.charge}]}}
  pay: {endpoints: {charge: [work: 20ms]}}
"""


def doubled(text: str, service: str, share: str = "100%", *settings: str) -> Result:
    fault = f"faults=[{{at: 0s, duplicate: {{service: {service}, share: {share}}}}}]"
    return play(text, fault, *settings)


def test_the_callee_does_everything_twice_and_the_caller_asks_once() -> None:
    """Twice the work, of which half is wasted; attempts, outcomes and times are as without it."""
    well, ill = play(ONE), doubled(ONE, "shop")
    assert well.total.started == 89
    assert ill.traffic == well.traffic
    assert ill.edges == well.edges
    assert ill.services["shop"].attempts == 89
    assert ill.services["shop"].outcomes == {"ok": 89}
    assert ill.services["shop"].work == pytest.approx(2 * 89 * 0.02)
    assert ill.services["shop"].wasted_work == pytest.approx(89 * 0.02)


def test_a_share_of_duplicates_adds_that_share_to_the_load() -> None:
    """30 % of duplicates: 1.3 times the work."""
    n, share = 3600, 0.3
    settings = ("traffic.users.rate=400/s", "services.shop.concurrency=null")
    shop = doubled(ONE, "shop", "30%", *settings).services["shop"]
    assert abs(shop.attempts - n) <= 1
    more = shop.work / 0.02 / shop.attempts - 1
    assert abs(more - share) < SIGMAS * sqrt(share * (1 - share) / n)
    assert shop.wasted_work == pytest.approx(shop.work - shop.attempts * 0.02)


def test_the_copy_comes_second() -> None:
    """With one slot the question is served first: nobody waits for their own copy, but the next do."""
    well = doubled(ONE, "shop", "100%", "services.shop.concurrency=1")
    assert well.total.latency.max == pytest.approx(0.02)
    ill = doubled(
        ONE,
        "shop",
        "100%",
        "services.shop.concurrency=1",
        "services.shop.endpoints.get=[work: 25ms]",
        "traffic.users.rate=25/s",
    )
    # A question each 40 ms, and 50 ms of work for each: every one waits 10 ms longer than the last.
    assert ill.total.finished > 100
    assert ill.total.latency.max == pytest.approx(0.025 + 0.01 * (ill.total.finished - 1))


def test_a_queue_is_full_of_copies() -> None:
    """One slot and no queue: the copy is turned away, and the caller never hears of that."""
    ill = doubled(ONE, "shop", "100%", "services.shop.concurrency=1", "services.shop.queue=0")
    assert ill.total.outcomes == {"ok": 89}
    assert ill.services["shop"].work == pytest.approx(89 * 0.02)
    assert ill.services["shop"].wasted_work == 0.0


def test_what_the_callee_asks_for_a_copy_are_attempts_of_its_own() -> None:
    """A doubled question to the shop makes two to pay; one to pay makes none of the shop's."""
    first, second = doubled(TIERS, "shop"), doubled(TIERS, "pay")
    assert first.services["shop"].attempts == 89
    assert first.services["pay"].attempts == 2 * 89
    assert first.services["pay"].work == pytest.approx(2 * 89 * 0.02)
    assert first.services["pay"].wasted_work == pytest.approx(89 * 0.02)
    assert first.services["shop"].wasted_work == pytest.approx(89 * 0.005)
    assert first.total.attempts_per_request == 3.0
    assert second.services["pay"].attempts == 89
    assert second.services["pay"].work == pytest.approx(2 * 89 * 0.02)
    assert second.total.attempts_per_request == 2.0


def test_a_guarded_call_knows_that_it_was_done_twice() -> None:
    """It is counted as a duplicate execution, as a retry of something already done is."""
    retry = "defaults={timeout: 1s, retry: {attempts: 2, backoff: 10ms, jitter: none}}"
    counts = []
    for faults in ("[]", "[{at: 0s, duplicate: {service: pay, share: 100%}}]"):
        run = run_of(TIERS, retry, f"faults={faults}")
        run.advance()
        shop = next(each for each in run.world.instances if each.name == "shop-1")
        counts.append(sum(guard.duplicates for guard in shop.routes[0].guards))
    assert counts == [0, 89]


def test_copies_take_the_way_of_the_question() -> None:
    """A link of 30 ms and a latency of 100 ms on the way: the copy is worked on after both."""
    latency = "{at: 0s, latency: {service: shop, add: 100ms, direction: to}}"
    double = "{at: 0s, duplicate: {service: shop, share: 100%}}"
    run = Run(
        parse(
            ONE,
            settings=[
                "duration=300ms",
                "network.latency=30ms",
                "traffic.users.rate=8/s",
                f"faults=[{double}, {latency}]",
            ],
        ).scenario,
        check=True,
    )
    kernel, shop = run.world.kernel, run.world.instances[0]
    seen = []
    for moment in (0.2549, 0.2551, 0.2749, 0.2751):
        while not kernel.run(moment, 10_000):
            pass
        seen.append(shop.busy)
    assert seen == [0, 2, 2, 0]


def test_copies_are_lost_by_chances_of_their_own() -> None:
    """Half of the messages are lost: of the copies too, independently of their originals."""
    run = play(
        ONE,
        "traffic.users.rate=400/s",
        "services.shop.concurrency=null",
        "defaults.timeout=100ms",
        "faults=[{at: 0s, duplicate: {service: shop, share: 100%}}, "
        "{at: 0s, loss: {service: shop, share: 50%, direction: to}}]",
    )
    shop, n = run.services["shop"], run.total.started
    arrived = shop.work / 0.02
    assert abs(arrived - n) < SIGMAS * sqrt(2 * n / 4)
    lost = run.total.outcomes["unreachable"]
    assert abs(lost - n / 2) < SIGMAS * sqrt(n / 4)
    # One fate for both would make exactly two arrivals of each question that is not lost.
    assert arrived != pytest.approx(2 * (n - lost))


def test_probes_are_not_doubled() -> None:
    """A health check that holds the only slot is asked once, and its answer is heard."""
    settings = (
        "traffic.users={rate: 0.1/s, target: shop.get}",
        "defaults.health_check={interval: 1s, timeout: 500ms, work: 50ms}",
    )
    well, ill = play(ONE, *settings), doubled(ONE, "shop", "100%", *settings)
    assert well.services["shop"].work > 0.0
    assert ill.services["shop"].work == well.services["shop"].work


@pytest.mark.parametrize("cancel", ["true", "false"])
@pytest.mark.parametrize("kind", ["kill", "pause"])
def test_copies_die_and_freeze_with_the_instance(kind: str, cancel: str) -> None:
    """The laws hold while instances die under copies, callers give up and copies ask others."""
    result = play(
        TIERS,
        f"defaults={{timeout: 30ms, cancel: {cancel}, retry: {{attempts: 2, backoff: 10ms}}}}",
        "traffic.users.rate=100/s",
        "services.pay.replicas=2",
        "services.pay.concurrency=2",
        "services.pay.queue=3",
        "traces=20",
        "faults=[{at: 0s, duplicate: {service: pay, share: 50%}}, "
        "{at: 0s, duplicate: {service: shop, share: 40%, correlation: 30%}}, "
        f"{{at: 3s, every: 2s, for: 300ms, {kind}: {{service: pay}}}}, "
        "{at: 4s, every: 2s, for: 300ms, kill: {service: shop}}]",
    )
    for service in result.services.values():
        assert service.attempts == sum(service.outcomes.values()) + service.in_flight
        assert 0.0 < service.wasted_work < service.work
    assert result.total.started == result.total.finished + result.total.in_flight
