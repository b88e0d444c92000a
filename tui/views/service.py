"""One service: its instances, how long its answers take, who asks it and whom it asks."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from simulator.live.commands import Focus
from simulator.live.snapshot import InstanceView, ServiceDetail, ServiceView, Snapshot
from tui import glyphs, text
from tui.views.inner import (
    OVERVIEW,
    InnerView,
    first_service,
    panel,
)
from tui.widgets.calls_table import CallsTable, EndpointsTable
from tui.widgets.crumbs import Crumbs
from tui.widgets.drawing import gauge, ink, signed
from tui.widgets.filter_line import FilterLine
from tui.widgets.head_lines import HeadLines, figures_told, told
from tui.widgets.heat_strip import HeatStrip, legend
from tui.widgets.instances_table import InstancesTable
from tui.widgets.live_table import LiveTable
from tui.widgets.outcome_bar import OutcomeBar
from tui.widgets.scaler_panel import ScalerPanel

HELP = """
One service from close by. The instance under the cursor is what `k`, `r`, `l`, `e`, `c` and `n` hit;
`s` and `b` act on the whole service.

| key | what it does here |
|---|---|
| `↑` `↓` | another instance |
| `enter` | into the instance |
| `<` `>` | sort by another column, as `←` `→` and a click on its title do |
| `~` | the other way round |
| `tab` | to the panels below, which then scroll with `↑` `↓` |
| `(` `)` | the service before, the service after |
| `/` | only instances whose name, state or place has a word; `!word`: has it not |
| `esc` | back |

**Instances.** *in work* are requests being worked on, of how many at once; *queue* those that wait, of how
many may. *in use* is the share of its cores, or of its places, over the last bit of time. *answers*,
*failed* and *p95* are of the attempts that its callers sent to it. *known* is how many caller
instances know it; `◇` are those of them that have put it aside, because it failed or its health
check did. *its breakers* are those of the calls that it makes itself.

**Latency.** Each column is a moment, each row a band of latency on a logarithmic scale. The denser a
cell, the more answers fell into it. `●` marks the median, `▲` the 99th percentile. Only answers that
were of use count.

**Callers and callees.** Below the figures of a call are the policies that guard it, then how many breakers
are in which state, and by name those that are not closed.

**Autoscaler.** What it goes by, how many instances it wants and how many are ready, and what it has
decided last. `●` ready, `◌` on its way, `◑` on its way out, `·` a free place.
"""


class Service(InnerView):
    """A service, with the keyboard in the table of its instances."""

    ident = "service"
    title = "Service"
    help = HELP
    keys = (
        "view.enter",
        "view.back",
        "harm.kill",
        "harm.restart",
        "harm.latency",
        "harm.errors",
        "harm.cpu",
        "change.scale",
        "change.balancer",
        "harm.undo",
        "time.pause",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left_parenthesis",
            "another(-1)",
            "Service before",
            id="service.before",
            tooltip="The service before this one",
        ),
        Binding(
            "right_parenthesis",
            "another(1)",
            "Service after",
            id="service.after",
            tooltip="The service after this one",
        ),
    ]
    DEFAULT_CSS = """
    Service InstancesTable { max-height: 9; }
    Service #panels { height: 1fr; min-height: 4; }
    Service #links, Service #answers, Service #above, Service #below { height: auto; width: 1fr; }
    Service.-columns InstancesTable { max-height: 40%; }
    Service.-columns #panels > #side-by-side { layout: horizontal; height: auto; }
    Service #side-by-side { layout: vertical; height: auto; }
    Service.-columns #links { margin-left: 2; }
    Service.-many-columns #links { layout: horizontal; width: 2fr; }
    Service.-many-columns #below { margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.service: str | None = None
        self.drawn: str | None = None
        """The service that was shown last."""

    def details(self) -> ComposeResult:
        yield HeadLines()
        yield FilterLine()
        yield panel(InstancesTable(), "instances", "< > sort  ~ reverse")
        with VerticalScroll(id="panels"), Vertical(id="side-by-side"):
            with Vertical(id="answers"):
                yield panel(OutcomeBar(), "outcomes")
                yield panel(HeatStrip(), "latency", legend())
                yield panel(EndpointsTable(), "endpoints")
            with Vertical(id="links"):
                with Vertical(id="above"):
                    yield panel(CallsTable("callers", id="callers"), "callers")
                with Vertical(id="below"):
                    yield panel(CallsTable("callees", id="callees"), "callees")
                    yield panel(ScalerPanel(), "autoscaler")

    def on_resize(self) -> None:
        """A taller terminal has room for finer bands of latency."""
        super().on_resize()
        self.query_one(HeatStrip).rows = min(max(9, self.size.height // 3), 24)

    def home(self) -> InstancesTable:
        return self.query_one(InstancesTable)

    def focus_wanted(self) -> Focus:
        return Focus(service=self._wanted())

    def opened(self) -> None:
        self.service = self._wanted()
        selection = self.desk.selection
        if selection is not None and selection.kind == "instance":
            self.home().choose(selection.name)
        super().opened()

    def show(self, snapshot: Snapshot) -> None:
        wanted = self._wanted()
        if wanted != self.service:
            self.service = wanted
            self.desk.refocus()
        name = self.service or ""
        self.query_one(Crumbs).show((snapshot.scenario, OVERVIEW), (name, ""))
        overall = self.desk.watching.service(name)
        detail = snapshot.service
        if overall is None:
            self.say_instead(f"There is no service {name} in this scenario. esc goes back.")
        elif detail is None or detail.name != name:
            self.wait()
        else:
            self.say_instead("")
            self._draw(overall, detail)

    def enter(self) -> None:
        if self.has_details:
            self.home().action_select_cursor()

    def back(self) -> bool:
        if self.query_one(FilterLine).empty():
            self.home().focus()
            return True
        # Whoever comes back to the overview finds there the service they were in.
        if self.service is not None:
            self.desk.select("service", self.service)
        return False

    def filter(self) -> None:
        self.query_one(FilterLine).open()

    def action_another(self, step: int) -> None:
        """To the next service in the order of the overview."""
        snapshot = self.desk.watching.snapshot
        names = [each.name for each in snapshot.services] if snapshot else []
        if self.service in names:
            self.go_to(names[(names.index(self.service) + step) % len(names)])

    @on(CallsTable.Clicked)
    def _clicked(self, event: CallsTable.Clicked) -> None:
        if self.desk.watching.service(event.name) is not None:
            self.go_to(event.name)

    def go_to(self, name: str) -> None:
        """Show another service."""
        self.desk.select("service", name)

    @on(LiveTable.Chosen)
    def _choose(self, event: LiveTable.Chosen) -> None:
        if self.display and self.desk.watching.instance(event.name) is not None:
            self.desk.select("instance", event.name)

    @on(LiveTable.Entered)
    def _enter(self, event: LiveTable.Entered) -> None:
        self.desk.select("instance", event.name)
        self.desk.open_view("instance")

    @on(FilterLine.Changed)
    def _filter(self) -> None:
        snapshot = self.desk.watching.snapshot
        if snapshot is not None and snapshot.service is not None:
            self._list(snapshot.service)

    @on(FilterLine.Left)
    def _typed(self) -> None:
        self.home().focus()

    def _list(self, detail: ServiceDetail) -> None:
        pattern = self.query_one(FilterLine).words
        shown = [each for each in detail.instances if text.matches(_words(each), pattern)]
        self.home().show_rows(shown)

    def _wanted(self) -> str | None:
        watching = self.desk.watching
        if watching.selected_service() is not None:
            return watching.selected_service()
        return self.service or (first_service(watching.snapshot) if watching.snapshot else None)

    def _draw(self, overall: ServiceView, detail: ServiceDetail) -> None:
        if detail.name != self.drawn:
            self.drawn = detail.name
            self.home().move_cursor(row=0, animate=False)
        self.query_one(HeadLines).show(_standing(overall), figures_told(overall.figures))
        self._list(detail)
        self.query_one(OutcomeBar).show(overall.figures)
        self.query_one(HeatStrip).show(detail.history)
        self.query_one(EndpointsTable).show(detail.endpoints)
        self.query_one("#callers", CallsTable).show(detail.callers)
        self.query_one("#callees", CallsTable).show(detail.callees)
        self.query_one(ScalerPanel).show(detail.scaler)


def _words(instance: InstanceView) -> str:
    """What a filter looks at."""
    state = glyphs.sign(glyphs.INSTANCES, instance.state).word
    return " ".join((instance.name, state, instance.zone or "", instance.node or ""))


def _standing(service: ServiceView) -> list[Content]:
    """How many instances there are, and what they have to do."""
    parts = [
        signed(glyphs.sign(glyphs.SERVICES, service.state)),
        told("up", f"{service.up} of {service.replicas}"),
    ]
    if service.wanted is not None:
        parts.append(told("wanted", str(service.wanted)))
    if service.utilization is not None:
        used = Content.assemble(
            gauge(service.utilization, 10), " ", text.share(service.utilization)
        )
        parts.append(told("in use", used))
    parts += [told("in work", str(service.busy)), told("queued", str(service.queued))]
    if service.faults:
        sign = glyphs.FAULTS["active"]
        parts.append(Content.styled(f"{sign.glyph} {', '.join(service.faults)}", ink(sign)))
    return parts
