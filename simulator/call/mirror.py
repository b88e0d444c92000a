"""Copies of questions, for somebody whose answers do not matter."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.call.ask import send
from simulator.call.edge import CallPoint
from simulator.call.party import Party
from simulator.call.passage import Passage
from simulator.call.site import Site
from simulator.kernel.event import IDLE, Event
from simulator.outcome import NO_INSTANCE
from simulator.traffic.request import Tally

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.segmented import SegmentedRoute


class Mirror(Party):
    """Sends copies of a share of the calls that go one way to another version too, and forgets them.

    In the real world: a proxy copies requests to a version that is to be tried under the real load
    before anybody depends on it. The proxy does not wait for the answers, and reads none of them.

    Here: the copy leaves in the same instant as the first attempt of a call, after it; retries and
    hedges are not copied. It has draws of its own, the call's timeout and deadline, and is worked on
    like any other; whatever it makes its callee ask others is asked really, and counts there. It goes
    by an edge of its own, and counts neither as a call of its caller nor among the attempts of its
    user's request. Where there is no instance for it, it ends `no_instance`, and nobody cares.

    Left out: traces of copies; writes that are done twice, which is why what is mirrored should only
    read.

    Source: Istio, VirtualService `mirror` and `mirrorPercentage`; Envoy, `request_mirror_policies`.
    """

    __slots__ = ("route",)

    def __init__(self, route: SegmentedRoute) -> None:
        self.key = IDLE
        self.route = route

    def look_at(self, attempt: Attempt) -> None:
        """An attempt is sent: send a copy after it, if its call is one of those that are copied."""
        if attempt.site.point.edge.shadow is None:
            return
        caller = attempt.caller
        if isinstance(caller, Passage) and caller.number > 0:
            return
        if self.route.segmentation.mirrors(attempt.request):
            attempt.instance.kernel.schedule(Copy(self, attempt), 0.0)

    def copy(self, attempt: Attempt) -> None:
        """Send the copy of an attempt."""
        site = self.site_of(attempt.site)
        edge = site.point.edge
        now = edge.kernel.now
        segmentation = self.route.segmentation
        member = None
        if segmentation.mirror_to is not None:
            member = self.route.pick_of(segmentation.mirror_to, attempt.request, now)
        if member is None:
            edge.denied += 1
            edge.ledger.add(edge.no_lane + NO_INSTANCE, now, now)
            return
        request = attempt.request.detached()
        request.trace = None
        nature = request.tally.nature
        if nature not in segmentation.tallies:
            segmentation.tallies[nature] = Tally(nature)
        request.tally = segmentation.tallies[nature]
        send(self, request, site, self.route, member, attempt.deadline, inf, False)

    def site_of(self, site: Site) -> Site:
        """Where the copies of what is asked at a site are drawn for."""
        point = site.point
        sites = self.route.segmentation.sites
        found = sites.get(site)
        if found is None:
            assert point.edge.shadow is not None
            shadow = CallPoint(point.name, point.edge.shadow, point.route)
            found = Site(f"{site.path}/mirror", shadow, site.fillers, site.depth)
            sites[site] = found
        # A push of configuration may have changed it since.
        found.point.patience = point.patience
        return found

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        """Nobody reads the answer."""

    def sender(self, attempt: Attempt) -> str:
        return self.route.caller


class Copy(Event):
    """A copy of an attempt, about to be sent."""

    __slots__ = ("attempt", "mirror")

    def __init__(self, mirror: Mirror, attempt: Attempt) -> None:
        super().__init__()
        self.mirror = mirror
        self.attempt = attempt

    def fire(self) -> None:
        self.mirror.copy(self.attempt)
