"""The palette: everything by its name, and nothing that cannot be done now."""

from __future__ import annotations

from dataclasses import replace

from hands import Rehearsal, rehearse
from samples import STORE, fault, graph, with_breakers

from simulator.live.commands import End, GoTo, Inject, SetSpeed, SwitchBranch
from simulator.live.snapshot import BranchView
from simulator.scenario import bundled
from simulator.scenario.faults.kinds import FAULTS
from tui import keys
from tui.palette import LEFT_OUT, ON_THE_SELECTION, deeds


def names(hand: Rehearsal) -> list[str]:
    """All that can be done now."""
    return [each.name for each in deeds(hand.app)]


def test_whatever_keys_do_has_a_name() -> None:
    """Each binding is in it, those that act on the selection with its name."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        found = list(deeds(hand.app))
        assert len({each.name for each in found}) == len(found)
        for ident, binding in keys.KEYS.items():
            if ident in LEFT_OUT or binding.action.endswith("(True)"):
                continue
            told = [each for each in found if str(binding.tooltip) in each.meaning]
            assert told, ident
            if ident in ON_THE_SELECTION:
                assert "payments" in told[0].name
        assert {f"fault: {kind}" for kind in FAULTS} <= set(names(hand))
        assert {f"open: {name}" for name in bundled()} <= set(names(hand))
        assert "theme: projector" in names(hand)
        assert "theme: aftershock (now)" in names(hand)

    rehearse(play, with_breakers(graph(STORE)))


def test_only_what_can_be_done_now() -> None:
    """Without a selection nothing hurts; an edge has nobody to kill; the end has nothing to hurt."""

    async def play(hand: Rehearsal) -> None:
        hand.app.watching.selection = None
        assert not [name for name in names(hand) if name.startswith("harm: kill")]
        hand.app.select("edge", "orders > payments")
        assert "harm: cut off orders > payments" in names(hand)
        assert not [name for name in names(hand) if name.startswith("harm: kill")]
        assert not [name for name in names(hand) if "breaker" in name and name[:4] == "harm"]
        await hand.show(with_breakers(graph(STORE)))
        assert "harm: force a breaker of orders > payments" in names(hand)
        await hand.show(replace(graph(STORE), state="ended"))
        assert not [name for name in names(hand) if name.startswith(("fault:", "change:"))]
        assert "travel: to the start" in names(hand)

    rehearse(play, graph(STORE))


def test_what_is_going_on_is_in_it() -> None:
    """Faults to end or to go back to, and other branches."""
    other = BranchView(1, 0, 10.0, "killed web-1", 2, 20.0)
    picture = graph(STORE)
    picture = replace(
        picture,
        faults=(fault("kill-1", "kill", "payments-1"),),
        branches=(*picture.branches, other),
    )

    async def play(hand: Rehearsal) -> None:
        found = {each.name: each for each in deeds(hand.app)}
        for name, command in (
            ("harm: end kill-1", End("kill-1")),
            ("travel: to the begin of kill-1, 0:20", GoTo(19.0)),
            ("branch: 1, killed web-1", SwitchBranch(1)),
            ("speed: 10x", SetSpeed(10.0)),
            ("travel: to 50% of the run, 0:30", GoTo(30.0)),
        ):
            found[name].do()
            assert hand.driver.sent[-1] == command

    rehearse(play, picture)


def test_it_is_searched_by_parts_of_names() -> None:
    """A few letters find a deed, and enter does it."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        await hand.press("colon")
        await hand.pilot.pause(0.3)
        assert "harm: kill payments" in hand.text(), "before anything is typed"
        await hand.press(*"kill pay")
        await hand.pilot.pause(0.3)
        assert "harm: kill payments" in hand.text()
        found = await hand.press("enter")
        await hand.settle()
        assert Inject({"kill": {"service": "payments", "mode": "one"}}) in [
            *found,
            *hand.driver.sent,
        ]

    rehearse(play, graph(STORE))
