"""Who ends processes for a fault, keeps them dead, and lets them start again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.call.route import Route
from simulator.fault.dying import end
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.deaths import Death
from simulator.platform.workload import Replica, WorkloadListener
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


class Keeper:
    """Ends instances, and lets each start again when nothing else keeps it dead.

    Where instances come and go it keeps dead whom it has ended, and not who comes in its place.

    Args:
        deaths: where each death is noted.
        callers: the routes by which each instance is asked, by its name: who finds out.
    """

    def __init__(
        self,
        kernel: Kernel,
        lifecycle: Lifecycle,
        callers: Mapping[str, Sequence[Route]],
        deaths: list[Death],
    ) -> None:
        self.kernel = kernel
        self.lifecycle = lifecycle
        self.callers = callers
        self.deaths = deaths
        self.kept: list[Stay] = []

    def keep(self, instance: Instance, seconds: float | None = None) -> None:
        """The process is gone, and does not start again before it is let go: then, or by somebody."""
        instance.kept_down += 1
        if instance.up:
            end(instance, self.kernel.now, self.lifecycle, self.callers, self.deaths)
        stay = Stay(self, instance)
        self.kept.append(stay)
        if seconds is not None:
            self.kernel.schedule(stay, seconds)

    def keeps(self, instance: Instance) -> bool:
        """Whether it keeps this one dead."""
        return any(each.instance is instance for each in self.kept)

    def let_go(self, instance: Instance) -> None:
        """It starts again, unless something else keeps it dead."""
        self.release(next(each for each in self.kept if each.instance is instance))

    def let_all_go(self) -> None:
        """All that it keeps start again."""
        for stay in list(self.kept):
            self.release(stay)

    def release(self, stay: Stay) -> None:
        """One of those times is over."""
        self.kernel.cancel(stay)
        self.kept.remove(stay)
        instance = stay.instance
        instance.kept_down -= 1
        if instance.kept_down == 0:
            instance.restart()
            self.lifecycle.restarted(instance)


class Vacated(WorkloadListener):
    """Lets a keeper hear of instances that are no more: who takes their places is somebody else."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper

    def gone(self, replica: Replica) -> None:
        while self.keeper.keeps(replica.instance):
            self.keeper.let_go(replica.instance)


class Stay(Event):
    """The time for which one instance is kept dead; as an event, its end."""

    def __init__(self, keeper: Keeper, instance: Instance) -> None:
        super().__init__()
        self.keeper = keeper
        self.instance = instance

    def fire(self) -> None:
        self.keeper.release(self)
