"""Killing instances at random, one at a time, for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from simulator.fault.fault import Fault, Schedule
from simulator.fault.keeper import Keeper
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class Habits:
    """How a monkey goes about it.

    Attributes:
        interval: seconds in which it strikes once at most.
        probability: with which it strikes in one of them.
        most_down: how many of a service may be down at once, or (a float) which share of them.
        restart: seconds after which what it killed starts again.
    """

    interval: float
    probability: float
    most_down: int | float
    restart: float

    def allowed(self, instances: int) -> int:
        """How many of so many instances may be down; a share is rounded up."""
        if isinstance(self.most_down, int):
            return self.most_down
        return ceil(self.most_down * instances - 1e-9)


class Monkey(Fault):
    """Kills one instance at random in each interval, and lets it start again after a while.

    In the real world: Netflix's Chaos Monkey, and kube-monkey: production is hit all the time, on
    working days, so that nobody builds what cannot bear it. What is struck is an instance; what is
    tested is whether users notice.

    Here: in each `interval` from its begin on it strikes with the `probability`, at a moment of which
    each is as likely, one of those alive, of which each is as likely too. It spares them all if more
    of the service than `max_down` would be down then, whoever keeps the others down. What is killed
    loses what it has inside, and starts again after `restart`, or when the fault is over.

    Left out: working hours, the schedule that is made once a day, and leaders that are spared.

    Source: Netflix Chaos Monkey, "Configuration" (mean time between kills, grouping) and its
    termination schedule; Kubernetes, PodDisruptionBudget `maxUnavailable`, rounded up.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        fleets: Mapping[str, Sequence[Instance]],
        habits: Habits,
        uniform: Callable[[], float],
        keeper: Keeper,
    ) -> None:
        super().__init__(kernel, name, "monkey", schedule)
        self.choose = choose
        self.fleets = fleets
        self.habits = habits
        self.uniform = uniform
        self.keeper = keeper
        self.prey: list[Instance] = []
        self.intervals = 0
        self.next = Turn(self)
        self.blow = Blow(self)

    def begin(self) -> Sequence[str]:
        self.prey = self.choose()
        self.intervals = 0
        self.turn()
        return [each.name for each in self.prey]

    def turn(self) -> None:
        """An interval begins: whether and when it strikes in it is drawn."""
        interval = self.habits.interval
        self.intervals += 1
        # Three draws in each interval, so that what happens in one does not shift the others.
        chance, moment, self.blow.which = self.uniform(), self.uniform(), self.uniform()
        if chance < self.habits.probability:
            self.kernel.schedule(self.blow, moment * interval)
        # By multiplication, so that the ends of intervals do not drift.
        self.kernel.schedule_at(self.next, self.latest + self.intervals * interval)

    def strike(self, which: float) -> None:
        """Kill one of those alive, as a number from 0 up to 1 says, if so many may be down."""
        alive = [each for each in self.prey if each.up]
        if not alive:
            return
        victim = alive[int(which * len(alive))]
        fleet = self.fleets[victim.name]
        down = sum(not each.up for each in fleet)
        if down + 1 > self.habits.allowed(len(fleet)):
            self.tell(f"spares {victim.name}: {down} of {len(fleet)} are down")
            return
        self.tell(f"kills {victim.name}")
        self.keeper.keep(victim, self.habits.restart)

    def undo(self) -> None:
        self.kernel.cancel(self.next)
        self.kernel.cancel(self.blow)
        self.keeper.let_all_go()


class Turn(Event):
    """The next interval of a monkey."""

    def __init__(self, fault: Monkey) -> None:
        super().__init__()
        self.fault = fault

    def fire(self) -> None:
        self.fault.turn()


class Blow(Event):
    """The moment at which a monkey strikes; `which` says whom, from 0 up to 1."""

    def __init__(self, fault: Monkey) -> None:
        super().__init__()
        self.fault = fault
        self.which = 0.0

    def fire(self) -> None:
        self.fault.strike(self.which)
