"""Harm by load."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Duration, Model, Name, Rate, Share, number, whole


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


class HotKey(Model):
    """Many ask for one and the same key."""

    traffic: Name = Field(description="The traffic class, which has a `key`.")
    share: Share = Field(description="How many of its requests ask for the hot key.")
    key: Annotated[int, whole(1, 10_000_000)] = Field(
        1, description="Which key it is; 1 is the most popular anyway."
    )


class ThunderingHerd(Model):
    """Everybody asks at once."""

    traffic: Name = Field(description="The traffic class.")
    requests: Annotated[int, whole(1, 1_000_000)] | None = Field(
        None, description="Of an open loop: how many requests more; users of a closed loop all ask."
    )
    over: Duration = Field(
        0.0, description="The time over which they are spread at random; 0: all in one moment."
    )


class AbusiveClient(Model):
    """One client asks more than is good."""

    traffic: Name = Field(description="The traffic class.")
    rate: Rate = Field(description="How often it asks, evenly, on top of what the class does.")
    client: Annotated[int, whole(1, 100_000)] = Field(
        1, description="Which of the `clients` of the class it is."
    )
