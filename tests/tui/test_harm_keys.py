"""What each key does to what is selected, and why it does nothing where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hands import Rehearsal, rehearse
from samples import STORE, fault, graph
from textual.screen import ModalScreen

from simulator.live.commands import Command, End, Inject, Scale, Undo, UndoAll
from simulator.live.snapshot import EdgeView, TrafficView

KINDS = ("service", "instance", "edge", "traffic")
NAMES = {
    "service": "payments",
    "instance": "payments-2",
    "edge": "orders > payments",
    "traffic": "users",
}

PARTED = {"service": "payments", "mode": "all", "from": ["orders"]}
DONE: Sequence[tuple[str, str, Command]] = (
    ("service", "k", Inject({"kill": {"service": "payments", "mode": "one"}})),
    ("instance", "k", Inject({"kill": {"instance": "payments-2"}})),
    ("service", "r", Inject({"kill": {"service": "payments", "mode": "one", "restart": "1s"}})),
    ("instance", "r", Inject({"kill": {"instance": "payments-2", "restart": "1s"}})),
    ("service", "l", Inject({"latency": {"service": "payments", "add": "200ms"}})),
    ("instance", "l", Inject({"latency": {"instance": "payments-2", "add": "200ms"}})),
    ("edge", "l", Inject({"latency": {"edge": "orders > payments", "add": "200ms"}})),
    ("traffic", "l", Inject({"latency": {"edge": "users > web", "add": "200ms"}})),
    ("service", "e", Inject({"abort": {"service": "payments", "toxicity": "50%"}})),
    ("instance", "e", Inject({"abort": {"instance": "payments-2", "toxicity": "50%"}})),
    ("edge", "e", Inject({"abort": {"edge": "orders > payments", "toxicity": "50%"}})),
    ("traffic", "e", Inject({"abort": {"edge": "users > web", "toxicity": "50%"}})),
    ("service", "c", Inject({"slow": {"service": "payments", "mode": "all", "speed": "25%"}})),
    ("instance", "c", Inject({"slow": {"instance": "payments-2", "speed": "25%"}})),
    ("service", "n", Inject({"partition": PARTED})),
    ("instance", "n", Inject({"partition": {"instance": "payments-2", "from": ["orders"]}})),
    ("edge", "n", Inject({"partition": PARTED})),
    ("traffic", "n", Inject({"partition": {"service": "web", "mode": "all", "from": ["users"]}})),
    *((kind, "u", Undo()) for kind in KINDS),
    *((kind, "U", UndoAll()) for kind in KINDS),
)
REFUSED: Sequence[tuple[str, str, str]] = (
    ("edge", "k", "an edge has no processes to kill: select payments; l, e and n act on an edge"),
    ("edge", "r", "an edge has no processes to restart"),
    ("edge", "c", "an edge has no processes to slow down"),
    ("edge", "s", "an edge has no processes to scale"),
    ("traffic", "k", "users have no processes to kill: select a service; t changes how many come"),
    ("traffic", "r", "users have no processes to restart"),
    ("traffic", "c", "users have no processes to slow down"),
    ("traffic", "s", "users have no processes to scale"),
    ("service", "B", "no call of payments or to it has a breaker: give one a `breaker`"),
    ("edge", "B", "orders > payments has no breaker: give the calls a `breaker`"),
)


def test_every_key_on_every_kind_of_selection() -> None:
    """What is asked of the simulation, with what was remembered of amounts, and what is told."""

    async def play(hand: Rehearsal) -> None:
        for kind, key, command in DONE:
            hand.app.select(kind, NAMES[kind])
            assert hand.act(key) == [command], (kind, key)
            told = hand.heard()
            if key in "klecn":
                how_much = {"l": ", longer by 200ms", "e": ", 50% of the calls"}.get(key, "")
                how_much = {"c": ", at a speed of 25%"}.get(key, how_much)
                what = how_much or "done"
                assert told == [("said", f"{what} · u undoes it")], (kind, key)
        for kind, key, why in REFUSED:
            hand.app.select(kind, NAMES[kind])
            assert hand.act(key) == [], (kind, key)
            ((how, told_why),) = hand.heard()
            assert how == "warned"
            assert told_why.startswith(why), (kind, key)

    rehearse(play, graph(STORE))


def test_keys_are_bound() -> None:
    """The terminal's keys lead to what they are said to do."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        wanted = {key: command for kind, key, command in DONE if kind == "service"}
        for key, command in wanted.items():
            assert await hand.press(key) == [command], key

    rehearse(play, graph(STORE))


def test_nothing_is_selected() -> None:
    """Whoever has selected nothing is told how to; what needs nobody still works."""

    async def play(hand: Rehearsal) -> None:
        for key in "krlecnsbB":
            assert hand.act(key) == []
            assert hand.heard() == [("warned", "select a service first: arrows, or a click")]
        assert hand.act("u") == [Undo()]

    rehearse(play, graph(STORE))


def test_the_run_is_over() -> None:
    """At the end nothing can be hurt, and the toast says what can be done instead."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        for key in "krlecnBFsbt":
            assert hand.act(key) == [], key
            assert hand.heard() == [
                ("warned", "the run is over: [ goes back to where something can be done")
            ]

    rehearse(play, replace(graph(STORE), state="ended", now=60.0))


ASKED: Sequence[tuple[str, str, str, Command]] = (
    ("L", "1s", "5", Inject({"latency": {"service": "payments", "add": "1s"}})),
    ("E", "10%", "x", Inject({"abort": {"service": "payments", "toxicity": "10%"}})),
    ("C", "5%", "0%", Inject({"slow": {"service": "payments", "mode": "all", "speed": "5%"}})),
    ("K", "2", "0", Inject({"kill": {"service": "payments", "mode": {"fixed": 2}}})),
    ("K", "3", "{", Inject({"kill": {"service": "payments", "mode": {"fixed": 3}}})),
    ("K", "50%", "some", Inject({"kill": {"service": "payments", "mode": {"percent": "50%"}}})),
    ("s", "5", "0", Scale("payments", 5)),
    ("t", "0.5", "0", Inject({"surge": {"traffic": "users", "times": 0.5}})),
    ("t", "400/s", "x", Inject({"surge": {"traffic": "users", "times": 4.0}})),
)


def test_how_much_is_asked() -> None:
    """A capital letter asks how much; what is wrong is told while it is typed, and not done."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        for key, answer, wrong, command in ASKED:
            await hand.press(key)
            await hand.type_in(wrong)
            assert await hand.press("enter") == []
            # What cannot even be read is told by whoever reads it.
            assert ("✖" if wrong == "{" else "✖ expected") in hand.text()
            await hand.type_in(answer)
            assert "✖" not in hand.text()
            assert await hand.press("enter") == [command]
            assert not isinstance(hand.app.screen, ModalScreen)

    rehearse(play, graph(STORE))


def test_an_amount_is_remembered() -> None:
    """The small letter does as much as was said last."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        await hand.press("L", "3", "0", "m", "s", "enter")
        harm = {"service": "payments", "add": "30ms"}
        assert hand.act("l") == [Inject({"latency": harm})]

    rehearse(play, graph(STORE))


def test_arrows_change_a_number() -> None:
    """Up and down in the dialogs of scaling and of traffic."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        assert await hand.press("s", "up", "up", "down", "enter") == [Scale("payments", 4)]
        surge = Inject({"surge": {"traffic": "users", "times": 5.0}})
        assert await hand.press("t", "up", "enter") == [surge]

    rehearse(play, graph(STORE))


def test_restart_ends_what_has_killed() -> None:
    """`r` on what a kill keeps dead ends that kill, of several the last."""
    dead = replace(
        graph(STORE, {"payments": "partial"}),
        faults=(
            fault("kill-1", "kill", "payments-1"),
            fault("kill-2", "kill", "payments-2"),
            fault("kill-3", "kill", "web-1"),
            fault("kill-4", "kill", "payments-3", state="over"),
        ),
    )

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        assert hand.act("r") == [End("kill-2")]
        hand.app.select("instance", "payments-1")
        assert hand.act("r") == [End("kill-1")]

    rehearse(play, dead)


def test_the_dead_are_not_killed_again() -> None:
    """A service that is down has nobody left to kill."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        assert hand.act("k") == []
        assert hand.heard() == [("warned", "payments is down already: r brings one instance back")]

    down = graph(STORE, {"payments": "down"})
    rehearse(play, down)


def test_nobody_is_cut_off_twice() -> None:
    """A second partition of the same would change nothing; one from somebody else would."""
    cut = replace(
        graph(STORE),
        faults=(
            replace(
                fault("partition-1", "partition", "payments-1"),
                what="payments, all instances, from orders",
            ),
            replace(
                fault("partition-2", "partition", "inventory-1"),
                what="inventory, all instances, from orders-too web",
            ),
        ),
    )

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        assert hand.act("n") == []
        assert hand.heard() == [("warned", "that is cut off already: u takes it back")]
        hand.app.select("edge", "web > inventory")
        assert hand.act("n") == []
        for kind, name in (
            ("service", "bank"),
            ("service", "inventory"),
            ("edge", "orders > inventory"),
        ):
            hand.app.select(kind, name)
            assert len(hand.act("n")) == 1

    rehearse(play, cut)


def test_nobody_calls_it() -> None:
    """What nobody calls cannot be cut off, nor balanced."""
    alone = replace(graph(STORE), edges=())

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        for key, why in (("n", "to cut it off from"), ("b", "to balance")):
            assert hand.act(key) == []
            assert hand.heard() == [("warned", f"nobody calls payments: there is nothing {why}")]

    rehearse(play, alone)


def test_users_who_ask_several() -> None:
    """Messages of a class are those of one edge; of several, one is to be selected."""
    picture = graph(STORE)
    web = next(each for each in picture.edges if each.caller == "users")
    several = replace(picture, edges=(*picture.edges, EdgeView("users", "cart", web.figures, {})))

    async def play(hand: Rehearsal) -> None:
        hand.app.select("traffic", "users")
        for key in "len":
            assert hand.act(key) == []
            assert hand.heard() == [
                ("warned", "users asks web, cart: select one of these, or the edge to it")
            ]

    rehearse(play, several)


def test_a_closed_loop_has_no_rate() -> None:
    """More of a closed loop is refused, with what to do instead."""
    picture = graph(STORE)
    users = picture.traffic[0]
    closed = TrafficView("users", False, None, 50, 1000, 3, users.figures)

    async def play(hand: Rehearsal) -> None:
        assert hand.act("t") == []
        ((severity, told),) = hand.heard()
        assert severity == "warned"
        assert "closed loop: 50 users" in told
        assert "thundering_herd" in told

    rehearse(play, replace(picture, traffic=(closed,)))


def test_which_traffic() -> None:
    """Of several classes one is chosen first; a selected one is meant."""
    picture = graph(STORE)
    other = replace(picture.traffic[0], name="robots")

    async def play(hand: Rehearsal) -> None:
        await hand.press("t")
        assert "robots" in hand.text()
        found = await hand.press("down", "enter", "enter")
        assert found == [Inject({"surge": {"traffic": "robots", "times": 2.0}})]
        hand.app.select("traffic", "robots")
        assert len(await hand.press("t", "enter")) == 1

    several = replace(picture, traffic=(*picture.traffic, other))
    rehearse(play, several)


def test_undo_all_is_confirmed() -> None:
    """It names what would end, and does it only after a `y`."""
    hurt = replace(graph(STORE), faults=(fault("kill-1", "kill", "payments-1"),))

    async def play(hand: Rehearsal) -> None:
        assert await hand.press("U") == []
        assert "kill of payments-1" in hand.text()
        assert await hand.press("escape") == []
        assert await hand.press("U", "y") == [UndoAll()]

    rehearse(play, hurt)


def test_callers_are_switched_in_turn() -> None:
    """What sends the simulation on a journey waits until it is back from the one before."""
    picture = graph(STORE)

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "inventory")
        await hand.press("b")
        await hand.press("enter")
        assert "balancer of 2 callers towards inventory" in hand.text()
        first = await hand.press(*"maglev", "enter")
        pushed = {"to": "inventory", "policy": {"balancer": "maglev"}}
        assert first == [Inject({"config_push": {"service": "web", **pushed}})]
        number = len(hand.driver.sent)
        await hand.show(replace(picture, answered=number, state="replaying"))
        await hand.pilot.pause(0.15)
        assert len(hand.driver.sent) == number
        await hand.show(replace(picture, answered=number))
        await hand.pilot.pause(0.15)
        assert hand.driver.sent[-1] == Inject({"config_push": {"service": "orders", **pushed}})

    rehearse(play, picture)
