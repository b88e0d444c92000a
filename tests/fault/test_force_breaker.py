"""Breakers set by hand: what passes meanwhile, and how they go on afterwards."""

from __future__ import annotations

import pytest
from playing import SHOP, play, run_of

from simulator.call.breaker import CLOSED, FORCED_OPEN, Breaker
from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

GUARDED = (
    "services.shop.endpoints.buy=[{call: pay.charge, breaker: {minimum_calls: 20, window: 20, wait: 5m}}]",
    "services.shop.endpoints.look=[{call: pay.list, breaker: {minimum_calls: 30, window: 30, wait: 5m}}]",
)
"""A breaker before each endpoint; one that opens stays so."""

BEGIN, LASTS = 30.05, 20.0
"""200 users come in that time, and 20 clerks."""


def force(
    state: str,
    at: float = BEGIN,
    lasts: float | None = LASTS,
    service: str = "shop",
    to: str = "",
) -> str:
    harm = f"service: {service}, state: {state}" + (f", to: {to}" if to else "")
    until = "" if lasts is None else f", for: {lasts}s"
    return f"{{at: {at}s{until}, force_breaker: {{{harm}}}}}"


FAILING = "{at: 10.05s, abort: {service: pay, outcome: error}}"
"""From 10 s to the end; 10 failures open the breaker of `buy`, in whose window 10 calls went well."""


def guarded(*faults: str, settings: tuple[str, ...] = ()) -> Result:
    """The shop with its breakers, and what is done to it."""
    return play(SHOP, *GUARDED, *settings, f"faults=[{', '.join(faults)}]")


def calls_of(result: Result, callee: str = "pay.charge") -> dict[str, int]:
    """How the calls of an endpoint ended."""
    (edge,) = [each for each in result.edges if each.callee == callee]
    return {outcome: count for outcome, count in edge.outcomes.items() if count}


def counted(result: Result) -> dict[str, float]:
    """What the breaker of `buy` counted."""
    (group,) = [
        each
        for each in result.policies
        if each.policy == "breaker" and list(each.endpoints) == ["pay.charge"]
    ]
    return dict(group.counters)


def test_nothing_passes_a_breaker_that_is_forced_open() -> None:
    """The callee is well and is not asked, for 20 s; then everything is as before."""
    result = guarded(force("open", to="pay.charge"))
    assert calls_of(result) == {"ok": 399, "breaker_open": 200}
    assert calls_of(result, "pay.list") == {"ok": 59}
    assert counted(result)["rejected"] == 200
    assert counted(result)["open_seconds"] == pytest.approx(LASTS)
    assert result.faults[0].targets == ("shop",)
    story = [(each.time, each.detail) for each in result.log if each.kind == "breaker"]
    assert story == [(BEGIN, "forced_open"), (BEGIN + LASTS, "closed")]


@pytest.mark.parametrize(("to", "clerks"), [("", 20), ("pay", 20), ("pay.charge", 0)])
def test_it_sets_all_breakers_or_only_those_before_whom_it_names(to: str, clerks: int) -> None:
    """Without `to`, and with the service, those of both endpoints are set."""
    result = guarded(force("open", to=to))
    assert calls_of(result)["breaker_open"] == 200
    assert calls_of(result, "pay.list").get("breaker_open", 0) == clerks


def test_a_breaker_opens_by_itself_and_disabled_it_does_not() -> None:
    """Ten failures open it; disabled from before they begin, it lets all of them through."""
    left_alone = guarded(FAILING)
    assert calls_of(left_alone) == {"ok": 100, "error": 10, "breaker_open": 489}
    result = guarded(FAILING, force("disabled", at=5.05, lasts=None))
    assert calls_of(result) == {"ok": 100, "error": 499}
    assert counted(result)["failed"] == 0


@pytest.mark.parametrize("state", ["open", "disabled"])
def test_at_the_end_it_is_closed_and_has_forgotten_what_was_before(state: str) -> None:
    """Nine failures, or a breaker that was open: afterwards it takes 20 more to open it."""
    for begin, before in ((10.95, 9), (20.05, 10)):
        result = guarded(FAILING, force(state, at=begin, lasts=10.0))
        errors = before + 20 + (100 if state == "disabled" else 0)
        assert calls_of(result)["error"] == errors
        assert counted(result)["opened"] == (1 if before == 9 else 2)


def test_closed_by_hand_it_goes_on_by_itself_and_the_end_changes_nothing() -> None:
    """It was open: 20 more calls fail before it opens again, and it stays open at the end."""
    for lasts in (None, 5.0):
        result = guarded(FAILING, force("closed", at=20.05, lasts=lasts))
        assert calls_of(result) == {"ok": 100, "error": 30, "breaker_open": 469}
        assert counted(result)["opened"] == 2
        assert counted(result)["closed"] == 1


def test_the_later_of_two_has_its_way_and_its_end_leaves_the_earlier() -> None:
    """Open from 10 s to 50 s, and disabled from 20 s to 30 s; whichever way round they end."""
    inside = guarded(force("open", at=10.05, lasts=40), force("disabled", at=20.05, lasts=10))
    assert calls_of(inside) == {"ok": 599 - 300, "breaker_open": 300}
    across = guarded(force("open", at=10.05, lasts=20), force("disabled", at=20.05, lasts=20))
    assert calls_of(across) == {"ok": 599 - 100, "breaker_open": 100}
    closed = guarded(force("open", at=10.05, lasts=40), force("closed", at=20.05, lasts=10))
    assert calls_of(closed) == {"ok": 599 - 300, "breaker_open": 300}


def test_only_those_whom_both_reach_are_left_to_the_earlier() -> None:
    """All are disabled, one is forced open: at its end that one is disabled again."""
    result = guarded(
        FAILING,
        force("disabled", at=5.05, lasts=50),
        force("open", at=20.05, lasts=10, to="pay.charge"),
    )
    assert calls_of(result) == {"ok": 100, "error": 250 + 100 + 20, "breaker_open": 100 + 29}
    assert "breaker_open" not in calls_of(result, "pay.list")


def test_a_process_that_starts_meanwhile_begins_in_that_state() -> None:
    """The shop dies and is back; it is told at once, and is as it was set to be afterwards."""
    dies = "{at: 35.05s, for: 1s, kill: {service: shop}}"
    result = guarded(force("open"), dies)
    calls = calls_of(result)
    assert calls["ok"] == 399
    assert calls["breaker_open"] == 200 - 10
    again = guarded("{at: 55.05s, for: 1s, kill: {service: shop}}", force("open"))
    assert calls_of(again) == {"ok": 399 - 10, "breaker_open": 200}


SCOPED = (
    "services.shop.replicas=3",
    "services.shop.endpoints.buy=[{call: pay.charge, breaker: {scope: SCOPE, minimum_calls: 20}}]",
)


@pytest.mark.parametrize("scope", ["caller", "shared", "callee"])
def test_whoever_has_a_breaker_has_it_set(scope: str) -> None:
    """One for each shop, one for all of them, or one for each instance that a shop asks."""
    settings = tuple(each.replace("SCOPE", scope) for each in SCOPED)
    result = guarded(force("open", to="pay"), settings=settings)
    assert calls_of(result) == {"ok": 399, "breaker_open": 200}


def test_breakers_of_instances_that_are_asked_for_the_first_time_are_set_too() -> None:
    """Forced open from the first moment on: there was no breaker yet, and nobody is asked."""
    settings = tuple(each.replace("SCOPE", "callee") for each in SCOPED)
    result = guarded(force("open", at=0, lasts=40.05, to="pay"), settings=settings)
    assert calls_of(result) == {"ok": 199, "breaker_open": 400}


def test_a_traffic_class_has_breakers_too() -> None:
    """Those of the users are set, and the clerks' are not."""
    settings = ("traffic.users.breaker=hystrix", "traffic.clerks.breaker=hystrix")
    result = guarded(force("open", service="users"), settings=settings)
    assert result.traffic["users"].outcomes == {"ok": 399, "breaker_open": 200}
    assert result.traffic["clerks"].outcomes == {"ok": 59}


def test_a_breaker_that_is_pushed_can_be_set() -> None:
    """The call has none of its own; the pushed one is open for as long as both are on."""
    settings = ("services.shop.endpoints.buy=[{call: pay.charge}]",)
    pushed = "{at: 10.05s, for: 30s, config_push: {service: shop, policy: {breaker: polly}}}"
    result = guarded(pushed, force("open", to="pay.charge"), settings=settings)
    assert calls_of(result) == {"ok": 599 - 100, "breaker_open": 100}


def test_a_breaker_goes_back_to_the_state_that_its_policy_begins_with() -> None:
    """One that only measures does so again, and does not open."""
    settings = ("services.shop.endpoints.buy=[{call: pay.charge, breaker: {state: metrics_only}}]",)
    result = guarded(FAILING, force("open", at=20.05, lasts=10, to="pay.charge"), settings=settings)
    assert calls_of(result) == {"ok": 100, "error": 399, "breaker_open": 100}


def test_that_a_breaker_is_closed_already_changes_nothing_but_its_window() -> None:
    """All is well, and the digest says so too."""
    assert guarded(force("closed")).digest == guarded().digest


@pytest.mark.parametrize("state", ["open", "closed", "disabled"])
def test_it_may_join_a_run_that_is_under_way(state: str) -> None:
    """What comes of it is what comes of one that stood in the file from the start."""
    written = parse(SHOP, settings=[*GUARDED, f"faults=[{FAILING}, {force(state)}]"]).scenario
    run = run_of(SHOP, *GUARDED, f"faults=[{FAILING}]")
    run.advance(until=30.0)
    run.inject(written.faults[1])
    run.advance()
    found, meant = run.result(), simulate(written)
    assert found.digest == meant.digest
    assert calls_of(found) == calls_of(meant)


def test_nothing_is_left_of_it() -> None:
    """Every breaker is closed, and would begin so."""
    run = run_of(SHOP, *GUARDED, f"faults=[{force('open')}]")
    breakers = [
        part
        for group in run.world.policies
        if group.policy == "breaker"
        for part in group.parts
        if isinstance(part, Breaker)
    ]
    assert len(breakers) == 2
    run.advance(until=40.0)
    assert [(each.state, each.initial) for each in breakers] == [(FORCED_OPEN, FORCED_OPEN)] * 2
    run.advance()
    assert [(each.state, each.initial) for each in breakers] == [(CLOSED, CLOSED)] * 2
