"""Keys that do harm, and undo it.

A small letter does it at once, as much of it as the last time, until it is undone; the capital
letter asks first how much. Doing it again adds to it, as in the real world, where a second person may
pull the same plug: a second `l` adds to the delay of the first. Cutting off what is cut off would
add nothing, and is refused.
"""

from __future__ import annotations

from simulator.live.commands import End, Inject, Undo, UndoAll
from simulator.live.driver import Opening
from simulator.live.snapshot import EdgeView, FaultView, Snapshot
from simulator.scenario.faults.link import LINK_FAULTS
from simulator.scenario.faults.load import LOAD_FAULTS
from simulator.scenario.faults.platform import PLATFORM_FAULTS
from simulator.scenario.faults.process import PROCESS_FAULTS
from tui.actions import aim
from tui.actions.aim import NoAim
from tui.actions.doing import Doing
from tui.actions.quick import HOW_MANY, QUICK, mode_of
from tui.desk import Drive
from tui.dialogs.amount import LineDialog
from tui.dialogs.choice import Choice
from tui.dialogs.confirm import Confirm
from tui.dialogs.fault_form import FaultForm
from tui.dialogs.fields import TARGETS, first_texts, in_short

RESTART = "1s"
"""How long a process that is restarted is down."""
GROUPS = (
    ("Processes", PROCESS_FAULTS),
    ("Network", LINK_FAULTS),
    ("Platform", PLATFORM_FAULTS),
    ("Load", LOAD_FAULTS),
)
BREAKER_STATES = (
    ("open", "no call passes: each fails at once"),
    ("disabled", "every call passes, and none is counted"),
    ("closed", "it begins anew, and goes on by itself"),
)


class HarmActions(Doing):
    """Keys that do harm, and undo it."""

    def __init__(self, opening: Opening, drive: Drive) -> None:
        super().__init__(opening, drive)
        self.amounts = {name: quick.amount for name, quick in QUICK.items()}
        """How much of each, the last time."""
        self.forms: dict[str, dict[str, str]] = {}
        """What stood in the fields of each kind the last time, without whom it hit."""

    # What keys do.

    def action_kill(self, ask_first: bool = False) -> None:
        """Kill the selected instance, or one of the selected service's."""
        aimed = self.aimed(lambda _: aim.processes(self.selection, "kill"))
        if aimed is None:
            return
        _, target = aimed
        service = self.watching.service(str(target.get("service")))
        if service is not None and service.up == 0:
            self.warn(f"{service.name} is down already: r brings one instance back")
        elif dead := self.dead(target):
            self.warn(f"{dead} is dead already: r brings it back")
        elif ask_first and service is not None:
            self.push_screen(
                LineDialog(f"kill {service.name}", HOW_MANY, "one", mode_of, verb="kill"),
                lambda mode: self.kill_many(service.name, mode),
            )
        else:
            self.do(Inject({"kill": target}))

    def kill_many(self, service: str, mode: object) -> None:
        """Kill several instances of a service."""
        if mode is not None:
            self.do(Inject({"kill": {"service": service, "mode": mode}}))

    def action_restart(self) -> None:
        """Restart the selected instance, or bring back what was killed."""
        aimed = self.aimed(lambda _: aim.processes(self.selection, "restart"))
        if aimed is None:
            return
        snapshot, target = aimed
        killed = [each for each in snapshot.faults if _holds_down(each, target)]
        if killed:
            self.ask(End(killed[-1].name))
            return
        instance = self.watching.instance(str(target.get("instance")))
        if instance is not None and instance.state == "down":
            self.warn(f"{instance.name} was not killed by a fault that could be ended")
            return
        # It is up again by itself, before anybody could undo it.
        self.ask(Inject({"kill": {**target, "restart": RESTART}}))

    def action_latency(self, ask_first: bool = False) -> None:
        """Make messages to the selected slower."""
        self.quick("latency", ask_first)

    def action_errors(self, ask_first: bool = False) -> None:
        """Have calls to the selected fail."""
        self.quick("errors", ask_first)

    def action_cpu(self, ask_first: bool = False) -> None:
        """Make the selected work more slowly."""
        self.quick("cpu", ask_first)

    def action_partition(self) -> None:
        """Cut the selected off from whoever calls it."""
        aimed = self.aimed(lambda snapshot: aim.cut(self.selection, snapshot))
        if aimed is None:
            return
        snapshot, target = aimed
        if _is_cut(target, snapshot):
            self.warn("that is cut off already: u takes it back")
            return
        self.do(Inject({"partition": target}))

    def action_breaker(self) -> None:
        """Force the breakers of the selected calls."""
        aimed = self.aimed(self.guarded)
        if aimed is None:
            return
        _, edges = aimed
        self.pick(
            "whose breakers",
            [Choice(each.name, each.name, _told(each)) for each in edges],
            self.force,
        )

    def force(self, edge: str) -> None:
        """Ask what becomes of the breakers of an edge."""
        caller, callee = aim.ends_of(edge)
        breakers = {"service": caller, "to": callee}
        self.choose(
            f"breakers of {caller} towards {callee}",
            [Choice(state, state, told) for state, told in BREAKER_STATES],
            lambda state: self.do(Inject({"force_breaker": {**breakers, "state": state}})),
        )

    def action_fault(self) -> None:
        """Any fault, with all its fields."""
        if self.in_play() is None:
            return
        choices = [
            Choice(each, each, in_short(each), group) for group, kinds in GROUPS for each in kinds
        ]
        self.choose("all faults", choices, self.fill_in)

    def fill_in(self, kind: str) -> None:
        """Ask for the fields of a kind of fault."""
        snapshot = self.watching.snapshot
        target = aim.target_of(kind, self.selection, snapshot)
        # What the key of this kind would do is what its form begins with.
        before = {
            quick.field: self.amounts[name] for name, quick in QUICK.items() if quick.kind == kind
        }
        texts = first_texts(kind, target, before | self.forms.get(kind, {}))
        form = FaultForm(kind, texts, aim.suggestions(snapshot), self.ask)

        def done(text: str | None) -> None:
            self.forms[kind] = {
                name: value for name, value in form.texts.items() if name not in TARGETS
            }
            if text is not None:
                self.did(text)

        self.push_screen(form, done)

    def action_undo(self) -> None:
        """Take back what was done last."""
        self.ask(Undo())

    def action_undo_all(self) -> None:
        """Take back all that was done and still holds."""
        snapshot = self.watching.snapshot
        holding = [each for each in snapshot.faults if each.state == "active"] if snapshot else []
        if not holding:
            self.ask(UndoAll())
            return
        names = "; ".join(each.what for each in holding[:4])
        more = f"; and {len(holding) - 4} more" if len(holding) > 4 else ""
        self.push_screen(
            Confirm(f"{names}{more}", {"y": "end all of it"}, "undo all"),
            lambda answer: self.ask(UndoAll()) if answer == "y" else None,
        )

    # What they share.

    def quick(self, name: str, ask_first: bool) -> None:
        """Do one of the quick harms to the selected."""
        quick = QUICK[name]

        def find(snapshot: Snapshot) -> aim.Target:
            if name == "cpu":
                return aim.processes(self.selection, "slow down", mode="all")
            return aim.messages(self.selection, snapshot)

        aimed = self.aimed(find)
        if aimed is None:
            return
        _, target = aimed
        whom = next(str(value) for key, value in target.items() if key != "mode")

        def hurt(amount: str | None) -> None:
            if amount:
                self.amounts[name] = amount
                self.do(Inject(quick.fault(target, amount)), by=quick.means.format(amount))

        if ask_first:
            self.push_screen(
                LineDialog(f"{quick.title} · {whom}", quick.hint, self.amounts[name], quick.read),
                hurt,
            )
        else:
            hurt(self.amounts[name])

    def dead(self, target: aim.Target) -> str:
        """The name of the instance that is meant, if it is dead; else nothing."""
        instance = self.watching.instance(str(target.get("instance")))
        return instance.name if instance is not None and instance.state == "down" else ""

    def guarded(self, snapshot: Snapshot) -> list[EdgeView]:
        """The edges that the selection means and that have breakers.

        Raises:
            NoAim: if there are none.
        """
        chosen = aim.selected(self.selection)
        if chosen.kind == "edge":
            edges = [each for each in snapshot.edges if each.name == chosen.name]
            who = chosen.name
        else:
            name = aim.service_of(chosen.name) if chosen.kind == "instance" else chosen.name
            edges = [each for each in snapshot.edges if name in (each.caller, each.callee)]
            who = name
        guarded = [each for each in edges if each.breakers]
        if not guarded:
            raise NoAim(
                f"{who} has no breaker: give the calls a `breaker` in the scenario"
                if chosen.kind == "edge"
                else f"no call of {who} or to it has a breaker: give one a `breaker` in the scenario"
            )
        return guarded


def _told(edge: EdgeView) -> str:
    """The states of the breakers of an edge."""
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in edge.breakers.items())


def _holds_down(fault: FaultView, target: aim.Target) -> bool:
    """Whether a fault is what keeps a target dead."""
    if fault.kind != "kill" or fault.state != "active":
        return False
    return aim.is_hit(target, fault)


def _is_cut(target: aim.Target, snapshot: Snapshot) -> bool:
    """Whether somebody has cut off the same from the same already."""
    callers = target["from"]
    assert isinstance(callers, list)
    for fault in snapshot.faults:
        if fault.kind != "partition" or fault.state != "active" or not fault.mine:
            continue
        parts = [each.split() for each in fault.what.split(", ")]
        told = next((names for word, *names in parts if word == "from"), [])
        if aim.is_hit(target, fault) and set(callers) <= set(told):
            return True
    return False
