"""The agenda: events that are far apart wait behind one, and fire as if each were in the queue."""

from __future__ import annotations

import random
from math import inf, nan
from typing import Any

import pytest

from simulator.kernel.event import LATE, NORMAL, URGENT, Event
from simulator.kernel.kernel import Kernel
from simulator.kernel.native_heap import NativeHeapKernel

Log = list[Any]


class Mark(Event):
    """Writes down its name and the time; then it is due again after each of its `pauses`."""

    def __init__(self, kernel: Kernel, log: Log, name: int, pauses: list[float]) -> None:
        super().__init__()
        self.kernel = kernel
        self.log = log
        self.name = name
        self.pauses = pauses

    def fire(self) -> None:
        self.log.append((self.name, self.kernel.now))
        if self.pauses:
            self.kernel.agenda.add(self, self.kernel.now + self.pauses.pop())


class Direct(Mark):
    """The same, in the queue itself."""

    def fire(self) -> None:
        self.log.append((self.name, self.kernel.now))
        if self.pauses:
            self.kernel.schedule_at(self, self.kernel.now + self.pauses.pop())


class Broken(Event):
    """Raises."""

    def fire(self) -> None:
        raise RuntimeError("broken")


@pytest.mark.parametrize("seed", range(20))
def test_fires_in_the_order_of_the_queue(seed: int) -> None:
    """Moments with many ties, in any priority and again and again, between ordinary events."""
    logs: list[Log] = []
    for rare in (True, False):
        kernel, log = NativeHeapKernel(), []
        draw = random.Random(seed)
        for name in range(40):
            moment, priority = float(draw.randrange(8)), draw.choice((URGENT, NORMAL, LATE))
            pauses = [float(draw.randrange(3)) for _ in range(draw.randrange(3))]
            if rare and name % 2:
                kernel.agenda.add(Mark(kernel, log, name, pauses), moment, priority)
            else:
                kernel.schedule_at(Direct(kernel, log, name, pauses), moment, priority)
        kernel.run(100.0, 1000)
        logs.append(log)
    assert logs[0] == logs[1]
    assert len(logs[0]) > 40


def test_only_one_stands_in_the_queue(kernel: Kernel) -> None:
    """However many wait: that of the next, also when a sooner one comes later."""
    log: Log = []
    for name in range(9, 0, -1):
        kernel.agenda.add(Mark(kernel, log, name, []), float(name))
        assert len(kernel) == 1
        assert kernel.peek() == name
    kernel.run(4.5, 100)
    assert log == [(name, float(name)) for name in range(1, 5)]
    assert len(kernel) == 1
    kernel.run(20.0, 100)
    assert len(log) == 9
    assert len(kernel) == 0


def test_an_error_leaves_the_others_waiting(kernel: Kernel) -> None:
    """What one event raises comes out, and the next fires at its time."""
    log: Log = []
    kernel.agenda.add(Broken(), 1.0)
    kernel.agenda.add(Mark(kernel, log, 2, []), 2.0)
    with pytest.raises(RuntimeError, match="broken"):
        kernel.run(3.0, 100)
    kernel.run(3.0, 100)
    assert log == [(2, 2.0)]


def test_what_goes_back_to_its_place_is_counted_once(kernel: Kernel) -> None:
    """The next gives way to a sooner one, and stands there again, while thousands are cancelled."""
    log: Log = []
    kernel.agenda.add(Mark(kernel, log, 2, []), 2.0)
    kernel.agenda.add(Mark(kernel, log, 1, []), 1.0)
    kernel.run(1.5, 100)
    events = [Broken() for _ in range(3000)]
    for each in events:
        kernel.schedule(each, 10.0)
    for each in events:
        kernel.cancel(each)
    assert len(kernel) == 1
    kernel.run(20.0, 100)
    assert log == [(1, 1.0), (2, 2.0)]
    assert len(kernel) == 0


def test_a_place_that_was_kept_goes_before_what_came_since(kernel: Kernel) -> None:
    """Whoever takes it comes where it would have been put when the place was reserved."""
    log: Log = []
    kernel.agenda.add(Mark(kernel, log, 1, []), 2.0)
    place = kernel.reserve()
    kernel.agenda.add(Mark(kernel, log, 3, []), 2.0)
    kernel.schedule_at(Direct(kernel, log, 4, []), 2.0)
    kernel.run(1.0, 100)
    kernel.agenda.insert(Mark(kernel, log, 2, []), 2.0, place)
    kernel.run(3.0, 100)
    assert log == [(name, 2.0) for name in (1, 2, 3, 4)]
    with pytest.raises(ValueError, match="is before now"):
        kernel.agenda.insert(Broken(), 2.0, kernel.reserve())


@pytest.mark.parametrize("time", [-1.0, nan, -inf])
def test_nothing_happens_in_the_past(kernel: Kernel, time: float) -> None:
    """A moment that is past, or none, is refused at once."""
    with pytest.raises(ValueError, match="is before now"):
        kernel.agenda.add(Broken(), time)
    assert len(kernel) == 0
