"""Answers that a caller keeps."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Duration, Model, PositiveDuration, whole


class Cache(Model):
    """The good answers of an endpoint, kept by each caller instance by what they are about."""

    ttl: PositiveDuration = Field(description="How long an answer is fresh.")
    capacity: Annotated[int, whole(1, 10**7)] = Field(
        1000, description="Answers kept; the least recently used goes first."
    )
    coalesce: bool = Field(
        True, description="Those who ask while an answer is fetched wait for that one fetch."
    )
    stale_while_revalidate: Duration = Field(
        0.0,
        description="For so long after `ttl` the old answer is given while a new one is fetched.",
    )
