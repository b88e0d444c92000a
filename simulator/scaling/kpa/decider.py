"""How many instances Knative's autoscaler would have."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from simulator.scaling.kpa.delay import Highest

TICK: Final = 2.0
"""Seconds from one decision to the next."""
LEAST_TARGET: Final = 0.01


@dataclass(frozen=True, slots=True)
class DeciderSettings:
    """What a decision depends on; the defaults are Knative's.

    Attributes:
        total: how much one instance can take: requests at once, or requests per second.
        target: how much it is to have; 70 % of the total, as a rule.
        panic_threshold: what the load of the panic window must be, as a multiple of what the ready
            instances are to have, to panic.
        stable_window: in seconds; also how long a panic lasts at least.
        max_up, max_down: as a multiple, how many more or fewer there may be after one decision.
        burst: how much more than now the instances must be able to take for the activator to step
            aside; -1 if it never does, 0 if it does whenever there is an instance.
        down_delay: for how many seconds fewer must have been wanted before there are fewer; 0 for none.
        activation: how many there are to be at least if there are any.
        reachable: whether the service is asked for; what nobody can reach is let go at once.
    """

    total: float = 100.0
    target: float = 70.0
    panic_threshold: float = 2.0
    stable_window: float = 60.0
    max_up: float = 1000.0
    max_down: float = 2.0
    burst: float = 211.0
    down_delay: float = 0.0
    activation: int = 0
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """What comes of a decision: so many instances, and so much more than now they could take.

    `excess` is negative if they could not take the burst that they are to be able to take.
    """

    replicas: int
    excess: int


def target_of(total: float, utilization: float) -> float:
    """What an instance is to have of what it can take, in the units of `total`."""
    return max(LEAST_TARGET, total * utilization)


class Decider:
    """Decides from the load of a long and of a short window how many instances there should be.

    In the real world: the "KPA" of Knative. It divides the mean load of the stable window (60 s) by
    the target for one instance, and rounds up. If the load of the panic window (the last 6 s) asks
    for twice the ready instances or more it panics: for a stable window after the last such moment
    the higher of the two numbers counts, and none is taken away.

    Here: the same. As there it begins in panic if more than one instance is ready at the start, so
    that they are not taken away before anything is known of the load.

    Source: Knative Serving, pkg/autoscaler/scaling/autoscaler.go.

    Args:
        settings: what it goes by.
        ready: how many instances are ready at the start.
        now: in seconds.

    Attributes:
        panic: since when it panics, or last had reason to; None if it does not.
        most: how many were wanted at most in this panic.
    """

    __slots__ = ("highest", "most", "panic", "settings")

    def __init__(self, settings: DeciderSettings, ready: int, now: float) -> None:
        self.settings = settings
        self.panic: float | None = now if ready > 1 else None
        self.most = ready
        self.highest = Highest(settings.down_delay, TICK) if settings.down_delay > 0.0 else None

    def decide(self, now: float, ready: int, stable: float, panic: float) -> Wish:
        """Decide at `now` (seconds) for so many ready instances and so much load in either window."""
        settings = self.settings
        present = max(1, ready)
        # By one at least, however slow it is to be.
        most = ceil(settings.max_up * present)
        fewest = floor(present / settings.max_down) if settings.reachable else 0
        for_stable = ceil(stable / settings.target)
        for_panic = ceil(panic / settings.target)
        wanted = min(max(for_stable, fewest), most)
        wanted_in_panic = min(max(for_panic, fewest), most)
        if settings.activation > 1:
            if for_stable > 0:
                wanted = max(wanted, settings.activation)
            if for_panic > 0:
                wanted_in_panic = max(wanted_in_panic, settings.activation)

        if for_panic / present >= settings.panic_threshold:
            self.panic = now
        elif self.panic is not None and self.panic + settings.stable_window < now:
            self.panic = None
            self.most = 0
        if self.panic is not None:
            self.most = max(self.most, wanted, wanted_in_panic)
            wanted = self.most
        if self.highest is not None and settings.reachable:
            wanted = self.highest.record(now, wanted)
        return Wish(wanted, self.excess(ready, panic))

    def excess(self, ready: int, panic: float) -> int:
        """How much more than now the ready instances could take, beyond the burst of the settings."""
        burst = self.settings.burst
        if burst == 0.0:
            return 0
        if burst < 0.0:
            return -1
        return floor(ready * self.settings.total - burst - panic)
