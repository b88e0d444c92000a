"""What lies between callers and callees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Duration, Mistake, Model, Name, PositiveDuration, Size
from simulator.scenario.model.distribution import Constant, Dist


class Link(Model):
    """The way between two services, or a traffic class and a service."""

    from_: str = Field(alias="from", description="A service or a traffic class.")
    to: str = Field(description="A service.")
    latency: Dist = Field(description="How long a message takes, each way.")
    one_way: bool = Field(False, description="Only for calls that `from` makes to `to`.")
    question: Size | None = Field(
        None, description="How large a question is; left out: as in `network`."
    )
    answer: Size | None = Field(
        None, description="How large a good answer is; left out: as in `network`."
    )


class Region(Model):
    """A part of the world with zones of its own."""

    zones: Annotated[tuple[Name, ...], Field(min_length=1, strict=False)] = Field(
        description="Its zones, as `zones` of services and `zone` of traffic classes name them."
    )
    at: Name | None = Field(
        None,
        description="The region of Amazon's cloud that it lies in, whose distances it has; left out: "
        "the one of its own name, if there is such a one.",
    )


class Between(Model):
    """What lies between two regions."""

    a: Name = Field(description="A region.")
    b: Name = Field(description="Another region.")
    round_trip: PositiveDuration | None = Field(
        None, description="There and back; left out: as between the regions of Amazon's cloud."
    )
    bandwidth: Size | None = Field(
        None, description="What the line carries in a second, each way; left out: whatever comes."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.a == self.b:
            yield Mistake("expected two different regions", ("b",))
        if self.round_trip is None and self.bandwidth is None:
            yield Mistake("expected `round_trip`, `bandwidth` or both")


class Network(Model):
    """How long messages take."""

    latency: Dist = Field(
        default_factory=lambda: Constant.model_construct(constant=0.0),
        description="What each message takes, question or answer, where no link says otherwise.",
    )
    links: Annotated[tuple[Link, ...], Field(strict=False)] = Field(
        (), description="Ways with a latency of their own."
    )
    regions: dict[Name, Region] = Field(
        default_factory=dict,
        description="Where zones are; distances come on top of the latency of links.",
    )
    within_zone: Duration = Field(
        0.0, description="The round trip between instances of a zone, beside the latency."
    )
    between_zones: Duration | None = Field(
        None,
        description="The round trip between two zones of a region, beside the latency; left out: "
        "1.7ms where there are `regions`.",
    )
    between: Annotated[tuple[Between, ...], Field(strict=False)] = Field(
        (), description="Pairs of regions of which more is known, or something else."
    )
    question: Size | None = Field(
        None, description="How large a question is, for lines with a bandwidth."
    )
    answer: Size | None = Field(
        None, description="How large a good answer is, for lines with a bandwidth."
    )

    @property
    def has_places(self) -> bool:
        """Whether it matters where callers and instances are."""
        return bool(self.regions) or bool(self.between_zones) or self.within_zone > 0.0

    def rules(self) -> Iterator[Mistake]:
        owners: dict[str, str] = {}
        for name, region in self.regions.items():
            for number, zone in enumerate(region.zones):
                if zone in self.regions:
                    message = f"`{zone}` is a region; expected another name for a zone"
                    yield Mistake(message, ("regions", name, "zones", number))
                if zone in owners:
                    message = f"the zone `{zone}` is in `{owners[zone]}` already"
                    yield Mistake(message, ("regions", name, "zones", number))
                owners.setdefault(zone, name)
        yield from self._lines()

    def _lines(self) -> Iterator[Mistake]:
        """What is said between regions."""
        seen: set[frozenset[str]] = set()
        for number, pair in enumerate(self.between):
            ends = frozenset((pair.a, pair.b))
            if ends in seen:
                message = f"`{pair.a}` and `{pair.b}` have an entry above"
                yield Mistake(message, ("between", number))
            seen.add(ends)
            if pair.bandwidth is not None and self.question is None and self.answer is None:
                message = "a bandwidth needs the sizes of messages: give `network` a `question` or `answer`"
                yield Mistake(message, ("between", number, "bandwidth"))
