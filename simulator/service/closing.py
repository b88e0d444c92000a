"""A server that takes nothing new, and finishes what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.outcome import REFUSED
from simulator.service.doorman import Doorman

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.service.instance import Instance


class Closing(Doorman):
    """The door of an instance that is shutting down: whoever comes now is refused.

    In the real world: a server that closes its listening socket and goes on with the connections
    that it has, as Go's `http.Server.Shutdown` and gRPC's `GracefulStop` do.

    Source: Go, net/http, `Server.Shutdown`; Kubernetes, "Pod Lifecycle", "Termination of Pods".
    """

    __slots__ = ()

    def refusal(self, instance: Instance, attempt: Attempt, now: float) -> int:
        return REFUSED
