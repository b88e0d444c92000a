"""Harm to processes."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from simulator.scenario.model.base import Duration, Mistake, PositiveDuration, Share
from simulator.scenario.model.fault.selector import Selector


class Kill(Selector):
    """Processes die."""

    grace: Duration = Field(
        0.0, description="They are told so long before, deregister, and serve until then."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.service == "registry" and self.grace > 0.0:
            yield Mistake("servers of the registry have no `grace`", ("grace",))


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
