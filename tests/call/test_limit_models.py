"""Rate limits, concurrency limits and hedging as a scenario has them: profiles, defaults, mistakes."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from simulator.balancing.chance import Chance
from simulator.call.concurrency_limit.aimd import AimdLimit
from simulator.call.concurrency_limit.fixed import FixedLimit
from simulator.call.concurrency_limit.gradient2 import Gradient2Limit
from simulator.call.concurrency_limit.vegas import VegasLimit
from simulator.call.concurrency_limit.windowed import WindowedLimit
from simulator.call.hedge_delay import FixedDelay, PercentileDelay
from simulator.call.rate_limit.fixed_window import FixedWindow
from simulator.call.rate_limit.leaky_bucket import LeakyBucket
from simulator.call.rate_limit.sliding_window import SlidingWindow
from simulator.call.rate_limit.token_bucket import TokenBucket
from simulator.scenario.guards.concurrency_limit import make_concurrency_limit
from simulator.scenario.guards.hedge import make_hedge_budget, make_hedge_delay
from simulator.scenario.guards.rate_limit import make_rate_limiter
from simulator.scenario.model.guards.concurrency_limit import (
    ConcurrencyLimit,
    ConcurrencyLimitField,
)
from simulator.scenario.model.guards.hedge import Hedge, HedgeField
from simulator.scenario.model.guards.rate_limit import RateLimit, RateLimitField

RATE: TypeAdapter[RateLimit] = TypeAdapter(RateLimitField)
LIMIT: TypeAdapter[ConcurrencyLimit] = TypeAdapter(ConcurrencyLimitField)
HEDGE: TypeAdapter[Hedge] = TypeAdapter(HedgeField)

CHANCE = Chance(lambda size: [0.5] * size)

Given = dict[str, Any]


def mistakes(adapter: TypeAdapter[Any], given: Given) -> list[tuple[str, str]]:
    """Where each mistake is, and what is said of it."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(given)
    return [
        (".".join(str(step) for step in each["loc"] if step != "<options>"), each["msg"])
        for each in caught.value.errors()
    ]


def attributes(thing: object, *names: str) -> list[object]:
    return [getattr(thing, name) for name in names]


# Rate limits.


def test_a_token_bucket_holds_what_comes_in_a_second() -> None:
    """Unless it is said what it holds; and never less than one."""
    for given, burst in (
        ({"rate": "100/s"}, 100.0),
        ({"rate": "90/m"}, 2.0),
        ({"rate": "1/m"}, 1.0),
        ({"rate": "100/s", "burst": 5}, 5.0),
    ):
        bucket = make_rate_limiter(RATE.validate_python(given))
        assert isinstance(bucket, TokenBucket)
        assert (bucket.burst, bucket.tokens) == (burst, burst)
        assert bucket.rate == RATE.validate_python(given).rate


def test_a_leaky_bucket_is_bounded_by_its_burst_or_by_patience() -> None:
    """Without a burst as many wait as have the patience; nginx's burst is 0."""
    for given, capacity in (
        ({"algorithm": "leaky_bucket", "rate": "10/s", "wait": "1s"}, inf),
        ({"algorithm": "leaky_bucket", "rate": "10/s", "wait": "1s", "burst": 3}, 3.0),
        ({"profile": "nginx", "rate": "10/s"}, 0.0),
        ({"profile": "nginx", "rate": "10/s", "burst": 20}, 20.0),
    ):
        bucket = make_rate_limiter(RATE.validate_python(given))
        assert isinstance(bucket, LeakyBucket)
        assert (bucket.rate, bucket.capacity) == (10.0, capacity)


def test_windows_have_a_limit_and_a_period() -> None:
    """Both kinds."""
    given = {"limit": 7, "period": "250ms"}
    fixed = make_rate_limiter(RATE.validate_python({"algorithm": "fixed_window", **given}))
    assert isinstance(fixed, FixedWindow)
    assert (fixed.limit, fixed.period) == (7, 250_000_000)
    sliding = make_rate_limiter(RATE.validate_python({"algorithm": "sliding_window", **given}))
    assert isinstance(sliding, SlidingWindow)
    assert (sliding.limit, sliding.period) == (7, 0.25)


def test_rate_limit_profiles() -> None:
    """resilience4j's stands by its bare name; nginx allows any wait that the burst does."""
    bare = RATE.validate_python("resilience4j")
    assert bare.settled()["wait"] == 5.0
    limiter = make_rate_limiter(bare)
    assert isinstance(limiter, FixedWindow)
    assert (limiter.limit, limiter.period) == (50, 500)
    written = RATE.validate_python({"profile": "resilience4j", "limit": 5, "wait": 0})
    assert written.settled() == {**bare.settled(), "limit": 5, "wait": 0.0}
    nginx = RATE.validate_python({"profile": "nginx", "rate": "1/h", "burst": 100})
    assert nginx.settled()["wait"] > 100 * 3600.0
    assert RATE.validate_python({"rate": "1/s"}).settled()["wait"] == 0.0


@pytest.mark.parametrize(
    ("given", "at", "message"),
    [
        ({}, "", "expected `rate`, which a token_bucket needs"),
        ({"profile": "nginx"}, "", "expected `rate`, which a leaky_bucket needs"),
        ({"rate": 0}, "rate", "expected a rate above 0"),
        ({"rate": "1/s", "limit": 3}, "limit", "`limit` means nothing to a token_bucket"),
        ({"rate": "1/s", "period": "1s"}, "period", "`period` means nothing to a token_bucket"),
        (
            {"rate": "1/s", "burst": 0},
            "burst",
            "expected at least 1: an empty bucket lets nobody through",
        ),
        (
            {"profile": "nginx", "algorithm": "token_bucket", "rate": "1/s"},
            "",
            "expected at least 1: an empty bucket lets nobody through",
        ),
        (
            {"algorithm": "leaky_bucket", "rate": "1/s", "burst": 3},
            "burst",
            "`burst` needs a `wait`: nobody waits for a turn",
        ),
        (
            {"algorithm": "fixed_window", "limit": 3},
            "",
            "expected `period`, which a fixed_window needs",
        ),
        (
            {"algorithm": "sliding_window", "period": "1s"},
            "",
            "expected `limit`, which a sliding_window needs",
        ),
        (
            {"profile": "resilience4j", "rate": "1/s"},
            "rate",
            "`rate` means nothing to a fixed_window",
        ),
        (
            {"algorithm": "sliding_window", "limit": 1, "period": "1s", "burst": 1},
            "burst",
            "`burst` means nothing to a sliding_window",
        ),
        (
            {"algorithm": "fixed_window", "limit": 1, "period": "0.5ns"},
            "period",
            "expected at least 1ns",
        ),
        (
            {"algorithm": "fixed_window", "limit": 0, "period": "1s"},
            "limit",
            "expected a whole number of at least 1",
        ),
    ],
)
def test_mistakes_in_a_rate_limit(given: Given, at: str, message: str) -> None:
    """Each is named, alone, and at its place."""
    assert mistakes(RATE, given) == [(at, message)]


# Concurrency limits.


def test_a_limit_without_words_is_gradient2s() -> None:
    """With the defaults of Gradient2Limit.Builder."""
    limit = make_concurrency_limit(LIMIT.validate_python({}), CHANCE)
    assert isinstance(limit, Gradient2Limit)
    names = ("limit", "minimum", "maximum", "smoothing", "queue_size", "tolerance")
    assert attributes(limit, *names) == [20, 20, 200, 0.2, 4, 1.5]
    assert limit.average.factor == 2.0 / 601


def test_concurrency_limit_profiles() -> None:
    """By their bare names; gradient2's looks at windows of one second and ten samples."""
    vegas = make_concurrency_limit(LIMIT.validate_python("concurrency_limits_vegas"), CHANCE)
    assert isinstance(vegas, VegasLimit)
    names = ("limit", "maximum", "smoothing", "alpha", "beta", "probe_multiplier")
    assert attributes(vegas, *names) == [20, 1000, 1.0, None, None, 30]
    aimd = make_concurrency_limit(LIMIT.validate_python("concurrency_limits_aimd"), CHANCE)
    assert isinstance(aimd, AimdLimit)
    names = ("limit", "minimum", "maximum", "backoff_ratio", "timeout")
    assert attributes(aimd, *names) == [20, 20, 200, 0.9, 5.0]
    bare = LIMIT.validate_python("concurrency_limits_gradient2")
    windowed = make_concurrency_limit(bare, CHANCE)
    assert isinstance(windowed, WindowedLimit)
    names = ("shortest_window", "longest_window", "samples")
    assert attributes(windowed, *names) == [1.0, 1.0, 10]
    assert isinstance(windowed.inner, Gradient2Limit)


def test_what_is_written_is_what_is_made() -> None:
    """Field by field, for each algorithm."""
    gradient: Given = {"limit": 30, "minimum": 3, "maximum": 90, "smoothing": "50%"}
    gradient |= {"queue_size": 0, "tolerance": 2, "long_window": 99}
    limit = make_concurrency_limit(LIMIT.validate_python(gradient), CHANCE)
    assert isinstance(limit, Gradient2Limit)
    names = ("limit", "minimum", "maximum", "smoothing", "queue_size", "tolerance")
    assert attributes(limit, *names) == [30, 3, 90, 0.5, 0, 2.0]
    assert limit.average.factor == 0.02
    vegas: Given = {"algorithm": "vegas", "limit": 30, "maximum": 90, "smoothing": 0.5}
    vegas |= {"alpha": 2, "beta": 4, "probe_multiplier": 9}
    limit = make_concurrency_limit(LIMIT.validate_python(vegas), CHANCE)
    names = ("limit", "maximum", "smoothing", "alpha", "beta", "probe_multiplier")
    assert attributes(limit, *names) == [30, 90, 0.5, 2, 4, 9]
    aimd: Given = {"algorithm": "aimd", "limit": 30, "minimum": 3, "maximum": 90}
    aimd |= {"backoff_ratio": 0.5, "timeout": "1s", "window": "200ms", "samples": 50}
    limit = make_concurrency_limit(LIMIT.validate_python(aimd), CHANCE)
    assert isinstance(limit, WindowedLimit)
    names = ("limit", "shortest_window", "longest_window", "samples")
    assert attributes(limit, *names) == [30, 0.2, 0.2, 50]
    names = ("limit", "minimum", "maximum", "backoff_ratio", "timeout")
    assert attributes(limit.inner, *names) == [30, 3, 90, 0.5, 1.0]
    fixed = LIMIT.validate_python({"algorithm": "fixed", "limit": 7})
    limit = make_concurrency_limit(fixed, CHANCE)
    assert isinstance(limit, FixedLimit)
    assert limit.limit == 7


@pytest.mark.parametrize(
    ("given", "at", "message"),
    [
        ({"algorithm": "fixed"}, "", "expected `limit`, which a fixed limit needs"),
        (
            {"algorithm": "fixed", "limit": 5, "window": "1s"},
            "window",
            "`window` means nothing to fixed",
        ),
        (
            {"algorithm": "fixed", "limit": 5, "maximum": 9},
            "maximum",
            "`maximum` means nothing to fixed",
        ),
        ({"algorithm": "vegas", "minimum": 5}, "minimum", "`minimum` means nothing to vegas"),
        ({"queue_size": 3, "alpha": 3}, "alpha", "`alpha` means nothing to gradient2"),
        (
            {"profile": "concurrency_limits_aimd", "tolerance": 2},
            "tolerance",
            "`tolerance` means nothing to aimd",
        ),
        ({"limit": 10}, "limit", "expected a `limit` of at least `minimum`, which is 20"),
        ({"minimum": 30}, "minimum", "expected a `limit` of at least `minimum`, which is 30"),
        ({"limit": 201}, "limit", "expected a `limit` of at most `maximum`, which is 200"),
        (
            {"algorithm": "vegas", "maximum": 10},
            "maximum",
            "expected a `limit` of at most `maximum`, which is 10",
        ),
        (
            {"minimum": 30, "limit": 30, "maximum": 20},
            "minimum",
            "expected a `minimum` of at most `maximum`, which is 20",
        ),
        ({"smoothing": 0}, "smoothing", "expected a share above 0: the limit would never move"),
        (
            {"algorithm": "aimd", "backoff_ratio": 1},
            "backoff_ratio",
            "expected a number below 1: a drop would change nothing",
        ),
        (
            {"algorithm": "aimd", "backoff_ratio": 0.4},
            "backoff_ratio",
            "expected a number of at least 0.5",
        ),
        ({"tolerance": 0.9}, "tolerance", "expected a number of at least 1"),
        ({"algorithm": "vegas", "alpha": 7, "beta": 6}, "alpha", "expected at most `beta`"),
        ({"window": "99ms"}, "window", "expected at least 100ms"),
        ({"samples": 20}, "samples", "`samples` needs a `window`"),
        (
            {"window": "1s", "samples": 9},
            "samples",
            "expected a whole number of at least 10",
        ),
    ],
)
def test_mistakes_in_a_concurrency_limit(given: Given, at: str, message: str) -> None:
    """Each is named, alone, and at its place."""
    assert mistakes(LIMIT, given) == [(at, message)]


# Hedging.


def test_a_hedge_waits_a_delay_or_a_percentile() -> None:
    """As written; without a budget any number of copies may be sent."""
    model = HEDGE.validate_python({"delay": "50ms"})
    fixed = make_hedge_delay(model)
    assert isinstance(fixed, FixedDelay)
    assert fixed.seconds == 0.05
    assert make_hedge_budget(model) is None
    given = {"percentile": "95%", "window": "1m", "minimum_delay": "5ms", "maximum_delay": "1s"}
    model = HEDGE.validate_python({**given, "budget": "5%"})
    delay = make_hedge_delay(model)
    assert isinstance(delay, PercentileDelay)
    assert attributes(delay, "share", "span", "minimum", "maximum") == [0.95, 20.0, 0.005, 1.0]
    budget = make_hedge_budget(model)
    assert budget is not None
    assert budget.cost == 20_000
    delay = make_hedge_delay(HEDGE.validate_python({"percentile": "95%"}))
    assert attributes(delay, "span", "minimum", "maximum") == [10.0, 0.001, inf]


def test_hedge_profile() -> None:
    """Finagle's backup requests at 1 % of extra load, also by the bare name."""
    model = HEDGE.validate_python("finagle")
    delay = make_hedge_delay(model)
    assert attributes(delay, "share", "span", "minimum", "maximum") == [0.99, 10.0, 0.001, 2.0]
    budget = make_hedge_budget(model)
    assert budget is not None
    assert budget.cost == 100_000
    kept = {"maximum": 1, "cancel": True, "tied": False, "another_instance": False}
    assert model.settled() == {**model.settled(), **kept, "on_failure": True}
    fixed = make_hedge_delay(HEDGE.validate_python({"profile": "finagle", "delay": "1s"}))
    assert isinstance(fixed, FixedDelay)


@pytest.mark.parametrize(
    ("given", "at", "message"),
    [
        ({}, "", "expected `delay`, or `percentile` of the latency such as `95%`"),
        (
            {"delay": "1s", "percentile": "95%"},
            "percentile",
            "expected `delay` or `percentile`, not both",
        ),
        ({"percentile": 0}, "percentile", "expected a share above 0 and below 100%"),
        ({"percentile": "100%"}, "percentile", "expected a share above 0 and below 100%"),
        (
            {"delay": "1s", "window": "1s"},
            "window",
            "`window` goes with `percentile`, not with `delay`",
        ),
        (
            {"delay": "1s", "minimum_delay": "1s"},
            "minimum_delay",
            "`minimum_delay` goes with `percentile`, not with `delay`",
        ),
        (
            {"delay": "1s", "maximum_delay": "1s"},
            "maximum_delay",
            "`maximum_delay` goes with `percentile`, not with `delay`",
        ),
        (
            {"percentile": "95%", "minimum_delay": "1s", "maximum_delay": "1s"},
            "minimum_delay",
            "expected `minimum_delay` to be less than `maximum_delay`",
        ),
        (
            {"percentile": "95%", "maximum_delay": "1ms"},
            "maximum_delay",
            "expected `minimum_delay` to be less than `maximum_delay`",
        ),
        (
            {"delay": "1s", "budget": 0},
            "budget",
            "expected a share above 0: no copy would ever be sent",
        ),
        ({"delay": "1s", "maximum": 0}, "maximum", "expected a whole number of at least 1"),
    ],
)
def test_mistakes_in_a_hedge(given: Given, at: str, message: str) -> None:
    """Each is named, alone, and at its place."""
    assert mistakes(HEDGE, given) == [(at, message)]


@pytest.mark.parametrize("adapter", [RATE, LIMIT, HEDGE])
def test_a_profile_must_be_known(adapter: TypeAdapter[Any]) -> None:
    """A bare name that is none is refused."""
    with pytest.raises(ValidationError, match="Input should be"):
        adapter.validate_python("nonesuch")


@pytest.mark.parametrize(
    ("adapter", "given"),
    [
        (RATE, {"profile": "nginx", "rate": "10/s", "burst": 20}),
        (LIMIT, {"algorithm": "aimd", "timeout": "250ms", "backoff_ratio": 0.75}),
        (HEDGE, {"percentile": "95%", "budget": "5%"}),
    ],
)
def test_a_model_writes_back_what_was_read(adapter: TypeAdapter[Any], given: Given) -> None:
    """So that a scenario can be saved."""
    model = adapter.validate_python(given)
    assert model.model_dump(mode="json", exclude_unset=True) == given
