"""SimPy on the kernel: processes, resources and stores beside the hot path's events."""

from __future__ import annotations

from typing import Any

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL as SIMPY_NORMAL
from simpy.events import Event as SimpyEvent

from simulator.kernel import Kernel, make_kernel
from simulator.kernel.event import URGENT, Event


class Carried(Event):
    """An event of SimPy in the kernel's queue."""

    __slots__ = ("event",)

    def __init__(self, event: SimpyEvent) -> None:
        super().__init__()
        self.event = event

    def fire(self) -> None:
        event = self.event
        callbacks = event.callbacks
        # No callback may be added any more: who comes now has come too late.
        event.callbacks = None  # type: ignore[assignment]
        for callback in callbacks:
            callback(event)
        if not event._ok and not event.defused:
            error = event._value
            raise type(error)(*error.args) from error


class Environment(simpy.Environment):
    """A `simpy.Environment` whose clock and queue are a kernel's.

    What is rare (heartbeats, autoscalers, fault schedules, a user's own extension) is written as an
    ordinary SimPy process; it and the events of the hot path fire in one order, by time, priority
    and sequence. SimPy's priorities URGENT (0) and NORMAL (1) are the kernel's.
    """

    def __init__(self, kernel: Kernel | None = None, initial_time: float = 0.0) -> None:
        self.kernel = make_kernel(initial_time) if kernel is None else kernel
        super().__init__(self.kernel.now)

    @property
    def now(self) -> float:
        return self.kernel.now

    def schedule(self, event: SimpyEvent, priority: int = SIMPY_NORMAL, delay: float = 0.0) -> None:
        self.kernel.schedule_at(Carried(event), self.kernel.now + delay, int(priority))

    def peek(self) -> float:
        return self.kernel.peek()

    def step(self) -> None:
        event = self.kernel.pop()
        if event is None:
            raise EmptySchedule
        event.fire()

    def run(self, until: float | SimpyEvent | None = None) -> Any:
        """Play until a time, until an event has happened (and return its value), or to the end.

        Raises:
            ValueError: if the time is not after now.
            RuntimeError: if the event can no longer happen, since nothing is left to do.
        """
        stop = self._stop(until)
        if isinstance(stop, SimpyEvent):
            if stop.callbacks is None:
                return stop.value
            stop.callbacks.append(StopSimulation.callback)
        try:
            # The limit is there to be able to look in from outside; here nobody does.
            while not self.kernel.run(float("inf"), 1 << 30):
                pass
        except StopSimulation as end:
            return end.args[0]
        if isinstance(stop, SimpyEvent) and not stop.triggered:
            raise RuntimeError(
                f'No scheduled events left but "until" event was not triggered: {stop}'
            )
        return None

    def _stop(self, until: float | SimpyEvent | None) -> SimpyEvent | None:
        if until is None or isinstance(until, SimpyEvent):
            return until
        at = float(until)
        if at <= self.now:
            raise ValueError(f"until ({at}) must be greater than the current simulation time")
        stop = SimpyEvent(self)
        stop._ok = True
        stop._value = None
        self.schedule(stop, URGENT, at - self.now)
        return stop
