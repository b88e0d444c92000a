"""Writing what was done, exporting, and leaving."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hands import Rehearsal, rehearse
from samples import STORE, fault, graph
from stage import SIZES
from textual.widgets import Input

from reports.charts.formats import drawn
from reports.charts.house import look
from reports.charts.live import history_chart
from simulator.live.commands import Export, Write
from simulator.live.snapshot import BranchView, Snapshot
from tui.dialogs.export import ExportDialog
from tui.dialogs.write import WriteDialog


def done(things: int) -> Snapshot:
    """A picture of a session in which so many things were done."""
    branch = BranchView(0, None, 0.0, "killed payments-2", things, 30.0)
    return replace(graph(STORE), branches=(branch,))


def test_write_asks_for_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is proposed; what is there already is replaced only after a second enter."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sample-live.yaml"

    async def play(hand: Rehearsal) -> None:
        assert await hand.press("w", "enter") == [Write(str(path), None, False)]
        path.write_text("a file of mine")
        assert await hand.press("w", "enter") == []
        assert "is there already: enter again replaces it" in hand.text()
        assert await hand.press("enter") == [Write(str(path), None, True)]

    rehearse(play, done(2))


def test_write_until_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run of the scenario may be cut where it is."""
    monkeypatch.chdir(tmp_path)

    async def play(hand: Rehearsal) -> None:
        await hand.press("w", "tab", "space")
        assert "▐✓▌ end the run here, after 30s of 1m" in hand.text()
        await hand.press("shift+tab")
        (command,) = await hand.press("enter")
        assert isinstance(command, Write)
        assert command.until == 30.0

    rehearse(play, done(1))


def test_names_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be a file is told before anything is asked of the simulation."""
    monkeypatch.chdir(tmp_path)

    async def play(hand: Rehearsal) -> None:
        await hand.press("w")
        for name, why in (
            ("", "expected the name of a file"),
            (".", "expected the name of a file, found a folder"),
            ("not/there.yaml", "there is no folder"),
            ("~nobody-of-that-name/x.yaml", "Could not determine home directory"),
            ("a" * 300, "File name too long"),
        ):
            hand.app.screen.query_one(Input).value = name
            assert await hand.press("enter") == []
            assert why in "".join(each.strip(" │") for each in hand.text().splitlines())
        assert isinstance(hand.app.screen, WriteDialog)
        await hand.press("escape", "x")
        for name in ("~nobody-of-that-name/x", "a" * 300):
            hand.app.screen.query_one(Input).value = name
            assert await hand.press("enter") == []
        assert isinstance(hand.app.screen, ExportDialog)

    rehearse(play, done(1))


def test_parts_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is ticked is left, and something must be."""
    monkeypatch.chdir(tmp_path)

    async def play(hand: Rehearsal) -> None:
        await hand.press("x", "tab", "space", "tab", "space")
        assert "▐ ▌ this screen" in hand.text()
        await hand.press("shift+tab", "shift+tab")
        assert await hand.press("enter") == [Export(str(tmp_path / "sample-live" / "results"))]
        assert list((tmp_path / "sample-live").iterdir()) == []
        await hand.press("x", "tab", "space", "tab", "space", "tab", "space", *3 * ["shift+tab"])
        assert await hand.press("enter") == []
        assert "nothing is chosen" in hand.text()

    rehearse(play, done(0))


def test_buttons_do_what_keys_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the mouse: the first takes what stands there, the last goes back; an answer is one too."""
    monkeypatch.chdir(tmp_path)

    async def play(hand: Rehearsal) -> None:
        for button, commands in (("#back", []), ("#do", [Write(str(tmp_path / "x.yaml"), None)])):
            await hand.press("w")
            await hand.type_in("x.yaml")
            begun = len(hand.driver.sent)
            await hand.pilot.click(button)
            await hand.settle()
            assert hand.driver.sent[begun:] == commands
            assert not isinstance(hand.app.screen, WriteDialog)
        await hand.show(done(2))
        await hand.press("q")
        await hand.pilot.click("#answer-q")
        assert hand.app.left

    rehearse(play, done(1))


def test_leaving_asks_about_what_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`w` writes and then leaves; escape stays."""
    monkeypatch.chdir(tmp_path)

    async def play(hand: Rehearsal) -> None:
        await hand.press("q")
        assert "You did 2 things, not written yet." in hand.text()
        await hand.press("escape")
        assert not hand.app.left
        await hand.press("q", "w", "enter")
        await hand.settle()
        assert hand.app.left

    rehearse(play, done(2))


@pytest.mark.parametrize(
    "names",
    [("q", "q"), ("ctrl+c", "ctrl+c"), ("F", "ctrl+c", "ctrl+c"), ("q", "ctrl+c", "ctrl+c")],
)
def test_a_second_time_leaves(names: tuple[str, ...]) -> None:
    """Whoever presses it twice means it, whatever is open; once in a dialog says so."""

    async def play(hand: Rehearsal) -> None:
        await hand.press(*names[:-1])
        assert not hand.app.left
        if names[0] == "F":
            assert hand.heard() == [("warned", "ctrl+c once more quits; esc closes this")]
        await hand.press(names[-1])
        assert hand.app.left

    rehearse(play, done(1))


def test_nothing_was_done_so_nothing_is_asked() -> None:
    """A session that only watched is left at once."""

    async def play(hand: Rehearsal) -> None:
        await hand.press("q")
        assert hand.app.left

    rehearse(play, done(0))


def test_what_is_written_is_not_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After `w` the session is left at once, until something more is done."""
    monkeypatch.chdir(tmp_path)

    async def play(hand: Rehearsal) -> None:
        await hand.press("w", "enter")
        assert hand.app.unkept() == 0
        await hand.show(done(2))
        assert hand.app.unkept() == 1
        await hand.show(done(1))
        await hand.press("q")
        assert hand.app.left

    rehearse(play, done(1))


def test_how_writing_looks() -> None:
    """The dialog at each size."""

    async def play(hand: Rehearsal) -> None:
        await hand.press("w")
        hand.check("write-dialog")

    for size in SIZES:
        rehearse(play, done(2), size=size)


def test_the_chart_of_a_run_so_far() -> None:
    """It is the same each time, and names what was done below, by the numbers that stand in it."""
    picture = replace(done(1), faults=(fault("kill-1", "kill", "payments-1"),))
    figure = history_chart(picture, look())
    assert drawn(figure, "svg") == drawn(history_chart(picture, look()), "svg")
    assert "1 kill of payments-1 (kill): 20 s to the end" in figure.get_supxlabel()
    assert "seed 7" in figure.get_suptitle()
