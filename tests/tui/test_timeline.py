"""The timeline: what is drawn where, and how one gets to another time or branch with it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from samples import history, service, snapshot
from stage import SIZES, PictureDriver, Stage, perform
from textual.geometry import Offset

from simulator.live.commands import Command, GoTo, SwitchBranch, Write
from simulator.live.driver import Opening
from simulator.live.snapshot import BranchView, EventView, FaultView
from tui.app import AftershockApp
from tui.widgets import run_chart
from tui.widgets.branch_tree import BranchTree, graph
from tui.widgets.run_chart import RunChart, figures_at, lines_for
from tui.widgets.strips import GUTTER, Strip, rounded_up, strip_rows
from tui.widgets.timescale import Timescale, by_column


def fault(
    name: str, state: str, begins: float | None, ends: float | None, mine: bool = False
) -> FaultView:
    return FaultView(name, "latency", f"{name}, +200 ms", state, begins, ends, (), mine)


def event(time: float, kind: str) -> EventView:
    return EventView(time, kind, "web-1", "something")


BRANCHES = (
    BranchView(1, None, 0.0, "as written", 0, 60.0),
    BranchView(2, 1, 20.0, "kill web", 2, 45.0),
    BranchView(3, 1, 10.0, "latency", 1, 30.0),
    BranchView(4, 2, 30.0, "scale web", 3, 33.0),
)
FAULTS = (
    fault("slow-bank", "over", 5.0, 12.0),
    fault("kill-web", "active", 25.0, None, mine=True),
    fault("surge", "waiting", 50.0, 55.0),
    fault("when-hot", "waiting", None, None),
)
EVENTS = (event(5.0, "fault"), event(5.1, "breaker"), event(12.0, "fault"), event(25.0, "you"))
LATER = replace(
    snapshot([service("web", 1)], [], faults=FAULTS, events=(*EVENTS, event(40.0, "instance"))),
    now=45.0,
    history=history(45),
    branch=2,
    branches=BRANCHES,
)
EARLIER = replace(LATER, number=2, now=30.0, history=history(30), events=EVENTS, state="paused")


@pytest.mark.once
def test_the_timeline_at_every_size() -> None:
    """After going back from 0:45 to 0:30: what was seen beyond stands there, and all faults and branches."""

    async def play(stage: Stage) -> None:
        await stage.show(EARLIER)
        await stage.press("4")
        for width, height in SIZES:
            await stage.resize(width, height)
            await stage.settle()
            stage.check("timeline")

    perform(play, driver=PictureDriver(LATER), size=SIZES[0])


def test_a_picked_moment_is_gone_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """By arrows and enter, by a click, and by dragging, which is one journey however far."""
    monkeypatch.setattr(run_chart, "THINKING", 1000.0)
    driver = PictureDriver(LATER, EARLIER)

    async def play(stage: Stage) -> None:
        await stage.press("4")
        chart = stage.app.query_one(RunChart)
        scale = chart.scale

        def asked() -> list[Command]:
            found = [each for each in driver.sent if isinstance(each, GoTo)]
            driver.sent.clear()
            return found

        await stage.press("left", "left", "left")
        assert "┊ 0:27" in stage.text()
        assert asked() == []
        await stage.press("escape")
        assert "┊" not in stage.text()
        await stage.press("shift+right", "enter")
        (there,) = asked()
        assert isinstance(there, GoTo)
        assert abs(there.time - (30.0 + 10 * scale.cell)) < 0.01
        # The picture is still of 0:30: nobody has answered with another one.
        column = GUTTER + 1 + scale.column(15.0)
        await stage.pilot.click(RunChart, offset=(column, 4))
        await stage.settle()
        (there,) = asked()
        assert isinstance(there, GoTo)
        assert abs(there.time - 15.0) <= scale.cell
        await stage.pilot.mouse_down(RunChart, offset=(column, 4))
        for step in range(1, 8):
            await stage.pilot.hover(RunChart, offset=Offset(column + step, 4))
        await stage.settle()
        assert asked() == []
        await stage.pilot.mouse_up(RunChart, offset=(column + 7, 4))
        await stage.settle()
        (there,) = asked()
        assert isinstance(there, GoTo)
        assert abs(there.time - scale.time(scale.column(15.0) + 7)) < 0.01

    perform(play, driver=driver, size=(80, 24))


def test_closer_means_shorter_steps() -> None:
    """What `[` and `]` do fits what is in sight, and the present stays in sight."""
    driver = PictureDriver(LATER, EARLIER)

    async def play(stage: Stage) -> None:
        await stage.press("4")
        assert stage.app.stride == 5.0
        await stage.press("z", "z", "z")
        scale = stage.app.query_one(RunChart).scale
        assert scale.end - scale.start == 7.5
        assert scale.shows(30.0)
        assert stage.app.stride == 0.5
        await stage.press("Z", "Z", "Z", "Z")
        assert stage.app.stride == 5.0

    perform(play, driver=driver, size=(80, 24))


def test_branches_are_taken_up_and_compared() -> None:
    """Enter takes one up; `d` on two of them asks for what compares them."""
    driver = PictureDriver(LATER, EARLIER)

    async def play(stage: Stage) -> None:
        await stage.press("4", "tab")
        tree = stage.app.query_one(BranchTree)
        assert tree.chosen == 2, "the cursor is on the one that plays"
        await stage.press("up")
        assert tree.chosen == 3
        await stage.press("enter")
        assert SwitchBranch(3) in driver.sent
        await stage.press("d")
        assert "◆ 3" in stage.text()
        await stage.press("escape")
        assert "◆ 3" not in stage.text()
        await stage.press("d", "down", "down")
        assert tree.chosen == 4
        begun = len(driver.sent)
        await stage.press("d")
        asked = driver.sent[begun:]
        assert Write(None, branch=4) in asked, "B plays the second"
        assert asked[-1] == SwitchBranch(3), "A takes up the first"

    perform(play, driver=driver, size=(80, 24))


def test_the_tree_shows_where_each_left_its_parent() -> None:
    """Parents stand before children, and those who left earlier before those who left later."""
    lines = [f"{lead}{branch.number}" for lead, branch in graph(BRANCHES)]
    assert lines == ["1", "├─3", "└─2", "  └─4"]


def test_columns_and_times_are_each_others_inverse() -> None:
    """Whatever the width, the column of a column's time is that column, and the ends are the ends."""
    for width in (1, 2, 7, 66, 187):
        for start, end in ((0.0, 60.0), (0.3, 0.7), (100.0, 3700.0)):
            scale = Timescale(start, end, width)
            assert [scale.column(scale.time(column)) for column in range(width)] == list(
                range(width)
            )
            if width > 1:
                assert (scale.time(0), scale.time(width - 1)) == (start, end)


def test_ticks_have_room() -> None:
    """Times below the axis never touch each other, whatever the width."""
    for width in range(12, 200, 7):
        for end in (0.5, 60.0, 86400.0):
            columns = [column for column, _ in Timescale(0.0, end, width).ticks()]
            assert len(columns) >= 1
            assert all(b - a >= 8 for a, b in pairwise(columns))


def test_a_short_peak_stays_in_sight() -> None:
    """A thousand bins in ten columns: the one bin that is different shows; what is unknown does not."""
    times = np.arange(1000.0)
    values = np.ones(1000)
    values[345] = 9.0
    found = by_column(Timescale(0.0, 2000.0, 20), times, 1.0, values)
    assert found[3] == 9.0
    assert (found[[0, 1, 2, 4, 9]] == 1.0).all()
    assert np.isnan(found[10:]).all()


def test_wide_bins_fill_their_columns() -> None:
    """Ten bins in a hundred columns: each fills ten of them."""
    found = by_column(Timescale(0.0, 10.0, 100), np.arange(10.0), 1.0, np.arange(10.0))
    assert found.tolist() == [float(column // 10) for column in range(100)]


def test_a_strip_is_as_high_as_its_value() -> None:
    """Half of the scale is half of the lines; what is there at all is seen; nothing is nothing."""
    values = np.array([0.0, np.nan, 0.001, 5.0, 10.0])
    strip = Strip("x", values, None, 10.0, "10", "$foreground", 2)
    rows = ["".join(character for character, _ in row) for row in strip_rows(strip, 99)]
    assert rows == ["    █", "  ▁██"]


@pytest.mark.parametrize(("value", "top"), [(0.0, 1.0), (0.9, 1.0), (1.1, 1.5), (160.0, 200.0)])
def test_scales_are_round(value: float, top: float) -> None:
    """A scale is the next round number."""
    assert rounded_up(value) == pytest.approx(top)


def test_lines_are_never_more_than_there_are() -> None:
    """However many faults there are, everything has a line, and together they fit."""
    for height in range(8, 60):
        for faults in (0, 1, 3, 40):
            lines = lines_for(height, faults)
            each = (lines.answers, lines.failures, lines.latency)
            assert min(each) >= 1
            assert sum(each) + lines.lanes + 4 <= height
            assert lines.lanes >= min(faults, 1)


def test_figures_can_be_read_off() -> None:
    """At a moment in the past in words; where nobody has been it says so."""
    assert figures_at(history(45), 22.0) == "100/s answered, 30% failed, p99 1.20s"
    assert figures_at(history(45), 50.0) == "not played yet"


def test_what_comes_while_the_app_closes_is_left_alone() -> None:
    """Its views are gone by then, or in part."""
    app = AftershockApp(Opening("online-store"), lambda _: PictureDriver(LATER))
    app.receive()
    assert not app.is_running
    assert app.watching.snapshot is None
