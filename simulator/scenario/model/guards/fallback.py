"""What a caller makes do with when a call has failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.scenario.model.base import Duration, Mistake, Model, PositiveDuration, Target
from simulator.scenario.model.guards.profile import ALL_FAILURES, FailureName, options_or_name

KINDS = ("constant", "call", "stale")


class Fallback(Model):
    """Another answer, with which the call ends `degraded`."""

    constant: Duration | None = Field(None, description="A fixed answer, after so long.")
    call: Target | None = Field(None, description="Ask this endpoint instead.")
    stale: PositiveDuration | None = Field(
        None, description="The last good answer from the call's `cache`, if it is not older."
    )
    on: Annotated[tuple[FailureName, ...], Field(min_length=1, strict=False)] = Field(
        ALL_FAILURES, description="The outcomes after which it is used."
    )

    def rules(self) -> Iterator[Mistake]:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            yield Mistake("expected one of `constant`, `call` and `stale`")


def _constant(_: str) -> Fallback:
    return Fallback(constant=0.0)


FallbackField = Annotated[
    Annotated[Fallback, Tag("<options>")]
    | Annotated[Literal["constant"], AfterValidator(_constant), Tag("<bare>")],
    Discriminator(options_or_name),
]
