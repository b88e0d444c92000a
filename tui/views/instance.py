"""One instance: what is inside, what its callers think of it, and how its own calls go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from simulator.live.commands import Focus
from simulator.live.snapshot import CallView, InstanceDetail, Snapshot
from tui import glyphs, text
from tui.views.inner import OVERVIEW, InnerView, panel
from tui.widgets.calls_table import CallsTable
from tui.widgets.crumbs import Crumbs
from tui.widgets.drawing import Drawing, gauge, muted, signed
from tui.widgets.head_lines import HeadLines, figures_told, told
from tui.widgets.instances_table import room
from tui.widgets.outcome_bar import OutcomeBar
from tui.widgets.seen_by_table import SeenByTable

HELP = """
One instance of a service from close by. `k`, `r`, `l`, `e`, `c` and `n` hit it, and nothing else.

**Inside** are the requests that wait here or are worked on, by endpoint.

**Work** is the computing it has done since it was first there, in seconds; *wasted* is the part of it that was
for callers who had given up by then. A timeout at a caller does not stop the work here.

**Its callers.** Every caller instance has an opinion of its own: whether it knows this instance (the registry
has told it), whether outlier detection has put it aside (`◇`), whether a health check fails (`♥`), how many
requests it has under way here, and with which weight it picks it.

**Its own calls** are those of the whole service, with the breakers of this instance alone.

`esc` goes back to the service.
"""


class InsideBars(Drawing):
    """How many requests are inside an instance, by endpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: Mapping[str, int] = {}

    def show(self, inside: Mapping[str, int]) -> None:
        """Draw these."""
        self.inside = inside
        self.renew()

    def lines(self, width: int) -> Sequence[Content]:
        return inside_lines(self.inside, width)


def inside_lines(inside: Mapping[str, int], width: int) -> list[Content]:
    """A bar for each endpoint, the longest for the one with most requests."""
    if not any(inside.values()):
        return [muted("nobody is here")]
    name = min(24, max(len(each) for each in inside))
    room_left = max(4, width - name - 8)
    most = max(inside.values())
    return [
        Content.assemble(
            text.fit(endpoint, name),
            text.fit(str(number), 6, right=True),
            "  ",
            ("█" * max(1, round(number / most * room_left)), "$primary"),
        )
        for endpoint, number in inside.items()
        if number
    ]


class Instance(InnerView):
    """An instance, with the keyboard in the table of those who call it."""

    ident = "instance"
    title = "Instance"
    help = HELP
    keys = (
        "view.back",
        "harm.kill",
        "harm.restart",
        "harm.latency",
        "harm.errors",
        "harm.cpu",
        "harm.partition",
        "harm.undo",
        "time.pause",
    )
    DEFAULT_CSS = """
    Instance #panels { height: 1fr; }
    Instance #side-by-side { layout: vertical; height: auto; }
    Instance #in, Instance #out { height: auto; width: 1fr; }
    Instance SeenByTable { max-height: 9; }
    Instance.-columns SeenByTable { max-height: 24; }
    Instance.-columns #side-by-side { layout: horizontal; }
    Instance.-columns #out { margin-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.instance: str | None = None
        self.service: str | None = None

    def details(self) -> ComposeResult:
        yield HeadLines()
        with VerticalScroll(id="panels"), Vertical(id="side-by-side"):
            with Vertical(id="in"):
                yield panel(InsideBars(), "inside", "waiting or worked on, by endpoint")
                yield panel(OutcomeBar(), "outcomes")
                yield panel(SeenByTable(), "its callers", "what each of them thinks of it")
            with Vertical(id="out"):
                yield panel(CallsTable("callees"), "its own calls", "figures of the whole service")

    def home(self) -> SeenByTable:
        return self.query_one(SeenByTable)

    def focus_wanted(self) -> Focus:
        watching = self.desk.watching
        instance = self.instance
        if watching.selection is not None and watching.selection.kind == "instance":
            instance = watching.selection.name
        return Focus(service=self._service(instance), instance=instance)

    def opened(self) -> None:
        wanted = self.focus_wanted()
        self.service, self.instance = wanted.service, wanted.instance
        super().opened()

    def show(self, snapshot: Snapshot) -> None:
        service, name = self.service or "", self.instance or ""
        self.query_one(Crumbs).show(
            (snapshot.scenario, OVERVIEW), (service, "app.view('service')"), (name, "")
        )
        detail = snapshot.instance
        if not name:
            self.say_instead("No instance is selected: choose one in the table of its service (2).")
        elif detail is not None and detail.name == name:
            self.say_instead("")
            self._draw(detail, snapshot)
        elif snapshot.service is not None and snapshot.service.name == service:
            self.say_instead(
                f"{name} is not there at {text.clock(snapshot.now)}: it is gone, or yet to come. "
                "esc goes back to its service."
            )
        else:
            self.wait()

    def _service(self, instance: str | None) -> str | None:
        """Whose instance it is: that which is looked at, or the one it is named after."""
        if instance is None:
            return None
        snapshot = self.desk.watching.snapshot
        if snapshot is None:
            return self.service
        detail = snapshot.service
        if detail is not None and any(each.name == instance for each in detail.instances):
            return detail.name
        if instance == self.instance and self.service is not None:
            return self.service
        stem = instance.rpartition("-")[0]
        return next((each.name for each in snapshot.services if each.name == stem), None)

    def _draw(self, detail: InstanceDetail, snapshot: Snapshot) -> None:
        self.query_one(HeadLines).show(
            _standing(detail), _effort(detail), figures_told(detail.view.figures)
        )
        self.query_one(InsideBars).show(detail.inside)
        self.query_one(OutcomeBar).show(detail.view.figures)
        self.home().show_rows(detail.seen_by)
        calls = snapshot.service.callees if snapshot.service else ()
        self.query_one(CallsTable).show(_own(calls, detail))


def _own(calls: Sequence[CallView], detail: InstanceDetail) -> list[CallView]:
    """The calls of its service, with no breakers but its own."""
    breakers = detail.view.breakers
    return [
        replace(call, breakers=tuple(each for each in breakers if each.callee == call.callee))
        for call in calls
    ]


def _standing(detail: InstanceDetail) -> list[Content]:
    """How it is, since when it runs, and where."""
    view = detail.view
    place = [(kind, name) for kind, name in (("zone", view.zone), ("node", view.node)) if name]
    return [
        signed(glyphs.sign(glyphs.INSTANCES, view.state)),
        told("started", text.clock(view.since)),
        *(told(*each) for each in place),
        told("in work", room(view.busy, view.concurrency)),
        told("queued", room(view.queued, view.queue_limit)),
        told(
            "in use",
            Content.assemble(gauge(view.utilization, 8), " ", text.share(view.utilization)),
        )
        if view.utilization is not None
        else Content(),
    ]


def _effort(detail: InstanceDetail) -> list[Content]:
    """Its cores, and what it has done so far."""
    parts = []
    if detail.cores is not None:
        used = text.number(detail.cores_used)
        parts.append(told("cores", f"{used} of {text.number(detail.cores)}"))
    parts.append(told("work done", text.latency(detail.work)))
    wasted = detail.wasted / detail.work if detail.work > 0.0 else 0.0
    share = f"{text.latency(detail.wasted)} ({text.share(wasted)})"
    parts.append(
        told("wasted", Content.styled(share, "$text-warning" if wasted >= 0.05 else "bold"))
    )
    return parts
