"""Scaling by a forecast."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from simulator.scenario.model.autoscaler.bounds import Bounds
from simulator.scenario.model.base import Mistake, PositiveDuration, Rate, Share

MOST_VALUES = 100_000


class Predictive(Bounds):
    """As many instances as a forecast of the load will need by the time they are ready."""

    target: Rate = Field(description="Requests that one instance is meant to do, such as `50/s`.")
    lead: PositiveDuration = Field(
        description="How far it looks ahead: as long as an instance takes to be ready and warm."
    )
    period: PositiveDuration = Field(60.0, description="How often it looks.")
    season: PositiveDuration | None = Field(
        None,
        description="After what time the load comes again, such as `24h`; left out: only its trend "
        "is followed.",
    )
    alpha: Share = Field(0.5, description="How fast the level follows what is measured.")
    beta: Share = Field(0.1, description="How fast the trend follows the level.")
    gamma: Share = Field(0.3, description="How fast the season follows what is off the level.")

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.target <= 0.0:
            yield Mistake("expected more than 0", ("target",))
        if self.season is None:
            if "gamma" in self.model_fields_set:
                yield Mistake("`gamma` goes with a `season`", ("gamma",))
            return
        values = self.season / self.period
        if values < 2 or abs(values - round(values)) > 1e-9:
            yield Mistake("expected a multiple of the `period`, twice or more", ("season",))
        elif values > MOST_VALUES:
            yield Mistake(f"expected at most {MOST_VALUES:,} periods", ("season",))
