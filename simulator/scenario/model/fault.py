"""What goes wrong, with whom, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    Share,
    Size,
    number,
    whole,
)
from simulator.scenario.model.distribution import Dist
from simulator.scenario.model.guards.profile import FailureName


class Fixed(Model):
    fixed: Annotated[int, whole(1, 100_000)] = Field(description="So many, drawn at random.")


class Percent(Model):
    percent: Share = Field(description="Such a share of them, rounded up.")


def _mode(value: object) -> str:
    if isinstance(value, (dict, BaseModel)):
        keys = value if isinstance(value, dict) else type(value).model_fields
        return "<percent>" if "percent" in keys else "<fixed>"
    return "<bare>"


Mode = Annotated[
    Annotated[Fixed, Tag("<fixed>")]
    | Annotated[Percent, Tag("<percent>")]
    | Annotated[Literal["one", "all"], Tag("<bare>")],
    Discriminator(_mode),
]


class Selector(Model):
    """Whom a fault hits."""

    service: str = Field(description="A service, or `registry` for the registry's servers.")
    instance: str | None = Field(None, description="One instance of it, such as `shop-2`.")
    mode: Mode = Field("one", description="How many of its instances: which ones is drawn.")

    def rules(self) -> Iterator[Mistake]:
        if self.instance is not None and "mode" in self.model_fields_set:
            yield Mistake("`instance` and `mode` do not go together", ("mode",))


class Kill(Selector):
    """Processes die."""

    grace: Duration = Field(
        0.0, description="They are told so long before, deregister, and serve until then."
    )


class Slow(Selector):
    """Instances work more slowly."""

    speed: Share | None = Field(None, description="What is left of their speed, such as 20%.")
    add: PositiveDuration | None = Field(
        None, description="For `registry`: what each of its answers takes longer."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        wanted = "add" if self.service == "registry" else "speed"
        other = "speed" if wanted == "add" else "add"
        if getattr(self, wanted) is None:
            yield Mistake(f"expected `{wanted}`")
        if getattr(self, other) is not None:
            yield Mistake(f"`{self.service}` is slowed by `{wanted}`", (other,))
        if self.speed == 0.0:
            yield Mistake("expected a speed above 0", ("speed",))


class Pause(Selector):
    """Processes are frozen, and go on where they were."""


class Hang(Selector):
    """Processes accept whatever comes, and answer nothing."""


class OnTheWay(Selector):
    """Messages between callers and instances of a service suffer."""

    mode: Mode = Field("all", description="How many of its instances: which ones is drawn.")
    from_: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), alias="from", description="Only those of these services and traffic classes."
    )
    endpoint: Name | None = Field(None, description="Only those to this endpoint.")
    toxicity: Share = Field(1.0, description="Only such a share of the attempts.")


class TwoWays(OnTheWay):
    direction: Literal["to", "from", "both"] = Field(
        "both", description="The questions, the answers, or both."
    )


class Latency(TwoWays):
    """Messages take longer."""

    add: Dist = Field(description="By how much: a duration, or a distribution.")


class Loss(TwoWays):
    """Messages are lost."""

    share: Share = Field(description="How many of them.")
    correlation: Share = Field(
        0.0, description="How much each draw is like the one before it, as netem has it."
    )


class Blackhole(TwoWays):
    """All messages are lost."""


class Bandwidth(TwoWays):
    """Messages pass one after another."""

    rate: Size = Field(description="What the link carries in a second, such as 1MiB.")
    message: Size = Field(description="How large a message is.")


class Abort(OnTheWay):
    """Questions are answered with a failure before they arrive."""

    outcome: FailureName = Field("error", description="What the callers are answered.")
    after: Duration = Field(0.0, description="After how long.")


class Reset(OnTheWay):
    """Connections are reset."""

    after: Duration = Field(0.0, description="How long after the question was sent.")


class DnsError(OnTheWay):
    """The name does not resolve: callers find no instance."""


class Expired(OnTheWay):
    """A certificate or a secret has run out: what callers show is not accepted."""


class Partition(Selector):
    """Instances of a service, or servers of the registry, cannot be reached from somewhere."""

    from_: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] = Field(
        alias="from", description="The services and traffic classes that are cut off from them."
    )
    direction: Literal["to", "from", "both"] = Field(
        "both", description="Which messages are lost: the questions, the answers, or both."
    )


class RegistryOutage(Model):
    """All servers of the registry are down."""


class ZoneOutage(Model):
    """Every instance in a zone dies."""

    zone: Name = Field(description="Which one.")


class CacheFlush(Model):
    """Callers lose the answers that they have kept."""

    service: str = Field(description="Whose: a service or a traffic class.")


class Surge(Model):
    """More requests come."""

    traffic: Name = Field(description="The traffic class.")
    times: Annotated[float, number(above=True, most=1e6)] = Field(
        description="How many times as many."
    )
    over: Duration = Field(0.0, description="How long it takes to rise, and to fall again.")


class Fault(Model):
    """One harm, with its time."""

    name: Name | None = Field(None, description="What it is called; left out: its kind.")
    at: Duration = Field(description="When it begins, from the start of the run.")
    for_: PositiveDuration | None = Field(
        None, alias="for", description="How long it lasts; left out: to the end."
    )
    kill: Kill | None = Field(None, description="Processes die, and start again at the end.")
    pause: Pause | None = Field(None, description="Processes are frozen for a while.")
    hang: Hang | None = Field(None, description="Processes accept, and never answer.")
    slow: Slow | None = Field(None, description="Instances work more slowly.")
    latency: Latency | None = Field(None, description="Messages take longer.")
    loss: Loss | None = Field(None, description="Some messages are lost.")
    blackhole: Blackhole | None = Field(None, description="All messages are lost.")
    partition: Partition | None = Field(None, description="Messages between two sides are lost.")
    bandwidth: Bandwidth | None = Field(None, description="A link carries only so much.")
    abort: Abort | None = Field(None, description="Questions are answered with a failure.")
    reset: Reset | None = Field(None, description="Connections are reset.")
    dns_error: DnsError | None = Field(None, description="A name does not resolve.")
    certificate_expiry: Expired | None = Field(None, description="Callers are not let in.")
    registry_outage: RegistryOutage | None = Field(
        None, description="All servers of the registry are down."
    )
    zone_outage: ZoneOutage | None = Field(None, description="Every instance in a zone dies.")
    cache_flush: CacheFlush | None = Field(None, description="Kept answers are lost.")
    surge: Surge | None = Field(None, description="More requests come.")

    def rules(self) -> Iterator[Mistake]:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            kinds = ", ".join(f"`{kind}`" for kind in KINDS)
            yield Mistake(f"expected one of {kinds}")
        if self.kill is not None and self.for_ is not None and self.kill.grace >= self.for_:
            message = "expected less than `for`, at whose end the processes start again"
            yield Mistake(message, ("kill", "grace"))

    @property
    def kind(self) -> str:
        """Which harm it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def harm(self) -> Model:
        """What it does, and to whom."""
        harm: Model = getattr(self, self.kind)
        return harm


KINDS = (
    "kill",
    "pause",
    "hang",
    "slow",
    "latency",
    "loss",
    "blackhole",
    "partition",
    "bandwidth",
    "abort",
    "reset",
    "dns_error",
    "certificate_expiry",
    "registry_outage",
    "zone_outage",
    "cache_flush",
    "surge",
)
