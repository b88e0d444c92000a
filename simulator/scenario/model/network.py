"""What lies between callers and callees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Model
from simulator.scenario.model.distribution import Constant, Dist


class Link(Model):
    """The way between two services, or a traffic class and a service."""

    from_: str = Field(alias="from", description="A service or a traffic class.")
    to: str = Field(description="A service.")
    latency: Dist = Field(description="How long a message takes, each way.")
    one_way: bool = Field(False, description="Only for calls that `from` makes to `to`.")


class Network(Model):
    """How long messages take."""

    latency: Dist = Field(
        default_factory=lambda: Constant.model_construct(constant=0.0),
        description="What each message takes, question or answer, where no link says otherwise.",
    )
    links: Annotated[tuple[Link, ...], Field(strict=False)] = Field(
        (), description="Ways with a latency of their own."
    )
