"""Active health checks that a caller makes of the instances that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.discovery.probe import ProbeLine, Prober
from simulator.kernel.event import Event

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.route import Member, Route
    from simulator.kernel.kernel import Kernel
    from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class HealthCheckSettings:
    """Times in seconds; thresholds in probes in a row; `work` is what a probe costs the instance."""

    interval: float
    timeout: float
    healthy_threshold: int
    unhealthy_threshold: int
    work: float


class HealthChecker(Event):
    """Probes every member of one route, and tells the route who is well.

    A member is unhealthy after `unhealthy_threshold` probes in a row that were not answered well in
    time, and healthy again after `healthy_threshold` that were. Each caller has its own checks, as
    each Envoy has; the first round begins somewhere within the first interval (`offset`).

    Source: Envoy, "Health checking"; HAProxy `check inter fall rise`.
    """

    __slots__ = ("kernel", "line", "route", "settings", "watches")

    def __init__(
        self,
        kernel: Kernel,
        route: Route,
        line: ProbeLine,
        settings: HealthCheckSettings,
        offset: float,
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.route = route
        self.line = line
        self.settings = settings
        self.watches: dict[str, Watch] = {}
        kernel.schedule(self, offset)

    def fire(self) -> None:
        watches: dict[str, Watch] = {}
        for member in self.route.members:
            watch = self.watches.get(member.name)
            if watch is None or watch.member is not member:
                watch = Watch(self, member)
            watches[member.name] = watch
            if not watch.asking:
                watch.asking = True
                self.line.send(watch, member.instance, self.settings.timeout, member.distance)
        self.watches = watches
        self.kernel.schedule(self, self.settings.interval)


class Watch(Prober):
    """How the checks of one member have gone; `streak` counts those in a row against its state."""

    __slots__ = ("asking", "checker", "member", "streak")

    def __init__(self, checker: HealthChecker, member: Member) -> None:
        super().__init__()
        self.checker = checker
        self.member = member
        self.asking = False
        self.streak = 0

    def sender(self, attempt: Attempt) -> str:
        return self.checker.route.caller

    def probed(self, instance: Instance, well: bool) -> None:
        self.asking = False
        member, settings = self.member, self.checker.settings
        if well == member.checked:
            self.streak = 0
            return
        self.streak += 1
        if self.streak >= (settings.healthy_threshold if well else settings.unhealthy_threshold):
            self.streak = 0
            member.checked = well
            self.checker.route.mark(member, self.checker.kernel.now)
