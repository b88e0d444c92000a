"""What a duration, or a number of times, is drawn from."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from simulator.scenario.model.base import (
    Duration,
    Model,
    PositiveDuration,
    mistake,
    one_of,
)

Weight = Annotated[float, Field(ge=0, strict=False, description="A relative weight.")]
PositiveNumber = Annotated[float, Field(gt=0, strict=False)]


class Constant(Model):
    """Always the same."""

    constant: Duration = Field(description="The value.")


class Exponential(Model):
    """Memoryless: the time to the next of many rare things."""

    exponential: PositiveDuration = Field(description="The mean.")


class Bounds(Model):
    low: Duration = Field(description="The least value.")
    high: Duration = Field(description="The greatest value.")

    @model_validator(mode="after")
    def ordered(self) -> Bounds:
        if self.high < self.low:
            raise mistake("expected `high` to be at least `low`")
        return self


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

    @model_validator(mode="after")
    def paired(self) -> Skewed:
        by_quantiles = self.median is not None and self.p99 is not None
        by_moments = self.mean is not None and self.cv is not None
        if by_quantiles == by_moments or len(self.model_fields_set) != 2:
            raise mistake("expected either `median` and `p99`, or `mean` and `cv`")
        if self.median is not None and self.p99 is not None and self.p99 < self.median:
            raise mistake("expected `p99` to be at least `median`")
        return self


class Lognormal(Model):
    """The usual shape of service times, with a long right tail."""

    lognormal: Skewed = Field(description="`median` and `p99`, or `mean` and `cv`.")


class Stages(Model):
    k: int = Field(ge=1, le=10_000, description="How many exponential stages.")
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
    shape: Annotated[PositiveNumber, Field(ge=0.1)] = Field(
        description="Below 1 heavy-tailed, 1 exponential, above 1 ever more regular."
    )
    mean: PositiveDuration = Field(description="The mean.")


class Weibull(Model):
    """Times to failure."""

    weibull: Aging = Field(description="Shape and mean.")


class Tail(Model):
    alpha: Annotated[float, Field(gt=1, strict=False)] = Field(
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

    @model_validator(mode="after")
    def weighty(self) -> Hyperexponential:
        if sum(each.weight for each in self.hyperexponential) <= 0:
            raise mistake("the weights sum to 0: nothing could be drawn")
        return self


class Measured(Model):
    quantiles: dict[str | float, Duration] | None = Field(
        None, description="Values by share, from 0% to 100%; straight lines between."
    )
    csv: str | None = Field(None, description="A CSV file with one measured value a row.")
    column: str | int = Field(0, description="Its column, by name or number (from 0).")
    unit: str = Field("s", pattern=r"^(ns|us|ms|s|m)$", description="The unit of its values.")

    @model_validator(mode="after")
    def given(self) -> Measured:
        if (self.quantiles is None) == (self.csv is None):
            raise mistake("expected either `quantiles` or `csv`")
        if self.quantiles is not None:
            points = self.points()
            if len(points) < 2 or points[0][0] != 0.0 or points[-1][0] != 1.0:
                raise mistake("expected quantiles from 0% to 100%")
            if any(b[1] < a[1] for a, b in zip(points, points[1:], strict=False)):
                raise mistake("expected quantiles that do not fall")
        return self

    def points(self) -> list[tuple[float, float]]:
        """(share, seconds), by share."""
        from simulator.units import parse_share

        points = []
        for share, value in (self.quantiles or {}).items():
            try:
                points.append((parse_share(share), value))
            except ValueError as error:
                raise mistake(f"{error}, found `{share}`") from None
        return sorted(points)


class Empirical(Model):
    """What was measured, by quantiles or value by value."""

    empirical: Measured = Field(description="Quantiles, or a CSV file.")


def _bare(value: float) -> Constant:
    return Constant.model_construct(constant=value)


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
        one_of(
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
        ),
        custom_error_type="distribution",
        custom_error_message="a distribution",
    ),
]

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


class CountBounds(Model):
    low: int = Field(ge=0, description="The least number.")
    high: int = Field(ge=0, description="The greatest number.")

    @model_validator(mode="after")
    def ordered(self) -> CountBounds:
        if self.high < self.low:
            raise mistake("expected `high` to be at least `low`")
        return self


class UniformCount(Model):
    """Any whole number between two bounds."""

    uniform: CountBounds = Field(description="The bounds, both included.")


class Geometric(Model):
    """Tries up to the first success, at least 1."""

    geometric: Annotated[float, Field(ge=1, strict=False)] = Field(description="The mean.")


class Poisson(Model):
    """The number of rare things in a while."""

    poisson: PositiveNumber = Field(description="The mean.")


class Choice(Model):
    """One of several numbers, by weight."""

    choice: dict[Annotated[int, Field(ge=0)], Weight] = Field(
        min_length=1, description="Numbers and their weights."
    )

    @model_validator(mode="after")
    def weighty(self) -> Choice:
        if sum(self.choice.values()) <= 0:
            raise mistake("the weights sum to 0: nothing could be drawn")
        return self


COUNTS = ("uniform", "geometric", "poisson", "choice")

Count = Annotated[
    Annotated[UniformCount, Tag("<uniform>")]
    | Annotated[Geometric, Tag("<geometric>")]
    | Annotated[Poisson, Tag("<poisson>")]
    | Annotated[Choice, Tag("<choice>")]
    | Annotated[int, Field(ge=0, le=100_000), Tag("<bare>")],
    Discriminator(
        one_of(*COUNTS), custom_error_type="count", custom_error_message="a number of times"
    ),
]
