"""How processes learn of a change of their configuration."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from simulator.scenario.model.base import Mistake, Model, PositiveDuration, Share


class Configuration(Model):
    """One place from which all callers read their policies."""

    refresh: PositiveDuration | None = Field(
        None,
        description="How often each instance reads it, at a time of its own; left out: every "
        "instance has a change at once.",
    )
    jitter: Share = Field(
        0.0, description="By how much each wait for the next reading may be longer."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.refresh is None and "jitter" in self.model_fields_set:
            yield Mistake("`jitter` needs a `refresh` to make longer", ("jitter",))
