"""What an instance asks of its node, and what it may use of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import Duration, Mistake, Model, Reads, Size
from simulator.units import (
    MILLICORES_PATTERN,
    MOST_CORES,
    format_duration,
    format_size,
    parse_cores,
)

SHORTEST_PERIOD = 0.001
LONGEST_PERIOD = 1.0
"""Seconds; the kernel takes no others."""


def _shortest(cores: float) -> int | float:
    """A number to be written: 2, not 2.0."""
    return int(cores) if cores.is_integer() else cores


Cores = Annotated[
    float,
    Reads(
        parse_cores,
        _shortest,
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_CORES},
                {"type": "string", "pattern": MILLICORES_PATTERN},
            ],
            "description": "A number of cores, such as 2, 0.5 or 500m.",
        },
    ),
]


class Requests(Model):
    """What is kept for an instance on its node, as `resources.requests` of Kubernetes."""

    cpu: Cores | None = Field(
        None,
        description="Cores, such as `0.5` or `500m`: what it gets when the node is short of them. "
        "Left out: as many as the limit, if there is one.",
    )
    memory: Size | None = Field(
        None,
        description="Memory, such as `256MiB`. Left out: as much as the limit, if there is one.",
    )


class Limits(Model):
    """What an instance may use at most, as `resources.limits` of Kubernetes."""

    cpu: Cores | None = Field(
        None,
        description="Cores, such as `0.5` or `500m`, on the average of a period: when it has used "
        "them up, it stands still until the next. Left out: all it has.",
    )
    memory: Size | None = Field(None, description="Memory, such as `512MiB`.")
    period: Duration = Field(
        0.1, description="How often the CPU limit is filled up: `cpuCFSQuotaPeriod` of the kubelet."
    )

    def rules(self) -> Iterator[Mistake]:
        if not SHORTEST_PERIOD <= self.period <= LONGEST_PERIOD:
            least, most = format_duration(SHORTEST_PERIOD), format_duration(LONGEST_PERIOD)
            yield Mistake(f"expected a period from {least} to {most}", ("period",))
        if self.cpu is None and "period" in self.model_fields_set:
            yield Mistake("`period` goes with `cpu`", ("period",))


def resource_rules(
    requests: Requests | None, limits: Limits | None, cores: float | None
) -> Iterator[Mistake]:
    """What must hold between the requests, limits and cores of a service."""
    if limits is None:
        return
    if limits.cpu is not None and cores is None:
        message = (
            "a CPU limit needs `cores`: how many its threads run on at once, until the limit is "
            "used up"
        )
        yield Mistake(message, ("limits", "cpu"))
    if requests is None:
        return
    if requests.cpu is not None and limits.cpu is not None and requests.cpu > limits.cpu:
        cores_ = "core" if limits.cpu == 1.0 else "cores"
        message = f"expected at most the limit, {limits.cpu:g} {cores_}"
        yield Mistake(message, ("requests", "cpu"))
    memory, most = requests.memory, limits.memory
    if memory is not None and most is not None and memory > most:
        yield Mistake(f"expected at most the limit, {format_size(most)}", ("requests", "memory"))
