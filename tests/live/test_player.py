"""A player keeps to a speed, goes where it is sent, and says what it is asked."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest
from shop import LATENCY, SHOP, opening

from simulator.errors import SimulatorError
from simulator.experiment.run import simulate
from simulator.live.commands import (
    Answer,
    Command,
    Export,
    GoTo,
    Inject,
    Pause,
    Resume,
    SetSpeed,
    Step,
    Undo,
    Write,
)
from simulator.live.driver import Opening, Results
from simulator.live.player import Player
from simulator.scenario import parse


class Wall:
    """A clock on the wall that moves when it is told to."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def playing(**more: object) -> tuple[Player, Wall]:
    wall = Wall()
    return Player(opening(paused=False, **more), clock=wall), wall


def ask(player: Player, command: Command) -> Answer:
    answer = player.handle(1, command)[-1]
    assert isinstance(answer, Answer)
    return answer


def arrive(player: Player) -> None:
    while player.goal is not None:
        player.play()


def test_it_plays_as_fast_as_the_clock_on_the_wall_times_the_speed() -> None:
    player, wall = playing()
    for passed, now in ((0.5, 0.5), (0.25, 0.75), (0.0, 0.75), (1.25, 2.0)):
        wall.time += passed
        assert player.play()
        assert player.session.now == now
    ask(player, SetSpeed(4.0))
    wall.time += 0.5
    player.play()
    assert player.session.now == 4.0
    assert player.snapshot(0).pace == pytest.approx(4.0)


def test_what_it_cannot_keep_up_with_it_lets_go() -> None:
    player, wall = playing(speed=1000.0, text=SHOP.replace("40/s", "4000/s").replace("20s", "1h"))
    wall.time += 1.0
    assert not player.play(wall_seconds=0.0)
    reached = player.session.now
    assert 0.0 < reached < 10.0
    # Of a thousand seconds that were due it makes up for a quarter, not more.
    assert player.pace.due() == pytest.approx(reached + 250.0)


def test_it_stands_still_where_it_is_paused_and_where_it_is_stepped_to() -> None:
    player, wall = playing()
    ask(player, Pause())
    wall.time += 5.0
    assert not player.busy
    player.play()
    assert (player.session.now, player.state) == (0.0, "paused")
    ask(player, Step(1.5))
    ask(player, Step(0.5))
    assert player.state == "playing"
    arrive(player)
    assert (player.session.now, player.state) == (2.0, "paused")
    ask(player, Resume())
    wall.time += 1.0
    player.play()
    assert player.session.now == 3.0, "the time that it stood still is not made up for"


def test_flat_out_it_plays_to_the_end_and_has_the_digest_of_a_plain_run() -> None:
    player, _ = playing(speed=inf)
    while not player.session.ended:
        player.play(wall_seconds=0.001)
    picture = player.snapshot(3)
    plain = simulate(parse(SHOP).scenario)
    assert (picture.state, picture.now, picture.answered) == ("ended", 20.0, 3)
    assert (picture.digest, picture.verdict) == (plain.digest, plain.verdict)
    assert ask(player, Resume()).text == "the run is over: go back to play on from there"


def test_going_somewhere_it_plays_on_if_it_was_playing() -> None:
    player, _ = playing()
    assert ask(player, GoTo(12.0)).text == "going to 12s"
    assert player.state == "replaying"
    assert player.snapshot(0).goal == 12.0
    arrive(player)
    assert (player.session.now, player.state) == (12.0, "playing")
    ask(player, GoTo(-3.0))
    arrive(player)
    assert player.session.now == 0.0
    ask(player, Pause())
    ask(player, GoTo(1e9))
    arrive(player)
    assert (player.session.now, player.state) == (20.0, "ended")
    ask(player, GoTo(5.0))
    arrive(player)
    assert (player.session.now, player.state) == (5.0, "paused")


def test_it_opens_at_a_time() -> None:
    player, _ = playing(at=7.5)
    assert player.state == "replaying"
    arrive(player)
    assert player.session.now == 7.5


def test_a_condition_of_the_scenario_stops_it() -> None:
    text = SHOP + "stop_when: [users.p99 > 1ms]\n"
    player, _ = playing(speed=inf, text=text)
    while player.busy:
        player.play()
    picture = player.snapshot(0)
    assert picture.state == "stopped"
    assert picture.note == "users.p99 > 1ms held"
    assert picture.now < 20.0


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (SetSpeed(0.01), "a speed of 0.01: from 0.1 to 1000 expected, or infinity"),
        (SetSpeed(1001.0), "a speed of 1001: from 0.1 to 1000 expected, or infinity"),
        (SetSpeed(float("nan")), "a speed of nan: from 0.1 to 1000 expected, or infinity"),
        (Step(0.0), "a step of 0 s: more than 0 s expected"),
        (GoTo(inf), "a time of inf s: from 0 s to the end expected"),
        (Undo(), "nothing to undo: nothing that was done here still holds"),
    ],
)
def test_what_is_refused_says_why(command: Command, why: str) -> None:
    player, _ = playing()
    answer = ask(player, command)
    assert (answer.done, answer.text) == (False, why)


def test_on_the_way_nothing_can_be_done() -> None:
    player, _ = playing()
    ask(player, GoTo(10.0))
    answer = ask(player, Inject(LATENCY))
    assert (answer.done, answer.text) == (False, "on the way to 10s: wait until it is there")


def test_what_was_done_is_among_the_events() -> None:
    player, _ = playing()
    ask(player, GoTo(4.0))
    arrive(player)
    done = ask(player, Inject(LATENCY))
    assert done.done
    mine = [each for each in player.snapshot(0).events if each.kind == "you"]
    assert [(each.subject, 4.0 < each.time < 4.1) for each in mine] == [("latency-1", True)]


def test_a_written_scenario_plays_to_the_same_digest(tmp_path: Path) -> None:
    player, _ = playing(speed=inf)
    ask(player, GoTo(4.0))
    arrive(player)
    ask(player, Inject(LATENCY))
    file = tmp_path / "mine.yaml"
    assert ask(player, Write(str(file))).text == f"written to {file}"
    while player.busy:
        player.play()
    assert simulate(parse(file.read_text("utf-8")).scenario).digest == player.snapshot(0).digest
    assert ask(player, Write(None)).payload == file.read_text("utf-8")
    refused = ask(player, Write(str(file)))
    assert (refused.done, refused.text) == (False, f"{file}: there already")
    assert ask(player, Write(str(file), until=6.0, replace=True)).done
    assert parse(file.read_text("utf-8")).scenario.duration == 6.0
    assert list(tmp_path.iterdir()) == [file], "nothing else is left beside it"


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    player, _ = playing()
    path = tmp_path / "nowhere" / "mine.yaml"
    answer = ask(player, Write(str(path)))
    assert (answer.done, answer.text) == (
        False,
        f"{path}: cannot be written: No such file or directory",
    )
    assert not ask(player, Write(str(tmp_path))).done


def test_results_so_far_leave_the_run_as_it_is() -> None:
    player, _ = playing(speed=inf)
    ask(player, GoTo(9.0))
    arrive(player)
    results, answer = player.handle(5, Export("folder"))
    assert isinstance(results, Results)
    assert isinstance(answer, Answer)
    assert (results.number, results.folder, answer.text) == (5, "folder", "results up to 9s")
    assert results.result.simulated == 9.0
    assert results.result.verdict == "incomplete"
    while player.busy:
        player.play()
    assert player.snapshot(0).digest == simulate(parse(SHOP).scenario).digest
    at_end, _ = player.handle(6, Export("folder"))
    assert isinstance(at_end, Results)
    assert at_end.result.digest == player.snapshot(0).digest
    assert parse(at_end.scenario).scenario == player.session.scenario


def test_what_is_no_scenario_is_not_opened() -> None:
    with pytest.raises(SimulatorError, match="rate"):
        Player(Opening("shop", text=SHOP.replace("40/s", "many")))
