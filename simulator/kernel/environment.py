"""SimPy on the kernel: processes for what is rare, on the clock of the hot path's events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import simpy
from simpy.core import BoundClass, EmptySchedule, SimTime, StopSimulation
from simpy.events import NORMAL, URGENT, AllOf, AnyOf, EventPriority, Process, Timeout

from simulator.kernel import make_kernel
from simulator.kernel.event import Event
from simulator.kernel.kernel import INFINITY, Kernel

AT_ONCE: Final = EventPriority(-1)
"""Before everything else of the moment, as SimPy takes up an event at which it stopped."""
ENDLESS: Final = 1 << 60
"""More events than any run fires."""


class Ride(Event):
    """The place in the kernel's queue that a SimPy event takes each time it is scheduled."""

    __slots__ = ("event",)

    event: simpy.Event

    def fire(self) -> None:
        event = self.event
        callbacks = event.callbacks
        # From now on a callback would come too late; SimPy tells that from this None.
        event.callbacks = None  # type: ignore[assignment]
        try:
            for callback in callbacks:
                callback(event)
        except StopSimulation:
            event.callbacks = callbacks[callbacks.index(callback) + 1 :]
            event.env.schedule(event, AT_ONCE)
            raise
        if not event._ok and not event.defused:
            # Each that sees the failure gets a copy of it, with a traceback of its own.
            failure = event._value
            copy: BaseException = type(failure)(*failure.args)
            copy.__cause__ = failure
            raise copy


class Environment(simpy.Environment):
    """SimPy's environment with the kernel's clock and queue in place of its own.

    Processes, timeouts, resources, conditions and interrupts are SimPy's and behave as there; what
    SimPy calls `URGENT` and `NORMAL` are the kernel's priorities of the same name. Time is always a
    float, and delays that are negative or not a number are refused, whoever schedules them.

    It does not matter who turns the crank: `run` fires the events of the hot path too, and
    `Kernel.run` the events of SimPy. A failure that nobody handles comes out of either.

    Args:
        kernel: the kernel to live on; left out, one of its own.
        initial_time: where the clock of its own kernel starts.

    Raises:
        ValueError: if a kernel is given a second start.
    """

    if not TYPE_CHECKING:
        # SimPy binds these to the instance, which is faster, only where the class itself has them.
        process = BoundClass(Process)
        timeout = BoundClass(Timeout)
        event = BoundClass(simpy.Event)
        all_of = BoundClass(AllOf)
        any_of = BoundClass(AnyOf)

    def __init__(self, kernel: Kernel | None = None, initial_time: SimTime = 0) -> None:
        super().__init__(initial_time)
        # Whoever reaches for SimPy's own clock and queue should hear that they are elsewhere. (By
        # `del`: to go through `vars` would make all attributes slow, a tenth of the speed.)
        del self._now, self._queue, self._eid
        if kernel is None:
            kernel = make_kernel(float(initial_time))
        elif initial_time != 0:
            raise ValueError(
                f"initial_time ({initial_time}) is for an environment without a kernel; "
                f"the clock of this kernel shows {kernel.now} s"
            )
        self.kernel = kernel

    @property
    def now(self) -> float:
        """The time, in seconds."""
        return self.kernel.now

    def schedule(
        self, event: simpy.Event, priority: EventPriority = NORMAL, delay: SimTime = 0.0
    ) -> None:
        """Let `event` be processed `delay` seconds from now.

        Raises:
            ValueError: if `delay` is negative or not a number.
        """
        # Set from here and not in an __init__ of its own, which would cost a call per event.
        ride = Ride()
        ride.event = event
        if type(delay) is not float:
            delay = float(delay)
        if priority == NORMAL:
            self.kernel.schedule(ride, delay)
        else:
            self.kernel.schedule_at(ride, self.kernel.now + delay, priority)

    def peek(self) -> float:
        """The time of the next event of either kind; infinity if there is none."""
        return self.kernel.peek()

    def step(self) -> None:
        """Fire the next event of either kind.

        Raises:
            EmptySchedule: if there is none.
        """
        event = self.kernel.pop()
        if event is None:
            raise EmptySchedule
        event.fire()

    def run(self, until: SimTime | simpy.Event | None = None) -> Any | None:
        """Fire events until the time `until`, or the event `until`, or none is left.

        Returns:
            The value of the event `until`.

        Raises:
            ValueError: if the time `until` is not after now.
            RuntimeError: if no events are left and the event `until` has not been triggered.
        """
        if until is not None:
            if not isinstance(until, simpy.Event):
                until = self._end(until)
            elif until.callbacks is None:
                return until.value
            until.callbacks.append(StopSimulation.callback)
        try:
            self.kernel.run(INFINITY, ENDLESS)
            while True:
                # What was put off until infinity is left, and SimPy gets there too.
                self.step()
        except StopSimulation as stop:
            return stop.args[0]
        except EmptySchedule:
            if until is not None:
                raise RuntimeError(
                    f'No scheduled events left but "until" event was not triggered: {until}'
                ) from None
        return None

    def _end(self, time: SimTime) -> simpy.Event:
        """An event before all regular ones of `time`."""
        at = float(time)
        if not at > self.now:
            raise ValueError(f"until ({time}) must be greater than the current simulation time")
        end = simpy.Event(self)
        end._ok = True
        end._value = None
        self.schedule(end, URGENT, at - self.now)
        return end
