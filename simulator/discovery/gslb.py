"""Global balancing: the name server of one service, and those who check its regions for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.call.steering.board import Board
from simulator.discovery.probe import ProbeLine, Prober

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.call.attempt import Attempt
    from simulator.kernel.kernel import Kernel
    from simulator.network.atlas import Atlas
    from simulator.observe.event_log import EventLog
    from simulator.service.instance import Instance

ENOUGH: Final = 0.18
"""A region is well while more than this share of its checkers says so: Route 53's number."""


@dataclass(frozen=True, slots=True)
class RegionCheckSettings:
    """Times in seconds; `threshold` in checks in a row; `work` is what a check costs an instance."""

    interval: float
    timeout: float
    threshold: int
    work: float


class NameServer:
    """Answers where a service is, and knows from its checkers which regions are well.

    In the real world: health checkers all over the world ask an endpoint every 30 seconds, or every
    10 for more money, without a word among each other. Each of them holds it for ill after three bad
    answers in a row, and for well again after three good ones. While more than 18 % of them find it
    well it is, so that a checker that is cut off by itself cannot take anything out of service.

    Here: one checker stands in every region of the scenario. Those elsewhere vote; the one in the
    region itself only measures (it votes where there is no other). What they ask is the region's
    front door, which passes the check on to the next of the instances that listen; if none does, the
    check is refused. The checks take slots and work like other requests, and their distance in time.

    Left out: front doors with health checks of their own, and a delay between a vote and its effect.

    Source: Amazon Route 53 Developer Guide, "How Route 53 determines whether a health check is
    healthy".

    Args:
        service: whose regions these are.
    """

    def __init__(self, kernel: Kernel, events: EventLog, service: str, board: Board) -> None:
        self.kernel = kernel
        self.events = events
        self.service = service
        self.board = board
        self.checkers: list[RegionChecker] = []

    def voters(self, region: str) -> list[RegionChecker]:
        """Who has a say in whether a region is well."""
        there = [each for each in self.checkers if each.region == region]
        return [each for each in there if each.stands != region] or there

    def count(self, region: str) -> None:
        """A checker has changed its mind about a region."""
        voters = self.voters(region)
        well = sum(each.well for each in voters) > ENOUGH * len(voters)
        if well != self.board.healthy[region]:
            now = self.kernel.now
            self.board.mark(region, well, now)
            state = "healthy" if well else "unhealthy"
            self.events.note(now, "gslb", f"{self.service} in {region}", state)


class RegionChecker(Prober):
    """One checker of one region; it fires when its next check is due.

    Args:
        stands: the region that it stands in, in the zone `zone`.
        region: the region that it checks, whose instances are among `instances`.

    Attributes:
        well: what it holds of the region; `streak` counts the checks in a row against that.
    """

    __slots__ = (
        "asked",
        "atlas",
        "instances",
        "line",
        "region",
        "server",
        "settings",
        "stands",
        "streak",
        "turn",
        "well",
        "zone",
    )

    def __init__(
        self,
        server: NameServer,
        settings: RegionCheckSettings,
        line: ProbeLine,
        atlas: Atlas,
        stands: str,
        zone: str,
        region: str,
        instances: Sequence[Instance],
    ) -> None:
        super().__init__()
        self.server = server
        self.settings = settings
        self.line = line
        self.atlas = atlas
        self.stands = stands
        self.zone = zone
        self.region = region
        self.instances = instances
        self.asked = 0.0
        self.turn = 0
        self.streak = 0
        self.well = True

    @property
    def name(self) -> str:
        """What it is called where faults look for who has sent a message."""
        return checker_name(self.stands)

    def begin(self, offset: float) -> None:
        """Check for the first time in `offset` seconds."""
        self.server.kernel.schedule(self, offset)

    def sender(self, attempt: Attempt) -> str:
        return self.name

    def fire(self) -> None:
        kernel = self.server.kernel
        kernel.schedule(self, self.settings.interval)
        self.asked = kernel.now
        instance = self.front_door()
        if instance is None:
            self.judge(False)
        else:
            distance = self.atlas.distance(self.zone, instance.zone)
            self.line.send(self, instance, self.settings.timeout, distance)

    def front_door(self) -> Instance | None:
        """The instance that gets the next check: one that listens, if any does."""
        there = [each for each in self.instances if self.atlas.region_of(each.zone) == self.region]
        listening = [each for each in there if each.up] or there
        if not listening:
            return None
        self.turn = (self.turn + 1) % len(listening)
        return listening[self.turn]

    def probed(self, instance: Instance, well: bool) -> None:
        if well:
            seconds = self.server.kernel.now - self.asked
            self.server.board.measured(self.stands, self.region, seconds)
        self.judge(well)

    def judge(self, well: bool) -> None:
        """A check has ended well, or not."""
        if well == self.well:
            self.streak = 0
            return
        self.streak += 1
        if self.streak >= self.settings.threshold:
            self.streak = 0
            self.well = well
            self.server.count(self.region)


def checker_name(region: str) -> str:
    """What the checkers that stand in a region are called; no party of a scenario is called so."""
    return f"checkers/{region}"
