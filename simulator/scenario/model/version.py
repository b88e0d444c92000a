"""Versions of a service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import (
    Mistake,
    Model,
    Name,
    PositiveDuration,
    Reads,
    Share,
    whole,
)
from simulator.units import SHARE_PATTERN, format_share


def _speed(given: object) -> float:
    speed = 0.0
    if isinstance(given, str) and re.match(SHARE_PATTERN, given):
        speed = float(Fraction(given.strip().rstrip("%").rstrip()) / 100)
    elif isinstance(given, (int, float)) and not isinstance(given, bool):
        speed = float(given)
    if not 0.0 < speed <= FASTEST:
        raise ValueError("expected a speed above 0, such as `50%` or `120%`")
    return speed


FASTEST = 1000.0
"""Times the speed of the version that a service begins with."""
Speed = Annotated[
    float,
    Reads(
        _speed,
        format_share,
        {
            "anyOf": [
                {"type": "string", "pattern": SHARE_PATTERN},
                {"type": "number", "exclusiveMinimum": 0, "maximum": FASTEST},
            ],
            "description": "A part of the speed, such as 50%, or more than all of it.",
        },
    ),
]


class Version(Model):
    """Another version of a service than the one that it begins with."""

    replicas: Annotated[int, whole(0, 100_000)] = Field(
        0,
        description="How many of the service's instances are of it from the start: the last ones.",
    )
    speed: Speed = Field(
        1.0, description="How fast its instances work, compared to the first, such as 50% or 120%."
    )
    errors: Share = Field(0.0, description="How many good answers are `error`, after the work.")
    breaks: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Callers that speak the old interface: they get `error` at once."
    )
    crashes: PositiveDuration | None = Field(
        None, description="Its processes die so long after each start; left out: they last."
    )
    endpoint: Name | None = Field(None, description="`errors` and `breaks` only at this endpoint.")

    def rules(self) -> Iterator[Mistake]:
        if self.endpoint is not None and self.errors == 0.0 and not self.breaks:
            yield Mistake("`endpoint` goes with `errors` or `breaks`", ("endpoint",))
