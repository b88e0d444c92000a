"""Controlled delay, wait by wait, against the rule of folly's Codel.cpp."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.service.shedding.codel import CoDel

from .conftest import Bench

TARGET, INTERVAL = 8, 128
"""Both in 1/1024 s, so that sums of times are exact."""
UNIT = 1 / 1024
ANY = Bench("concurrency: 1").make("any")
"""An attempt; the rule looks at waits only."""


def folly(waits: list[tuple[int, int]]) -> list[bool]:
    """The rule over a whole history of (time, wait): which of them are dropped.

    History falls into spans. The first span ends at once after the start, every other an interval
    after its first wait; the next wait after that end begins a new one. A span whose predecessor
    had no wait of at most the target is overloaded, and drops what waited more than twice the
    target, but never its first.
    """
    spans: list[list[int]] = []
    dropped = []
    end, overloaded = 0, False
    for time, wait in waits:
        first = not spans or time > end
        if first and spans:
            end = time + INTERVAL
            overloaded = min(spans[-1]) > TARGET
        if first:
            spans.append([])
        spans[-1].append(wait)
        dropped.append(not first and overloaded and wait > 2 * TARGET)
    return dropped


@pytest.mark.parametrize("step", [1, 5, 40, 200])
@given(st.data())
def test_any_history(step: int, data: st.DataObject) -> None:
    """Whatever waits come at whatever times, the same ones are dropped."""
    gaps = data.draw(st.lists(st.integers(0, step), max_size=80))
    waits = [data.draw(st.integers(0, 3 * TARGET)) for _ in gaps]
    times = [sum(gaps[: number + 1]) for number in range(len(gaps))]
    codel = CoDel(TARGET * UNIT, INTERVAL * UNIT)
    history = list(zip(times, waits, strict=True))
    found = [codel.drops(ANY, wait * UNIT, time * UNIT) for time, wait in history]
    assert found == folly(history)


def drops(codel: CoDel, *waits: tuple[int, int]) -> str:
    """What becomes of waits, given as (ms, ms waited): `.` served, `x` dropped."""
    return "".join(".x"[codel.drops(ANY, waited * 0.001, time * 0.001)] for time, waited in waits)


def test_the_first_of_an_interval_is_always_served() -> None:
    """More than one must come in an interval before any is dropped, however long it waited."""
    codel = CoDel(0.005, 0.1)
    assert drops(codel, (1000, 999), (2000, 999), (3000, 999), (4000, 999)) == "...."


def test_a_whole_interval_of_long_waits_is_overload() -> None:
    """Then what has waited more than twice the target is dropped, and what has waited less is not."""
    codel = CoDel(0.005, 0.1)
    assert drops(codel, (10, 6), (11, 50)) == ".."
    assert drops(codel, (12, 11), (13, 50), (14, 10), (15, 9), (16, 11)) == "xx..x"


def test_one_short_wait_in_an_interval_ends_it() -> None:
    """The verdict changes at the next interval, not before."""
    codel = CoDel(0.005, 0.1)
    assert drops(codel, (10, 6), (11, 50), (50, 5), (111, 50)) == "...x"
    assert drops(codel, (112, 50), (113, 50), (211, 50), (212, 50)) == "...."
    # From 112 to 212 ms all waited long: the next interval drops again, after its first.
    assert drops(codel, (213, 50), (214, 50)) == ".x"


def test_a_wait_of_exactly_the_target_is_short() -> None:
    """Both bounds are exclusive, as in folly."""
    codel = CoDel(8 * UNIT, 128 * UNIT)
    times = [(1, 8), (2, 20), (3, 20)]
    assert [codel.drops(ANY, wait * UNIT, time * UNIT) for time, wait in times] == [False] * 3
    codel = CoDel(8 * UNIT, 128 * UNIT)
    times = [(1, 9), (2, 20), (3, 17), (4, 16)]
    found = [codel.drops(ANY, wait * UNIT, time * UNIT) for time, wait in times]
    assert found == [False, False, True, False]


def test_who_need_not_wait_counts_as_a_wait_of_nothing() -> None:
    """Bursts of four fill the queue for 30 ms; one that found it empty in between clears them."""
    desk = Bench("concurrency: 1, shedding: {codel: {}}")
    for burst in range(5):
        desk.until(200 * burst)
        desk.come("a", "b", "c", "d")
        for alone in (50, 100, 150):
            desk.until(200 * burst + alone)
            desk.come("e")
    assert {outcome for _, _, outcome in desk.until(2000)} == {"ok"}
    assert desk.instance.gate.counters(2.0) == {"shed_codel": 0.0}


def test_a_burst_with_nobody_after_it_is_overload() -> None:
    """The rule knows only those who came: all of the last interval waited, so the next burst pays."""
    desk = Bench("concurrency: 1, shedding: {codel: {}}")
    desk.come("a", "b", "c", "d")
    assert [outcome for _, _, outcome in desk.until(200)] == ["ok"] * 4
    desk.come("e", "f", "g")
    assert desk.until(300) == [(210.0, "f", "shed"), (210.0, "g", "shed"), (210.0, "e", "ok")]


def test_a_standing_queue_is_cut() -> None:
    """Work of 10 ms that comes every 5 ms: nobody is served who waited long, but one an interval."""
    desk = Bench("concurrency: 1, shedding: {codel: {}}")
    waits: list[float] = []
    for number in range(400):
        waits += [
            now - 10 - 5 * int(name)
            for now, name, outcome in desk.until(5 * number)
            if outcome == "ok"
        ]
        desk.come(str(number))
    late = waits[20:]
    # From then on the server is never idle: 190 served in the 1.9 s left, at most one an interval
    # that waited more than twice the target.
    assert len(late) > 150
    assert sum(wait > 10.001 for wait in late) <= 19
