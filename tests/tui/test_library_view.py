"""The library: what is in it, how it is filtered, and how a scenario is opened from it."""

from __future__ import annotations

from dataclasses import replace

from hands import Rehearsal, rehearse
from samples import STORE, graph
from stage import SIZES
from textual.widgets import OptionList

from simulator.live.snapshot import BranchView
from simulator.scenario import bundled
from tui.bundle import entry_of
from tui.views.library import Library


async def opened(hand: Rehearsal) -> Library:
    """The library, when all files are read."""
    view = hand.app.query_one(Library)
    view.opened()
    await hand.app.workers.wait_for_complete()
    await hand.settle()
    return view


def listed(hand: Rehearsal) -> list[str]:
    """The names in the list."""
    options = hand.app.query_one("#scenarios", OptionList).options
    return [str(each.id) for each in options if each.id]


def test_every_bundled_scenario_is_told() -> None:
    """Each has a description and a story, which has no comment signs left."""
    for name in bundled():
        entry = entry_of(name)
        assert len(entry.description) > 10
        assert "service" in entry.has
        assert len(entry.story) > 100
        assert "\n#" not in entry.story


def test_what_a_story_keeps() -> None:
    """Prose is one line a paragraph, drawings and commands stay as they are."""
    story = entry_of("online-store").story
    assert "\n  buyers   --- basket, checkout -------> web --> cart\n" in story
    assert any(
        line.startswith("Nothing is broken here.") and len(line) > 150
        for line in story.splitlines()
    )


def test_it_is_filtered() -> None:
    """All words count, `!` leaves out, escape ends it."""

    async def play(hand: Rehearsal) -> None:
        view = await opened(hand)
        assert listed(hand) == list(bundled())
        for option in hand.app.query_one("#scenarios", OptionList).options:
            assert f"{option.id}  " in str(option.prompt), "a name, and what it is beside it"
        view.filter()
        await hand.press(*"retry")
        found = listed(hand)
        assert "retry-storm" in found
        assert len(found) < 20
        await hand.type_in("retry !storm")
        assert "retry-storm" not in listed(hand)
        await hand.type_in("retry zz")
        assert "nothing has “retry zz” in it" in hand.text()
        assert view.back()
        await hand.settle()
        assert listed(hand) == list(bundled())
        assert not view.back()

    rehearse(play, graph(STORE), shown=[Library])


def test_enter_opens() -> None:
    """A scenario takes the place of the one that showed, found with the arrows or a filter."""

    async def play(hand: Rehearsal) -> None:
        view = await opened(hand)
        await hand.press("down", "enter")
        view.filter()
        await hand.press(*"mm4", "enter", "enter")
        names = list(bundled())
        after = names[names.index("online-store") + 1]
        assert [each.scenario for each in hand.app.opened] == [after, "mm4"]

    rehearse(play, graph(STORE), shown=[Library])


def test_what_is_not_written_is_asked_about() -> None:
    """Opening another would lose what was done here."""
    branch = BranchView(0, None, 0.0, "killed web-1", 1, 30.0)

    async def play(hand: Rehearsal) -> None:
        await opened(hand)
        await hand.press("enter")
        assert "You did 1 thing here, not written yet." in hand.text()
        await hand.press("escape")
        assert not hand.app.opened
        await hand.press("enter", "o")
        assert len(hand.app.opened) == 1

    rehearse(play, replace(graph(STORE), branches=(branch,)), shown=[Library])


def test_how_it_looks() -> None:
    """At each size."""

    async def play(hand: Rehearsal) -> None:
        view = await opened(hand)
        view.filter()
        # Few enough to stay the same when scenarios are added.
        await hand.type_in("crash go on asking")
        await hand.press("enter")
        hand.check("library")

    for size in SIZES:
        rehearse(play, graph(STORE), size=size, shown=[Library])
