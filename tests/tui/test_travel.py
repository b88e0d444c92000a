"""Keys that act on time: what they ask the simulation for, and what they say where they cannot."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from samples import service, snapshot
from stage import PictureDriver, Stage, perform

from simulator.live.commands import Command, GoTo, Pause, Resume, SetSpeed, Step
from simulator.live.snapshot import EventView, FaultView, Snapshot
from tui.actions.travel import SPEEDS, faster, slower, step_for, stride_for
from tui.moments import moment_after, moment_before, moments_of
from tui.watching import Seen

PICTURE = snapshot([service("web", 1)], [])


def happened(*times: float) -> tuple[EventView, ...]:
    return tuple(EventView(time, "instance", "web-1", "down") for time in times)


def fault(begins: float | None, ends: float | None) -> FaultView:
    return FaultView("one", "latency", "web, +1 s", "waiting", begins, ends, (), False)


BUSY = replace(PICTURE, events=happened(12.0, 28.0), faults=(fault(45.0, None),))


def test_speeds_go_up_and_down_the_same_ladder() -> None:
    """From a tenth to flat out and back, each step once, and no further."""
    climbed = [SPEEDS[0]]
    while (above := faster(climbed[-1])) != climbed[-1]:
        climbed.append(above)
    assert tuple(climbed) == SPEEDS
    assert SPEEDS[-1] == inf
    assert [slower(each) for each in SPEEDS] == [SPEEDS[0], *SPEEDS[:-1]]


def test_a_speed_between_two_steps_goes_to_the_next() -> None:
    """What `--speed 3` has begun with fits in."""
    assert faster(3.0) == 5.0
    assert slower(3.0) == 2.0


@pytest.mark.parametrize(
    ("seconds", "stride"), [(60.0, 5.0), (2.0, 0.1), (600.0, 30.0), (3600.0, 300.0), (1e7, 3600.0)]
)
def test_a_stride_fits_what_is_in_sight(seconds: float, stride: float) -> None:
    """About twenty of them lead from end to end; a minute has steps of five seconds."""
    assert stride_for(seconds) == stride


def test_a_step_is_a_tenth_of_a_second_at_high_speed() -> None:
    """One simulated second as long as one can follow it."""
    assert [step_for(speed) for speed in (0.1, 1.0, 10.0, 100.0, inf)] == [1.0, 1.0, 1.0, 10.0, 1.0]


def test_moments_are_events_and_the_turns_of_faults() -> None:
    """What happens together is one moment; what was seen before going back counts, and plans do too."""
    picture = replace(
        PICTURE, events=happened(10.0, 10.1, 10.2, 20.00012), faults=(fault(40.0, 70.0),)
    )
    seen = Seen(picture.history, happened(10.0, 35.0), (), 50.0)
    moments = moments_of(picture, seen)
    assert moments == [10.0, 20.001, 35.0, 40.0], "the end of the fault is after that of the run"
    assert moment_after(moments, 10.02) == 20.001
    assert moment_before(moments, 20.001) == 10.0
    assert moment_before(moments, 10.0) is None
    assert moment_after(moments, 40.0) is None


CASES: list[tuple[str, Snapshot, list[Command], str]] = [
    ("space", PICTURE, [Pause()], ""),
    ("space", replace(PICTURE, state="paused"), [Resume()], ""),
    ("space", replace(PICTURE, state="stopped"), [], "the run is over"),
    (".", PICTURE, [Step(1.0)], ""),
    (".", replace(PICTURE, state="ended"), [], "the run is over"),
    ("+", PICTURE, [SetSpeed(2.0)], ""),
    # Pictures that come late do not make a second press do the same again.
    ("+ +", PICTURE, [SetSpeed(2.0), SetSpeed(5.0)], ""),
    ("-", PICTURE, [SetSpeed(0.5)], ""),
    ("+", replace(PICTURE, speed=inf), [], "as fast as it can"),
    ("-", replace(PICTURE, speed=0.1), [], "as slow as it goes"),
    ("[", PICTURE, [GoTo(25.0)], ""),
    ("]", PICTURE, [GoTo(35.0)], ""),
    ("[", replace(PICTURE, now=2.0), [GoTo(0.0)], ""),
    ("[", replace(PICTURE, now=0.0), [], "this is the start"),
    ("]", replace(PICTURE, now=60.0), [], "this is the end"),
    # On the way to 0:10, a step back leads to 0:05, not to five seconds before what shows.
    ("[", replace(PICTURE, state="replaying", goal=10.0), [GoTo(5.0)], ""),
    ("home", PICTURE, [GoTo(0.0)], ""),
    ("end", replace(PICTURE, branch=7), [GoTo(30.0)], ""),
    ("{", BUSY, [GoTo(28.0)], ""),
    # While it plays, an event of a moment ago is where one is; standing still, it is before.
    ("{", replace(BUSY, now=29.0), [GoTo(12.0)], ""),
    ("{", replace(BUSY, now=29.0, state="paused"), [GoTo(28.0)], ""),
    ("}", BUSY, [GoTo(45.0)], ""),
    ("{", PICTURE, [], "nothing has happened before"),
    ("}", PICTURE, [], "nothing more is known to happen"),
]
"""Keys, what shows when they are pressed, what is asked for, and what is said where that is nothing."""


def test_keys_ask_for_what_they_say_or_say_why_not() -> None:
    """Each case begins with a picture that is after all that was asked before."""
    driver = PictureDriver(PICTURE)

    async def play(stage: Stage) -> None:
        told: list[str] = []
        stage.app.warn = told.append  # type: ignore[method-assign]
        for number, (keys, picture, commands, said) in enumerate(CASES):
            stage.app.watching.seen.clear()
            await stage.show(replace(picture, number=number, answered=len(driver.sent)))
            begun = len(driver.sent)
            told.clear()
            await stage.press(*keys.split())
            assert driver.sent[begun:] == commands, keys
            assert (said in told[0]) if said else not told, keys
            assert len(told) == bool(said)

    perform(play, driver=driver, size=(80, 24))


def test_many_journeys_are_one_at_a_time() -> None:
    """While one has not been taken up, the others wait, and only the last of them is made."""
    driver = PictureDriver(PICTURE)

    async def play(stage: Stage) -> None:
        driver.sent.clear()
        for time in (10.0, 11.0, 12.0, 13.0):
            stage.app.travel_to(time)
        assert driver.sent == [GoTo(10.0)]
        await stage.settle()
        await stage.settle()
        assert driver.sent == [GoTo(10.0), GoTo(13.0)]

    perform(play, driver=driver, size=(80, 24))


def test_going_back_and_forth_shows_the_same() -> None:
    """The exact past: what one sees at a time does not hang on how one got there."""

    async def play(stage: Stage) -> None:
        await stage.play(20.0)
        there = stage.snapshot
        await stage.press("space", "[", "[", "home")
        assert stage.snapshot.now == 0.0
        assert stage.app.watching.seen[there.branch].until == 20.0
        await stage.press("end")
        again = stage.snapshot
        assert again.now == 20.0
        assert again.in_flight == there.in_flight
        assert again.events == there.events
        assert (again.history.throughput == there.history.throughput).all()
        await stage.press("g", *"1", "0", "s", "enter")
        assert stage.snapshot.now == 10.0

    perform(play, "mm4", size=(80, 24))
