"""Asking a second instance before the first has failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import Duration, Mistake, PositiveDuration, Share, whole
from simulator.scenario.model.guards.profile import Profiled, options_or_name, with_profile

HedgeProfile = Literal["finagle"]


class Hedge(Profiled):
    """After a while without an answer another copy of the call is sent; the first good answer wins."""

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # BackupRequestFilter at the maxExtraLoad of 1 % that its documentation has for an example;
        # it sends no copy beyond the 2 s that its histogram can track, and a copy goes wherever the
        # balancer says.
        "finagle": {
            "percentile": 0.99,
            "budget": 0.01,
            "maximum_delay": 2.0,
            "another_instance": False,
        },
    }

    profile: HedgeProfile | None = Field(None, description="The library whose defaults these are.")
    delay: Duration | None = Field(
        None, description="How long to wait before each copy; 0: all are sent at once."
    )
    percentile: Share | None = Field(
        None,
        description="Or as long as this share of the answers of late took, such as 95%.",
    )
    window: PositiveDuration = Field(
        30.0, description="What is of late; what is older, by a third, is forgotten."
    )
    minimum_delay: Duration = Field(
        0.001, description="With `percentile`: but no less than this, however fast the answers are."
    )
    maximum_delay: PositiveDuration | None = Field(
        None, description="With `percentile`: if it is as long as this, no copy is sent."
    )
    maximum: Annotated[int, whole(1, 100)] = Field(
        1, description="Copies of one call, beside the first."
    )
    budget: Share | None = Field(
        None,
        description="Copies in all, as a share of the calls of the last ten seconds; left out: any "
        "number.",
    )
    cancel: bool = Field(True, description="Tell the callees of the slower copies to stop working.")
    tied: bool = Field(
        False,
        description="The copies know of each other: when one begins to be worked on, the others "
        "are taken back.",
    )
    another_instance: bool = Field(
        True, description="A copy goes to an instance that has not had the call yet."
    )
    on_failure: bool = Field(
        True, description="A copy that fails while others are under way does not end the call."
    )

    def settled(self) -> dict[str, Any]:
        """As for every policy; a delay that is written takes the place of a profile's percentile."""
        values = super().settled()
        if self.delay is not None and self.percentile is None:
            values["percentile"] = None
        return values

    def rules(self) -> Iterator[Mistake]:
        values = self.settled()
        percentile = values["percentile"]
        if self.delay is not None and percentile is not None:
            yield Mistake("expected `delay` or `percentile`, not both", ("percentile",))
        elif self.delay is None and percentile is None:
            yield Mistake("expected `delay`, or `percentile` of the latency such as `95%`")
        if percentile is not None and not 0.0 < percentile < 1.0:
            yield Mistake("expected a share above 0 and below 100%", ("percentile",))
        if percentile is None:
            for name in ("window", "minimum_delay", "maximum_delay"):
                if name in self.model_fields_set:
                    yield Mistake(f"`{name}` goes with `percentile`, not with `delay`", (name,))
        longest = values["maximum_delay"]
        if percentile is not None and longest is not None and values["minimum_delay"] >= longest:
            at = "minimum_delay" if "minimum_delay" in self.model_fields_set else "maximum_delay"
            yield Mistake("expected `minimum_delay` to be less than `maximum_delay`", (at,))
        if self.budget == 0.0:
            yield Mistake("expected a share above 0: no copy would ever be sent", ("budget",))


HedgeField = Annotated[
    Annotated[Hedge, Tag("<options>")]
    | Annotated[HedgeProfile, AfterValidator(with_profile(Hedge)), Tag("<bare>")],
    Discriminator(options_or_name),
]
"""A mapping, or the bare name of a profile."""
