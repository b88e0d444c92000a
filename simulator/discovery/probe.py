"""A health probe: a question that uses the instance's capacity and is never counted as traffic."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.call.ask import send_disturbed
from simulator.call.attempt import ARRIVE, Bound, BoundedAttempt
from simulator.call.edge import CallPoint, Edge
from simulator.call.party import Party
from simulator.call.site import Site
from simulator.network.distance import NO_DISTANCE, Distance
from simulator.outcome import OK, TIMEOUT
from simulator.service.endpoint import Endpoint
from simulator.service.steps.work import ConstantWork
from simulator.service.strand import END
from simulator.traffic.request import Nature, Request, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.kernel.kernel import Kernel
    from simulator.network.link import Link
    from simulator.observe.ledger import Ledger
    from simulator.service.instance import Instance

NOT_COUNTED = -1
"""The number of an edge whose attempts nobody writes down."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Prober(Party):
    """Whoever sends probes, and hears whether they were answered well."""

    __slots__ = ()

    def probed(self, instance: Instance, well: bool) -> None:
        """A probe of `instance` has come to its end."""
        raise NotImplementedError


class ProbeAttempt(BoundedAttempt):
    """One probe: it waits and works like any request, but leaves no trace in the figures."""

    __slots__ = ("prober",)

    prober: Prober

    def settle(self, outcome: int, origin: str) -> None:
        self.unbind()
        self.settled = True
        self.prober.probed(self.instance, outcome == OK)

    def expire(self) -> None:
        self.settle(TIMEOUT, "")

    def abandon(self) -> int:
        self.unbind()
        self.settled = True
        return 0


class ProbeLine:
    """How the instances of one service are probed: what a probe costs, and over which link.

    Args:
        work: what answering one costs the instance, in seconds; 0 for no work but a slot.
        fillers: gives what fills the draws of a link whose latency is drawn.
    """

    __slots__ = ("kernel", "number", "request_tally", "site")

    def __init__(
        self,
        kernel: Kernel,
        ledger: Ledger,
        prober: str,
        service: str,
        work: float,
        link: Link,
        fillers: Callable[[str, str], Callable[[int, int], list[float]]],
    ) -> None:
        self.kernel = kernel
        endpoint = Endpoint(NOT_COUNTED, service, "probe")
        endpoint.program = ConstantWork(END, work)
        edge = Edge(NOT_COUNTED, prober, endpoint, link, kernel, ledger)
        self.site = Site(f"probe/{prober}/{service}", CallPoint("probe", edge, 0), fillers, 1)
        self.request_tally = Tally(Nature(0))
        self.number = 0

    def send(
        self,
        prober: Prober,
        instance: Instance,
        timeout: float,
        distance: Distance = NO_DISTANCE,
    ) -> None:
        """Probe `instance`, which is so far away; `prober` hears the end within `timeout` seconds."""
        site, kernel = self.site, self.kernel
        request = Request(self.request_tally, self.number)
        self.number += 1
        probe = ProbeAttempt(request, prober, site, instance, 0, kernel.now, inf)
        probe.prober = prober
        probe.bound = Bound(probe)
        kernel.schedule(probe.bound, timeout)
        if site.spread:
            probe.distance = distance
        if instance.disturbed is not None:
            send_disturbed(probe, instance.disturbed)
            return
        if site.distant:
            probe.op = ARRIVE
            out = site.out
            delay = site.point.edge.link.constant if out is None else out.at(request.index)
            if site.spread:
                delay += distance.seconds
            kernel.schedule(probe, delay)
        else:
            instance.accept(probe)
