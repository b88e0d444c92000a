"""What each way of shedding turns away, one attempt at a time."""

from __future__ import annotations

import pytest

from .conftest import Bench


def outcomes(answers: list[tuple[float, str, str]]) -> dict[str, str]:
    return {name: outcome for _, name, outcome in answers}


def test_queue_length_turns_away_whoever_would_wait_behind_so_many() -> None:
    """Two may wait; the third is told so in the same instant, by the instance."""
    desk = Bench("concurrency: 1, queue: 100, shedding: {queue: 2}")
    desk.come("a", "b", "c", "d")
    assert desk.until(5) == [(0.0, "d", "shed")]
    assert desk.origins["d"] == "api-1"
    desk.until(12)
    desk.come("e", "f")
    assert outcomes(desk.until(100)) == {
        "b": "ok",
        "c": "ok",
        "e": "ok",
        "f": "shed",
    }
    assert desk.instance.gate.counters(0.1) == {"shed_queue": 2.0}
    assert desk.instance.queue_peak == 2


def test_queue_length_0_lets_in_whoever_finds_a_slot() -> None:
    """Nobody may wait; who need not is served."""
    desk = Bench("concurrency: 2, shedding: {queue: 0}")
    desk.come("a", "b", "c")
    assert outcomes(desk.until(50)) == {"c": "shed", "a": "ok", "b": "ok"}


LEVELS = "concurrency: 2, queue: 8, shedding: {priority: {levels: {0: 50%, 10: 90%}}}"


@pytest.mark.parametrize(
    ("priority", "most"),
    [(-5, 5), (0, 5), (1, 5), (9, 5), (10, 9), (11, 10), (1000, 10)],
)
def test_priority_has_its_share_of_the_places(priority: int, most: int) -> None:
    """Of ten slots and places: five below 10, nine at 10, all above."""
    desk = Bench(LEVELS)
    desk.come(*"abcdefghijkl", priority=priority)
    found = list(outcomes(desk.until(1000)).values())
    assert found.count("ok") == most
    assert set(found) == {"ok", "queue_full" if most == 10 else "shed"}


def test_the_important_find_room_where_others_do_not() -> None:
    """What is taken counts, whoever has taken it."""
    desk = Bench(LEVELS)
    desk.come(*"abcde")
    desk.come("low")
    desk.come(*"FGHI", priority=10)
    desk.come("J", priority=10)
    desk.come("VIP", priority=11)
    turned_away = {name: outcome for _, name, outcome in desk.until(5)}
    assert turned_away == {"low": "shed", "J": "shed"}
    assert desk.instance.gate.counters(0.1) == {"shed_priority": 2.0}


def test_too_little_time_left_is_not_let_in() -> None:
    """Less than 30 ms left is too little, 30 ms is enough, and no deadline is all the time there is."""
    desk = Bench("concurrency: 1, shedding: {deadline_left: 30ms}")
    desk.come("a", left=0.029)
    desk.come("b", left=0.030)
    desk.come("c")
    assert outcomes(desk.until(100)) == {"a": "shed", "b": "ok", "c": "ok"}


def test_too_little_time_left_is_not_begun() -> None:
    """When the turn comes after 20 ms in the queue, 50 ms are less than 40; past it is a deadline."""
    desk = Bench("concurrency: 1, shedding: {deadline_left: 40ms}")
    desk.come("a", "b")
    desk.come("c", left=0.050)
    desk.come("d", left=0.065)
    assert outcomes(desk.until(100)) == {"a": "ok", "b": "ok", "c": "shed", "d": "ok"}
    assert desk.instance.work == pytest.approx(0.03)
    desk = Bench("concurrency: 1, shedding: {deadline_left: 5ms}")
    desk.come("a", "b")
    desk.come("c", left=0.015)
    assert outcomes(desk.until(100))["c"] == "deadline"
    assert desk.instance.gate.counters(0.1) == {"shed_deadline": 0.0}


def test_the_first_to_say_no_is_counted() -> None:
    """Several reasons, one outcome, one count."""
    desk = Bench(
        "concurrency: 1, queue: 9, "
        "shedding: {queue: 0, deadline_left: 1ms, priority: {levels: {0: 0%}}, codel: {}}"
    )
    desk.come("a")
    desk.come("b", priority=1)
    desk.come("c", priority=1)
    desk.come("d", left=0.0005, priority=1)
    assert outcomes(desk.until(50)) == {"a": "shed", "c": "shed", "d": "shed", "b": "ok"}
    assert desk.instance.gate.counters(0.1) == {
        "shed_deadline": 1.0,
        "shed_priority": 1.0,
        "shed_queue": 1.0,
        "shed_codel": 0.0,
    }
