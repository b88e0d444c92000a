"""What a duration, or a number of times, is drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_serializer

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    PositiveDuration,
    PositiveNumber,
    Reads,
    ShareKey,
    Weight,
    number,
    one_of,
    whole,
)
from simulator.units import format_duration, format_share


def _column(given: object) -> str | int:
    if isinstance(given, str) and given:
        return given
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10_000:
        return given
    raise ValueError("expected the name of a column, or its number from 0")


Column = Annotated[
    str | int,
    Reads(_column, lambda column: column, {"type": ["string", "integer"], "minimum": 0}),
]


class Constant(Model):
    """Always the same."""

    constant: Duration = Field(description="The value.")

    @model_serializer
    def _write(self) -> str:
        return format_duration(self.constant)


class Exponential(Model):
    """Memoryless: the time to the next of many rare things."""

    exponential: PositiveDuration = Field(description="The mean.")


class Bounds(Model):
    low: Duration = Field(description="The least value.")
    high: Duration = Field(description="The greatest value.")

    def rules(self) -> Iterator[Mistake]:
        if self.high < self.low:
            low = format_duration(self.low)
            yield Mistake(f"`high` must be at least `low`, which is {low}", ("high",))


class Uniform(Model):
    """Anything between two bounds, each as likely."""

    uniform: Bounds = Field(description="The bounds.")


class Bell(Model):
    mean: PositiveDuration = Field(description="The mean of what is drawn.")
    sd: Duration = Field(description="The standard deviation.")


class Normal(Model):
    """The bell curve, cut at 0; the mean of what is drawn is the mean given."""

    normal: Bell = Field(description="Mean and standard deviation.")


class Skewed(Model):
    median: PositiveDuration | None = Field(None, description="Half of the values are below.")
    p99: PositiveDuration | None = Field(None, description="99 % of the values are below.")
    mean: PositiveDuration | None = Field(None, description="The mean.")
    cv: PositiveNumber | None = Field(None, description="Standard deviation over mean.")

    def rules(self) -> Iterator[Mistake]:
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        if given not in ({"median", "p99"}, {"mean", "cv"}):
            yield Mistake("expected either `median` and `p99`, or `mean` and `cv`")
        elif self.median is not None and self.p99 is not None and self.p99 < self.median:
            median = format_duration(self.median)
            yield Mistake(f"`p99` must be at least the median, which is {median}", ("p99",))


class Lognormal(Model):
    """The usual shape of service times, with a long right tail."""

    lognormal: Skewed = Field(description="`median` and `p99`, or `mean` and `cv`.")


class Stages(Model):
    k: Annotated[int, whole(1, 10_000)] = Field(description="How many exponential stages.")
    mean: PositiveDuration = Field(description="The mean of their sum.")


class Erlang(Model):
    """The sum of exponential stages."""

    erlang: Stages = Field(description="The number of stages and the mean.")


class Moments(Model):
    mean: PositiveDuration = Field(description="The mean.")
    cv: PositiveNumber = Field(description="Standard deviation over mean.")


class Gamma(Model):
    """A thin-tailed law of a given mean and variability."""

    gamma: Moments = Field(description="Mean and coefficient of variation.")


class Aging(Model):
    shape: Annotated[float, number(0.1)] = Field(
        description="Below 1 heavy-tailed, 1 exponential, above 1 ever more regular."
    )
    mean: PositiveDuration = Field(description="The mean.")


class Weibull(Model):
    """Times to failure."""

    weibull: Aging = Field(description="Shape and mean.")


class Tail(Model):
    alpha: Annotated[float, number(1, above=True)] = Field(
        description="The tail's exponent, above 1; the variance is infinite up to 2."
    )
    mean: PositiveDuration = Field(description="The mean.")


class Pareto(Model):
    """A heavy tail: few values that take most of the time."""

    pareto: Tail = Field(description="The tail's exponent and the mean.")


class Phase(Model):
    weight: Weight = Field(description="How often, relative to the others.")
    mean: PositiveDuration = Field(description="The mean of this kind.")


class Hyperexponential(Model):
    """A mixture of exponentials, such as hits and misses."""

    hyperexponential: Annotated[tuple[Phase, ...], Field(min_length=1, strict=False)] = Field(
        description="The kinds of work, with weights."
    )

    def rules(self) -> Iterator[Mistake]:
        if sum(each.weight for each in self.hyperexponential) <= 0:
            yield Mistake("the weights sum to 0: nothing could be drawn", ("hyperexponential",))


class Measured(Model):
    quantiles: dict[ShareKey, Duration] | None = Field(
        None, description="Values by share, from 0% to 100%; straight lines between."
    )
    csv: str | None = Field(None, description="A CSV file with one measured value a row.")
    column: Column = Field(0, description="Its column, by name or number (from 0).")
    unit: Literal["ns", "us", "ms", "s", "m", "h"] = Field(
        "s", description="The unit of its values."
    )

    def rules(self) -> Iterator[Mistake]:
        if (self.quantiles is None) == (self.csv is None):
            yield Mistake("expected either `quantiles` or `csv`")
        for key in ("column", "unit"):
            if key in self.model_fields_set and self.csv is None:
                yield Mistake(f"`{key}` goes with `csv`", (key,))
        if self.quantiles is not None:
            points = self.points()
            if len(points) < 2 or points[0][0] != 0.0 or points[-1][0] != 1.0:
                yield Mistake("expected quantiles from 0% to 100%", ("quantiles",))
            for (_, value), (share, later) in pairwise(points):
                if later < value:
                    message = f"the quantile of {format_share(share)} is below the one before it"
                    yield Mistake(message, ("quantiles",))

    def points(self) -> list[tuple[float, float]]:
        """(share, seconds), by share."""
        return sorted((self.quantiles or {}).items())


class Empirical(Model):
    """What was measured, by quantiles or value by value."""

    empirical: Measured = Field(description="Quantiles, or a CSV file.")


def _bare(value: float) -> Constant:
    return Constant.model_construct(constant=value)


DISTRIBUTIONS = (
    "constant",
    "exponential",
    "uniform",
    "normal",
    "lognormal",
    "erlang",
    "gamma",
    "weibull",
    "pareto",
    "hyperexponential",
    "empirical",
)

Dist = Annotated[
    Annotated[Constant, Tag("<constant>")]
    | Annotated[Exponential, Tag("<exponential>")]
    | Annotated[Uniform, Tag("<uniform>")]
    | Annotated[Normal, Tag("<normal>")]
    | Annotated[Lognormal, Tag("<lognormal>")]
    | Annotated[Erlang, Tag("<erlang>")]
    | Annotated[Gamma, Tag("<gamma>")]
    | Annotated[Weibull, Tag("<weibull>")]
    | Annotated[Pareto, Tag("<pareto>")]
    | Annotated[Hyperexponential, Tag("<hyperexponential>")]
    | Annotated[Empirical, Tag("<empirical>")]
    | Annotated[Duration, AfterValidator(_bare), Tag("<bare>")],
    Discriminator(
        one_of(*DISTRIBUTIONS),
        custom_error_type="distribution",
        custom_error_message="a distribution",
    ),
]


MOST_TIMES = 100_000
Times = Annotated[int, whole(0, MOST_TIMES)]


def _times_key(given: object) -> int:
    """A number of times that stands as a key, which is always a text."""
    value = int(given) if isinstance(given, str) and given.isdecimal() else given
    if isinstance(value, int) and 0 <= value <= MOST_TIMES:
        return value
    raise ValueError(f"expected a whole number from 0 to {MOST_TIMES:,}")


TimesKey = Annotated[int, Reads(_times_key, str, {"type": "string", "pattern": "^[0-9]+$"})]


class CountBounds(Model):
    low: Times = Field(description="The least number.")
    high: Times = Field(description="The greatest number.")

    def rules(self) -> Iterator[Mistake]:
        if self.high < self.low:
            yield Mistake(f"`high` must be at least `low`, which is {self.low}", ("high",))


class UniformCount(Model):
    """Any whole number between two bounds."""

    uniform: CountBounds = Field(description="The bounds, both included.")


class Geometric(Model):
    """Tries up to the first success, at least 1."""

    geometric: Annotated[float, number(1, most=MOST_TIMES)] = Field(description="The mean.")


class Poisson(Model):
    """The number of rare things in a while."""

    poisson: Annotated[float, number(above=True, most=MOST_TIMES)] = Field(description="The mean.")


class Choice(Model):
    """One of several numbers, by weight."""

    choice: dict[TimesKey, Weight] = Field(description="Numbers and their weights.")

    def rules(self) -> Iterator[Mistake]:
        if sum(self.choice.values()) <= 0:
            yield Mistake("the weights sum to 0: nothing could be drawn", ("choice",))


COUNTS = ("uniform", "geometric", "poisson", "choice")

Count = Annotated[
    Annotated[UniformCount, Tag("<uniform>")]
    | Annotated[Geometric, Tag("<geometric>")]
    | Annotated[Poisson, Tag("<poisson>")]
    | Annotated[Choice, Tag("<choice>")]
    | Annotated[Times, Tag("<bare>")],
    Discriminator(
        one_of(*COUNTS), custom_error_type="count", custom_error_message="a number of times"
    ),
]
