"""Where requests come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    PositiveNumber,
    Rate,
    Share,
    Target,
    Weight,
    number,
    one_of,
    whole,
)
from simulator.scenario.model.distribution import Column, Dist
from simulator.scenario.model.policy import NamedPolicy
from simulator.units import format_duration

MOST = 1_000_000
"""What a rate may be multiplied by."""


class ErlangArrivals(Model):
    """Smoother than Poisson: every k-th arrival of a Poisson stream."""

    erlang: Annotated[int, whole(1, 10_000)] = Field(
        description="k: the coefficient of variation is 1/sqrt(k)."
    )


class Spell(Model):
    times: Annotated[float, number(most=MOST)] = Field(
        description="What the rate is multiplied by meanwhile."
    )
    mean: PositiveDuration = Field(description="The mean length of a stay (exponential).")


class Spells(Model):
    states: Annotated[tuple[Spell, ...], Field(min_length=2, strict=False)] = Field(
        description="Visited in order, over and over."
    )

    def rules(self) -> Iterator[Mistake]:
        if all(each.times == 0 for each in self.states):
            message = "every state multiplies the rate by 0: nothing would ever arrive"
            yield Mistake(message, ("states",))


class BurstArrivals(Model):
    """Bursts: a Markov-modulated Poisson process."""

    bursts: Spells = Field(description="Its states.")


class TraceArrivals(Model):
    """Arrival times from a CSV file."""

    trace: str = Field(description="The file; its path is relative to the scenario's.")
    column: Column = Field(0, description="The column of the times in seconds, by name or number.")
    speed: PositiveNumber = Field(1.0, description="Plays it faster: 60 plays an hour in a minute.")


ARRIVALS = ("erlang", "bursts", "trace")
Arrivals = Annotated[
    Annotated[ErlangArrivals, Tag("<erlang>")]
    | Annotated[BurstArrivals, Tag("<bursts>")]
    | Annotated[TraceArrivals, Tag("<trace>")]
    | Annotated[Literal["poisson", "constant"], Tag("<bare>")],
    Discriminator(one_of(*ARRIVALS), custom_error_type="arrivals", custom_error_message="arrivals"),
]


class Change(Model):
    """A change of the rate."""

    at: Duration = Field(description="When it begins, from the start of the run.")
    rate: Rate | None = Field(None, description="The new rate.")
    times: Annotated[float, number(most=MOST)] | None = Field(
        None, description="The new rate as a multiple of the class's base rate."
    )
    over: Duration = Field(0.0, description="How long the change takes; 0: a step.")

    def rules(self) -> Iterator[Mistake]:
        if (self.rate is None) == (self.times is None):
            yield Mistake("expected either `rate` or `times`")


class Swing(Model):
    swing: Share = Field(description="How far the rate goes above and below its base.")
    peak_at: Duration = Field(0.0, description="When it is highest.")
    period: PositiveDuration = Field(86400.0, description="How long a cycle is.")


class DailyProfile(Model):
    """A curve that rises and falls once a day."""

    daily: Swing = Field(description="rate x (1 + swing cos(2 pi (t - peak_at) / period)).")


class TraceProfile(Model):
    """Recorded rates from a CSV file."""

    trace: str = Field(
        description="A file with the columns `second` and `rate_per_second`: each rate holds from "
        "its second to the next; its path is relative to the scenario's."
    )
    speed: PositiveNumber = Field(1.0, description="Plays it faster: 1440 plays a day in a minute.")
    times: Annotated[float, number(above=True, most=MOST)] = Field(
        1.0, description="What the rates are multiplied by."
    )


class Zipf(Model):
    items: Annotated[int, whole(1, 10_000_000)] = Field(description="How many different keys.")
    s: Annotated[float, number(most=100)] = Field(
        1.0, description="Key k is as likely as 1/k^s: 0 makes all alike, 1 is typical of caches."
    )


class Key(Model):
    """Keys by popularity."""

    zipf: Zipf = Field(description="A few keys are asked for often, most rarely.")


def _profile_kind(value: object) -> str | None:
    if isinstance(value, (list, tuple)):
        return "<changes>"
    tag = one_of("daily", "trace")(value)
    return None if tag == "<bare>" else tag


Profile = Annotated[
    Annotated[tuple[Change, ...], Field(strict=False), Tag("<changes>")]
    | Annotated[DailyProfile, Tag("<daily>")]
    | Annotated[TraceProfile, Tag("<trace>")],
    Discriminator(_profile_kind, custom_error_type="profile", custom_error_message="a profile"),
]


class Traffic(NamedPolicy):
    """One class of users: how many or how often, what they ask for, and how they call."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["target"]}, {"required": ["mix"]}]}
    )

    rate: Rate | None = Field(None, description="Open loop: requests per second on average.")
    users: Annotated[int, whole(1, 1_000_000)] | None = Field(
        None, description="Closed loop: users who wait for the answer and think."
    )
    think: Dist | None = Field(None, description="How long a user thinks before each request.")
    arrivals: Arrivals = Field("poisson", description="How the requests of an open loop arrive.")
    profile: Profile | None = Field(None, description="How the rate changes over time.")
    target: Target | None = Field(None, description="The endpoint asked for: `service.endpoint`.")
    mix: dict[Target, Weight] | None = Field(
        None, description="Or several endpoints, with relative weights."
    )
    priority: Annotated[int, whole(-(10**9), 10**9)] = Field(
        0, description="For queues in order of priority: higher goes first."
    )
    slo: PositiveDuration | None = Field(
        None, description="The latency within which an answer counts as goodput."
    )
    zone: Name | None = Field(None, description="Where its callers are.")
    key: Key | None = Field(
        None, description="What requests are about, for balancers that go by it."
    )
    clients: Annotated[int, whole(1, 100_000)] = Field(
        1, description="How many caller instances, each with its own balancers."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from self._loop()
        if self.target is None and self.mix is None:
            yield Mistake("expected `target` (one endpoint) or `mix` (several)")
        elif self.target is not None and self.mix is not None:
            yield Mistake("`target` and `mix` do not go together", ("target",))
        if self.mix is not None and sum(self.mix.values()) <= 0:
            yield Mistake("the weights sum to 0: nothing could be asked for", ("mix",))
        if isinstance(self.profile, tuple):
            for number_, change in enumerate(self.profile[1:], 1):
                before = self.profile[number_ - 1].at
                if change.at <= before:
                    message = f"expected a time after the change before, {format_duration(before)}"
                    yield Mistake(message, ("profile", number_, "at"))

    def _loop(self) -> Iterator[Mistake]:
        """What goes with an open loop, a closed loop, recorded times and recorded rates."""
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        recorded = isinstance(self.profile, TraceProfile)
        if self.users is not None:
            for key in ("rate", "arrivals", "profile"):
                if key in given:
                    message = f"`{key}` (open loop) and `users` (closed loop) do not go together"
                    yield Mistake(message, (key,))
        elif isinstance(self.arrivals, TraceArrivals):
            for key in ("rate", "profile"):
                if key in given:
                    message = f"`{key}` does not go with `arrivals` that a file times"
                    yield Mistake(message, (key,))
        elif recorded and self.rate is not None:
            message = "`rate` does not go with a `profile` of recorded rates, which has `times`"
            yield Mistake(message, ("rate",))
        elif self.rate is None and not recorded:
            yield Mistake("expected `rate` (open loop) or `users` (closed loop)")
        if self.think is not None and self.users is None:
            yield Mistake("`think` goes with `users` (closed loop)", ("think",))
