"""The views of a service and of an instance, driven by keys and by the mouse.

Opening an app takes most of a second, so each test has it do several things one after the other.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples_inside import PAYMENTS, PAYMENTS_2, instance, looking
from stage import SIZES, PictureDriver, Stage, perform
from textual.strip import Strip

from simulator.live.commands import Focus
from simulator.live.snapshot import InstanceView, Snapshot
from tui.views import inner
from tui.watching import Selection
from tui.widgets.crumbs import SEPARATOR
from tui.widgets.instances_table import InstancesTable

SERVICE = looking(service=PAYMENTS)
INSTANCE = looking(service=PAYMENTS, instance=PAYMENTS_2)
FIRST, SECOND, TENTH = PAYMENTS.instances


def _with(*instances: InstanceView) -> Snapshot:
    return looking(service=replace(PAYMENTS, instances=instances))


def where(*names: str) -> str:
    """As it stands in the line that says where one is."""
    return SEPARATOR.join(names)


async def _open(stage: Stage) -> InstancesTable:
    stage.app.select("service", "payments")
    stage.app.open_view("service")
    await stage.settle()
    return stage.app.query_one(InstancesTable)


def _names(table: InstancesTable) -> list[str]:
    return [each.name for each in table.listed]


def test_screens_with_everything() -> None:
    """In each of three sizes, every panel of a service and of an instance has something to show."""

    async def play(stage: Stage) -> None:
        await _open(stage)
        for size in SIZES:
            await stage.resize(*size)
            stage.check("service-sample")
        await stage.press("down", "enter")
        for size in SIZES:
            await stage.resize(*size)
            stage.check("instance-sample")

    perform(play, size=SIZES[0], driver=PictureDriver(INSTANCE))


def test_the_simulation_is_asked_for_what_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the details come, the view says what it waits for, and its keys work all the same."""
    # Otherwise it would say so after a while only.
    monkeypatch.setattr(inner, "PATIENCE", 0.001)
    driver = PictureDriver(looking())

    async def play(stage: Stage) -> None:
        await _open(stage)
        assert driver.sent[-1] == Focus(service="payments")
        assert "waiting for the simulation…" in stage.text()
        await stage.show(looking(service=replace(PAYMENTS, name="web")))
        assert "waiting for the simulation…" in stage.text()
        await stage.show(INSTANCE)
        assert "waiting for" not in stage.text()
        await stage.press("down", "enter")
        assert driver.sent[-1] == Focus(service="payments", instance="payments-2")
        await stage.press("escape")
        assert driver.sent[-1] == Focus(service="payments")
        await stage.press("escape")
        assert driver.sent[-1] == Focus()

    perform(play, driver=driver)


def test_what_is_under_the_cursor_is_selected() -> None:
    """Arrows and clicks select an instance for keys to act on; a second click goes into it."""

    async def play(stage: Stage) -> None:
        table = await _open(stage)
        assert stage.app.selection == Selection("instance", "payments-1")
        await stage.press("down")
        assert stage.app.selection == Selection("instance", "payments-2")
        assert stage.app.watching.selected_service() == "payments"
        await stage.press("escape")
        assert stage.app.view.ident == "overview"
        assert stage.app.selection == Selection("service", "payments")
        await _open(stage)
        for expected in ("service", "instance"):
            await stage.pilot.click(offset=(5, table.region.y + 4))
            await stage.settle()
            assert stage.app.view.ident == expected
            assert stage.app.selection == Selection("instance", "payments-10")

    perform(play, driver=PictureDriver(INSTANCE))


def test_sorting() -> None:
    """By keys and by clicks on titles; what is missing stands last, whichever way round."""

    async def play(stage: Stage) -> None:
        table = await _open(stage)
        assert _names(table) == ["payments-1", "payments-2", "payments-10"]
        await stage.press(">", ">")
        assert "↓in work" in stage.text()
        assert _names(table) == ["payments-2", "payments-1", "payments-10"]
        await stage.press("~")
        assert "↑in work" in stage.text()
        assert _names(table) == ["payments-10", "payments-1", "payments-2"]
        await stage.press("<", "<", "<")
        assert table.sorted_by == "name"
        table.sort_by_column("p95")
        assert _names(table) == ["payments-2", "payments-1", "payments-10"]
        await stage.press("~")
        assert _names(table) == ["payments-1", "payments-2", "payments-10"]
        titles = stage.text().splitlines()[table.region.y + 1]
        for expected in ("payments-2", "payments-10"):
            await stage.pilot.click(offset=(titles.index("in work") + 3, table.region.y + 1))
            await stage.settle()
            assert _names(table)[0] == expected

    perform(play, driver=PictureDriver(SERVICE))


def test_rows_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor goes where its row goes; lines that stay the same are not drawn again."""
    drawn: list[int] = []

    class Watched(InstancesTable):
        def render_line(self, y: int) -> Strip:
            drawn.append(y)
            return super().render_line(y)

    monkeypatch.setattr("tui.views.service.InstancesTable", Watched)
    many = [instance(f"payments-{n}", busy=n % 16) for n in range(1, 61)]

    async def play(stage: Stage) -> None:
        table = await _open(stage)
        table.sort_by_column("busy")
        table.choose("payments-1")
        await stage.settle()
        assert table.cursor_row == 1
        await stage.show(_with(FIRST, replace(SECOND, busy=1), replace(TENTH, busy=2)))
        assert _names(table) == ["payments-1", "payments-10", "payments-2"]
        assert table.cursor_row == 0
        assert stage.app.selection == Selection("instance", "payments-1")

        await stage.show(_with(*many))
        await stage.press("ctrl+end")
        scrolled, chosen = table.scroll_offset.y, table.chosen
        assert scrolled > 0
        drawn.clear()
        await stage.show(_with(*many))
        out_of_sight = next(place for place, each in enumerate(many) if each.busy == 15)
        many[out_of_sight] = replace(many[out_of_sight], utilization=0.77)
        await stage.show(_with(*many))
        assert drawn == []
        assert "77%" not in stage.text()
        last = next(place for place, each in enumerate(many) if each.name == chosen)
        many[last] = replace(many[last], utilization=0.78)
        await stage.show(_with(*many))
        assert len(drawn) == 1
        assert "78%" in stage.text()
        assert (table.scroll_offset.y, table.chosen) == (scrolled, chosen)

    perform(play, size=(80, 24), driver=PictureDriver(SERVICE))


def test_a_filter_leaves_what_has_its_words() -> None:
    """`/` looks at names and states; escape shows everything again, and only then goes back."""

    async def play(stage: Stage) -> None:
        table = await _open(stage)
        await stage.press("slash", *"slow", "enter")
        assert _names(table) == ["payments-2"]
        assert stage.app.selection == Selection("instance", "payments-2")
        await stage.press("escape")
        assert len(_names(table)) == 3
        assert stage.app.view.ident == "service"
        await stage.press("escape")
        assert stage.app.view.ident == "overview"

    perform(play, driver=PictureDriver(SERVICE))


def test_what_is_no_longer_there() -> None:
    """An instance that is gone and a service that another branch has not are told in a sentence."""

    async def play(stage: Stage) -> None:
        await _open(stage)
        await stage.press("down", "enter")
        assert where("payments", "payments-2") in stage.text()
        await stage.show(_with(FIRST, TENTH))
        assert "payments-2 is not there at 0:30" in stage.text()
        await stage.press("escape")
        assert stage.app.view.ident == "service"
        assert "payments-2" not in stage.text()
        assert stage.app.selection == Selection("instance", "payments-10")

        services = tuple(each for each in SERVICE.services if each.name != "payments")
        await stage.show(replace(SERVICE, services=services, service=None))
        assert "There is no service payments in this scenario." in stage.text()
        await stage.press("enter", "down", ">", "~")
        assert stage.app.view.ident == "service"
        await stage.show(SERVICE)
        assert "payments-2" in stage.text()

    perform(play, driver=PictureDriver(INSTANCE))


def test_other_services() -> None:
    """Without a selection the entry service shows; `(`, `)` and clicks lead to others.

    Tab leads to the panels, which scroll.
    """
    driver = PictureDriver(SERVICE)

    async def play(stage: Stage) -> None:
        stage.app.watching.selection = None
        await stage.press("2")
        assert where("sample", "web") in stage.text()
        await _open(stage)
        await stage.press("escape", "2", ")")
        assert where("sample", "bank") in stage.text()
        assert driver.sent[-1] == Focus(service="bank")
        await stage.press("(")
        assert "payments-10" in stage.text()
        await stage.resize(80, 24)
        assert "autoscaler" not in stage.text()
        await stage.press("tab", "end")
        assert "hpa  cpu at 60 %" in stage.text()
        await stage.resize(120, 40)
        lines = stage.text().splitlines()
        row = next(n for n, line in enumerate(lines) if " orders  " in line)
        await stage.pilot.click(offset=(lines[row].index("orders") + 1, row))
        await stage.settle()
        assert where("sample", "orders") in stage.text()

    perform(play, driver=driver)


def test_another_size_has_other_columns() -> None:
    """A wider terminal shows more columns; a narrower one leaves the least important out."""

    async def play(stage: Stage) -> None:
        table = await _open(stage)
        narrow = set(table.widths)
        await stage.resize(160, 40)
        assert set(table.widths) - narrow == {"known", "breakers", "weight", "place", "since"}
        await stage.resize(60, 20)
        assert {"name"} < set(table.widths) < narrow

    perform(play, size=(80, 24), driver=PictureDriver(SERVICE))
