"""Numbers, states and the story of the moment, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from rich.cells import cell_len
from samples import STORE, figures, graph

from simulator.live.snapshot import EventView, FaultView, Snapshot
from simulator.outcome import NAMES
from tui import glyphs, keys, text
from tui.nodes import line_look, links_of, nodes_of
from tui.round_numbers import round_up
from tui.story import story
from tui.watching import Watching
from tui.widgets.line_chart import TOPS, ClockAxis, QuantityAxis
from tui.widgets.spark import spark


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, text.NOTHING),
        (nan, text.NOTHING),
        (0.0, "0"),
        (0.024, "0.02"),
        (3.44, "3.4"),
        (9.96, "10"),
        (128.4, "128"),
        (999.6, "1.00k"),
        (12_345.0, "12.3k"),
        (123_456.0, "123k"),
        (3.1e6, "3.10M"),
        (-2.5, "-2.5"),
    ],
)
def test_numbers(value: float | None, written: str) -> None:
    assert text.number(value) == written


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (None, text.NOTHING),
        (0.0, "0%"),
        (0.0001, "0.1%"),
        (0.004, "0.4%"),
        (0.42, "42%"),
        (0.9999, "99.9%"),
        (1.0, "100%"),
    ],
)
def test_shares_are_nothing_or_all_only_where_they_are(part: float | None, written: str) -> None:
    assert text.share(part) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (None, text.NOTHING),
        (0.0004, "0.40ms"),
        (0.0042, "4.2ms"),
        (0.0123, "12ms"),
        (0.9999, "1.00s"),
        (1.52, "1.52s"),
        (12.34, "12.3s"),
        (125.0, "2:05"),
    ],
)
def test_latencies(seconds: float | None, written: str) -> None:
    assert text.latency(seconds) == written


def test_clocks_and_countdowns() -> None:
    assert [text.clock(each) for each in (0.0, 7.96, 59.99, 60.0, 3723.0)] == [
        "0:00",
        "0:07",
        "0:59",
        "1:00",
        "1:02:03",
    ]
    assert text.clock(7.96, tenths=True) == "0:07.9"
    assert text.clock(0.3, tenths=True) == "0:00.3"
    assert [text.countdown(each) for each in (-1.0, 0.44, 12.2, 200.0, 180.0, inf)] == [
        "0.0 s",
        "0.4 s",
        "12 s",
        "3 min 20 s",
        "3 min",
        text.NOTHING,
    ]
    assert [text.speed(each) for each in (0.1, 1.0, 2.5, 100.0, inf)] == [
        "0.1x",
        "1x",
        "2.5x",
        "100x",
        "flat out",
    ]


def test_text_is_cut_to_cells() -> None:
    assert text.fit("payments", 5) == "paym…"
    assert text.fit("web", 5) == "web  "
    assert text.fit("web", 5, right=True) == "  web"
    assert cell_len(text.fit("日本語", 4)) == 4


@pytest.mark.parametrize(
    ("pattern", "through"),
    [
        ("", True),
        ("WEB", True),
        ("web down", True),
        ("cart", False),
        ("!cart", True),
        ("web !down", False),
        ("!", True),
    ],
)
def test_filters(pattern: str, through: bool) -> None:
    assert text.matches("instance web-1 down", pattern) is through


TABLES: Mapping[str, Mapping[str, glyphs.Sign]] = {
    name: getattr(glyphs, name)
    for name in ("SERVICES", "INSTANCES", "SIMULATION", "BREAKERS", "FAULTS", "EVENTS", "OUTCOMES")
}


@pytest.mark.parametrize("name", TABLES)
def test_states_are_told_without_colour(name: str) -> None:
    """Every glyph takes one cell, and every state has a word of its own.

    Where glyphs stand alone, they say enough: for services, instances, breakers and outcomes.
    """
    table = TABLES[name]
    assert all(cell_len(sign.glyph) == 1 for sign in table.values())
    assert len({sign.word for sign in table.values()}) == len(table)
    if name in ("SERVICES", "INSTANCES", "BREAKERS", "OUTCOMES"):
        assert len({sign.glyph for sign in table.values()}) == len(table)


def test_every_outcome_has_a_glyph() -> None:
    assert tuple(glyphs.OUTCOMES) == NAMES


def test_keys_are_unique_and_explained() -> None:
    taken = [key for binding in keys.KEYS.values() for key in binding.key.split(",")]
    assert len(taken) == len(set(taken))
    assert len(keys.KEYS) == len(keys.BINDINGS)
    assert all(binding.description and binding.tooltip for binding in keys.KEYS.values())


def test_lines_tell_failures_by_colour_and_mark() -> None:
    (edge, *_) = graph({"users": ["web"]}).edges
    few, many = (
        replace(edge, figures=figures(50.0, 0.02)),
        replace(edge, figures=figures(50.0, 0.2)),
    )
    open_one = replace(edge, breakers={"closed": 2, "open": 1})
    silent = replace(edge, figures=figures(0.0))
    assert [line_look(each, False).mark for each in (edge, few, many, open_one, silent)] == [
        "",
        "△",
        "▲",
        "⊘",
        "",
    ]
    assert len({line_look(each, False).style for each in (edge, few, many, silent)}) == 4
    assert (
        line_look(many, True).weight
        > line_look(many, False).weight
        > line_look(edge, True).weight - 4
    )


def test_users_and_a_service_of_one_name() -> None:
    """They are two, and the calls of the users are theirs."""
    picture = graph({"users": ["web"], "web": ["users"]})
    services = [
        replace(each, name="users") if each.name == "web" else each for each in picture.services
    ]
    edges = [replace(each, callee="users") for each in picture.edges if each.caller == "users"]
    both = replace(picture, services=tuple(services), edges=tuple(edges))
    assert set(nodes_of(both)) == {"traffic users", "service users"}
    assert set(links_of(both)) == {("traffic users", "service users")}


def told(picture: Snapshot, hurt: bool = False) -> str:
    """The line of the moment."""
    watching = Watching()
    watching.hurt = hurt
    watching.take(picture)
    return " · ".join(story(watching).parts)


def kill(state: str = "active", mine: bool = True) -> FaultView:
    return FaultView("kill-1", "kill", "cart, one instance", state, 20.0, None, ("cart-1",), mine)


def test_the_story_of_a_kill() -> None:
    """It changes with what the data say: dead, delisted, all dead, undone."""
    picture = graph(STORE)
    cart = replace(
        next(each for each in picture.services if each.name == "cart"), faults=("kill-1",)
    )
    others = tuple(each for each in picture.services if each.name != "cart")

    hurt = replace(picture, services=(*others, replace(cart, up=2)), faults=(kill(),))
    assert told(hurt).startswith("cart-1 is dead but listed: calls to it fail")
    assert told(hurt).endswith("u undoes it")
    dropped = replace(hurt, events=(EventView(21.0, "registry", "cart-1", "delisted"),))
    assert told(dropped).startswith("cart-1 is dead and delisted: others take over")
    earlier = replace(hurt, events=(EventView(10.0, "registry", "cart-1", "delisted"),))
    assert told(earlier).startswith("cart-1 is dead but listed")
    dead = replace(hurt, services=(*others, replace(cart, up=0)), figures=figures(100.0, 0.25))
    assert (
        told(dead)
        == "cart: no instance is left, and whoever needs one fails · 25% of requests fail · u undoes it"
    )
    assert told(replace(picture, faults=(kill("over"),))) == "users see no failures"
    assert "u undoes it" not in told(replace(hurt, faults=(kill(mine=False),)))


def test_who_is_hit_is_one_or_each() -> None:
    """A service where all of it is hit; else each of so many instances of it."""
    picture = graph(STORE)
    cart = next(each for each in picture.services if each.name == "cart")
    others = tuple(each for each in picture.services if each is not cart)
    slow = FaultView("slow-1", "slow", "cart", "active", 20.0, None, ("cart-1", "cart-2"), True)

    def slowed(replicas: int) -> str:
        hit = replace(cart, replicas=replicas, faults=("slow-1",))
        return told(replace(picture, services=(*others, hit), faults=(slow,)))

    assert slowed(2).startswith("cart works slower")
    assert slowed(3).startswith("each of 2 instances of cart works slower")


def test_the_story_goes_on_where_callers_keep_away() -> None:
    """After the harm the line says who is well and not asked all the same."""
    picture = graph(STORE)
    ejected = EventView(21.0, "choice", "web-1 > cart-1", "ejected")
    assert told(replace(picture, events=(ejected,)), hurt=True).endswith(
        "cart-1 is up, but callers that saw it fail keep it aside"
    )
    back = EventView(51.0, "choice", "web-1 > cart-1", "healthy")
    assert told(replace(picture, events=(ejected, back)), hurt=True) == "users see no failures"


def test_the_story_of_other_moments() -> None:
    picture = graph(STORE)
    assert told(picture).startswith("arrows select")
    assert told(picture, hurt=True) == "users see no failures"
    spared = replace(picture.figures, throughput=100.0, outcomes={"ok": 90.0, "degraded": 10.0})
    assert told(replace(picture, figures=spared), hurt=True) == (
        "no request fails, 10% get a fallback"
    )
    assert told(replace(picture, note="waiting for 0:20")) == "waiting for 0:20"


def test_what_fails_without_a_fault_is_told() -> None:
    """A system may stay broken after its trigger, or be asked for too much: nobody harms it then."""
    picture = graph(STORE)
    outcomes = {"ok": 50.0, "cancelled": 9.0, "timeout": 40.0}
    failing = replace(
        picture, figures=replace(picture.figures, throughput=99.0, outcomes=outcomes), faults=()
    )
    assert told(failing).startswith(
        "44% of requests fail (timeout), though no fault is active · arrows select"
    )
    mixed = replace(
        failing,
        figures=replace(failing.figures, outcomes={**outcomes, "shed": 10.0}),
        faults=(kill("over"),),
    )
    assert told(mixed, hurt=True) == (
        "50% of requests fail (mostly timeout), though no fault is active"
    )
    unknown = replace(kill(), kind="something_new", what="cart, somehow")
    assert told(replace(picture, faults=(unknown,))).startswith("something new: cart, somehow")
    over = replace(picture, state="ended", verdict="fail", digest="sha256:0123456789abcdef")
    assert told(over) == (
        "the end: FAIL · [ goes back · w writes what was done · q quits · sha256:0123456789ab"
    )
    stopped = replace(picture, state="stopped", note="the queue of web is over 1000")
    assert told(stopped).startswith("stopped: the queue of web is over 1000 · [ goes back")


def test_sparks() -> None:
    values = np.array([0.0, 1.0, 2.0, nan, 8.0])
    assert spark(values, 5) == "▁▂▃ █"
    assert spark(values, 7) == "  ▁▂▃ █"
    assert spark(values, 3) == "▁▃█"
    assert spark(values, 5, top=16.0) == "▁▁▂ ▅"
    assert spark(np.array([]), 3) == "   "
    assert spark(np.zeros(3), 3) == "▁▁▁"


def test_axes_have_round_numbers() -> None:
    clock = ClockAxis()
    clock.most = 4
    assert clock.get_ticks(0.0, 60.0) == [0.0, 15.0, 30.0, 45.0, 60.0]
    assert clock.get_labels_for_ticks([90.0]) == ["1:30"]
    assert [round_up(each, TOPS) for each in (0.0, 0.93, 1.0, 156.0, 201.0)] == [
        1.0,
        1.0,
        1.0,
        200.0,
        250.0,
    ]
    rates, latencies = QuantityAxis(latency=False), QuantityAxis(latency=True)
    assert rates.get_labels_for_ticks(rates.get_ticks(0.0, 200.0)) == ["0", "100", "200"]
    assert latencies.get_labels_for_ticks(latencies.get_ticks(0.0, 0.25)) == ["0", "100ms", "200ms"]
