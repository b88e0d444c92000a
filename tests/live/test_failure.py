"""What is left to say, and to play again, when a simulation has failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import SimulatorError
from simulator.experiment.run import simulate
from simulator.live.commands import Failure, GoTo, Inject
from simulator.live.driver import Opening
from simulator.live.replay import leave_replay
from simulator.live.stepped import SteppedDriver
from simulator.scenario import load

RESTLESS = """
scenario: restless
duration: 10s
traffic: {robots: {users: 2, target: web.page}}
services:
  web: {endpoints: {page: [{work: 5ms}]}}
"""


def test_what_cannot_be_simulated_is_told_with_a_scenario_that_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users who never think, and are refused at once, ask for ever at one moment: no defect of ours."""
    for name in ("XDG_STATE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    driver = SteppedDriver(Opening("restless", text=RESTLESS, paused=True))
    driver.send(GoTo(2.0))
    driver.send(Inject({"kill": {"service": "web", "mode": "all"}}))
    driver.send(GoTo(10.0))
    (failure,) = [each for each in driver.poll() if isinstance(each, Failure)]
    assert "without any time passing" in failure.message
    assert failure.details == ""
    with pytest.raises(SimulatorError) as again:
        simulate(load(failure.replay).scenario, check=True)
    assert str(again.value) == failure.message


def test_no_more_than_the_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.live.replay.user_state_path", lambda *_, **__: tmp_path)
    monkeypatch.setattr("simulator.live.replay.MOST", 2)
    first, *others = [Path(leave_replay("scenario: x\n")) for _ in range(3)]
    assert not first.exists()
    assert all(each.exists() for each in others)
