"""What a kernel promises, whichever queue it keeps."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from math import inf, nan
from typing import Any

import pytest

from simulator.build import COMPILED
from simulator.kernel import make_kernel
from simulator.kernel.event import LATE, NORMAL, URGENT, Event
from simulator.kernel.kernel import Kernel
from simulator.kernel.native_heap import NativeHeapKernel
from simulator.kernel.tuple_heap import TupleHeapKernel

Log = list[Any]


class Note(Event):
    """Writes its name and the time into a log, and then does what it is told to."""

    def __init__(
        self, kernel: Kernel, log: Log, name: object, act: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.log = log
        self.name = name
        self.act = act

    def fire(self) -> None:
        self.log.append((self.name, self.kernel.now))
        if self.act is not None:
            self.act()


def test_the_queue_fits_the_build() -> None:
    """Compiled, the heap is of native objects; interpreted, it is of tuples for C to compare."""
    assert type(make_kernel()) is (NativeHeapKernel if COMPILED else TupleHeapKernel)
    assert make_kernel(3.0).now == 3.0


def test_ties_go_by_priority_and_then_by_sequence(kernel: Kernel, log: Log) -> None:
    """At one moment: urgent, normal, late; among equals the first scheduled fires first."""
    for name, priority in (("a", LATE), ("b", NORMAL), ("c", URGENT), ("d", NORMAL), ("e", URGENT)):
        kernel.schedule_at(Note(kernel, log, name), 1.0, priority)
    kernel.schedule(Note(kernel, log, "f"), 1.0)
    kernel.run(2.0, 100)
    assert [name for name, _ in log] == ["c", "e", "b", "d", "f", "a"]


def test_a_reserved_place_is_kept(kernel: Kernel, log: Log) -> None:
    """What was reserved first fires first among ties, however late it is put in."""
    key = kernel.reserve()
    kernel.schedule(Note(kernel, log, "second"), 1.0)
    kernel.insert(Note(kernel, log, "first"), 1.0, key)
    kernel.run(2.0, 10)
    assert log == [("first", 1.0), ("second", 1.0)]


def test_a_row_of_places_is_kept(kernel: Kernel, log: Log) -> None:
    """They come one after another, between what was put in before and what was after."""
    kernel.schedule(Note(kernel, log, "before"), 1.0)
    first = kernel.reserve_row(3)
    kernel.schedule(Note(kernel, log, "after"), 1.0)
    for place in (2, 0, 1):
        kernel.insert(Note(kernel, log, str(place)), 1.0, first + place)
    kernel.run(2.0, 10)
    assert [name for name, _ in log] == ["before", "0", "1", "2", "after"]


def test_events_at_the_end_stay(kernel: Kernel, log: Log) -> None:
    """A run fires what lies before `until` and sets the clock there; the rest is for the next."""
    for time in (1.0, 2.0, 3.0):
        kernel.schedule(Note(kernel, log, "note"), time)
    assert kernel.run(3.0, 100)
    assert (kernel.now, len(kernel), kernel.peek()) == (3.0, 1, 3.0)
    assert kernel.run(3.0, 100)
    assert len(log) == 2
    assert kernel.run(3.5, 100)
    assert log == [("note", 1.0), ("note", 2.0), ("note", 3.0)]
    assert (kernel.now, len(kernel), kernel.peek()) == (3.5, 0, inf)


def test_a_limit_leaves_the_rest_for_later(kernel: Kernel, log: Log) -> None:
    """A run that reaches its limit says so and leaves the clock at the last event."""
    for time in (1.0, 2.0, 3.0):
        kernel.schedule(Note(kernel, log, "note"), time)
    assert not kernel.run(9.0, 0)
    assert (kernel.now, kernel.fired) == (0.0, 0)
    assert not kernel.run(9.0, 2)
    assert (kernel.now, kernel.fired, len(kernel)) == (2.0, 2, 1)
    assert kernel.run(9.0, 1)
    assert (kernel.now, kernel.fired, len(kernel)) == (9.0, 3, 0)


def test_the_limit_is_no_matter_where_nothing_is_due(kernel: Kernel, log: Log) -> None:
    """An end before the next event is reached even with a limit of nothing."""
    kernel.schedule(Note(kernel, log, "note"), 5.0)
    assert kernel.run(5.0, 0)
    assert (kernel.now, len(kernel)) == (5.0, 1)


def test_a_run_for_ever_leaves_the_clock_at_the_last_event(kernel: Kernel, log: Log) -> None:
    """After it more can be scheduled, which would be hard at infinity."""
    kernel.schedule(Note(kernel, log, "note"), 4.0)
    assert kernel.run(inf, 100)
    assert kernel.now == 4.0


def test_the_clock_does_not_go_back_to_an_end_that_is_past(kernel: Kernel, log: Log) -> None:
    """An end that is past has been reached: nothing happens."""
    kernel.schedule(Note(kernel, log, "note"), 5.0)
    kernel.run(3.0, 100)
    assert kernel.run(1.0, 100)
    assert (kernel.now, len(kernel)) == (3.0, 1)


def test_one_at_a_time(kernel: Kernel, log: Log) -> None:
    """`pop` takes the next event out and moves the clock, but does not fire it."""
    note = Note(kernel, log, "note")
    kernel.schedule(note, 2.0)
    assert kernel.pop() is note
    assert (kernel.now, kernel.fired, note.pending, log) == (2.0, 1, False, [])
    assert kernel.pop() is None
    assert kernel.now == 2.0


@pytest.mark.parametrize("delay", [-1.0, -1e-300, -inf, nan])
def test_time_never_runs_backwards(kernel: Kernel, log: Log, delay: float) -> None:
    """A delay that is negative or no number is refused, and leaves no trace."""
    note = Note(kernel, log, "note")
    with pytest.raises(ValueError, match=f"^a delay of {delay} s: time never runs backwards$"):
        kernel.schedule(note, delay)
    with pytest.raises(ValueError, match=r"is before now \(0.0 s\): time never runs backwards$"):
        kernel.schedule_at(note, delay)
    with pytest.raises(ValueError, match="never runs backwards"):
        kernel.insert(note, delay, kernel.reserve())
    assert not note.pending
    assert len(kernel) == 0
    kernel.schedule(note, 1.0)
    assert note.pending


def test_an_end_that_is_no_number(kernel: Kernel, log: Log) -> None:
    """Every comparison with it is false, so that a run would never end."""
    kernel.schedule(Note(kernel, log, "note"), 1.0)
    with pytest.raises(ValueError, match="until is not a number"):
        kernel.run(nan, 100)
    assert (kernel.now, len(kernel)) == (0.0, 1)


def test_an_event_is_in_the_queue_once(kernel: Kernel, log: Log) -> None:
    """Scheduling what is scheduled already is a mistake, and changes nothing."""
    note = Note(kernel, log, "note")
    kernel.schedule(note, 1.0)
    key = kernel.next_key
    with pytest.raises(ValueError, match=r"^Note is in the queue already$"):
        kernel.schedule(note, 2.0)
    assert kernel.next_key == key
    with pytest.raises(ValueError, match=r"^Note is in the queue already$"):
        kernel.schedule_at(note, 2.0)
    with pytest.raises(ValueError, match=r"^Note is in the queue already$"):
        kernel.insert(note, 2.0, kernel.reserve())
    kernel.run(9.0, 100)
    assert log == [("note", 1.0)]


def test_an_event_that_says_nothing(kernel: Kernel) -> None:
    """An event without `fire` is reported by the name of its class."""
    kernel.schedule(Event(), 1.0)
    with pytest.raises(NotImplementedError, match="Event does not say what happens when it fires"):
        kernel.run(2.0, 100)


def test_what_is_cancelled_does_not_fire(kernel: Kernel, log: Log) -> None:
    """Cancelling takes an event out; out of the queue, before or after firing, it does nothing."""
    notes = [Note(kernel, log, number) for number in range(5)]
    kernel.cancel(notes[0])
    for note in notes:
        kernel.schedule(note, 1.0)
    for note in (notes[1], notes[3], notes[1]):
        kernel.cancel(note)
    assert len(kernel) == 3
    kernel.run(2.0, 100)
    kernel.cancel(notes[2])
    assert log == [(0, 1.0), (2, 1.0), (4, 1.0)]
    assert (len(kernel), kernel.fired) == (0, 3)


def test_a_cancelled_event_may_come_back(kernel: Kernel, log: Log) -> None:
    """Scheduled anew it has a new place, before or after the old one; the old one is void."""
    note = Note(kernel, log, "note")
    for delay in (5.0, 1.0, 3.0):
        kernel.cancel(note)
        kernel.schedule(note, delay)
    assert (len(kernel), kernel.peek()) == (1, 3.0)
    kernel.run(9.0, 100)
    assert log == [("note", 3.0)]


def test_an_event_cancels_the_next(kernel: Kernel, log: Log) -> None:
    """What fires may take back what would fire at the same moment."""
    second = Note(kernel, log, "second")
    kernel.schedule(Note(kernel, log, "first", lambda: kernel.cancel(second)), 1.0)
    kernel.schedule(second, 1.0)
    kernel.schedule(Note(kernel, log, "third"), 1.0)
    kernel.run(2.0, 100)
    assert log == [("first", 1.0), ("third", 1.0)]


def test_an_event_schedules_at_its_own_moment(kernel: Kernel, log: Log) -> None:
    """It comes behind its equals of that moment, but an urgent one before them."""

    def act() -> None:
        kernel.schedule(Note(kernel, log, "new"), 0.0)
        kernel.schedule_at(Note(kernel, log, "urgent"), kernel.now, URGENT)

    kernel.schedule(Note(kernel, log, "first", act), 1.0)
    kernel.schedule(Note(kernel, log, "second"), 1.0)
    kernel.run(2.0, 100)
    assert [name for name, _ in log] == ["first", "urgent", "second", "new"]


def test_an_event_schedules_itself_again(kernel: Kernel, log: Log) -> None:
    """When it fires an event is out of the queue, so one object serves for ever."""
    note = Note(kernel, log, "tick")
    note.act = lambda: kernel.schedule(note, 1.0)
    kernel.schedule(note, 1.0)
    kernel.run(4.0, 100)
    assert log == [("tick", 1.0), ("tick", 2.0), ("tick", 3.0)]
    assert kernel.fired == 3


def test_a_run_within_a_run(kernel: Kernel, log: Log) -> None:
    """An event may play the kernel further; nothing fires twice, and all of it is counted."""
    kernel.schedule(Note(kernel, log, "outer", lambda: kernel.run(2.5, 100)), 1.0)
    for time in (2.0, 3.0):
        kernel.schedule(Note(kernel, log, "note"), time)
    assert kernel.run(4.0, 100)
    assert log == [("outer", 1.0), ("note", 2.0), ("note", 3.0)]
    assert (kernel.now, kernel.fired) == (4.0, 3)


def test_an_event_that_raises_leaves_the_kernel_fit(kernel: Kernel, log: Log) -> None:
    """The error comes out of the run, the event is over and counted, and the rest is there."""

    def fail() -> None:
        raise OSError("disk")

    failing = Note(kernel, log, "failing", fail)
    kernel.schedule(failing, 1.0)
    kernel.schedule(Note(kernel, log, "next"), 1.0)
    with pytest.raises(OSError, match="disk"):
        kernel.run(5.0, 100)
    assert (kernel.now, kernel.fired, len(kernel), failing.pending) == (1.0, 1, 1, False)
    kernel.schedule(failing, 1.0)
    failing.act = None
    assert kernel.run(5.0, 100)
    assert log == [("failing", 1.0), ("next", 1.0), ("failing", 2.0)]


def test_a_run_under_way_is_not_counted_yet(kernel: Kernel, log: Log) -> None:
    """Both queues add the events of a run at its end, so no event sees a difference."""
    for _ in range(3):
        kernel.schedule(Note(kernel, log, "note", lambda: log.append(kernel.fired)), 1.0)
    kernel.run(2.0, 2)
    kernel.run(2.0, 2)
    assert [entry for entry in log if isinstance(entry, int)] == [0, 0, 2]
    assert kernel.fired == 3


def test_infinity_is_a_time_like_any_other(kernel: Kernel, log: Log) -> None:
    """What is put off for ever waits in the queue, and no run comes to it."""
    kernel.schedule(Note(kernel, log, "never"), inf)
    assert kernel.run(1e300, 100)
    assert kernel.run(inf, 100)
    assert (kernel.now, len(kernel), log) == (1e300, 1, [])


def test_cancelled_timers_do_not_pile_up(kernel: Kernel, log: Log) -> None:
    """A hundred thousand timers set and taken back leave queue and memory as they were."""

    def set_and_cancel(times: int) -> None:
        for _ in range(times):
            timer = Note(kernel, log, "timer")
            kernel.schedule(timer, 1000.0)
            kernel.cancel(timer)

    kernel.schedule(Note(kernel, log, "last"), 1e6)
    set_and_cancel(5_000)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        set_and_cancel(100_000)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kernel) == 1
    assert len(kernel.heap) < 2_100  # type: ignore[attr-defined]
    assert after - before < 1_000_000
    assert peak - before < 1_000_000


def test_cancelled_timers_leave_while_time_goes_on(kernel: Kernel, log: Log) -> None:
    """Requests that are answered long before their timeout keep the queue as short as they are."""
    longest = 0
    requests = 0

    def ask() -> None:
        nonlocal longest, requests
        requests += 1
        timer = Note(kernel, log, "timeout")
        kernel.schedule(timer, 60.0)
        kernel.schedule(Note(kernel, [], "answer", lambda: kernel.cancel(timer)), 0.01)
        kernel.schedule(arrival, 0.001)
        longest = max(longest, len(kernel.heap))  # type: ignore[attr-defined]

    arrival = Note(kernel, [], "arrival", ask)
    kernel.schedule(arrival, 0.0)
    kernel.run(20.0, 1 << 30)
    assert requests > 19_000
    assert log == []
    assert longest < 2_200


def test_many_timers_in_and_out_of_order() -> None:
    """With thousands of timers, most of them moved or cancelled, both queues fire the same ones."""
    logs: list[Log] = []
    for kernel in (NativeHeapKernel(), TupleHeapKernel()):
        rng = random.Random(5)
        log: Log = []
        timers = [Note(kernel, log, number) for number in range(4000)]

        def stir(
            kernel: Kernel = kernel, rng: random.Random = rng, timers: list[Note] = timers
        ) -> None:
            for timer in rng.sample(timers, 1000):
                kernel.cancel(timer)
                if rng.random() < 0.6:
                    kernel.schedule(timer, rng.choice([0.0, 1.0, 2.5, rng.expovariate(0.2)]))

        for time in range(50):
            kernel.schedule(Note(kernel, log, "stir", stir), float(time))
        while not kernel.run(60.0, 777):
            pass
        assert len(kernel) == sum(timer.pending for timer in timers)
        logs.append(log)
    assert logs[0] == logs[1]
    assert len(logs[0]) > 10_000
    assert [time for _, time in logs[0]] == sorted(time for _, time in logs[0])
