"""A call that each instance of its caller makes as its own configuration says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.ask import ask
from simulator.call.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.call.edge import CallPoint
    from simulator.call.party import Party
    from simulator.call.route import Route
    from simulator.call.site import Site
    from simulator.kernel.kernel import Kernel
    from simulator.traffic.request import Request


class Configured(Guard):
    """Stands where the policies of a call do, and lets it be made by one of several sets of them.

    What all instances of a caller share, the place in the caller's steps, cannot say how a call is
    made where instances disagree on it. So that place leads here, and here is what this one instance
    has read last.

    Attributes:
        point: how the call is made at present.
        stopped, started: what to do when the caller instance dies, and when it is started.
    """

    __slots__ = ("point", "started", "stopped")

    def __init__(
        self,
        kernel: Kernel,
        route: Route,
        point: CallPoint,
        stopped: Callable[[], None],
        started: Callable[[], None],
    ) -> None:
        super().__init__(kernel, route, point.edge.callee.label)
        self.point = point
        self.stopped = stopped
        self.started = started

    def call(self, caller: Party, request: Request, site: Site, deadline: float) -> Party:
        return ask(caller, request, site.under(self.point), self.route, deadline)

    def stop(self) -> None:
        self.stopped()

    def restart(self, now: float) -> None:
        self.started()
