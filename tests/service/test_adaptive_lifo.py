"""The queue that turns round when it is long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.service.instance import QUEUED
from simulator.service.queueing.adaptive_lifo import AdaptiveLifo

from .conftest import Bench


def served(answers: list[tuple[float, str, str]]) -> str:
    return "".join(name for _, name, _ in answers)


def test_in_order_up_to_the_threshold() -> None:
    """While no more than the threshold wait, it is first come, first served."""
    desk = Bench("concurrency: 1, queue: {order: adaptive_lifo, threshold: 3}")
    desk.come("a", "b", "c", "d")
    assert served(desk.until(100)) == "abcd"


def test_newest_first_beyond_it() -> None:
    """The newest are next until only the threshold wait; those then go in order of arrival."""
    desk = Bench("concurrency: 1, queue: {order: adaptive_lifo, threshold: 3}")
    desk.come("a", "b", "c", "d", "e", "f")
    assert served(desk.until(100)) == "afebcd"


def test_threshold_0_is_lifo() -> None:
    """As in HHVM, where a threshold of 0 orders a stack."""
    desk = Bench("concurrency: 1, queue: {order: adaptive_lifo, threshold: 0}")
    desk.come("a", "b", "c", "d")
    assert served(desk.until(100)) == "adcb"


def test_the_threshold_left_out_is_the_concurrency() -> None:
    """As many may wait in order as are worked on."""
    desk = Bench("concurrency: 2, queue: {order: adaptive_lifo}")
    desk.come("a", "b", "c", "d", "e")
    # c, d and e wait, one more than two: e is next, then c and d.
    assert served(desk.until(100)) == "abecd"


def test_those_who_left_do_not_count() -> None:
    """Four wait, two of them give up: the queue is short again, and fair."""
    desk = Bench("concurrency: 1, queue: {order: adaptive_lifo, threshold: 2}")
    desk.come("a")
    left = [desk.come(name) for name in "bcde"]
    for attempt in (left[0], left[2]):
        desk.instance.expel(attempt)
    assert served(desk.until(100)) == "ace"
    assert desk.instance.line.lost == 0


def test_a_crash_empties_it() -> None:
    """Those who waited are gone, and so is the memory of those who had left before."""
    desk = Bench("concurrency: 1, queue: {order: adaptive_lifo, threshold: 1}")
    desk.come("a")
    desk.instance.expel(desk.come("b"))
    desk.come("c")
    desk.instance.crash()
    desk.instance.restart()
    desk.until(50)
    desk.come("d", "e", "f")
    assert served(desk.until(100)) == "dfe"


class Waiting:
    """The same as a plain list of names."""

    def __init__(self, threshold: int) -> None:
        self.threshold = threshold
        self.names: list[int] = []

    def take(self) -> int:
        return self.names.pop(-1 if len(self.names) > self.threshold else 0)


@given(st.integers(0, 4), st.lists(st.sampled_from(["put", "put", "take", "lose"]), max_size=60))
def test_like_a_list(threshold: int, doings: list[str]) -> None:
    """Any arrivals, turns and departures give the order that a list gives."""
    line, model = AdaptiveLifo(threshold), Waiting(threshold)
    desk = Bench("concurrency: 1")
    attempts = {}
    for number, doing in enumerate(doings):
        if doing == "put":
            attempts[number] = desk.make(str(number))
            attempts[number].op = QUEUED
            line.put(attempts[number])
            model.names.append(number)
        elif model.names and doing == "lose":
            gone = model.names.pop(number % len(model.names))
            attempts[gone].op = None
            line.lose()
        elif model.names:
            taken = line.take()
            while taken.op is None:
                taken = line.take()
            assert taken is attempts[model.take()]
