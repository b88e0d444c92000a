"""The sample of requests and one of them, driven by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples_inside import CHECKOUT, REQUESTS, looking
from stage import SIZES, PictureDriver, Stage, perform

from reports.attempts import tree
from simulator.live.commands import Focus
from tui.views import inner
from tui.views.request import span_lines
from tui.watching import Selection
from tui.widgets.requests_table import RequestsTable
from tui.widgets.waterfall import Waterfall

SAMPLE = looking(traces=REQUESTS, trace=CHECKOUT)
FAR_AWAY = replace(CHECKOUT, request=46, started=20.0, ended=20.5)


def _shown(stage: Stage) -> list[tuple[str, int]]:
    return [(each.traffic, each.number) for each in stage.app.query_one(RequestsTable).listed]


def test_the_worst_first_then_what_was_slowest() -> None:
    """Failures stand on top; by latency the slowest do, and what is under way is last."""

    async def play(stage: Stage) -> None:
        await stage.press("3")
        assert _shown(stage)[:2] == [("shoppers", 112), ("buyers", 46)]
        assert _shown(stage)[-1] == ("members", 9)
        await stage.press(*[">"] * 5)
        assert "↓took" in stage.text()
        numbers = [number for _, number in _shown(stage)]
        assert numbers == [112, 45, 46, 7, 9]
        assert stage.app.selection == Selection("request", "shoppers 112")
        # New ones come in above; whoever is on the first row sees them.
        slowest = replace(REQUESTS[0], number=99, latency=60.0)
        await stage.show(replace(SAMPLE, traces=(*REQUESTS, slowest)))
        assert stage.app.selection == Selection("request", "buyers 99")
        await stage.press("down")
        await stage.show(SAMPLE)
        assert stage.app.selection == Selection("request", "shoppers 112")

    perform(play, driver=PictureDriver(SAMPLE))


def test_a_filter_by_words() -> None:
    """By outcome, class, number and endpoint; `!` is for what there must not be."""

    async def play(stage: Stage) -> None:
        await stage.press("3", "slash", *"timeout")
        assert _shown(stage) == [("shoppers", 112)]
        assert "shown 1 of 5" in stage.text()
        await stage.press("enter", "escape")
        assert len(_shown(stage)) == 5
        assert stage.app.view.ident == "requests"
        await stage.press("slash", *"buy", "space", *"!ok", "enter")
        assert _shown(stage) == [("buyers", 46)]

    perform(play, driver=PictureDriver(SAMPLE))


def test_into_a_request_and_back() -> None:
    """Enter opens the waterfall, arrows tell of one attempt, escape leads to the same row."""
    driver = PictureDriver(SAMPLE)

    async def play(stage: Stage) -> None:
        await stage.press("3", "down", "down", "enter")
        assert stage.app.view.ident == "request"
        assert driver.sent[-1] == Focus(request=("buyers", 45))
        await stage.press("down", "down")
        assert "web.checkout asks payments.charge on payments-1" in stage.text()
        assert "◷ timeout  the caller's patience ran out, decided by web.checkout" in stage.text()
        for size in SIZES:
            await stage.resize(*size)
            stage.check("request-sample")
        await stage.press("escape")
        assert stage.app.view.ident == "requests"
        assert stage.app.selection == Selection("request", "buyers 45")
        for size in SIZES:
            await stage.resize(*size)
            stage.check("requests-sample")
        await stage.press("escape")
        assert stage.app.view.ident == "overview"

    perform(play, driver=driver)


def test_a_request_that_leaves_the_sample() -> None:
    """What was seen of it stays, and says so; on another branch or before it, it is not there."""

    async def play(stage: Stage) -> None:
        await stage.press("3", "down", "down", "enter")
        await stage.show(replace(SAMPLE, trace=None, answered=50, now=40.0))
        assert "no longer in the sample: as it was at 0:30" in stage.text()
        assert "payments.charge retry 1" in stage.text()
        await stage.show(replace(SAMPLE, trace=None, answered=50, now=10.0))
        assert "It is not in the sample at 0:10" in stage.text()
        assert "payments.charge" not in stage.text()
        await stage.show(replace(SAMPLE, trace=None, answered=50, now=40.0, branch=1))
        assert "It is not in the sample at 0:40" in stage.text()
        await stage.show(SAMPLE)
        assert "payments.charge retry 1" in stage.text()
        await stage.press("escape")
        assert stage.app.view.ident == "requests"

    perform(play, driver=PictureDriver(SAMPLE))


def test_before_there_is_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request yet, none selected, and details that are still to come: each has its sentence."""
    monkeypatch.setattr(inner, "PATIENCE", 0.001)
    nothing = replace(SAMPLE, trace=None, traces=())
    quiet = tuple(replace(each, started=0) for each in SAMPLE.traffic)

    async def play(stage: Stage) -> None:
        await stage.press("3")
        assert "waiting for the simulation…" in stage.text()
        await stage.show(replace(nothing, traffic=quiet))
        assert "No request has been sent yet." in stage.text()
        stage.app.open_view("request")
        await stage.settle()
        assert "No request is selected" in stage.text()
        await stage.press("escape")
        stage.app.select("request", "buyers 45")
        stage.app.open_view("request")
        await stage.settle()
        assert "waiting for the simulation…" in stage.text()
        await stage.show(SAMPLE)
        assert stage.app.query_one(Waterfall).row_count == 5

    perform(play, driver=PictureDriver(nothing))


def test_one_attempt_in_words() -> None:
    """Its times add up to what its caller waited, and what was for nobody is told."""
    lines = {line.span.id: line for line in tree(CHECKOUT.spans)}

    def told(number: int) -> str:
        found = span_lines(lines[number].span, lines[number].note, 0.0, 200)
        return "\n".join(line.plain for line in found)

    assert told(1) == (
        "web.checkout asks cart.get on cart-1\n"
        "sent at 20ms  way and queue 20ms  served 40ms  way back 20ms  in all 80ms\n"
        "█ ok  answered, and right"
    )
    assert "served 480ms  300ms of it for nobody  in all 200ms" in told(2)
    assert "payments.charge on payments-1  retry 1" in told(4)
