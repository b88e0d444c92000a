"""The panels of a service, line by line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import figures
from samples_inside import PAYMENTS

from simulator.live.snapshot import BreakerView, CallView, Figures, ScalerView
from tui.text import NOTHING
from tui.views.instance import inside_lines
from tui.widgets.calls_table import call_lines
from tui.widgets.drawing import fitted, gauge, muted
from tui.widgets.head_lines import flow, told
from tui.widgets.instances_table import breaker_states
from tui.widgets.live_table import natural
from tui.widgets.outcome_bar import outcome_lines
from tui.widgets.scaler_panel import scaler_lines


def _text(lines: object) -> list[str]:
    assert isinstance(lines, list)
    return [line.plain.rstrip() for line in lines]


def test_outcomes_have_bars_of_their_shares() -> None:
    """The good ones first, the longest bar for the largest share, at least a cell for any."""
    some = Figures(
        1.0, 100.0, 90.0, {"timeout": 0.5, "degraded": 24.5, "ok": 75.0}, None, None, None
    )
    assert _text(outcome_lines(some, 51)) == [
        "█ ok            ███████████████        75%     75/s",
        "▓ degraded      ▓▓▓▓▓                  24%     24/s",
        "◷ timeout       ◷                     0.5%   0.50/s",
    ]
    assert all(line.cell_length <= 51 for line in outcome_lines(some, 51))


def test_no_outcomes_are_told_in_words() -> None:
    """Nothing has ended: no bars, and no division by nothing."""
    assert _text(outcome_lines(figures(0.0), 40)) == ["nothing has ended lately"]


def test_calls_have_figures_policies_and_breakers() -> None:
    """Below each call its policies; by name, the breakers that are not closed."""
    assert _text(call_lines(PAYMENTS.callers, "callers", 60)) == [
        "from                     answers failed    p50    p95    p99",
        "orders                      28/s     3%   20ms   60ms  100ms",
        "  least_request · timeout 800 ms",
        "  breaker 50 % of 20 calls, wait 5 s",
        "  fallback constant 1 ms",
        "  breakers ⊘ 1 open ◍ 1 half open ─ 1 closed",
        "    orders-2  ◍ half open",
        "    orders-3  ⊘ open until 0:34.2",
    ]


def test_calls_without_anybody() -> None:
    """An entry service without callees, a leaf without callers: words."""
    assert _text(call_lines((), "callers", 60)) == ["nobody asks it"]
    assert _text(call_lines((), "callees", 60)) == ["it asks nobody"]


def test_a_long_name_is_cut_and_the_figures_are_not() -> None:
    """Whatever the name, a line is as wide as there is room, and ends with its figures."""
    call = CallView("a-service-with-a-very-long-name", "web", figures(5.0), "random", (), ())
    line = call_lines((call,), "callers", 50)[1]
    assert line.cell_length == 50
    assert "…" in line.plain
    assert line.plain.endswith("100ms")


def test_an_autoscaler_between_its_bounds() -> None:
    """Ready, on its way, free; the latest decision first."""
    assert _text(scaler_lines(PAYMENTS.scaler, 60)) == [
        "hpa  cpu at 60 %",
        "wanted 4  ready 2  2 to come  of 2 to 8",
        "●●◌◌····",
        "   0:28 ↕ 3 to 4: cpu at 81 %",
        "   0:13 ↕ 2 to 3: cpu at 77 %",
    ]


@pytest.mark.parametrize(
    ("wanted", "ready", "drawn"),
    [
        pytest.param(3, 3, "●●●·····", id="as wanted"),
        pytest.param(2, 4, "●●◑◑····", id="too many"),
        pytest.param(8, 0, "◌◌◌◌◌◌◌◌", id="none yet"),
        pytest.param(0, 0, "········", id="none wanted"),
    ],
)
def test_the_places_of_an_autoscaler(wanted: int, ready: int, drawn: str) -> None:
    """One character a place."""
    scaler = ScalerView("hpa", 0, 8, wanted, ready, "cpu at 60 %", ())
    lines = _text(scaler_lines(scaler, 60))
    assert lines[2] == drawn
    assert lines[-1] == "it has decided nothing yet"


def test_without_an_autoscaler() -> None:
    """The panel says who decides instead."""
    assert _text(scaler_lines(None, 80))[0].startswith("none: ")


def test_breakers_are_counted_by_state_the_worst_first() -> None:
    """A state that is not known keeps its own word."""
    states = ("closed", "half_open", "closed", "open", "odd")
    breakers = [BreakerView(str(n), "bank", state, None) for n, state in enumerate(states)]
    assert breaker_states(breakers).plain == "⊘ 1 open ◍ 1 half open ─ 2 closed ? 1 odd"


def test_who_is_inside() -> None:
    """The longest bar is for the endpoint with most requests."""
    assert _text(inside_lines({"get": 2, "put": 8, "del": 0}, 21)) == [
        "get     2  ██",
        "put     8  ██████████",
    ]
    assert _text(inside_lines({"get": 0}, 20)) == ["nobody is here"]
    assert _text(inside_lines({}, 20)) == ["nobody is here"]


@pytest.mark.parametrize(
    ("part", "drawn"),
    [(0.0, "░░░░"), (0.01, "█░░░"), (0.5, "██░░"), (1.0, "████"), (1.7, "████"), (None, "    ")],
)
def test_a_gauge(part: float | None, drawn: str) -> None:
    """Something is at least a cell, and more than all is all."""
    assert gauge(part, 4).plain == drawn


def test_figures_flow_into_lines() -> None:
    """What does not fit begins the next line; nothing is cut."""
    parts = [told("queued", "3"), muted(""), told("in work", "12"), told("p99", "1.20s")]
    assert _text(flow(parts, 22)) == ["queued 3  in work 12", "p99 1.20s"]


def test_cells_have_their_width() -> None:
    """Padded at either side, or cut."""
    assert fitted(muted("ab"), 4).plain == "ab  "
    assert fitted(muted("ab"), 4, right=True).plain == "  ab"
    assert fitted(muted("abcde"), 4).plain == "abc…"
    assert fitted(muted("ab"), 0).plain == ""


def test_names_in_the_order_of_counting() -> None:
    """Ten comes after two."""
    assert sorted(["web-10", "web-2", "api-3"], key=natural) == ["api-3", "web-2", "web-10"]


def test_an_endpoint_that_nobody_asked_has_dashes() -> None:
    """No p50 of nothing."""
    quiet = replace(PAYMENTS.callers[0], figures=figures(0.0), policies=(), breakers=())
    line = _text(call_lines((quiet,), "callers", 60))[1]
    assert line.split() == ["orders", "0/s", "0%", *[NOTHING] * 3]
