"""What a key acts on: from the selection to the fields of a fault that say whom it hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.live.snapshot import FaultView, InstanceView, Snapshot
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.fields import fields_of
from tui.watching import Selection

Target = dict[str, object]
"""Fields of a fault that say whom it hits."""

NOTHING = "select a service first: arrows, or a click"


class NoAim(Exception):
    """Why a key can do nothing here, and what to do instead: a sentence for whoever pressed it."""


def selected(selection: Selection | None) -> Selection:
    """What is selected.

    Raises:
        NoAim: if nothing is, or a request, which nobody can act on.
    """
    if selection is None:
        raise NoAim(NOTHING)
    if selection.kind == "request":
        raise NoAim("a request is on its way by itself: esc goes back to what can be hurt")
    return selection


def ends_of(edge: str) -> tuple[str, str]:
    """The caller and the callee of an edge."""
    caller, _, callee = edge.partition(" > ")
    return caller, callee


def service_of(instance: str) -> str:
    """The service of an instance: the last part of its name is its number."""
    return instance.rpartition("-")[0]


def callers_of(service: str, snapshot: Snapshot) -> tuple[str, ...]:
    """Who calls a service: services and traffic classes."""
    return tuple(dict.fromkeys(each.caller for each in snapshot.edges if each.callee == service))


def callees_of(caller: str, snapshot: Snapshot) -> tuple[str, ...]:
    """Whom a service or traffic class calls."""
    return tuple(dict.fromkeys(each.callee for each in snapshot.edges if each.caller == caller))


def processes(selection: Selection | None, key: str, mode: str = "one") -> Target:
    """The processes that a selection means; `mode` says how many of a service.

    Raises:
        NoAim: if it means none; `key` is what was to be done, in a word.
    """
    chosen = selected(selection)
    if chosen.kind == "instance":
        return {"instance": chosen.name}
    if chosen.kind == "service":
        return {"service": chosen.name, "mode": mode}
    if chosen.kind == "edge":
        callee = ends_of(chosen.name)[1]
        raise NoAim(
            f"an edge has no processes to {key}: select {callee}; l, e and n act on an edge"
        )
    raise NoAim(f"users have no processes to {key}: select a service; t changes how many come")


def messages(selection: Selection | None, snapshot: Snapshot) -> Target:
    """The messages that a selection means: those to it, or along it.

    Raises:
        NoAim: if it means none, or those of several edges.
    """
    chosen = selected(selection)
    if chosen.kind == "traffic":
        return {"edge": f"{chosen.name} > {entry_of(chosen.name, snapshot)}"}
    return {chosen.kind: chosen.name}


def entry_of(traffic: str, snapshot: Snapshot) -> str:
    """The one service that a traffic class asks.

    Raises:
        NoAim: if there are several, or none yet.
    """
    entries = callees_of(traffic, snapshot)
    if len(entries) == 1:
        return entries[0]
    if not entries:
        raise NoAim(f"{traffic} asks nobody: select a service")
    raise NoAim(f"{traffic} asks {', '.join(entries)}: select one of these, or the edge to it")


def cut(selection: Selection | None, snapshot: Snapshot) -> Target:
    """Two sides to be parted: the selected, and all that call it.

    Raises:
        NoAim: if there are no two sides.
    """
    chosen = selected(selection)
    if chosen.kind in ("edge", "traffic"):
        caller, callee = (
            ends_of(chosen.name)
            if chosen.kind == "edge"
            else (chosen.name, entry_of(chosen.name, snapshot))
        )
        return {"service": callee, "mode": "all", "from": [caller]}
    service = chosen.name if chosen.kind == "service" else service_of(chosen.name)
    callers = callers_of(service, snapshot)
    if not callers:
        raise NoAim(f"nobody calls {service}: there is nothing to cut it off from")
    whom: Target = {"instance": chosen.name}
    if chosen.kind == "service":
        whom = {"service": service, "mode": "all"}
    return {**whom, "from": list(callers)}


def is_hit(target: Target, fault: FaultView) -> bool:
    """Whether a fault has hit the instance of a target, or one of its service."""
    if "instance" in target:
        return target["instance"] in fault.targets
    return any(service_of(each) == target["service"] for each in fault.targets)


def target_of(kind: str, selection: Selection | None, snapshot: Snapshot | None) -> Target:
    """What a selection says of the fields of a kind of fault, as far as it says anything."""
    fields = {each["name"] for each in fields_of(FAULTS[kind].model)}
    found = _of_traffic(selection, snapshot) if "traffic" in fields else _of(selection, fields)
    if "to" in fields and "service" not in found and snapshot is not None:
        # Whose calls they are is not told by whom they go to, unless only one calls it.
        callers = callers_of(str(found.get("to")), snapshot)
        found |= {"service": callers[0]} if len(callers) == 1 else {}
    return {name: value for name, value in found.items() if name in fields}


def _of_traffic(selection: Selection | None, snapshot: Snapshot | None) -> Target:
    names = [each.name for each in snapshot.traffic] if snapshot else []
    if selection is not None and selection.kind == "traffic":
        return {"traffic": selection.name}
    return {"traffic": names[0]} if len(names) == 1 else {}


def _of(selection: Selection | None, fields: set[str]) -> Target:
    if selection is None:
        return {}
    name = selection.name
    match selection.kind:
        case "service" if "to" in fields:
            return {"to": name}
        case "service":
            return {"service": name}
        case "instance":
            return {"instance": name} if "instance" in fields else {"service": service_of(name)}
        case "edge":
            caller, callee = ends_of(name)
            if "edge" in fields:
                return {"edge": name}
            if "to" in fields:
                return {"service": caller, "to": callee}
            return {"service": callee, "from": [caller]}
        case "traffic" if fields <= {"service"} or "to" in fields:
            return {"service": name}
        case "traffic":
            return {"from": [name]}
    return {}


def suggestions(snapshot: Snapshot | None) -> Mapping[str, Sequence[str]]:
    """What may stand in the fields that name something, as far as it is known."""
    if snapshot is None:
        return {}
    services = [each.name for each in snapshot.services]
    traffic = [each.name for each in snapshot.traffic]
    instances = [
        f"{each.name}-{n}" for each in snapshot.services for n in range(1, each.replicas + 1)
    ]
    zones = sorted({each.zone for each in _instances(snapshot) if each.zone})
    return {
        "service": [*services, *traffic, "registry"],
        "instance": instances,
        "edge": [each.name for each in snapshot.edges],
        "from": [*services, *traffic, *instances],
        "to": services,
        "breaks": services,
        "traffic": traffic,
        "zone": zones,
        "from_zones": zones,
    }


def _instances(snapshot: Snapshot) -> Sequence[InstanceView]:
    return snapshot.service.instances if snapshot.service else ()
