"""What every rollout is: it begins, goes on when something changes, and comes to one end or another."""

from __future__ import annotations

from simulator.fault.fault import NEARLY
from simulator.platform.rollout.analysis import Analysis
from simulator.platform.rollout.fleet import Fleet
from simulator.units import format_duration

UNDER_WAY, COMPLETE, ROLLED_BACK = "under way", "complete", "rolled back"
"""What has become of a rollout."""


class Deadline:
    """How long a rollout may stand still.

    In the real world: `progressDeadlineSeconds`. A Deployment that exceeds it says so, and goes on
    trying; Argo Rollouts and Flagger can take it back.

    Attributes:
        seconds: without an instance more or less, or one that has become available.
        aborts: whether the rollout is taken back then.
    """

    def __init__(self, seconds: float, aborts: bool) -> None:
        self.seconds = seconds
        self.aborts = aborts
        self.seen: tuple[tuple[str, int, int], ...] = ()
        self.since = 0.0
        self.stood = False
        self.exceeded = False

    def moved(self, seen: tuple[tuple[str, int, int], ...], now: float, stands: bool) -> bool:
        """Whether there is progress since the last look; `stands` if none is to be expected."""
        moved = seen != self.seen or stands or self.stood
        self.stood = stands
        if moved:
            self.seen = seen
            self.since = now
            self.exceeded = False
        return moved

    def exceeds(self, now: float) -> bool:
        """Whether it is exceeded now, for the first time since there was progress."""
        if self.exceeded or now - self.since < self.seconds - NEARLY:
            return False
        self.exceeded = True
        return True


class Rollout:
    """A new version that replaces an old one, step by step.

    It is told to look whenever an instance has come or gone, or a time is over, and does all that
    can be done then: a look too many does nothing.

    Args:
        before: the version that runs, and to which a rollout that fails goes back.
        version: the new one.

    Attributes:
        state: what has become of it.
        analysis: who judges the new version, if anybody does.
        began, ended: when, in seconds; `ended` is None while something is still to be done.
        why: for what reason it was taken back.
    """

    kind = ""
    """What the strategy is called."""

    def __init__(
        self,
        fleet: Fleet,
        before: str,
        version: str,
        deadline: Deadline,
        analysis: Analysis | None = None,
    ) -> None:
        self.fleet = fleet
        self.before = before
        self.version = version
        self.deadline = deadline
        self.analysis = analysis
        self.state = UNDER_WAY
        self.began = 0.0
        self.ended: float | None = None
        self.why = ""
        self.busy = False
        self.again = False

    @property
    def name(self) -> str:
        """What the new version is called."""
        return self.fleet.known_as(self.version)

    @property
    def target(self) -> str:
        """The version that is to be everywhere: the one before, once it is taken back."""
        return self.before if self.why else self.version

    @property
    def stands(self) -> bool:
        """Whether it is meant to stand still for now."""
        return False

    def begin(self) -> None:
        """It begins."""
        self.began = self.fleet.now
        self.step()

    def step(self) -> None:
        """Do all that can be done now."""
        if self.busy:
            # What was just done has changed something at once.
            self.again = True
            return
        self.busy = True
        while self.ended is None and self.advance():
            pass
        self.busy = False
        if self.again:
            self.again = False
            self.step()
            return
        if self.ended is None:
            self.look_at_the_clock()

    def advance(self) -> bool:
        """Do one thing that can be done now; returns whether there was one."""
        raise NotImplementedError

    def abort(self, why: str) -> None:
        """Go back to the version before."""
        self.why = why
        self.fleet.tell(f"{self.name}: rolled back: {why}")
        self.step()

    def supersede(self) -> None:
        """Another rollout takes over from here."""
        self.ended = self.fleet.now

    def look_at_the_clock(self) -> None:
        """See whether it has stood still for too long."""
        fleet, deadline = self.fleet, self.deadline
        seen = tuple((each, *fleet.revision(each)) for each in fleet.versions())
        if deadline.moved(seen, fleet.now, self.stands):
            if not self.stands:
                fleet.wake(deadline.seconds)
        elif deadline.exceeds(fleet.now):
            for_so_long = f"no progress for {format_duration(deadline.seconds)}"
            fleet.tell(f"{self.name}: {for_so_long}: the deadline is exceeded")
            if deadline.aborts and self.state == UNDER_WAY and not self.why:
                self.abort(for_so_long)

    def finish(self, state: str) -> None:
        """It has come to its end."""
        self.state = state
        self.ended = self.fleet.now
        if self.analysis is not None:
            self.analysis.stop()

    def judged(self) -> None:
        """The analysis has measured once more."""
        analysis = self.analysis
        assert analysis is not None
        if analysis.failed and not self.why:
            self.abort(analysis.why)
        else:
            self.step()
