"""What is told in passing must not cover what it is about; what a key does now stands in the footer."""

from __future__ import annotations

from stage import Stage, perform

from simulator.live.commands import Failure
from tui.widgets.failure_panel import FailurePanel


def told(stage: Stage) -> list[str]:
    """All toasts."""
    return [each.message for each in stage.app._notifications]


def test_what_is_said_and_shown_in_passing() -> None:
    async def play(stage: Stage) -> None:
        await stage.press("k", "k", "e")
        assert told(stage) == ["select a service first: arrows, or a click"]
        stage.app.say("charts are in here", beside=True)
        await stage.settle()
        assert len(told(stage)) == 2
        # Space pauses what plays and plays what is paused; enter opens a scenario of the library.
        footers = {}
        for _ in range(2):
            await stage.press("space")
            await stage.play(0.0)
            footers[stage.snapshot.state] = stage.text().splitlines()[-1]
        assert "space pause" in footers["playing"]
        assert "space play" in footers["paused"]
        await stage.press("6")
        assert "⏎ open" in stage.text().splitlines()[-1]
        await stage.press("1")
        await the_system_shows_behind_a_dialog(stage)

    perform(play)


async def the_system_shows_behind_a_dialog(stage: Stage) -> None:
    """And a failure of the simulation is in front of any dialog."""
    await stage.press("g")
    assert "go to a time" in stage.text()
    assert "shoppers" in stage.text()
    await stage.press("f1")
    assert len(stage.app.screen_stack) >= 2
    stage.app._fail(Failure("ZeroDivisionError: division by zero", "", ""))
    await stage.settle()
    assert len(stage.app.screen_stack) == 1
    assert stage.app.screen.query_one(FailurePanel).display
    assert "ZeroDivisionError" in stage.text()


def test_what_cannot_go_on_is_stopped_and_not_failed() -> None:
    """Who never thinks and is refused at once asks for ever: that is told, and one can go back."""

    async def play(stage: Stage) -> None:
        await stage.play(2.0)
        stage.app.select("service", "export")
        await stage.press("k")
        await stage.play(1.0)
        assert "■ stopped" in stage.text()
        (why,) = [each for each in told(stage) if each.startswith("stopped: ")]
        assert why.endswith("give them `think`")
        assert stage.app.watching.failure is None
        await stage.press("home")
        assert stage.snapshot.now == 0.0
        assert stage.snapshot.state == "playing"

    perform(play, "noisy-neighbour", size=(80, 24))
