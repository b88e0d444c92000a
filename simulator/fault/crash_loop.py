"""Processes that die soon after each start, and are started ever more rarely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.fault.fault import NEARLY, Fault, Schedule
from simulator.fault.keeper import Keeper
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance

FORGIVEN = 600.0
"""Seconds of running after which earlier crashes are forgotten."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """How a platform restarts what crashes; times in seconds.

    The first restart is at once. Then it waits for `initial` from the crash on, and for twice as
    long after each further one, up to `most`.

    Attributes:
        start: what a start takes, after the wait.
    """

    initial: float
    most: float
    start: float

    def wait(self, crashes: int) -> float:
        """The wait after so many crashes in a row, of which the last is counted."""
        if crashes <= 1:
            return 0.0
        # A float of 2 ** 1100 would be too large; the cap is reached long before.
        return float(min(self.most, self.initial * 2.0 ** min(crashes - 2, 60)))


class CrashLoop(Fault):
    """Lets processes die `lives` after each start; the platform starts them ever more rarely.

    In the real world: a configuration that is read at startup, a migration that fails, a liveness
    probe that is too strict: `CrashLoopBackOff`. Each time the process is back it is sent requests,
    which it loses.

    Here: the process dies when the fault begins. It is started again at once, as the kubelet does
    after a first crash, then 10 s, 20 s, 40 s ... after the crash (`backoff`, doubled each time),
    and never later than `max`. A start takes `start`. It serves for `lives`, dies again, and loses
    what it has inside. After 10 minutes of running, earlier crashes are forgotten. At the end of
    the fault it starts at once and stays. What another fault kills is not a crash of this one; what
    it keeps dead after this one has started it counts as having crashed.

    Left out: readiness, which would keep requests away until the process has proved itself; jobs
    that are not restarted.

    Source: Kubernetes, "Pod Lifecycle", "How Pods handle problems with containers"; kubelet,
    `MaxContainerBackOff` (300 s) and its recovery threshold (10 min).
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        lives: float,
        backoff: BackOff,
        keeper: Keeper,
    ) -> None:
        super().__init__(kernel, name, "crash_loop", schedule)
        self.choose = choose
        self.lives = lives
        self.backoff = backoff
        self.keeper = keeper
        self.loops: list[Loop] = []

    def begin(self) -> Sequence[str]:
        self.loops = [Loop(self, each) for each in self.choose()]
        for loop in self.loops:
            loop.crash()
        return [loop.instance.name for loop in self.loops]

    def undo(self) -> None:
        for loop in self.loops:
            loop.end()
        self.loops.clear()


class Loop(Event):
    """One process that dies and starts in turn; as an event, the next of either."""

    def __init__(self, fault: CrashLoop, instance: Instance) -> None:
        super().__init__()
        self.fault = fault
        self.instance = instance
        self.crashes = 0
        self.kept = False

    def fire(self) -> None:
        kernel, instance = self.fault.kernel, self.instance
        if self.kept:
            self.kept = False
            self.fault.keeper.let_go(instance)
            kernel.schedule(self, self.fault.lives)
            return
        left = instance.since + self.fault.lives - kernel.now
        if instance.up and left > NEARLY:
            # Somebody else has ended it and started it again meanwhile.
            kernel.schedule(self, left)
            return
        self.crash()

    def crash(self) -> None:
        """The process dies, and is started after a wait."""
        kernel, instance = self.fault.kernel, self.instance
        if instance.up and kernel.now - instance.since >= FORGIVEN - NEARLY:
            self.crashes = 0
        self.crashes += 1
        self.kept = True
        self.fault.keeper.keep(instance)
        backoff = self.fault.backoff
        kernel.schedule(self, backoff.wait(self.crashes) + backoff.start)

    def end(self) -> None:
        """The process runs, and lives on."""
        self.fault.kernel.cancel(self)
        if self.kept:
            self.fault.keeper.let_go(self.instance)
