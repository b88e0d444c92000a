"""How a circuit breaker is written in a scenario: profiles, defaults, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter, ValidationError

from simulator.call.breaker import (
    DISABLED,
    FORCED_OPEN,
    METRICS_ONLY,
    Breaker,
    BreakerSettings,
)
from simulator.outcome import NAMES
from simulator.scenario.guards.breaker import breaker_settings
from simulator.scenario.model.guards.breaker import Breaker as BreakerModel
from simulator.scenario.model.guards.breaker import BreakerField

FIELD: TypeAdapter[object] = TypeAdapter(BreakerField)


def read(written: object) -> BreakerSettings:
    """The settings of what is written in a scenario."""
    model = FIELD.validate_python(written)
    assert isinstance(model, BreakerModel)
    return breaker_settings(model)


def names(mask: int) -> set[str]:
    """The outcomes in a mask."""
    return {name for code, name in enumerate(NAMES) if (mask >> code) & 1}


def test_the_defaults_are_one() -> None:
    """An empty mapping gives the settings that the breaker has by itself."""
    assert read({}) == BreakerSettings()


def test_resilience4j() -> None:
    """Its defaults, and every exception is a failure."""
    settings = read("resilience4j")
    assert names(settings.failure_mask) == {*NAMES} - {"ok", "degraded", "cancelled"}
    assert names(settings.ignored_mask) == {"cancelled"}
    usual = BreakerSettings()
    assert settings == replace(
        usual, failure_mask=settings.failure_mask, ignored_mask=settings.ignored_mask
    )


def test_hystrix() -> None:
    """HystrixCommandProperties: 20 calls in 10 s, 50 %, snapshots of 500 ms, 5 s, one probe."""
    settings = read("hystrix")
    assert (settings.window_seconds, settings.bucket, settings.snapshot) == (10.0, 0.5, True)
    assert (settings.minimum_calls, settings.failure_rate) == (20, 0.5)
    assert settings.slow_call_rate is None
    assert (settings.wait, settings.strictly_after) == (5.0, True)
    assert (settings.permitted_calls, settings.cancelled_probe) == (1, "reopen")
    assert "bulkhead_full" in names(settings.failure_mask)
    assert names(settings.ignored_mask) == {"breaker_open", "cancelled"}


def test_polly() -> None:
    """CircuitBreakerConstants of version 8: 10 % of 100 calls in 30 s, a break of 5 s, one probe."""
    settings = read("polly")
    assert (settings.window_seconds, settings.bucket) == (30.0, 3.0)
    assert (settings.minimum_calls, settings.failure_rate) == (100, 0.1)
    assert (settings.wait, settings.strictly_after) == (5.0, False)
    assert (settings.permitted_calls, settings.successes) == (1, 1)
    assert settings.judge_failures_only
    assert settings.renew_permits is None
    assert names(settings.ignored_mask) == set()


def test_polly_breaks_and_probes() -> None:
    """Ten failures in a hundred calls break it; after 5 s one call, whose success closes it."""
    breaker = Breaker(read("polly"))
    for call in range(100):
        assert breaker.try_acquire(0.0)
        breaker.record(0.0, 0.1, call % 10 == 9)
    assert not breaker.try_acquire(4.999)
    assert [breaker.try_acquire(5.0) for _ in range(3)] == [True, False, False]
    breaker.record(5.1, 0.1, False)
    assert breaker.try_acquire(5.1)


def test_what_is_written_wins() -> None:
    """A field of a profile that is written has the value that is written."""
    settings = read({"profile": "hystrix", "wait": "2s", "slow_call_rate": "80%"})
    assert (settings.wait, settings.slow_call_rate, settings.minimum_calls) == (2.0, 0.8, 20)


def test_a_window_of_either_kind() -> None:
    """A whole number is calls, a text is time; both are written back as they were."""
    assert read({"window": 50}).window == 50
    assert read({"window": 50.0}).window == 50
    settings = read({"window": "1m", "bucket": "10s"})
    assert (settings.window_seconds, settings.bucket) == (60.0, 10.0)
    for window in (50, "1m"):
        model = BreakerModel.model_validate({"window": window})
        assert model.model_dump(mode="json", exclude_unset=True) == {"window": window}


def test_what_is_written_in_one_list_leaves_the_other() -> None:
    """An outcome has one meaning; the list that is written is the one that holds."""
    settings = read({"failures": ["error", "bulkhead_full"]})
    assert names(settings.failure_mask) == {"error", "bulkhead_full"}
    assert names(settings.ignored_mask) == {"breaker_open", "unauthorized", "cancelled"}
    settings = read({"ignored": ["error", "cancelled"]})
    assert "error" not in names(settings.failure_mask)
    assert "timeout" in names(settings.failure_mask)
    assert names(settings.ignored_mask) == {"error", "cancelled"}


@pytest.mark.parametrize(
    ("name", "state"),
    [("forced_open", FORCED_OPEN), ("disabled", DISABLED), ("metrics_only", METRICS_ONLY)],
)
def test_the_state_at_first(name: str, state: int) -> None:
    """A breaker begins in the state that is written."""
    assert Breaker(read({"state": name})).state == state


def test_every_field_arrives() -> None:
    """Settings that differ from the defaults in everything."""
    assert read(
        {
            "failure_rate": "40%",
            "slow_call_rate": 0.6,
            "slow_call_duration": "2s",
            "window": "20s",
            "bucket": "2s",
            "minimum_calls": 7,
            "judge": "failures",
            "wait": "3s",
            "wait_growth": 1.5,
            "wait_max": "30s",
            "wait_jitter": "10%",
            "half_open": "at",
            "automatic": True,
            "permitted_calls": 4,
            "successes": 3,
            "half_open_wait": "9s",
            "after_half_open_wait": "closed",
            "renew_permits": "8s",
            "cancelled_probe": "reopen",
            "failures": ["error"],
            "ignored": ["cancelled"],
            "state": "disabled",
        }
    ) == BreakerSettings(
        failure_rate=0.4,
        slow_call_rate=0.6,
        slow_call_duration=2.0,
        window_seconds=20.0,
        bucket=2.0,
        minimum_calls=7,
        judge_failures_only=True,
        wait=3.0,
        wait_growth=1.5,
        wait_max=30.0,
        wait_jitter=0.1,
        strictly_after=False,
        automatic=True,
        permitted_calls=4,
        successes=3,
        half_open_wait=9.0,
        after_half_open_wait=0,
        renew_permits=8.0,
        cancelled_probe="reopen",
        failure_mask=1 << NAMES.index("error"),
        ignored_mask=1 << NAMES.index("cancelled"),
        state=DISABLED,
    )
    assert read({"consecutive_failures": 3}).consecutive_failures == 3
    assert read({"window": "10s", "snapshot": True}).snapshot


@pytest.mark.parametrize(
    ("written", "message", "at"),
    [
        ({"failure_rate": 0}, "expected a share above 0, or null", "failure_rate"),
        ({"slow_call_rate": "0%"}, "expected a share above 0, or null", "slow_call_rate"),
        ({"failure_rate": None, "slow_call_rate": None}, "nothing opens it", ""),
        (
            {"consecutive_failures": 3, "failure_rate": "50%"},
            "`failure_rate` means nothing with `consecutive_failures`",
            "failure_rate",
        ),
        (
            {"profile": "pybreaker", "slow_call_rate": "50%"},
            "`slow_call_rate` means nothing with `consecutive_failures`",
            "slow_call_rate",
        ),
        (
            {"consecutive_failures": 3, "judge": "failures"},
            "`judge` means nothing with `consecutive_failures`",
            "judge",
        ),
        (
            {"consecutive_failures": 3, "window": "10s", "snapshot": True},
            "`snapshot` means nothing with `consecutive_failures`",
            "snapshot",
        ),
        (
            {"profile": "hystrix", "consecutive_failures": 3},
            "`snapshot` means nothing with `consecutive_failures`",
            "consecutive_failures",
        ),
        (
            {"failures": ["error", "reset"], "ignored": ["reset"]},
            "expected `reset` in one of the lists only",
            "ignored",
        ),
        (
            {"failures": [], "slow_call_rate": None},
            "expected an outcome that is a failure",
            "failures",
        ),
        (
            {"failures": [], "consecutive_failures": 3},
            "expected an outcome that is a failure",
            "failures",
        ),
        ({"snapshot": True}, "`snapshot` needs a `window` of time", "snapshot"),
        ({"profile": "hystrix", "window": 10}, "`snapshot` needs a `window` of time", "window"),
        ({"bucket": "2s"}, "`bucket` needs a `window` of time", "bucket"),
        (
            {"window": "10s", "bucket": "3s"},
            "expected a `window` of whole buckets, not 10s of 3s",
            "window",
        ),
        ({"window": "300ms"}, "expected a `window` of whole buckets, not 300ms of 1s", "window"),
        ({"profile": "polly", "bucket": "20s"}, "expected a `window` of whole buckets", "bucket"),
        ({"window": "1d"}, "expected a `window` of at most 10,000 buckets", "window"),
        (
            {"window": "10s", "snapshot": True, "judge": "failures"},
            "`judge` means nothing with `snapshot`",
            "judge",
        ),
        ({"wait": 0}, "expected at least 1ms", "wait"),
        ({"wait_growth": 2, "wait_max": "59s"}, "expected at least `wait` (1m)", "wait_max"),
        ({"wait_max": "2m"}, "`wait_max` needs `wait_growth` or `wait_jitter`", "wait_max"),
        (
            {"permitted_calls": 2, "successes": 3},
            "3 `successes` need as many `permitted_calls`, not 2",
            "successes",
        ),
        (
            {"profile": "polly", "successes": 2},
            "2 `successes` need as many `permitted_calls`, not 1",
            "successes",
        ),
        (
            {"after_half_open_wait": "closed"},
            "`after_half_open_wait` needs `half_open_wait`",
            "after_half_open_wait",
        ),
        ({"half_open_wait": "10us"}, "expected at least 1ms", "half_open_wait"),
        ({"window": 0}, "expected a whole number of at least 1, or a duration", "window"),
        ({"window": 1.5}, "expected a whole number of at least 1, or a duration", "window"),
        ({"window": True}, "expected a whole number of at least 1, or a duration", "window"),
        ({"window": 2_000_000}, "expected a whole number of at most 1,000,000", "window"),
        ({"window": "0s"}, "expected a whole number of calls, or a duration above 0", "window"),
        ({"window": "ten"}, "expected a whole number of calls, or a duration above 0", "window"),
        ({"window": None}, "expected a whole number of calls, or a duration above 0", "window"),
        ({"minimum_calls": 0}, "expected a whole number of at least 1", "minimum_calls"),
        ({"wait_growth": 0.5}, "expected a number of at least 1", "wait_growth"),
        ({"permitted_calls": 0}, "expected a whole number of at least 1", "permitted_calls"),
        ({"successes": 0}, "expected a whole number of at least 1", "successes"),
        ({"renew_permits": 0}, "expected a duration above 0", "renew_permits"),
        ({"failures": ["ok"]}, "Input should be", "failures"),
        ({"state": "open"}, "Input should be", "state"),
        ({"profile": "sentinel"}, "Input should be", "profile"),
        ("sentinel", "Input should be", ""),
        ({"waits": "1s"}, "Extra inputs are not permitted", "waits"),
    ],
)
def test_what_is_refused(written: object, message: str, at: str) -> None:
    """One mistake each, with the sentence that says so and the field it points to."""
    with pytest.raises(ValidationError) as caught:
        FIELD.validate_python(written)
    (error,) = caught.value.errors()
    assert message in error["msg"]
    place = [part for part in error["loc"] if isinstance(part, str) and part[0] != "<"]
    assert (place[0] if place else "") == at


def test_more_successes_than_permits_with_permits_renewed() -> None:
    """They come in time, as the permits are given anew."""
    settings = read({"permitted_calls": 1, "successes": 3, "renew_permits": "1s"})
    assert (settings.permitted_calls, settings.successes) == (1, 3)
