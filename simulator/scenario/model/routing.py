"""How the requests to a service are divided among its versions."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import Annotated, Any

from pydantic import Field

from simulator.scenario.model.base import Mistake, Model, Name, Names, Reads, Share
from simulator.units import format_share


def _numbers(given: object) -> tuple[int, ...]:
    several = given if isinstance(given, (list, tuple)) else [given]
    if several and all(isinstance(each, int) and not isinstance(each, bool) for each in several):
        return tuple(several)
    raise ValueError("expected a whole number, or a list of them")


def _write_numbers(numbers: tuple[int, ...]) -> object:
    return numbers[0] if len(numbers) == 1 else list(numbers)


_NUMBERS_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer"},
        {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    ],
    "description": "A whole number, or a list of them.",
}
WholeNumbers = Annotated[tuple[int, ...], Reads(_numbers, _write_numbers, _NUMBERS_SCHEMA)]


class Match(Model):
    """Whose requests go to a certain version; all that is given must hold."""

    class_: Names = Field(
        (), alias="class", description="The traffic class that the request belongs to, or several."
    )
    from_: Names = Field(
        (),
        alias="from",
        description="The service or traffic class that makes the call, or several.",
    )
    key: WholeNumbers = Field((), description="What the request is about: a key, or several.")
    priority: WholeNumbers = Field((), description="The request's priority, or several.")
    to: Name = Field(description="The version that they go to.")

    def rules(self) -> Iterator[Mistake]:
        if not (self.class_ or self.from_ or self.key or self.priority):
            yield Mistake("expected at least one of `class`, `from`, `key`, `priority`")


class Mirroring(Model):
    """Copies for a version whose answers nobody reads."""

    to: Name = Field(description="The version that gets the copies.")
    share: Share = Field(1.0, description="How many of the calls are copied.")


class Routing(Model):
    """How callers choose among the versions of a service, before they choose an instance."""

    split: dict[Name, Share] = Field(
        default_factory=dict,
        description="Each version's share of the requests that no rule matches; left out: all for "
        "the version that the service begins with.",
    )
    match: Annotated[tuple[Match, ...], Field(strict=False)] = Field(
        (), description="Rules for certain requests; the first that matches decides."
    )
    sticky: bool = Field(
        False,
        description="All requests of a user meet the same version: of a user of a closed loop, else "
        "with one key, else from one client.",
    )
    mirror: Mirroring | None = Field(
        None,
        description="Send copies of what is asked to a version too, and throw its answers away.",
    )

    def rules(self) -> Iterator[Mistake]:
        total = sum(self.split.values())
        if self.split and not isclose(total, 1.0, abs_tol=1e-9):
            shown = format_share(round(total, 9))
            yield Mistake(f"the shares sum to {shown}: expected 100%", ("split",))

    def named(self) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        """Every version that is named, and where."""
        for version in self.split:
            yield version, ("split", version)
        for number, rule in enumerate(self.match):
            yield rule.to, ("match", number, "to")
        if self.mirror is not None:
            yield self.mirror.to, ("mirror", "to")
