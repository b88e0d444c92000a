"""An instance, as one caller's balancer sees it."""

from __future__ import annotations

from math import inf

from mypy_extensions import mypyc_attr


@mypyc_attr(allow_interpreted_subclasses=True)
class Candidate:
    """What one balancer knows of one instance: what it was told, and what it saw itself.

    Attributes:
        name: what hashing balancers hash.
        weight: its share of the traffic, relative to the others'; `nominal` while it is warm.
        since: when it came up or got well again, in seconds; minus infinity if it always was.
        zone: where it is; "" for nowhere in particular.
        healthy: whether its checks pass and it is not ejected.
        active: this caller's requests that it has not answered yet.
        cost: what the balancer holds against it (a mean latency, a current weight), if anything.
        stamp: when `cost` was last brought up to date, in seconds.
        order: where it stands among the candidates of its balancer.
    """

    __slots__ = (
        "active",
        "cost",
        "healthy",
        "name",
        "nominal",
        "order",
        "since",
        "stamp",
        "weight",
        "zone",
    )

    def __init__(self, name: str, weight: float = 1.0, zone: str = "") -> None:
        self.name = name
        self.weight = weight
        self.nominal = weight
        self.since = -inf
        self.zone = zone
        self.healthy = True
        self.active = 0
        self.cost = 0.0
        self.stamp = 0.0
        self.order = 0
