"""Configuration pushes on small worlds: what changes, for whom, and what is left afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playing import SHOP, play, run_of

from simulator.experiment.result import EdgeFigures, Result
from simulator.scenario.building.world import World


def charges(result: Result) -> EdgeFigures:
    """The calls of `pay.charge`."""
    (edge,) = [each for each in result.edges if each.callee == "pay.charge"]
    return edge


def push(at: float, lasts: float, service: str, policy: str, to: str = "") -> str:
    to = f", to: {to}" if to else ""
    return f"{{at: {at}s, for: {lasts}s, config_push: {{service: {service}{to}, policy: {{{policy}}}}}}}"


def test_a_timeout_that_is_too_short_fails_every_call_while_it_is_pushed() -> None:
    """20 s of 10/s end in timeouts of 5 ms, while the callee does all the work, for nobody."""
    result = play(SHOP, f"faults=[{push(30.05, 20, 'shop', 'timeout: 5ms', 'pay.charge')}]")
    edge = charges(result)
    assert edge.outcomes == {"ok": 599 - 200, "timeout": 200}
    assert result.traffic["users"].outcomes == {"ok": 399, "error": 200}
    # The other endpoint is not concerned.
    assert result.traffic["clerks"].outcomes == {"ok": 59}
    assert result.services["pay"].work == pytest.approx((599 + 59) * 0.02)
    assert result.services["pay"].wasted_work == pytest.approx(200 * 0.02)
    assert result.faults[0].targets == ("shop",)


@pytest.mark.parametrize(("to", "hit"), [("", 20), ("pay", 20), ("pay.charge", 0)])
def test_it_hits_all_calls_or_only_those_to_whom_it_names(to: str, hit: int) -> None:
    """Without `to`, and with the service, calls to both endpoints are hit."""
    result = play(SHOP, f"faults=[{push(30.05, 20, 'shop', 'timeout: 5ms', to)}]")
    assert result.traffic["clerks"].outcomes.get("error", 0) == hit
    assert result.traffic["users"].outcomes["error"] == 200


def test_a_push_of_a_traffic_class_hits_its_entry_calls() -> None:
    """The clerks' own timeout changes, and neither the users' nor the shop's."""
    result = play(SHOP, f"faults=[{push(30.05, 20, 'clerks', 'timeout: 5ms')}]")
    assert result.traffic["clerks"].outcomes == {"ok": 39, "timeout": 20}
    assert result.traffic["users"].outcomes == {"ok": 599}


def test_retries_are_pushed_onto_a_call_that_had_none() -> None:
    """With a timeout of 5 ms and four attempts, each call is sent four times: a storm of 3x."""
    pushed = push(
        30.05, 20, "shop", "timeout: 5ms, retry: {attempts: 4, backoff: 5ms}", "pay.charge"
    )
    result = play(SHOP, f"faults=[{pushed}]")
    assert charges(result).attempts == 599 + 3 * 200
    assert result.traffic["users"].outcomes == {"ok": 399, "error": 200}
    assert result.services["pay"].wasted_work == pytest.approx(4 * 200 * 0.02)


def test_a_deadline_and_a_limit_can_be_pushed() -> None:
    """10 ms are too little for all; one call a second is left of ten."""
    late = play(SHOP, f"faults=[{push(30.05, 20, 'users', 'deadline: 10ms')}]")
    assert late.traffic["users"].outcomes == {"ok": 399, "timeout": 200}
    limited = push(30.05, 20, "users", "rate_limit: {rate: 1/s, burst: 1}")
    slow = play(SHOP, f"faults=[{limited}]")
    passed = slow.traffic["users"].outcomes["ok"] - 399
    assert 20 <= passed <= 21
    assert slow.traffic["users"].outcomes["rate_limited"] == 200 - passed


def test_null_takes_a_key_away() -> None:
    """Without the timeout whoever asks a silent callee waits for ever."""
    silent = "{at: 30s, for: 20s, blackhole: {service: pay}}"
    with_it = play(SHOP, f"faults=[{silent}]")
    assert with_it.traffic["users"].in_flight == 0
    without = play(SHOP, f"faults=[{silent}, {push(29.95, 20.1, 'shop', 'timeout: null')}]")
    assert without.traffic["users"].in_flight == 200


@pytest.mark.parametrize(
    "policy",
    ["timeout: 1s", "timeout: 1s, retry: {attempts: 1}", "cancel: true", "idempotent: false"],
)
def test_a_push_that_changes_nothing_changes_nothing(policy: str) -> None:
    """Every request is served exactly as without it, also where guards are built for the push."""
    random = [
        "traffic.users.arrivals=poisson",
        "services.pay.endpoints.charge=[{work: {exponential: 20ms}}]",
    ]
    plain = play(SHOP, *random)
    pushed = play(SHOP, *random, f"faults=[{push(10, 40, 'shop', policy, 'pay.charge')}]")
    assert pushed.traffic["users"] == plain.traffic["users"]
    assert pushed.services["pay"] == plain.services["pay"]


def test_the_later_of_two_wins_and_the_end_of_one_leaves_the_other() -> None:
    """15 ms are too short, 30 ms are not: while the second is on all is well, then no more."""
    first = push(9.96, 30, "shop", "timeout: 15ms", "pay.charge")
    second = push(19.96, 10, "shop", "timeout: 30ms", "pay")
    seen = outcomes_by_second(f"faults=[{first}, {second}]")
    assert [seen(10, 20), seen(20, 30), seen(30, 40), seen(40, 60)] == [100, 0, 100, 0]
    # The first may as well end first.
    first = push(9.96, 20, "shop", "timeout: 15ms", "pay.charge")
    second = push(19.96, 20, "shop", "timeout: 30ms", "pay")
    seen = outcomes_by_second(f"faults=[{first}, {second}]")
    assert [seen(10, 20), seen(20, 40), seen(40, 60)] == [100, 0, 0]


def outcomes_by_second(*settings: str) -> Callable[[int, int], int]:
    """How many requests of users failed from one second to another."""
    columns = play(SHOP, *settings).series["traffic"].columns
    rows = list(zip(columns["time"], columns["name"], columns["error"], strict=True))

    def between(first: int, last: int) -> int:
        return sum(
            int(count) for time, name, count in rows if name == "users" and first <= time < last
        )

    return between


def test_what_was_learnt_before_a_push_is_there_after_it() -> None:
    """A cache that is switched off for a while still has what it had."""
    cached = [
        "traffic.users.key={zipf: {items: 1, s: 0}}",
        "services.shop.endpoints.buy=[{call: pay.charge, timeout: 1s, cache: {ttl: 1h}}]",
    ]
    result = play(SHOP, *cached, f"faults=[{push(30.05, 20, 'shop', 'cache: null', 'pay.charge')}]")
    # The first of all, and those while it was off.
    assert charges(result).attempts == 1 + 200


def test_it_comes_again_and_the_points_are_exactly_what_they_were() -> None:
    """After any number of pushes every field of a call is the object that it was."""
    faults = (
        "faults=[{at: 5s, every: 10s, for: 4s, config_push: {service: shop, policy: {timeout: 5ms, "
        "deadline: 10ms, cancel: true, idempotent: false, retry: {attempts: 2}}}}]"
    )
    run = run_of(SHOP, faults, "duration=61s")
    before = fields(run.world)
    while not run.world.kernel.run(7.0, 10_000):
        pass
    assert all(now[1] is not then[1] for now, then in zip(fields(run.world), before, strict=True))
    run.advance()
    assert fields(run.world) == before
    # In six times of 4 s come 40 requests each.
    assert run.result().traffic["users"].outcomes["error"] == 6 * 40


def fields(world: World) -> list[tuple[object, ...]]:
    """What can be pushed, of every call of the shop."""
    return [
        (point.deadline, point.patience, point.cancel, point.idempotent, point.guard, point.plain)
        for endpoint in world.services["shop"].endpoints.values()
        for point in endpoint.calls
    ]


def test_calls_under_way_go_on_as_they_began() -> None:
    """A call that began before the push has its old timeout; one that began in it has the new one."""
    slow = "services.pay.endpoints.charge=[{work: 300ms}]"
    result = play(SHOP, slow, f"faults=[{push(30.05, 20, 'shop', 'timeout: 50ms', 'pay.charge')}]")
    # 30.0 s and before go on; 30.1 to 50.0 s time out.
    assert result.traffic["users"].outcomes["error"] == 200
    assert result.traffic["users"].latency.max == pytest.approx(0.3)
