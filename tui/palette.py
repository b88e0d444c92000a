"""Everything that can be done, by its name: the command palette.

Only what can be done now is in it: what hurts names whom it would hurt, and what has no one to hurt is
left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from simulator.live.commands import End, GoTo, SetSpeed, SwitchBranch
from simulator.live.driver import Opening
from simulator.live.snapshot import Snapshot
from simulator.scenario import bundled
from simulator.scenario.faults.kinds import FAULTS
from tui import keys
from tui.actions import aim
from tui.actions.files import FileActions
from tui.actions.harm import HarmActions
from tui.actions.quick import QUICK
from tui.actions.travel import SPEEDS
from tui.desk import Desk
from tui.dialogs.fields import in_short
from tui.text import clock, count, speed
from tui.watching import Selection

MOMENTS = (0.0, 0.25, 0.5, 0.75)
"""Shares of the run that the palette knows as places to go to."""
ON_THE_SELECTION = {
    "harm.kill": "kill {}",
    "harm.restart": "restart {}",
    "harm.latency": "latency of {}",
    "harm.errors": "errors from {}",
    "harm.cpu": "less CPU for {}",
    "harm.partition": "cut off {}",
    "harm.breaker": "force a breaker of {}",
    "change.scale": "scale {}",
    "change.balancer": "balancer towards {}",
}
"""Bindings that act on the selection, and how they read with its name."""
ONLY = {
    "harm.kill": ("service", "instance"),
    "harm.restart": ("service", "instance"),
    "harm.cpu": ("service", "instance"),
    "change.scale": ("service", "instance"),
}
"""Kinds of selections that some of them act on; the others act on all."""
LEFT_OUT = ("general.palette", "view.enter", "view.back")


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done: its name, what it means, and how it is done."""

    name: str
    meaning: str
    do: Callable[[], object]


def deeds(app: Desk) -> Iterator[Deed]:
    """Everything that can be done now."""
    snapshot = app.watching.snapshot
    selection = app.selection
    over = snapshot is None or snapshot.state in ("ended", "stopped")
    yield from _of_selection(app, selection, over)
    yield from _of_keys(app, over)
    if snapshot is not None:
        yield from _of_speed(app, snapshot)
        yield from _of_snapshot(app, snapshot)
        if not over:
            yield from _of_faults(app)
    for theme in sorted(app.available_themes):
        mark = " (now)" if theme == app.theme else ""
        yield Deed(f"theme: {theme}{mark}", "Other colours", _themed(app, theme))
    for name in bundled():
        yield Deed(f"open: {name}", "A bundled scenario, in place of this one", _opened(app, name))


def _of_selection(app: Desk, selection: Selection | None, over: bool) -> Iterator[Deed]:
    if selection is None or over or selection.kind == "request":
        return
    for ident, name in ON_THE_SELECTION.items():
        if selection.kind not in ONLY.get(ident, (selection.kind,)):
            continue
        binding = keys.KEYS[ident]
        if ident == "harm.breaker" and not _has_breaker(app):
            continue
        group = ident.partition(".")[0]
        title = f"{group}: {name.format(selection.name)}"
        yield Deed(title, _told(binding), _run(app, binding.action))
        action = binding.action
        if action in QUICK or (action == "kill" and selection.kind == "service"):
            title = f"{group}: {name.format(selection.name)}, ask how much"
            yield Deed(
                title, f"{binding.tooltip}: first say how much", _run(app, f"{action}(True)")
            )


def _has_breaker(app: Desk) -> bool:
    assert isinstance(app, HarmActions)
    snapshot = app.watching.snapshot
    if snapshot is None:
        return False
    try:
        return bool(app.guarded(snapshot))
    except aim.NoAim:
        return False


def _of_keys(app: Desk, over: bool) -> Iterator[Deed]:
    """What keys do that need no selection."""
    for ident, binding in keys.KEYS.items():
        group = ident.partition(".")[0]
        if ident in ON_THE_SELECTION or ident in LEFT_OUT or binding.action.endswith("(True)"):
            continue
        if over and (group == "change" or ident == "harm.fault"):
            continue
        title = f"{group.removesuffix('s')}: {binding.description.lower()}"
        yield Deed(title, _told(binding), _run(app, binding.action))


def _of_speed(app: Desk, snapshot: Snapshot) -> Iterator[Deed]:
    for each in SPEEDS:
        mark = " (now)" if each == snapshot.speed else ""
        yield Deed(
            f"speed: {speed(each)}{mark}",
            "Simulated seconds for each second",
            _sent(app, SetSpeed(each)),
        )


def _of_snapshot(app: Desk, snapshot: Snapshot) -> Iterator[Deed]:
    """What there is only because of what is going on."""
    for share in MOMENTS:
        time = share * snapshot.duration
        name = "the start" if share == 0.0 else f"{share:.0%} of the run, {clock(time)}"
        yield Deed(f"travel: to {name}", "Another time of this run", _sent(app, GoTo(time)))
    for fault in snapshot.faults:
        if fault.begins is not None and fault.state != "waiting":
            yield Deed(
                f"travel: to the begin of {fault.name}, {clock(fault.begins)}",
                fault.what,
                _sent(app, GoTo(max(0.0, fault.begins - 1.0))),
            )
        if fault.state == "active":
            yield Deed(f"harm: end {fault.name}", fault.what, _sent(app, End(fault.name)))
    for branch in snapshot.branches:
        if branch.number != snapshot.branch:
            yield Deed(
                f"branch: {branch.number}, {branch.title}",
                f"{count(branch.done, 'thing')} done, played to {clock(branch.reached)}",
                _sent(app, SwitchBranch(branch.number)),
            )
    for service in snapshot.services:
        yield Deed(
            f"select: {service.name}",
            f"{service.state}, {service.up} of {count(service.replicas, 'instance')} up",
            _selected(app, "service", service.name),
        )
    for edge in snapshot.edges:
        done = _selected(app, "edge", edge.name)
        yield Deed(f"select: {edge.name}", "The calls between the two", done)
    for traffic in snapshot.traffic:
        kind = "open loop" if traffic.open else "closed loop"
        yield Deed(
            f"select: {traffic.name}", f"Traffic, {kind}", _selected(app, "traffic", traffic.name)
        )


def _of_faults(app: Desk) -> Iterator[Deed]:
    """A form for each kind of fault."""
    for kind in FAULTS:
        yield Deed(f"fault: {kind}", in_short(kind), _filled(app, kind))


def _told(binding: Binding) -> str:
    return f"{binding.tooltip} · key {keys.SHOWN.get(binding.key, binding.key.split(',')[0])}"


def _run(app: Desk, action: str) -> Callable[[], object]:
    return lambda: app.run_action(action)


def _sent(app: Desk, command: End | GoTo | SetSpeed | SwitchBranch) -> Callable[[], object]:
    return lambda: app.ask(command)


def _selected(app: Desk, kind: str, name: str) -> Callable[[], object]:
    return lambda: app.select(kind, name)


def _themed(app: Desk, name: str) -> Callable[[], object]:
    return lambda: setattr(app, "theme", name)


def _opened(app: Desk, name: str) -> Callable[[], object]:
    assert isinstance(app, FileActions)
    return lambda: app.open_in_place(Opening(name))


def _filled(app: Desk, kind: str) -> Callable[[], object]:
    assert isinstance(app, HarmActions)
    return lambda: app.fill_in(kind)


class Palette(Provider):
    """Finds what can be done by parts of its name."""

    @property
    def desk(self) -> Desk:
        """The app."""
        return cast("Desk", self.app)

    async def discover(self) -> Hits:
        for deed in deeds(self.desk):
            if not deed.name.startswith(("open: ", "theme: ", "select: ", "fault: ")):
                yield DiscoveryHit(deed.name, deed.do, help=deed.meaning)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for deed in deeds(self.desk):
            score = matcher.match(deed.name)
            if score > 0.0:
                yield Hit(score, matcher.highlight(deed.name), deed.do, deed.name, deed.meaning)
