"""What is left to say, and to play again, when a simulation has failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import SimulatorError
from simulator.experiment.run import simulate
from simulator.live.commands import Answer, Failure, GoTo, Inject, Write
from simulator.live.driver import Opening
from simulator.live.session import Session
from simulator.live.snapshot import Snapshot
from simulator.live.stepped import SteppedDriver
from simulator.scenario import load

RESTLESS = """
scenario: restless
duration: 10s
traffic: {robots: {users: 2, target: web.page}}
services:
  web: {endpoints: {page: [{work: 5ms}]}}
"""


NOBODY = Inject({"kill": {"service": "web", "mode": "all"}})


def restless() -> SteppedDriver:
    """Users who never think, and whom from 2 s on nobody answers."""
    driver = SteppedDriver(Opening("restless", text=RESTLESS, paused=True))
    driver.send(GoTo(2.0))
    driver.send(NOBODY)
    driver.send(GoTo(10.0))
    return driver


def newest(driver: SteppedDriver) -> Snapshot:
    """What shows now; nothing has failed."""
    messages = driver.poll()
    assert not [each for each in messages if isinstance(each, Failure)]
    return [each for each in messages if isinstance(each, Snapshot)][-1]


def test_what_cannot_go_on_stops_and_says_why(tmp_path: Path) -> None:
    """Who is refused at once asks for ever at one moment: no defect of ours, and `run` says the same."""
    driver = restless()
    picture = newest(driver)
    assert picture.state == "stopped"
    assert "without any time passing" in picture.note
    assert "give them `think`" in picture.note
    assert 2.0 <= picture.now < 3.0
    assert picture.verdict is None
    assert [each.detail for each in picture.events if each.kind == "you"] == ["killed web-1"]
    # It ends there each time, and nothing more is done there.
    number = driver.send(NOBODY)
    refused = [each for each in driver.poll() if isinstance(each, Answer) and each.number == number]
    assert picture.note in refused[0].text
    driver.send(Write(str(tmp_path / "stuck.yaml")))
    with pytest.raises(SimulatorError) as again:
        simulate(load(str(tmp_path / "stuck.yaml")).scenario, check=True)
    assert str(again.value) == picture.note


def test_one_can_go_back_from_where_nothing_goes_on() -> None:
    """And forth again, to the same; or do something else, and come to the end."""
    driver = restless()
    stuck = newest(driver)
    driver.send(GoTo(1.0))
    picture = newest(driver)
    assert (picture.state, picture.now) == ("paused", 1.0)
    driver.send(GoTo(10.0))
    picture = newest(driver)
    assert (picture.state, picture.now, picture.note) == ("stopped", stuck.now, stuck.note)
    driver.send(GoTo(1.0))
    driver.send(Inject({"latency": {"service": "web", "add": "5ms"}}))
    driver.send(GoTo(10.0))
    picture = newest(driver)
    assert (picture.state, picture.now, picture.note) == ("ended", 10.0, "")
    assert picture.digest is not None


def test_what_is_due_at_once_may_be_what_cannot_be() -> None:
    """Something done at the very moment at which it comes to that is refused, with the reason."""
    text = RESTLESS + "faults: [{at: 2s, kill: {service: web, mode: all}}]\n"
    driver = SteppedDriver(Opening("restless", text=text, paused=True))
    driver.send(GoTo(2.0))
    assert newest(driver).state == "paused"
    number = driver.send(Inject({"latency": {"service": "web", "add": "5ms"}}))
    messages = driver.poll()
    (refused,) = [each for each in messages if isinstance(each, Answer) and each.number == number]
    picture = messages[-1]
    assert isinstance(picture, Snapshot)
    assert picture.state == "stopped"
    assert not refused.done
    assert refused.text == picture.note


@pytest.mark.parametrize("keeps", [True, False])
def test_a_failure_is_told_with_a_scenario_that_shows_it(
    keeps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left in the user's folder, unless whoever watches is not at home here."""
    monkeypatch.setattr("simulator.live.kept.user_state_path", lambda *_, **__: tmp_path)
    driver = SteppedDriver(Opening("restless", text=RESTLESS, paused=True, keeps=keeps))
    driver.send(Inject({"latency": {"service": "web", "add": "5ms"}}))

    def broken(*_: object) -> bool:
        raise ZeroDivisionError("in the middle")

    monkeypatch.setattr(Session, "advance", broken)
    driver.send(GoTo(2.0))
    (failure,) = [each for each in driver.poll() if isinstance(each, Failure)]
    assert failure.message == "ZeroDivisionError: in the middle"
    assert "in broken" in failure.details
    assert bool(failure.replay) is keeps
    assert list(tmp_path.rglob("*.yaml")) == ([Path(failure.replay)] if keeps else [])
    if keeps:
        (fault,) = load(failure.replay).scenario.faults
        assert fault.kind == "latency"
