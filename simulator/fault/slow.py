"""Slowing instances down."""

from __future__ import annotations

from collections.abc import Callable

from simulator.fault.chosen import ChosenFault
from simulator.fault.fault import Schedule
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance


class Slow(ChosenFault[Instance]):
    """Lets instances work at a part of their speed, what is under way included.

    In the real world: a noisy neighbour, CPU throttling, a failing disk. Health checks that only
    look whether something answers see nothing.

    Here: every second of work takes 1 / speed seconds; calls to others and the network take as long
    as ever. Two at once multiply; the end of one leaves the other.

    Left out: which resource is short; steps are slowed alike, be they computing or waiting.

    Source: Chaos Mesh, StressChaos `cpu`.

    Args:
        speed: what is left of the speed, above 0.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        speed: float,
    ) -> None:
        super().__init__(kernel, name, "slow", schedule, choose)
        self.speed = speed

    def harm(self, victim: Instance) -> None:
        victim.slow_down(self.speed)

    def heal(self, victim: Instance) -> None:
        victim.speed_up(self.speed)
