"""Processes that die soon after each start, and are started ever more rarely."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.fault.fault import NEARLY, Fault, Schedule
from simulator.fault.keeper import Keeper
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.platform.back_off import BackOff, Failures
from simulator.service.instance import Instance


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

    Args:
        start: what a start takes, after the wait, in seconds.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        lives: float,
        backoff: BackOff,
        start: float,
        keeper: Keeper,
    ) -> None:
        super().__init__(kernel, name, "crash_loop", schedule)
        self.choose = choose
        self.lives = lives
        self.backoff = backoff
        self.start = start
        self.keeper = keeper
        self.loops: list[Loop] = []

    def begin(self) -> Sequence[str]:
        self.loops = [Loop(self, each) for each in self.choose()]
        for loop in self.loops:
            loop.crash()
        return [loop.instance.name for loop in self.loops]

    def vacated(self, name: str) -> None:
        for loop in [each for each in self.loops if each.instance.name == name]:
            self.loops.remove(loop)
            loop.end()

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
        self.failures = Failures(fault.backoff)
        self.kept = False

    def fire(self) -> None:
        kernel, instance = self.fault.kernel, self.instance
        if self.kept:
            self.let_go()
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
        wait = self.failures.failed(kernel.now - instance.since if instance.up else 0.0)
        self.kept = True
        self.fault.keeper.keep(instance)
        kernel.schedule(self, wait + self.fault.start)

    def end(self) -> None:
        """The process runs, and lives on."""
        self.fault.kernel.cancel(self)
        if self.kept:
            self.let_go()

    def let_go(self) -> None:
        """The process starts, unless it is no more: another may have taken its place meanwhile."""
        self.kept = False
        if self.fault.keeper.keeps(self.instance):
            self.fault.keeper.let_go(self.instance)
