"""How many requests may be under way, as latencies show to be good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import Mistake, PositiveDuration, Share, number, whole
from simulator.scenario.model.guards.profile import Profiled, options_or_name, with_profile

ConcurrencyLimitProfile = Literal[
    "concurrency_limits_vegas",
    "concurrency_limits_gradient2",
    "concurrency_limits_aimd",
]

DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "fixed": {"limit": None},
    "aimd": {"limit": 20, "minimum": 20, "maximum": 200, "backoff_ratio": 0.9, "timeout": 5.0},
    "vegas": {
        "limit": 20,
        "maximum": 1000,
        "smoothing": 1.0,
        "alpha": None,
        "beta": None,
        "probe_multiplier": 30,
    },
    "gradient2": {
        "limit": 20,
        "minimum": 20,
        "maximum": 200,
        "smoothing": 0.2,
        "queue_size": 4,
        "long_window": 600,
        "tolerance": 1.5,
    },
}
"""The fields that mean something to each algorithm, with the defaults of the real one."""
EVERYWHERE = ("profile", "algorithm", "window", "samples")
"""The fields that go with all algorithms that learn."""
LEAST_SAMPLES = 10
SHORTEST_WINDOW = 0.1
"""Seconds; WindowedLimit takes no shorter one."""

_count = whole(1, 10**6)


class ConcurrencyLimit(Profiled):
    """At most so many requests under way at once; the limit follows their latencies.

    Each profile is what the classes of Netflix concurrency-limits are without any setting;
    gradient2's looks at windows of a second, as its documentation has it for a server.
    """

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "concurrency_limits_vegas": {"algorithm": "vegas"},
        "concurrency_limits_gradient2": {"algorithm": "gradient2", "window": 1.0},
        "concurrency_limits_aimd": {"algorithm": "aimd"},
    }

    profile: ConcurrencyLimitProfile | None = Field(
        None, description="The class of the library whose defaults these are."
    )
    algorithm: Literal["fixed", "aimd", "vegas", "gradient2"] = Field(
        "gradient2",
        description="The same limit always; by what is dropped; by the queue; by the trend of the "
        "latency.",
    )
    limit: Annotated[int, _count] | None = Field(
        None, description="The limit, or what it is at first; left out: 20."
    )
    minimum: Annotated[int, _count] | None = Field(
        None, description="The limit is never less (aimd, gradient2); left out: 20."
    )
    maximum: Annotated[int, _count] | None = Field(
        None, description="The limit is never more; left out: 200, with vegas 1000."
    )
    smoothing: Share | None = Field(
        None,
        description="How far the limit goes, of the way to each new estimate (vegas, gradient2); "
        "left out: all the way, with gradient2 20%.",
    )
    alpha: Annotated[int, _count] | None = Field(
        None,
        description="With a queue shorter than this the limit grows (vegas); left out: 3 times the "
        "decimal logarithm of the limit.",
    )
    beta: Annotated[int, _count] | None = Field(
        None,
        description="With a queue longer than this the limit falls (vegas); left out: 6 times that.",
    )
    probe_multiplier: Annotated[int, _count] | None = Field(
        None,
        description="The shortest latency is forgotten after about 0.75 times this times the limit "
        "samples (vegas); left out: 30.",
    )
    queue_size: Annotated[int, whole(0, 10**6)] | None = Field(
        None, description="By how much the limit may grow at a time (gradient2); left out: 4."
    )
    long_window: Annotated[int, _count] | None = Field(
        None, description="Samples of the long average (gradient2); left out: 600."
    )
    tolerance: Annotated[float, number(1.0, most=1000.0)] | None = Field(
        None,
        description="The latency may be so many times its long average before the limit falls "
        "(gradient2); left out: 1.5.",
    )
    backoff_ratio: Annotated[float, number(0.5, most=1.0)] | None = Field(
        None, description="What a drop multiplies the limit by (aimd); left out: 0.9."
    )
    timeout: PositiveDuration | None = Field(
        None, description="A request that takes longer counts as dropped (aimd); left out: 5s."
    )
    window: PositiveDuration | None = Field(
        None,
        description="Learn from the mean of each window of so long; left out: from each request.",
    )
    samples: Annotated[int, whole(LEAST_SAMPLES, 10**6)] = Field(
        LEAST_SAMPLES, description="A window with fewer requests is not looked at."
    )

    def settled(self) -> dict[str, Any]:
        """As for every policy; what is still left out is as the algorithm has it."""
        values = super().settled()
        for name, value in DEFAULTS[values["algorithm"]].items():
            if values[name] is None:
                values[name] = value
        return values

    def rules(self) -> Iterator[Mistake]:
        values = self.settled()
        algorithm = values["algorithm"]
        known = DEFAULTS[algorithm]
        for name in type(self).model_fields:
            unknown = name not in known and name not in EVERYWHERE
            if unknown and getattr(self, name) is not None:
                yield Mistake(f"`{name}` means nothing to {algorithm}", (name,))
        if algorithm == "fixed":
            if values["limit"] is None:
                yield Mistake("expected `limit`, which a fixed limit needs")
            if self.window is not None:
                yield Mistake("`window` means nothing to fixed", ("window",))
        else:
            yield from self.bounds(values)
        yield from self.numbers(values)

    def bounds(self, values: Mapping[str, Any]) -> Iterator[Mistake]:
        """The limit begins between its bounds."""
        limit, maximum = values["limit"], values["maximum"]
        minimum = values["minimum"] or 1
        if minimum > maximum:
            yield Mistake(
                f"expected a `minimum` of at most `maximum`, which is {maximum}",
                self.at("minimum", "maximum"),
            )
        elif limit < minimum:
            yield Mistake(
                f"expected a `limit` of at least `minimum`, which is {minimum}",
                self.at("limit", "minimum"),
            )
        elif limit > maximum:
            yield Mistake(
                f"expected a `limit` of at most `maximum`, which is {maximum}",
                self.at("limit", "maximum"),
            )

    def numbers(self, values: Mapping[str, Any]) -> Iterator[Mistake]:
        """What each number must be, beyond what its type says."""
        if self.smoothing == 0.0:
            yield Mistake("expected a share above 0: the limit would never move", ("smoothing",))
        if self.backoff_ratio == 1.0:
            yield Mistake(
                "expected a number below 1: a drop would change nothing", ("backoff_ratio",)
            )
        if self.alpha is not None and self.beta is not None and self.alpha > self.beta:
            yield Mistake("expected at most `beta`", ("alpha",))
        window = values["window"]
        if window is not None and window < SHORTEST_WINDOW:
            yield Mistake("expected at least 100ms", ("window",))
        if window is None and "samples" in self.model_fields_set:
            yield Mistake("`samples` needs a `window`", ("samples",))

    def at(self, *names: str) -> tuple[str, ...]:
        """Where to point: at the first of these fields that is written."""
        return next(((name,) for name in names if getattr(self, name) is not None), ())


ConcurrencyLimitField = Annotated[
    Annotated[ConcurrencyLimit, Tag("<options>")]
    | Annotated[
        ConcurrencyLimitProfile, AfterValidator(with_profile(ConcurrencyLimit)), Tag("<bare>")
    ],
    Discriminator(options_or_name),
]
"""A mapping, or the bare name of a profile."""
