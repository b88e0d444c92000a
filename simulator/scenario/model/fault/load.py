"""Harm by load."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Duration, Model, Name, number


class CacheFlush(Model):
    """Callers lose the answers that they have kept."""

    service: str = Field(description="Whose: a service or a traffic class.")


class Surge(Model):
    """More requests come."""

    traffic: Name = Field(description="The traffic class.")
    times: Annotated[float, number(above=True, most=1e6)] = Field(
        description="How many times as many."
    )
    over: Duration = Field(
        0.0, description="How long it takes to rise, and, before its end, to fall again."
    )
