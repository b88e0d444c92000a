"""The overview: what whoever opens a scenario sees first, and does first."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from samples import STORE, graph, history
from stage import SIZES, PictureDriver, Size, Stage, perform, screen_rows

from simulator.live.commands import Failure
from simulator.live.snapshot import BranchView, EventView, FaultView
from tui.watching import Selection
from tui.widgets.event_log import EventLog
from tui.widgets.footer_line import FooterLine
from tui.widgets.line_chart import LineChart
from tui.widgets.tab_line import TabLine
from tui.widgets.topology import Topology


@pytest.mark.parametrize("size", SIZES)
def test_a_kill_in_the_store(size: Size) -> None:
    """The wound at three sizes: the service, its callers, the users, the fault and the events."""

    async def play(stage: Stage) -> None:
        await stage.play(15.0)
        stage.app.select("service", "catalogue")
        await stage.press("k")
        await stage.play(5.0)
        stage.check("overview-after-a-kill")

    perform(play, size=size)


@pytest.mark.parametrize("size", SIZES[:2])
def test_the_end(size: Size) -> None:
    """At the end stand the verdict and what can still be done."""

    async def play(stage: Stage) -> None:
        await stage.play(20.0)
        screen = stage.text()
        assert "the end: PASS · [ goes back · w writes what was done · q quits" in screen
        stage.check("overview-at-the-end")

    perform(play, "checkout", settings=("duration=12s", "warmup=2s", "expect=[]"), size=size)


def test_what_to_do_first_is_told_until_harm_is_done() -> None:
    async def play(stage: Stage) -> None:
        assert "arrows select · ⏎ looks inside · k kills an instance" in stage.text()
        await stage.press("down", "right", "k")
        await stage.play(0.2)
        assert "k kills an instance" not in stage.text()
        assert "is dead but listed: calls to it fail" in stage.text()
        await stage.play(5.0)
        assert "dead and delisted: others take over · users see no failures" in stage.text()

    perform(play, size=(80, 24))


def test_too_small_and_back() -> None:
    """A terminal that is too small says how large it should be, and all is back when it grows."""

    async def play(stage: Stage) -> None:
        before = stage.text()
        await stage.resize(59, 24)
        stage.check("too-small")
        await stage.resize(80, 15)
        assert "terminal too small: 60x16 or more" in stage.text()
        await stage.resize(60, 16)
        assert "terminal too small" not in stage.text()
        assert "q quit" in stage.text()
        await stage.resize(80, 24)
        assert stage.text() == before
        await stage.press("down")
        assert stage.app.selection == Selection("service", "web"), "arrows work again"

    perform(play, driver=PictureDriver(graph(STORE)), size=(80, 24))


def test_a_failure_is_a_readable_panel() -> None:
    """It says what went wrong and how to see it again; the app lives on, and asks nothing more."""
    failure = Failure("ZeroDivisionError: division by zero", "in line 7", "/tmp/failure.yaml")

    async def play(stage: Stage) -> None:
        driver = stage.driver
        assert isinstance(driver, PictureDriver)
        await stage.show(failure)
        stage.check("failure")
        asked = len(driver.sent)
        await stage.press("u")
        assert len(driver.sent) == asked
        await stage.press("6")
        assert "division by zero" not in stage.text()
        await stage.press("escape")
        assert "aftershock run /tmp/failure.yaml" in stage.text()
        await stage.press("q")
        assert not stage.app.is_running

    perform(play, driver=PictureDriver(graph(STORE)), size=(80, 24))


def test_arrows_walk_along_the_calls() -> None:
    async def play(stage: Stage) -> None:
        chosen = []
        for key in ("down", "right", "up", "left", "left", "left"):
            await stage.press(key)
            selection = stage.app.selection
            assert selection is not None
            chosen.append(selection.name)
        assert chosen[0] == "web"
        assert chosen[1] in STORE["web"]
        assert chosen[3:] == ["web", "users", "users"]

    perform(play, driver=PictureDriver(graph(STORE)), size=(120, 40))


def test_arrows_walk_down_a_list_that_scrolls() -> None:
    """All of it is within reach, and what is selected is always to be seen."""

    async def play(stage: Stage) -> None:
        picture = graph(STORE)
        for service in picture.services:
            await stage.press("down")
            selection = stage.app.selection
            assert selection is not None
            assert selection.name == service.name
            assert f" {service.name} " in stage.text()

    perform(play, driver=PictureDriver(graph(STORE)), size=(60, 16))


def test_a_click_selects_and_another_looks_inside() -> None:
    async def play(stage: Stage) -> None:
        topology = stage.app.query_one(Topology)
        region = topology.regions["service orders"]
        frame = topology.content_region.offset - topology.region.offset
        spot = (region.x + 3 + frame.x, region.y + 1 + frame.y)
        await stage.pilot.click(Topology, offset=spot)
        await stage.settle()
        selection = stage.app.selection
        assert selection is not None
        assert (selection.kind, selection.name) == ("service", "orders")
        assert "┏ ● orders ━" in stage.text()
        await stage.pilot.click(Topology, offset=spot)
        await stage.settle()
        assert stage.app.view.ident == "service"

    perform(play, driver=PictureDriver(graph(STORE)), size=(120, 40))


def test_enter_without_a_selection_says_what_to_do() -> None:
    async def play(stage: Stage) -> None:
        await stage.press("enter")
        told = [each.message for each in stage.app._notifications]
        assert told == ["select a service first: arrows, or a click"]
        assert stage.app.view.ident == "overview"

    perform(play, driver=PictureDriver(graph(STORE)), size=(120, 40))


def test_the_event_log_filters() -> None:
    """`/` asks for words; the log has only lines with all of them, and none of those with `!`."""
    events = tuple(
        EventView(float(at), "instance", f"web-{at}", "down" if at % 2 else "up") for at in range(6)
    )

    async def play(stage: Stage) -> None:
        log = stage.app.query_one(EventLog)
        assert len(log.shown) == 6
        await stage.press("slash", *"down !web-3", "enter")
        assert [event.subject for event in log.shown] == ["web-1", "web-5"]
        assert "only “down !web-3”" in stage.text()
        await stage.press("escape")
        assert len(log.shown) == 6

    picture = replace(graph(STORE), events=events)
    perform(play, driver=PictureDriver(picture), size=(120, 40))


def test_faults_count_down() -> None:
    def fault(name: str, state: str, begins: float, ends: float | None) -> FaultView:
        return FaultView(name, "latency", f"{name} +200 ms", state, begins, ends, (), False)

    faults = (
        fault("early", "over", 5.0, 12.0),
        fault("late", "waiting", 50.0, None),
        fault("soon", "waiting", 31.5, None),
        fault("now", "active", 20.0, 42.0),
        fault("endless", "active", 21.0, None),
    )

    async def play(stage: Stage) -> None:
        lines = stage.text().splitlines()
        found = [
            line
            for name in ("now", "endless", "soon", "late", "early")
            for line in lines
            if f"{name} +200" in line
        ]
        ends = ["ends in 12 s", "to the end", "in 1.5 s", "in 20 s", "ended 0:12"]
        assert len(found) == len(ends)
        assert all(end in line for end, line in zip(ends, found, strict=True))
        places = [lines.index(line) for line in found]
        assert places == sorted(places)

    perform(play, driver=PictureDriver(replace(graph(STORE), faults=faults)), size=(120, 40))


def test_charts_are_drawn_only_for_other_data() -> None:
    """A snapshot that changes nothing in a chart costs no drawing."""

    async def play(stage: Stage) -> None:
        chart = stage.app.query_one("#rates", LineChart)
        before = chart.drawn_at
        await stage.show(replace(graph(STORE), number=2))
        assert chart.drawn_at == before
        await stage.show(replace(graph(STORE), number=3, history=history(31)))
        assert chart.drawn_at > before

    perform(play, driver=PictureDriver(graph(STORE)), size=(120, 40))


def test_help_is_about_the_view_and_its_keys() -> None:
    async def play(stage: Stage) -> None:
        await stage.press("question_mark")
        stage.check("help-overview")
        await stage.press("escape")
        assert "help: overview" not in stage.text()

    perform(play, driver=PictureDriver(graph(STORE)), size=(80, 24))


def colours(stage: Stage) -> set[str]:
    """All colours on the screen, of text and of grounds."""
    styles = [each.style for row in screen_rows(stage.app) for each in row if each.style]
    pairs = [each for style in styles for each in (style.color, style.bgcolor)]
    return {each.name for each in pairs if each is not None}


def test_without_colour_the_screen_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR everything is grey, and every word and glyph is still there."""
    picture = graph(STORE, {"cart": "down", "orders": "failing", "payments": "busy"})
    screens: list[str] = []

    async def play(stage: Stage) -> None:
        await stage.press("down")
        screens.append(stage.text())
        if len(screens) == 2:
            found = colours(stage) - {"default"}
            assert found
            assert all(len({each[1:3], each[3:5], each[5:7]}) == 1 for each in found), found

    perform(play, driver=PictureDriver(picture), size=(120, 40))
    monkeypatch.setenv("NO_COLOR", "1")
    perform(play, driver=PictureDriver(picture), size=(120, 40))
    assert screens[0] == screens[1]
    for words in ("✖ cart", "▲ orders", "◐ payments", "┏ ● web ━"):
        assert words in screens[1]


def test_every_theme_draws_the_same_words() -> None:
    """Ours and Textual's; those for 16 colours use the terminal's own, and no others."""

    async def play(stage: Stage) -> None:
        plain = stage.text()
        for theme in (
            "aftershock",
            "projector",
            "ansi-dark",
            "ansi-light",
            "textual-light",
            "nord",
        ):
            stage.app.theme = theme
            await stage.settle()
            assert stage.text() == plain, theme
            topology = stage.app.query_one(Topology)
            drawn = {each.style.color for strip in topology.rows for each in strip if each.style}
            names = {each.name for each in drawn if each is not None}
            assert len(names) > 3
            if theme.startswith("ansi-"):
                assert not any(each.startswith("#") for each in names), names

    perform(play, driver=PictureDriver(graph(STORE, {"cart": "down"})), size=(120, 40))


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_header_and_footer_fit_any_width(width: int) -> None:
    """What matters least goes first; time and state stay, and so do help and the way out."""
    branches = tuple(BranchView(at, None, 0.0, "", 0, 30.0) for at in range(2))
    picture = replace(
        graph(STORE),
        scenario="a-scenario-with-a-long-name",
        state="replaying",
        goal=60.0,
        speed=100.0,
        branches=branches,
    )

    async def play(stage: Stage) -> None:
        header, *_, footer = stage.text().splitlines()
        assert "⟲ replaying 50%  0:30.0 / 1:00" in header
        assert footer.startswith(" space pause")
        assert footer.endswith("? help  q quit")
        assert ("seed 7" in header) == (width >= 100)
        assert ("branch 0" in header) == (width >= 80)

    perform(play, driver=PictureDriver(picture), size=(width, 24))


def test_the_pace_is_told_where_it_lags() -> None:
    async def play(stage: Stage) -> None:
        assert "1x" in stage.text().splitlines()[0]
        await stage.show(replace(graph(STORE), number=2, speed=100.0, pace=38.0))
        assert "100x (38x)" in stage.text().splitlines()[0]
        await stage.show(replace(graph(STORE), number=3, speed=100.0, pace=99.0))
        assert "100x  seed" in stage.text().splitlines()[0]
        await stage.show(replace(graph(STORE), number=4, speed=inf, pace=412.0))
        assert "flat out (412x)" in stage.text().splitlines()[0]

    perform(play, driver=PictureDriver(graph(STORE)), size=(120, 40))


def test_footer_keys_are_buttons() -> None:
    async def play(stage: Stage) -> None:
        at = stage.text().splitlines()[-1].index("? help")
        await stage.pilot.click(FooterLine, offset=(at, 0))
        await stage.settle()
        assert "help: overview" in stage.text()
        await stage.press("escape")
        at = stage.text().splitlines()[1].index("6 library")
        await stage.pilot.click(TabLine, offset=(at, 0))
        await stage.settle()
        assert stage.app.view.ident == "library"

    perform(play, driver=PictureDriver(graph(STORE)), size=(80, 24))
