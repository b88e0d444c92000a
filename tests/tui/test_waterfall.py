"""The waterfall of a request, cell by cell."""

from __future__ import annotations

import pytest
from samples_inside import CHECKOUT, span, trace

from reports.attempts import tree
from simulator.experiment.result import Span
from tui.widgets.waterfall import Scale, bar, end_of, ticks

SCALE = Scale(0.0, 1.0, 20)
"""A cell is 50 ms."""

Times = tuple[float | None, float | None, float | None, float | None]


@pytest.mark.parametrize(
    ("times", "outcome", "drawn"),
    [
        pytest.param((0.0, 0.1, 0.4, 0.5), "ok", "··██████──          ", id="there, served, back"),
        pytest.param((0.2, 0.2, 0.3, 0.3), "ok", "    ██              ", id="no way to go"),
        pytest.param(
            (0.2, 0.21, 0.22, 0.23), "ok", "    █               ", id="shorter than a cell"
        ),
        pytest.param((0.1, None, None, 0.4), "timeout", "  ······◷           ", id="never served"),
        pytest.param(
            (0.1, None, None, 0.1), "refused", "  ⊣                 ", id="refused at once"
        ),
        pytest.param(
            (0.0, 0.1, 0.8, 0.3), "timeout", "··████◷▒▒▒▒▒▒▒▒▒    ", id="given up, goes on"
        ),
        pytest.param(
            (0.0, 0.5, 0.8, 0.3), "timeout", "······◷···▒▒▒▒▒▒    ", id="given up in the queue"
        ),
        pytest.param(
            (0.0, 0.1, 0.3, 0.6), "timeout", "··████──────◷       ", id="an answer that is late"
        ),
        pytest.param(
            (0.0, 0.1, 0.4, 0.5),
            "error",
            "··██████──\N{BOX DRAWINGS LIGHT DIAGONAL CROSS}         ",
            id="an error",
        ),
        pytest.param(
            (0.2, None, None, None), None, "    ············▸   ", id="on its way, at 0.8"
        ),
        pytest.param(
            (0.2, 0.4, None, None), None, "    ····████████▸   ", id="being served, at 0.8"
        ),
        pytest.param(
            (0.0, 0.1, None, 0.3), "timeout", "··████◷▒▒▒▒▒▒▒▒▒▸   ", id="for nobody, at 0.8"
        ),
        pytest.param((0.0, 0.1, 3.0, 0.3), "timeout", "··████◷▒▒▒▒▒▒▒▒▒▒▒▒▸", id="beyond the edge"),
    ],
)
def test_a_bar_says_when_an_attempt_was_where(times: Times, outcome: str, drawn: str) -> None:
    """Waiting, serving, answering and serving for nobody each have a character of their own."""
    assert bar(span(0, None, "stock.read", times, outcome), SCALE, 0.8, None).plain == drawn


def test_the_end_of_the_request_is_marked_where_something_goes_on() -> None:
    """A request that ended before the edge of the scale has a line there, in every bar."""
    short = span(1, 0, "cart.get", (0.0, 0.05, 0.1, 0.15))
    assert bar(short, SCALE, 1.0, 0.6).plain == "·█─         ┊       "


def test_an_unfinished_request_reaches_to_now() -> None:
    """Its scale ends with the picture, and grows with the next."""
    running = trace(span(0, None, "web.home", (0.0, 0.1, None, None), None), ended=None)
    assert end_of(running, 2.5) == 2.5


def test_what_goes_on_for_long_does_not_squeeze_the_request() -> None:
    """The scale goes on for half the length of the request at most."""
    lost = span(1, 0, "payments.charge", (0.1, 0.2, 60.0, 0.3), "timeout")
    assert end_of(trace(lost, ended=1.0), 100.0) == pytest.approx(1.5)
    assert end_of(CHECKOUT, 100.0) == pytest.approx(0.6)


def test_attempts_stand_below_what_caused_them() -> None:
    """Depth first, in the order of sending, with the lines of a tree."""
    drawn = [
        f"{line.branch}{line.span.callee} {line.note}".rstrip() for line in tree(CHECKOUT.spans)
    ]
    assert drawn == [
        "web.checkout",
        "├ cart.get",
        "├ payments.charge",
        "│ └ bank.authorize",
        "└ payments.charge retry 1",
    ]


def _notes(*spans: Span) -> list[str]:
    return [line.note for line in tree(spans)]


def test_a_retry_follows_a_failure() -> None:
    """The same callee after a failure is asked again; after a good answer it is another call."""
    first = span(0, None, "stock.read", (0.0, 0.1, 0.2, 0.3), "error")
    second = span(1, None, "stock.read", (0.4, 0.5, 0.6, 0.7), "error")
    third = span(2, None, "stock.read", (0.8, 0.9, 1.0, 1.1), "ok")
    fourth = span(3, None, "stock.read", (1.2, 1.3, 1.4, 1.5), "ok")
    assert _notes(first, second, third, fourth) == ["", "retry 1", "retry 2", ""]


def test_a_hedge_is_sent_while_the_first_is_out() -> None:
    """What is sent to the same callee later, with no answer yet, is a hedge."""
    first = span(0, None, "leaf.read", (0.0, 0.0, None, 0.5), "cancelled")
    hedge = span(1, None, "leaf.read", (0.1, 0.1, 0.5, 0.5))
    assert _notes(first, hedge) == ["", "hedge 1"]


def test_calls_that_begin_together_are_two_calls() -> None:
    """And each may have a hedge of its own."""
    both = [span(number, None, "leaf.read", (0.0, 0.0, 0.5, 0.5)) for number in (0, 1)]
    hedges = [span(number, None, "leaf.read", (0.1, 0.1, 0.5, 0.5)) for number in (2, 3)]
    assert _notes(*both) == ["", ""]
    assert _notes(*both, *hedges) == ["", "", "hedge 1", "hedge 1"]


def test_a_chain_may_be_long() -> None:
    """Two hundred attempts, each caused by the one before, are 200 lines."""
    chain = [span(0, None, "s0.e", (0.0, 0.1, 0.2, 0.3))]
    chain += [span(n, n - 1, f"s{n}.e", (0.0, 0.1, 0.2, 0.3)) for n in range(1, 200)]
    lines = tree(chain)
    assert [line.span.id for line in lines] == list(range(200))
    assert lines[3].branch == "    └ "


@pytest.mark.parametrize(
    ("seconds", "cells", "drawn"),
    [
        pytest.param(1.0, 20, "╷0        ╷0.5s", id="a second"),
        pytest.param(0.1, 33, "╷0              ╷50ms", id="a tenth"),
        pytest.param(0.0005, 40, "╷0              ╷200µs          ╷400µs", id="half a millisecond"),
        pytest.param(0.0, 40, "╷0", id="no time at all"),
    ],
)
def test_the_scale_has_round_numbers(seconds: float, cells: int, drawn: str) -> None:
    """Ticks are at 1, 2 or 5 times a power of ten, as many as can be read."""
    assert ticks(Scale(7.0, 7.0 + seconds, cells)).plain == drawn
