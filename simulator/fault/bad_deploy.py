"""A deployment of a version that is worse than the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.fault.fault import Fault, Schedule
from simulator.fault.keeper import Keeper
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.service.impairment import Impairment
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle

WAITS, LEAVES, DOWN, BAD = range(4)
"""How far the replacement of one instance is."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """How many instances are replaced at a time, how often, and how long each takes, in seconds."""

    batch: int
    every: float
    grace: float
    down: float


class BadDeploy(Fault):
    """Puts a version on instances that is slower, answers with failures, or breaks a contract.

    In the real world: most outages begin with a change. A release passes its tests, its health
    checks are green, and it fails with the data of production, or a caller still speaks the old
    interface. A rolling deployment meets it instance by instance, which is why canaries are watched.

    Here: a share of the answers is `error` after all the work (`errors`), every second of work takes
    1 / speed seconds (`speed`), and certain callers are answered `error` at once, without work
    (`breaks`). Probes are answered as ever. With `rolling` the instances are replaced in turn: each
    deregisters, goes on serving for `grace`, is down for `down` and comes back with the bad version.
    Without it the version changes under the requests. The end of the fault rolls back at once and
    without restarts; who is down at that moment comes up with the old version.

    Left out: a rollback that takes as long as the rollout; a rollout that stops by itself when the
    first instances look bad; data that the bad version has written.

    Source: Beyer et al., Site Reliability Engineering (O'Reilly, 2016), chapter 8 and appendix B,
    "Progressive Rollouts"; Kubernetes, "Performing a Rolling Update".
    """

    announced = True

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        version: Impairment,
        rolling: Rolling | None,
        lifecycle: Lifecycle,
        keeper: Keeper,
    ) -> None:
        super().__init__(kernel, name, "bad_deploy", schedule)
        self.choose = choose
        self.version = version
        self.rolling = rolling
        self.lifecycle = lifecycle
        self.keeper = keeper
        self.replaced: list[Replacement] = []

    def begin(self) -> Sequence[str]:
        victims = self.choose()
        self.replaced = [Replacement(self, each, self.rolling) for each in victims]
        for number, replacement in enumerate(self.replaced):
            if self.rolling is None:
                replacement.come_back()
            else:
                turn = number // self.rolling.batch
                self.kernel.schedule(replacement, turn * self.rolling.every)
        return [each.name for each in victims]

    def vacated(self, name: str) -> None:
        for each in [one for one in self.replaced if one.instance.name == name]:
            self.replaced.remove(each)
            each.roll_back()

    def undo(self) -> None:
        for each in self.replaced:
            each.roll_back()
        self.replaced.clear()


class Replacement(Event):
    """One instance that gets the bad version; as an event, the end of whatever it is at."""

    def __init__(self, fault: BadDeploy, instance: Instance, rolling: Rolling | None) -> None:
        super().__init__()
        self.fault = fault
        self.instance = instance
        self.rolling = rolling
        self.stage = WAITS

    def fire(self) -> None:
        rolling, instance = self.rolling, self.instance
        assert rolling is not None
        if self.stage == WAITS and instance.up:
            self.fault.lifecycle.stopping(instance)
            if rolling.grace > 0.0:
                self.stage = LEAVES
                self.fault.kernel.schedule(self, rolling.grace)
                return
        if self.stage == DOWN:
            self.come_back()
            return
        self.stage = DOWN
        self.fault.keeper.keep(instance)
        self.fault.kernel.schedule(self, rolling.down)

    def come_back(self) -> None:
        """The instance runs the bad version."""
        self.stage = BAD
        self.fault.version.put_on(self.instance)
        self.start()

    def start(self) -> None:
        """Let the instance start again, if this has stopped it."""
        if self.fault.keeper.keeps(self.instance):
            self.fault.keeper.let_go(self.instance)

    def roll_back(self) -> None:
        """The instance runs its own version, and runs."""
        self.fault.kernel.cancel(self)
        if self.stage == BAD:
            self.fault.version.take_off(self.instance)
        elif self.stage == LEAVES and self.instance.up and self.instance.kept_down == 0:
            # It stays, unless it is on its way to another node.
            self.fault.lifecycle.restarted(self.instance)
        self.start()
