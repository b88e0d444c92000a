"""Why an instance is slow when it has just started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.kernel.event import Event

if TYPE_CHECKING:
    from simulator.kernel.kernel import Kernel
    from simulator.service.instance import Instance

STEPS: Final = 10
"""In how many steps the speed rises."""


class WarmUp(Event):
    """The time after the start of one instance in which it is slower than it will be.

    In the real world: code that is still interpreted before a just-in-time compiler has seen it
    often enough, empty caches, connections that are still to be opened.

    Here: the instance works at a part of its speed at first, which rises in ten even steps to the
    whole over some seconds of running.

    Left out: that it is requests, and not time, that warm an instance up.

    Source: Barrett et al., "Virtual Machine Warmup Blows Hot and Cold" (OOPSLA 2017); AWS Auto
    Scaling, "default instance warmup".

    Attributes:
        seconds: how long it takes.
        least: the part of its speed that it starts with, between 0 and 1.
        part: the part that it has now; 1 when it is warm.
    """

    __slots__ = ("instance", "kernel", "least", "part", "seconds", "step")

    def __init__(self, kernel: Kernel, seconds: float, least: float) -> None:
        super().__init__()
        self.kernel = kernel
        self.seconds = seconds
        self.least = least
        self.part = 1.0
        self.step = 0
        self.instance: Instance | None = None

    def begin(self, instance: Instance) -> None:
        """The instance has just started, cold."""
        self.instance = instance
        self.step = 0
        self.become(self.least)
        self.kernel.schedule(self, self.seconds / STEPS)

    def fire(self) -> None:
        self.step += 1
        if self.step == STEPS:
            self.become(1.0)
            return
        self.become(self.least + (1.0 - self.least) * self.step / STEPS)
        self.kernel.schedule(self, self.seconds / STEPS)

    def become(self, part: float) -> None:
        """Work at this part of the speed from now on."""
        assert self.instance is not None
        self.instance.slow_anew(self.part, part)
        self.part = part

    def break_off(self, instance: Instance) -> None:
        """The instance is gone before it was warm."""
        self.kernel.cancel(self)
        if self.part != 1.0:
            self.instance = instance
            self.become(1.0)
