"""The two queues keep the order of a sorted list, and each other's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.kernel.event import LATE, NORMAL, URGENT, Event
from simulator.kernel.kernel import Kernel
from simulator.kernel.native_heap import NativeHeapKernel
from simulator.kernel.tuple_heap import TupleHeapKernel

KERNELS = (NativeHeapKernel, TupleHeapKernel)


class Mark(Event):
    def __init__(self, name: int, log: list[tuple[float, int]], kernel: Kernel) -> None:
        super().__init__()
        self.name, self.log, self.kernel = name, log, kernel

    def fire(self) -> None:
        self.log.append((self.kernel.now, self.name))


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "cancel", "run", "again"]),
        st.integers(0, 30),
        st.sampled_from([0.0, 0.5, 1.0, 2.0]),
        st.sampled_from([URGENT, NORMAL, LATE]),
    ),
    max_size=120,
)


@given(ACTIONS)
def test_order_is_that_of_a_sorted_list(actions: list[tuple[str, int, float, int]]) -> None:
    """Whatever is scheduled and cancelled, events fire by time, priority and sequence."""
    logs = []
    for kernel_class in KERNELS:
        kernel = kernel_class()
        log: list[tuple[float, int]] = []
        marks = [Mark(number, log, kernel) for number in range(31)]
        model: dict[int, tuple[float, int, int]] = {}
        expected: list[tuple[float, int]] = []
        now = 0.0
        for sequence, (action, number, delay, priority) in enumerate(actions):
            if action == "add" and number not in model:
                kernel.schedule_at(marks[number], now + delay, priority)
                model[number] = (now + delay, priority, sequence)
            elif action in ("cancel", "again"):
                kernel.cancel(marks[number])
                model.pop(number, None)
                if action == "again":
                    kernel.schedule(marks[number], delay)
                    model[number] = (now + delay, NORMAL, sequence)
            elif action == "run":
                now += delay
                assert kernel.run(now, 1000)
                due = sorted((key, n) for n, key in model.items() if key[0] < now)
                expected += [(key[0], n) for key, n in due]
                for _, n in due:
                    del model[n]
            assert len(kernel) == len(model)
            assert kernel.peek() == min((key[0] for key in model.values()), default=float("inf"))
        kernel.run(1e9, 1000)
        expected += [(key[0], n) for key, n in sorted((key, n) for n, key in model.items())]
        assert log == expected
        assert kernel.fired == len(expected)
        logs.append(log)
    assert logs[0] == logs[1]


@pytest.mark.parametrize("kernel_class", KERNELS)
def test_cancelled_timers_do_not_pile_up(kernel_class: type[Kernel]) -> None:
    """A hundred thousand timers that were cancelled leave the queue short."""
    kernel = kernel_class()
    keep = Mark(0, [], kernel)
    kernel.schedule(keep, 1e6)
    for _ in range(100_000):
        timer = Mark(1, [], kernel)
        kernel.schedule(timer, 1000.0)
        kernel.cancel(timer)
    assert len(kernel) == 1
    assert len(kernel.heap) < 5000  # type: ignore[attr-defined]


@pytest.mark.parametrize("kernel_class", KERNELS)
def test_run_stops_before_until_and_at_its_limit(kernel_class: type[Kernel]) -> None:
    """Events at `until` stay; a limit leaves the rest for later."""
    kernel = kernel_class()
    log: list[tuple[float, int]] = []
    for number, time in enumerate((1.0, 2.0, 3.0)):
        kernel.schedule(Mark(number, log, kernel), time)
    assert not kernel.run(3.0, 1)
    assert log == [(1.0, 0)]
    assert kernel.now == 1.0
    assert kernel.run(3.0, 10)
    assert log == [(1.0, 0), (2.0, 1)]
    assert kernel.now == 3.0
    assert len(kernel) == 1


@pytest.mark.parametrize("kernel_class", KERNELS)
@pytest.mark.parametrize("delay", [-1.0, float("nan")])
def test_time_never_runs_backwards(kernel_class: type[Kernel], delay: float) -> None:
    """A delay that is negative, or no number, is refused."""
    kernel = kernel_class()
    with pytest.raises(ValueError, match="never runs backwards"):
        kernel.schedule(Mark(0, [], kernel), delay)
    with pytest.raises(ValueError, match="never runs backwards"):
        kernel.schedule_at(Mark(0, [], kernel), delay)


@pytest.mark.parametrize("kernel_class", KERNELS)
def test_an_event_is_in_the_queue_once(kernel_class: type[Kernel]) -> None:
    """Scheduling what is scheduled already is a mistake, not a second entry."""
    kernel = kernel_class()
    mark = Mark(0, [], kernel)
    kernel.schedule(mark, 1.0)
    with pytest.raises(ValueError, match="in the queue already"):
        kernel.schedule(mark, 2.0)


@pytest.mark.parametrize("kernel_class", KERNELS)
def test_a_reserved_place_is_kept(kernel_class: type[Kernel]) -> None:
    """What was reserved first fires first among ties, however late it is put in."""
    kernel = kernel_class()
    log: list[tuple[float, int]] = []
    key = kernel.reserve()
    kernel.schedule(Mark(1, log, kernel), 1.0)
    kernel.insert(Mark(0, log, kernel), 1.0, key)
    kernel.run(2.0, 10)
    assert [number for _, number in log] == [0, 1]
