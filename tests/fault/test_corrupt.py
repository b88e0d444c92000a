"""Messages that arrive damaged, on small worlds."""

from __future__ import annotations

from math import sqrt

import pytest
from playing import play

from simulator.experiment.result import Result
from simulator.experiment.run import Run
from simulator.scenario import parse

SIGMAS = 3.3


ONE = """
scenario: one
seed: 3
duration: 10.05s
traffic:
  users: {rate: 10/s, arrivals: constant, target: shop.get, profile: [{at: 9s, rate: 0/s}]}
services: {shop: {endpoints: {get: [work: 20ms]}}}
"""
"""89 requests at 0.1 s, 0.2 s, ..., 8.9 s, of 20 ms each; all are over at the end."""


def corrupted(share: str, direction: str, *settings: str) -> Result:
    fault = f"{{service: shop, share: {share}, direction: {direction}}}"
    return play(ONE, f"faults=[{{at: 0s, corrupt: {fault}}}]", *settings)


@pytest.mark.parametrize("link", [0, 5])
def test_a_damaged_question_is_an_error_without_work(link: int) -> None:
    """The callee says so as soon as it arrives: there and back, and no work."""
    result = corrupted("100%", "to", f"network.latency={link}ms")
    assert result.total.outcomes == {"error": 89}
    assert result.total.latency_all.max == pytest.approx(2 * link / 1000)
    assert result.total.failed_by == {"shop-1": 89}
    assert result.services["shop"].work == 0.0
    assert result.services["shop"].busy == 0.0


@pytest.mark.parametrize("link", [0, 5])
def test_a_damaged_answer_is_an_error_after_all_the_work(link: int) -> None:
    """The work is done, the time has passed, and it is the caller who finds that it cannot read it."""
    result = corrupted("100%", "from", f"network.latency={link}ms")
    assert result.total.outcomes == {"error": 89}
    assert result.total.latency_all.mean == pytest.approx(0.02 + 2 * link / 1000)
    assert result.total.failed_by == {"users": 89}
    assert result.services["shop"].work == pytest.approx(89 * 0.02)


@pytest.mark.parametrize(
    ("direction", "expected"), [("to", 0.1), ("from", 0.1), ("both", 1 - 0.9**2)]
)
def test_a_call_fails_if_either_message_is_damaged(direction: str, expected: float) -> None:
    """With a share p each way 1 - (1 - p)^2 of the calls fail."""
    result = corrupted("10%", direction, "traffic.users.rate=400/s")
    n = result.total.finished
    assert n == result.total.started >= 3599
    failed = result.total.outcomes["error"] / n
    assert set(result.total.outcomes) == {"ok", "error"}
    assert abs(failed - expected) < SIGMAS * sqrt(expected * (1 - expected) / n)
    arrived = 1.0 if direction == "from" else 0.9
    worked = result.services["shop"].work / 0.02 / n
    assert abs(worked - arrived) < SIGMAS * sqrt(arrived * (1 - arrived) / n) + 1e-9


@pytest.mark.parametrize(("direction", "runs"), [("to", 0), ("from", 2)])
def test_a_retry_has_it_done_again(direction: str, runs: int) -> None:
    """Of two attempts whose answers are damaged both are worked on; the call counts a duplicate."""
    retry = "defaults={timeout: 1s, retry: {attempts: 2, backoff: 10ms, jitter: none, on: [error]}}"
    text = ONE.replace("shop.get", "web.get").replace(
        "services: {", "services: {web: {endpoints: {get: [call: shop.get]}}, "
    )
    fault = f"{{service: shop, share: 100%, direction: {direction}, from: [web]}}"
    run = Run(parse(text, settings=[retry, f"faults=[{{at: 0s, corrupt: {fault}}}]"]).scenario)
    run.advance()
    result = run.result()
    web = next(each for each in run.world.instances if each.name == "web-1")
    duplicates = sum(each.duplicates for each in web.routes[0].guards)
    calls = result.services["shop"].calls
    assert calls == 2 * 89
    assert result.services["shop"].work == pytest.approx(calls * runs * 0.02)
    assert duplicates == calls * (runs - 1 if runs else 0)


def test_a_connection_that_is_refused_carries_nothing_to_be_damaged() -> None:
    """Callers of a dead instance see `refused` and `reset`, not `error`."""
    result = play(
        ONE,
        "services.shop.endpoints.get=[work: 150ms]",
        "faults=[{at: 0s, corrupt: {service: shop, share: 100%}}, "
        "{at: 2.05s, kill: {service: shop}}]",
    )
    # 1 to 20 cannot be read; all after that find nobody.
    assert result.total.outcomes == {"error": 20, "refused": 69}
    result = play(
        ONE,
        "services.shop.endpoints.get=[work: 150ms]",
        "faults=[{at: 0s, corrupt: {service: shop, share: 100%, direction: from}}, "
        "{at: 2.04s, kill: {service: shop}}]",
    )
    # 1 to 18 have an answer by 1.95 s; 19 and 20 are inside when it dies.
    assert result.total.outcomes == {"error": 18, "reset": 2, "refused": 69}


def test_a_damaged_cancellation_is_not_heeded() -> None:
    """Callers give up after 50 of 100 ms and say so; the callee cannot read it and goes on."""
    settings = ("defaults={timeout: 50ms, cancel: true}",)
    work = "services.shop.endpoints.get=[work: 100ms]"
    heeded = play(ONE, work, *settings)
    assert heeded.services["shop"].work == pytest.approx(89 * 0.05)
    begins = [0.125 + k / 10 for k in range(89)]
    spans = ", ".join(
        f"{{at: {at:.3f}s, for: 40ms, corrupt: {{service: shop, share: 100%, direction: to}}}}"
        for at in begins[::2]
    )
    unheeded = play(ONE, work, *settings, f"faults=[{spans}]")
    assert unheeded.total.outcomes == {"timeout": 89}
    assert unheeded.services["shop"].work == pytest.approx(45 * 0.1 + 44 * 0.05)


def test_correlated_damage_is_as_rare_as_correlated_loss() -> None:
    """25 % with a correlation of 25 % damages a sixth of the messages of each direction."""
    result = play(
        ONE,
        "traffic.users.rate=800/s",
        "faults=[{at: 0s, corrupt: {service: shop, share: 25%, correlation: 25%, direction: to}}]",
    )
    n = result.total.finished
    bound = SIGMAS * sqrt(1 / 6 * 5 / 6 / n * (1 + 0.25) / (1 - 0.25))
    assert abs(result.total.outcomes["error"] / n - 1 / 6) < bound


def test_damage_and_loss_on_one_way_compose() -> None:
    """10 % lost and 20 % damaged, to: 0.9 * 0.2 are errors, and 0.1 unreachable, in either order."""
    for first, second in (("loss", "corrupt"), ("corrupt", "loss")):
        shares = {"loss": "10%", "corrupt": "20%"}
        faults = ", ".join(
            f"{{at: 0s, {kind}: {{service: shop, direction: to, share: {shares[kind]}}}}}"
            for kind in (first, second)
        )
        total = play(
            ONE, "traffic.users.rate=400/s", "defaults.timeout=100ms", f"faults=[{faults}]"
        ).total
        for outcome, share in (("unreachable", 0.1), ("error", 0.18)):
            seen = total.outcomes[outcome] / total.finished
            assert abs(seen - share) < SIGMAS * sqrt(share * (1 - share) / total.finished)
