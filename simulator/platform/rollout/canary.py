"""A few new instances get a small part of the requests, and then a greater one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from simulator.fault.fault import NEARLY
from simulator.platform.rollout.analysis import Analysis
from simulator.platform.rollout.fleet import Fleet
from simulator.platform.rollout.rollout import Deadline
from simulator.platform.rollout.switching import ACTIVE, COMES, Switching
from simulator.units import format_duration, format_share


@dataclass(frozen=True, slots=True)
class SetWeight:
    """From now on the new version gets this share of the requests."""

    weight: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing changes for so many seconds."""

    seconds: float


Step = SetWeight | Pause


class Canary(Switching):
    """Gives the new version a share of the requests, step by step, as long as it does well.

    In the real world: the strategy `canary` of Argo Rollouts with traffic routing, or Flagger on a
    mesh. The canary has as many instances as its share asks for, rounded up, and gets the share when
    they are available; the stable version keeps all of its own, so that the way back is open. After
    the last step the canary gets all instances, and then all requests.

    Here: the steps are those of Argo Rollouts. A failed analysis sends all requests to the stable
    version at once, and stops the canary after `abort_scale_down_delay`. One that can tell nothing
    holds the canary where it is, if it is to wait. After the last step nothing is judged any more.

    Left out: a canary without traffic routing, whose share is that of its instances; a pause until a
    person lets it go on; steps that mirror requests, or route them by header.

    Source: Argo Rollouts, "Canary Deployment Strategy"; Flagger, "Deployment Strategies".
    """

    kind = "canary"

    def __init__(
        self,
        fleet: Fleet,
        before: str,
        version: str,
        deadline: Deadline,
        steps: Sequence[Step],
        scale_down_delay: float,
        abort_scale_down_delay: float,
        analysis: Analysis | None = None,
    ) -> None:
        super().__init__(
            fleet, before, version, deadline, scale_down_delay, abort_scale_down_delay, analysis
        )
        self.steps = list(steps)
        self.number = 0
        self.paused_until: float | None = None
        self.weight = 0.0

    @property
    def stands(self) -> bool:
        return self.stage != COMES or self.paused_until is not None or self.undecided

    @property
    def undecided(self) -> bool:
        """Whether it waits for a measurement that tells something."""
        return self.analysis is not None and self.analysis.waiting

    def begin(self) -> None:
        self.switch(0.0)
        self.fleet.tell(f"{self.name}: a canary begins, of {len(self.steps)} steps")
        super().begin()

    def climb(self) -> bool:
        self.keep(self.version, self.size(self.weight))
        if self.undecided:
            return False
        if self.number == len(self.steps):
            if self.weight < 1.0 and not self.rise(1.0):
                return False
            self.promote()
            return True
        step = self.steps[self.number]
        if not (self.pause(step.seconds) if isinstance(step, Pause) else self.rise(step.weight)):
            return False
        self.number += 1
        return True

    def size(self, weight: float) -> int:
        """How many instances such a share of the requests takes."""
        return ceil(weight * self.fleet.wanted - NEARLY)

    def rise(self, weight: float) -> bool:
        """Give the canary such a share, once it has instances enough; returns whether it has it."""
        fleet = self.fleet
        size = self.size(weight)
        self.keep(self.version, size)
        new = fleet.revision(self.version)
        if new.available < size:
            return False
        first = self.weight == 0.0 and weight > 0.0
        self.weight = weight
        self.switch(weight)
        fleet.tell(
            f"{self.name}: gets {format_share(weight)} of the requests; {new.replicas} run it"
        )
        if first and self.analysis is not None:
            self.analysis.begin(fleet.now)
        return True

    def pause(self, seconds: float) -> bool:
        """Let some time pass; returns whether it has passed."""
        fleet = self.fleet
        if self.paused_until is None:
            self.paused_until = fleet.now + seconds
            fleet.tell(f"{self.name}: is paused for {format_duration(seconds)}")
            fleet.wake(seconds)
        if fleet.now < self.paused_until - NEARLY:
            return False
        self.paused_until = None
        return True

    def promote(self) -> None:
        """The canary has all requests: it is the stable version now."""
        analysis = self.analysis
        how = ""
        if analysis is not None:
            analysis.stop()
            how = ", though no measurement told anything"
            if analysis.told:
                how = f", after {analysis.told} of {analysis.made} measurements told something"
        self.fleet.tell(f"{self.name}: is promoted{how}")
        self.enter(ACTIVE, self.scale_down_delay)

    def abort(self, why: str) -> None:
        self.paused_until = None
        self.weight = 0.0
        super().abort(why)
