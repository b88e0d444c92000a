"""A simulation whose time moves only when it is told to."""

from __future__ import annotations

from math import inf

import pytest
from shop import LATENCY, SHOP, Watcher, assert_same, opening

from simulator.errors import SimulatorError
from simulator.live.camera import Camera
from simulator.live.commands import Answer, Failure, GoTo, Inject, Pause, Resume, SetSpeed, Step
from simulator.live.snapshot import Snapshot
from simulator.live.stepped import SteppedDriver


def test_time_moves_by_what_is_played_and_by_nothing_else() -> None:
    driver = SteppedDriver(opening(paused=False, speed=2.0))
    driver.play(1.5)
    driver.play(2.0)
    driver.send(Pause())
    driver.play(4.0)
    first, second, third, answer, fourth, fifth = driver.poll()
    pictures = (first, second, third, fourth, fifth)
    assert all(isinstance(each, Snapshot) for each in pictures)
    assert [(each.number, each.now, each.answered) for each in pictures] == [  # type: ignore[union-attr]
        (1, 0.0, 0),
        (2, 1.5, 0),
        (3, 3.5, 0),
        (4, 3.5, 1),
        (5, 3.5, 1),
    ]
    assert answer == Answer(1, True, "paused")
    assert isinstance(third, Snapshot)
    assert third.pace == pytest.approx(2.0), "wall time goes as fast as the speed says"
    assert not driver.poll()


def test_a_journey_is_over_when_it_is_sent() -> None:
    watcher = Watcher(SteppedDriver(opening()))
    driver = watcher.driver
    for command, now, state in (
        (GoTo(8.0), 8.0, "paused"),
        (Step(0.5), 8.5, "paused"),
        (Resume(), 8.5, "playing"),
        (GoTo(1.0), 1.0, "playing"),
        (GoTo(20.0), 20.0, "ended"),
    ):
        driver.send(command)
        watcher.look()
        assert watcher.snapshot is not None
        assert (watcher.snapshot.now, watcher.snapshot.state) == (now, state)


def test_the_same_things_done_give_the_same_pictures() -> None:
    one, other = (Watcher(SteppedDriver(opening())) for _ in range(2))
    for command in (GoTo(5.0), Inject(LATENCY), GoTo(9.0), GoTo(2.0), GoTo(9.0)):
        found, wanted = one.go(command), other.go(command)
        assert_same(found, wanted)
        assert (found.number, found.pace, found.faults) == (
            wanted.number,
            wanted.pace,
            wanted.faults,
        )


def test_flat_out_it_plays_what_it_is_told_to_play() -> None:
    driver = SteppedDriver(opening(paused=False))
    driver.send(SetSpeed(inf))
    driver.play(3.0)
    last = driver.poll()[-1]
    assert isinstance(last, Snapshot)
    assert last.now == 3.0


def test_a_failure_is_told_and_nothing_comes_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("nothing to divide by")

    driver = SteppedDriver(opening())
    driver.poll()
    monkeypatch.setattr(Camera, "picture", broken)
    monkeypatch.setattr("simulator.live.failure.leave_replay", lambda text: text)
    driver.send(Pause())
    answer, failure = driver.poll()
    assert isinstance(answer, Answer)
    assert isinstance(failure, Failure)
    assert failure.message == "ZeroDivisionError: nothing to divide by"
    assert "scenario: shop" in failure.replay
    driver.send(Resume())
    driver.play(1.0)
    driver.close()
    assert not driver.poll()


def test_what_is_no_scenario_is_not_opened() -> None:
    with pytest.raises(SimulatorError, match="found `many`"):
        SteppedDriver(opening(text=SHOP.replace("40/s", "many")))
