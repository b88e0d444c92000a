"""What blue/green and canaries have in common: two versions side by side, and a switch between them."""

from __future__ import annotations

from simulator.fault.fault import NEARLY
from simulator.platform.rollout.analysis import Analysis
from simulator.platform.rollout.fleet import Fleet
from simulator.platform.rollout.rollout import COMPLETE, ROLLED_BACK, Deadline, Rollout

COMES, STANDS, ACTIVE, BACK = range(4)
"""How far it is: the new version comes up, stands by, has all requests, or was taken back."""


class Switching(Rollout):
    """A rollout that moves requests, not only instances, and can move them back at once.

    Args:
        scale_down_delay: seconds from the last switch to the end of the old instances.
        abort_scale_down_delay: seconds from a rollback to the end of the new ones.

    Attributes:
        stage: how far it is; `since` when, in seconds.
    """

    def __init__(
        self,
        fleet: Fleet,
        before: str,
        version: str,
        deadline: Deadline,
        scale_down_delay: float,
        abort_scale_down_delay: float,
        analysis: Analysis | None = None,
    ) -> None:
        super().__init__(fleet, before, version, deadline, analysis)
        self.scale_down_delay = scale_down_delay
        self.abort_scale_down_delay = abort_scale_down_delay
        self.stage = COMES
        self.since = 0.0

    @property
    def stands(self) -> bool:
        return self.stage != COMES

    def advance(self) -> bool:
        fleet = self.fleet
        if self.stage == BACK:
            self.keep(self.before, fleet.wanted)
            return self.after(self.abort_scale_down_delay) and self.end(self.before, ROLLED_BACK)
        if self.stage == ACTIVE:
            self.keep(self.version, fleet.wanted)
            judging = self.analysis is not None and self.analysis.running
            if judging or not self.after(self.scale_down_delay):
                return False
            return self.end(self.version, COMPLETE)
        self.keep(self.before, fleet.wanted)
        return self.climb()

    def climb(self) -> bool:
        """Do the next thing on the way to the switch; returns whether there was one."""
        raise NotImplementedError

    def switch(self, share: float) -> None:
        """From now on the new version gets such a share of the requests."""
        self.fleet.divide({self.before: 1.0 - share, self.version: share})

    def abort(self, why: str) -> None:
        self.why = why
        self.switch(0.0)
        self.fleet.tell(f"{self.name}: rolled back: {why}")
        if self.analysis is not None:
            self.analysis.stop()
        self.state = ROLLED_BACK
        self.enter(BACK, self.abort_scale_down_delay)
        self.step()

    def supersede(self) -> None:
        active = self.stage == ACTIVE
        last = self.version if active else self.before
        self.fleet.tell(
            f"{self.name}: another rollout takes over; {self.fleet.known_as(last)} stays"
        )
        self.end(last, COMPLETE if active else ROLLED_BACK)

    def keep(self, version: str, size: int) -> None:
        """Have at least so many of a version."""
        if self.fleet.revision(version).replicas < size:
            self.fleet.resize(version, size)

    def enter(self, stage: int, seconds: float) -> None:
        """It is this far now, and looks again after some seconds."""
        self.stage = stage
        self.since = self.fleet.now
        if seconds > 0.0:
            self.fleet.wake(seconds)

    def after(self, seconds: float) -> bool:
        """Whether it has been this far for so long."""
        return self.fleet.now - self.since >= seconds - NEARLY

    def end(self, version: str, state: str) -> bool:
        """One version is left; there is nothing more to be done."""
        fleet = self.fleet
        self.finish(state)
        for other in fleet.versions():
            if other != version:
                fleet.resize(other, 0)
        fleet.divide({version: 1.0})
        fleet.tell(f"{self.fleet.known_as(version)}: the other instances are stopped")
        return False
