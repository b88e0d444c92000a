"""What keys do to a simulation that is one, in the whole app."""

from __future__ import annotations

from pathlib import Path

import pytest
from stage import Stage, perform
from textual.widgets import Input

from simulator.experiment.run import simulate
from simulator.live.driver import Opening
from simulator.scenario import load
from tui.dialogs.choice import ChoiceDialog
from tui.dialogs.fault_form import FaultForm

SHOP = """
scenario: small
duration: 8s
traffic: {users: {rate: 20/s, target: shop.buy}}
services:
  shop:
    replicas: 2
    endpoints: {buy: [{call: payments.charge, timeout: 1s, breaker: {}, balancer: random}]}
  payments: {replicas: 3, concurrency: 4, endpoints: {charge: [work: 20ms]}}
"""


def toasts(stage: Stage) -> list[str]:
    """What was told since the last time."""
    found = [each.message for each in stage.app._notifications]
    stage.app.clear_notifications()
    return found


def test_hurt_heal_write_and_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is written, and plays to the digest that the session comes to."""
    monkeypatch.chdir(tmp_path)

    async def play(stage: Stage) -> None:
        await stage.play(1.0)
        stage.app.select("service", "payments")
        await stage.press("k")
        assert toasts(stage)[0].startswith("killed payments-")
        await stage.play(0.5)
        await stage.press("r", "l")
        assert "u undoes it" in toasts(stage)[-1]
        await stage.play(0.5)
        await stage.press("u", "c", "e", "n")
        await stage.play(0.5)
        assert [each.state for each in stage.snapshot.faults].count("active") == 3
        await stage.press("U", "y")
        assert "active" not in [each.state for each in stage.snapshot.faults]
        await stage.press("w", "enter")
        assert not stage.app.unkept()
        await stage.play(10.0)
        assert stage.snapshot.state == "ended"
        result = simulate(load("small-live.yaml").scenario)
        kinds = [each.kind for each in result.faults]
        assert kinds == ["kill", "latency", "slow", "abort", "partition"]
        assert result.digest == stage.snapshot.digest

    perform(play, text=SHOP, scenario="small", size=(80, 24))


def test_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Balancers, breakers, instances, traffic; a form that is refused; and what is exported of it."""
    monkeypatch.chdir(tmp_path)

    async def play(stage: Stage) -> None:
        await stage.play(1.0)
        stage.app.select("service", "payments")
        await stage.press("b")
        assert isinstance(stage.app.screen, ChoiceDialog)
        assert "● random" in stage.text()
        await stage.press(*"least_latency", "enter")
        await stage.play(0.2)
        await stage.press("b")
        assert "● least_latency" in stage.text()
        assert "● random" not in stage.text()
        await stage.press("escape", "B", "enter")
        await stage.play(0.2)
        (edge,) = [each for each in stage.snapshot.edges if each.callee == "payments"]
        assert dict(edge.breakers) == {"forced_open": 2}
        await stage.press("s", "up", "enter", "t", "enter")
        await stage.play(0.2)
        (payments,) = [each for each in stage.snapshot.services if each.name == "payments"]
        assert payments.replicas == 4
        assert stage.snapshot.traffic[0].rate == 40.0
        kinds = {each.kind for each in stage.snapshot.faults if each.state == "active"}
        assert kinds == {"config_push", "force_breaker", "surge"}

        stage.app.fill_in("kill")
        await stage.settle()
        form = stage.app.screen
        assert isinstance(form, FaultForm)
        form.query_one("#field-service", Input).value = "payment"
        await stage.press("enter")
        assert stage.app.screen is form
        assert "did you mean `payments`?" in stage.text()
        form.query_one("#field-service", Input).value = "payments"
        await stage.press("enter")
        assert stage.app.screen is not form

        await stage.press("x", "enter")
        await stage.app.workers.wait_for_complete()
        folder = tmp_path / "small-live"
        assert (folder / "screen.svg").read_text("utf-8").startswith("<svg")
        assert "<svg" in (folder / "history.svg").read_text("utf-8")
        assert (folder / "history.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / "results" / "result.json").exists()
        assert load(str(folder / "results" / "scenario.yaml")).scenario.scenario == "small"

        stage.app.open_in_place(Opening("mm4"))
        await stage.settle()
        await stage.press("o")
        await stage.settle()
        assert stage.snapshot.scenario == "mm4"
        assert not stage.app.unkept()

    perform(play, text=SHOP, scenario="small", size=(80, 24))
