"""Routes on which the choice of an instance is kept for a while."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.call.route import Member, Route
from simulator.outcome import REFUSED, RESET

if TYPE_CHECKING:
    from simulator.balancing.balancer import Balancer
    from simulator.traffic.request import Request


class Connection:
    """One open connection; `expires` is when it is to be closed, in seconds."""

    __slots__ = ("expires", "member")

    def __init__(self) -> None:
        self.member: Member | None = None
        self.expires = inf


class ConnectionRoute(Route):
    """The instance is chosen when a connection is opened, and kept as long as it is open.

    What a balancer at layer 4 does (kube-proxy, a cloud's network load balancer) with callers that
    keep connections: HTTP/2 and gRPC put all their requests on one. New instances get nothing until
    connections are opened anew, and callers with a connection to a slow one stay with it. A
    connection ends when it is refused or reset, when its instance is no longer known, or after
    `max_age` seconds.

    Source: Kubernetes blog, "gRPC Load Balancing on Kubernetes without Tears" (2018); gRPC A9,
    server-side connection management (MAX_CONNECTION_AGE).

    Args:
        count: connections that the caller keeps; requests take them in turn.
    """

    __slots__ = ("connections", "max_age", "turn")

    def __init__(
        self,
        caller: str,
        balancer: Balancer,
        *,
        keyed: bool,
        by_client: bool,
        count: int,
        max_age: float,
    ) -> None:
        super().__init__(caller, balancer, keyed=keyed, by_client=by_client)
        self.tracks = True
        self.connections = [Connection() for _ in range(count)]
        self.max_age = max_age
        self.turn = 0

    def pick(self, request: Request, now: float) -> Member | None:
        connection = self.connections[self.turn]
        self.turn = (self.turn + 1) % len(self.connections)
        member = connection.member
        if member is None or now >= connection.expires or not member.usable:
            member = super().pick(request, now)
            connection.member = member
            connection.expires = now + self.max_age
        return member

    def ended(self, member: Member, now: float, seconds: float, outcome: int) -> None:
        if outcome in (RESET, REFUSED):
            for connection in self.connections:
                if connection.member is member:
                    connection.member = None
        super().ended(member, now, seconds, outcome)


class DnsRoute(Route):
    """The caller looks the name up, goes to the first address, and keeps to it for the TTL.

    The resolver deals the addresses out in turn, but what one caller has is in its cache, dead or
    alive, until the record expires: a failure does not make it ask again.

    Source: RFC 1034, section 3.6 (TTL); RFC 1794 (round robin of addresses).
    """

    __slots__ = ("address", "expires", "ttl")

    def __init__(
        self, caller: str, balancer: Balancer, *, keyed: bool, by_client: bool, ttl: float
    ) -> None:
        super().__init__(caller, balancer, keyed=keyed, by_client=by_client)
        self.tracks = True
        self.ttl = ttl
        self.address: Member | None = None
        self.expires = -inf

    def pick(self, request: Request, now: float) -> Member | None:
        if now >= self.expires:
            self.address = super().pick(request, now)
            self.expires = now + self.ttl
        return self.address
