"""Where requests come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from simulator.scenario.model.base import (
    Duration,
    Model,
    PositiveDuration,
    Rate,
    Share,
    mistake,
    one_of,
)
from simulator.scenario.model.distribution import Dist, PositiveNumber, Weight
from simulator.scenario.model.policy import Policy


class ErlangArrivals(Model):
    """Smoother than Poisson: every k-th arrival of a Poisson stream."""

    erlang: int = Field(
        ge=1, le=10_000, description="k: the coefficient of variation is 1/sqrt(k)."
    )


class Spell(Model):
    times: Annotated[float, Field(ge=0, strict=False)] = Field(
        description="What the rate is multiplied by meanwhile."
    )
    mean: PositiveDuration = Field(description="The mean length of a stay (exponential).")


class Spells(Model):
    states: Annotated[tuple[Spell, ...], Field(min_length=2, strict=False)] = Field(
        description="Visited in order, over and over."
    )

    @model_validator(mode="after")
    def alive(self) -> Spells:
        if all(each.times == 0 for each in self.states):
            raise mistake("every state multiplies the rate by 0: nothing would ever arrive")
        return self


class BurstArrivals(Model):
    """Bursts: a Markov-modulated Poisson process."""

    bursts: Spells = Field(description="Its states.")


class TraceArrivals(Model):
    """Arrival times from a CSV file."""

    trace: str = Field(description="The file; its path is relative to the scenario's.")
    column: str | int = Field(
        0, description="The column of the times in seconds, by name or number."
    )
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
    times: Annotated[float, Field(ge=0, strict=False)] | None = Field(
        None, description="The new rate as a multiple of the class's base rate."
    )
    over: Duration = Field(0.0, description="How long the change takes; 0: a step.")

    @model_validator(mode="after")
    def one_target(self) -> Change:
        if (self.rate is None) == (self.times is None):
            raise mistake("expected either `rate` or `times`")
        return self


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
    times: PositiveNumber = Field(1.0, description="What the rates are multiplied by.")


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


class Traffic(Policy):
    """One class of users: how many or how often, what they ask for, and how they call."""

    rate: Rate | None = Field(None, description="Open loop: requests per second on average.")
    users: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="Closed loop: users who wait for the answer and think.",
    )
    think: Dist | None = Field(None, description="How long a user thinks before each request.")
    arrivals: Arrivals = Field("poisson", description="How the requests of an open loop arrive.")
    profile: Profile | None = Field(None, description="How the rate changes over time.")
    target: str | None = Field(None, description="The endpoint asked for: `service.endpoint`.")
    mix: dict[str, Weight] | None = Field(
        None, description="Or several endpoints, with relative weights."
    )
    priority: int = Field(0, description="For queues in order of priority: higher goes first.")
    slo: PositiveDuration | None = Field(
        None, description="The latency within which an answer counts as goodput."
    )
    clients: int = Field(
        1, ge=1, le=100_000, description="How many caller instances, each with its own balancers."
    )

    @model_validator(mode="after")
    def consistent(self) -> Traffic:
        given = self.model_fields_set
        recorded = isinstance(self.profile, TraceProfile)
        times = isinstance(self.arrivals, TraceArrivals)
        if self.users is not None:
            for key in ("rate", "arrivals", "profile"):
                if key in given:
                    raise mistake(
                        f"`users` (closed loop) and `{key}` (open loop) do not go together"
                    )
        elif times:
            for key in ("rate", "profile"):
                if key in given:
                    raise mistake(f"`arrivals` from a trace and `{key}` do not go together")
        elif self.rate is None and not recorded:
            raise mistake("expected `rate` (open loop) or `users` (closed loop)")
        elif self.rate is not None and recorded:
            raise mistake(
                "`rate` and a `profile` of recorded rates do not go together; use `times`"
            )
        if self.think is not None and self.users is None:
            raise mistake("`think` goes with `users`")
        if (self.target is None) == (self.mix is None):
            raise mistake("expected either `target` or `mix`")
        if self.mix is not None and sum(self.mix.values()) <= 0:
            raise mistake("the weights of `mix` sum to 0: nothing could be asked for")
        return self
