"""The circuit breaker of a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    PositiveDuration,
    Reads,
    Share,
    number,
    whole,
)
from simulator.scenario.model.guards.profile import (
    ALL_FAILURES,
    FailureName,
    Profiled,
    options_or_name,
    with_profile,
)
from simulator.units import DURATION_PATTERN, format_duration, parse_duration

BreakerProfile = Literal["resilience4j", "hystrix", "polly", "pybreaker"]

MOST_CALLS = 1_000_000
"""In a window, or let through half open."""
MOST_BUCKETS = 10_000
SHORTEST_WAIT = 0.001
"""Seconds; resilience4j takes no shorter one, and a breaker without any would turn for ever."""

DEFAULT_FAILURES: tuple[FailureName, ...] = (
    "error",
    "timeout",
    "deadline",
    "refused",
    "reset",
    "unreachable",
    "queue_full",
    "shed",
    "rate_limited",
    "no_instance",
)
DEFAULT_IGNORED: tuple[FailureName, ...] = (
    "bulkhead_full",
    "breaker_open",
    "unauthorized",
    "cancelled",
)

_calls = whole(1, MOST_CALLS)


def _window(given: object) -> int | float:
    """A number of calls as an int, a duration as a float of seconds."""
    if isinstance(given, (int, float)):
        try:
            calls = _calls.read(given)
        except ValueError as error:
            raise ValueError(f"{error}, or a duration such as `10s`") from None
        assert isinstance(calls, int)
        return calls
    try:
        seconds = parse_duration(given)
    except ValueError:
        seconds = 0.0
    if seconds <= 0.0:
        raise ValueError("expected a whole number of calls, or a duration above 0 such as `10s`")
    return seconds


def _written(window: int | float) -> int | str:
    return format_duration(window) if isinstance(window, float) else window


WindowField = Annotated[
    int | float,
    Reads(
        _window,
        _written,
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MOST_CALLS},
                {"type": "string", "pattern": DURATION_PATTERN},
            ],
            "description": "A number of calls, or a duration such as 10s.",
        },
    ),
]
Outcomes = Annotated[tuple[FailureName, ...], Field(strict=False)]


class Breaker(Profiled):
    """When calls are not made any more, and when they are tried again; resilience4j's defaults."""

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "resilience4j": {"failures": ALL_FAILURES, "ignored": ("cancelled",)},
        # Half open it takes any exception for a failure, also one that it does not count.
        "hystrix": {
            "slow_call_rate": None,
            "window": 10.0,
            "bucket": 0.5,
            "snapshot": True,
            "minimum_calls": 20,
            "wait": 5.0,
            "permitted_calls": 1,
            "cancelled_probe": "reopen",
            "failures": tuple(name for name in ALL_FAILURES if name != "breaker_open"),
            "ignored": ("breaker_open", "cancelled"),
        },
        # Version 8. What it does not handle is a success, also a cancellation.
        "polly": {
            "failure_rate": 0.1,
            "slow_call_rate": None,
            "window": 30.0,
            "bucket": 3.0,
            "judge": "failures",
            "wait": 5.0,
            "half_open": "at",
            "permitted_calls": 1,
            "successes": 1,
            "failures": ALL_FAILURES,
            "ignored": (),
        },
        "pybreaker": {
            "consecutive_failures": 5,
            "half_open": "at",
            "permitted_calls": MOST_CALLS,
            "successes": 1,
            "failures": ALL_FAILURES,
            "ignored": ("cancelled",),
        },
    }

    profile: BreakerProfile | None = Field(
        None, description="Whose defaults the other fields have; left out: resilience4j's."
    )
    failure_rate: Share | None = Field(
        0.5, description="It opens at this share of failed calls; null: not judged."
    )
    slow_call_rate: Share | None = Field(
        1.0, description="It opens at this share of slow calls; null: not judged."
    )
    slow_call_duration: Duration = Field(60.0, description="A call that takes longer is slow.")
    window: WindowField = Field(
        100, description="What is looked at: so many calls, or those of so long."
    )
    bucket: PositiveDuration = Field(
        1.0, description="A window of time moves on by so much at a time."
    )
    snapshot: bool = Field(
        False, description="It looks only at the end of each bucket, as Hystrix does."
    )
    minimum_calls: Annotated[int, whole(1, 10**9)] = Field(
        100, description="With fewer calls in the window nothing is judged."
    )
    judge: Literal["calls", "failures"] = Field(
        "calls", description="When it judges: after each call, or as Polly after a failed one."
    )
    consecutive_failures: Annotated[int, whole(1, 10**9)] | None = Field(
        None, description="It opens after so many in a row, and no rate is judged."
    )
    wait: Duration = Field(60.0, description="How long it stays open.")
    wait_growth: Annotated[float, number(1.0, most=1000)] = Field(
        1.0, description="How many times longer for each opening in a row."
    )
    wait_max: PositiveDuration | None = Field(None, description="But no longer than this.")
    wait_jitter: Share = Field(0.0, description="Longer or shorter by up to this share.")
    half_open: Literal["after", "at"] = Field(
        "after", description="A call at the very end of the wait comes too early, or not."
    )
    automatic: bool = Field(
        False, description="It is half open when the wait is over, not when the next call comes."
    )
    permitted_calls: Annotated[int, whole(1, MOST_CALLS)] = Field(
        10, description="Half open: how many calls may try."
    )
    successes: Annotated[int, whole(1, MOST_CALLS)] | None = Field(
        None,
        description="Half open: it closes after so many and opens at the first failure; left out: "
        "1 with `consecutive_failures`, else the rates are judged.",
    )
    half_open_wait: PositiveDuration | None = Field(
        None, description="How long it stays half open at most."
    )
    after_half_open_wait: Literal["open", "closed"] = Field(
        "open", description="What it is after that."
    )
    renew_permits: PositiveDuration | None = Field(
        None, description="Half open: after so long as many calls may try again, as in Polly 7."
    )
    cancelled_probe: Literal["release", "reopen"] = Field(
        "release",
        description="Half open: when a call is given up, another may try, or it opens again.",
    )
    failures: Outcomes = Field(
        DEFAULT_FAILURES, description="Outcomes that are failures; those in neither list are not."
    )
    ignored: Outcomes = Field(
        DEFAULT_IGNORED, description="Outcomes that are neither failure nor success."
    )
    scope: Literal["caller", "callee", "shared"] = Field(
        "caller",
        description="One for each caller instance, for each pair of instances, or for all.",
    )
    state: Literal["closed", "forced_open", "disabled", "metrics_only"] = Field(
        "closed", description="What it is at first."
    )

    def settled(self) -> dict[str, Any]:
        """As for every policy; an outcome that is written in one list leaves the other's default."""
        values = super().settled()
        written, other = ("failures", "ignored")
        if "ignored" in self.model_fields_set:
            written, other = other, written
        values[other] = tuple(each for each in values[other] if each not in values[written])
        return values

    def rules(self) -> Iterator[Mistake]:
        values = self.settled()
        yield from self.opening_rules(values)
        yield from self.window_rules(values)
        yield from self.wait_rules(values)
        yield from self.trial_rules(values)

    def at(self, *names: str) -> tuple[str, ...]:
        """Where to point: at the first of these fields that is written, or at the whole."""
        return next(((name,) for name in names if name in self.model_fields_set), ())

    def opening_rules(self, values: Mapping[str, Any]) -> Iterator[Mistake]:
        """What opens it."""
        rates = [name for name in ("failure_rate", "slow_call_rate") if values[name] is not None]
        in_row = values["consecutive_failures"] is not None
        for name in rates:
            if values[name] == 0.0:
                yield Mistake("expected a share above 0, or null", (name,))
        if in_row:
            unused = [*rates, "judge", *(("snapshot",) if values["snapshot"] else ())]
            for name in unused:
                if name in self.model_fields_set or name == "snapshot":
                    yield Mistake(
                        f"`{name}` means nothing with `consecutive_failures`",
                        self.at(name, "consecutive_failures"),
                    )
        elif not rates:
            yield Mistake(
                "expected `failure_rate`, `slow_call_rate` or `consecutive_failures`: "
                "nothing opens it"
            )
        both = set(self.failures) & set(self.ignored)
        if both and {"failures", "ignored"} <= self.model_fields_set:
            yield Mistake(f"expected `{min(both)}` in one of the lists only", ("ignored",))
        if not values["failures"] and (in_row or values["slow_call_rate"] is None):
            yield Mistake(
                "expected an outcome that is a failure: nothing opens it",
                self.at("failures", "ignored"),
            )

    def window_rules(self, values: Mapping[str, Any]) -> Iterator[Mistake]:
        """What it looks at."""
        window, bucket = values["window"], values["bucket"]
        if isinstance(window, int):
            if values["snapshot"]:
                yield Mistake(
                    "`snapshot` needs a `window` of time, such as `10s`",
                    self.at("snapshot", "window"),
                )
            if "bucket" in self.model_fields_set:
                yield Mistake("`bucket` needs a `window` of time, such as `10s`", ("bucket",))
        else:
            count = window / bucket
            if round(count) < 1 or abs(count - round(count)) > 1e-9 * count:
                shown = f"{format_duration(window)} of {format_duration(bucket)}"
                yield Mistake(
                    f"expected a `window` of whole buckets, not {shown}",
                    self.at("window", "bucket"),
                )
            elif count > MOST_BUCKETS:
                yield Mistake(
                    f"expected a `window` of at most {MOST_BUCKETS:,} buckets",
                    self.at("window", "bucket"),
                )
        if values["snapshot"] and values["judge"] == "failures":
            yield Mistake("`judge` means nothing with `snapshot`", self.at("judge", "snapshot"))

    def wait_rules(self, values: Mapping[str, Any]) -> Iterator[Mistake]:
        """How long it is open."""
        wait, most = values["wait"], values["wait_max"]
        if wait < SHORTEST_WAIT:
            yield Mistake("expected at least 1ms", ("wait",))
        if most is not None:
            if most < wait:
                yield Mistake(f"expected at least `wait` ({format_duration(wait)})", ("wait_max",))
            if values["wait_growth"] == 1.0 and values["wait_jitter"] == 0.0:
                yield Mistake("`wait_max` needs `wait_growth` or `wait_jitter`", ("wait_max",))

    def trial_rules(self, values: Mapping[str, Any]) -> Iterator[Mistake]:
        """What it does half open."""
        successes, permitted = values["successes"], values["permitted_calls"]
        if successes is not None and successes > permitted and values["renew_permits"] is None:
            yield Mistake(
                f"{successes} `successes` need as many `permitted_calls`, not {permitted}",
                self.at("successes", "permitted_calls"),
            )
        longest = values["half_open_wait"]
        if longest is None and "after_half_open_wait" in self.model_fields_set:
            yield Mistake(
                "`after_half_open_wait` needs `half_open_wait`", ("after_half_open_wait",)
            )
        if longest is not None and longest < SHORTEST_WAIT:
            yield Mistake("expected at least 1ms", ("half_open_wait",))


BreakerField = Annotated[
    Annotated[Breaker, Tag("<options>")]
    | Annotated[BreakerProfile, AfterValidator(with_profile(Breaker)), Tag("<bare>")],
    Discriminator(options_or_name),
]
"""A mapping, or the bare name of a profile."""
