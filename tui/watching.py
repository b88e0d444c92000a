"""What all views share: the newest snapshot, what is selected, and the farthest that was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.live.commands import Answer, Failure
from simulator.live.snapshot import (
    EventView,
    FaultView,
    History,
    InstanceView,
    ServiceView,
    Snapshot,
)

Then = Callable[[Answer], None]
"""What becomes of an answer."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What keys act on.

    Attributes:
        kind: `service`, `instance`, `edge`, `traffic` or `request`.
        name: as in the snapshot; of an edge `caller > callee`, of a request `traffic number`.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The most that has been seen of one branch, which going back does not make undone."""

    history: History
    events: tuple[EventView, ...]
    faults: tuple[FaultView, ...]
    until: float
    """Seconds."""


class Watching:
    """What whoever watches has before them.

    Attributes:
        snapshot: the newest; None until the simulation has opened.
        selection: what keys act on, if anything is selected.
        failure: why there is no more to see, if the simulation has failed.
        seen: by the number of the branch, the most that has been seen of it.
        waiting: by the number of the command, what becomes of its answer.
        hurt: whether any harm was done in this session.
    """

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self.selection: Selection | None = None
        self.failure: Failure | None = None
        self.seen: dict[int, Seen] = {}
        self.waiting: dict[int, Then] = {}
        self.hurt = False

    def take(self, snapshot: Snapshot) -> None:
        """There is a newer snapshot."""
        self.snapshot = snapshot
        self.hurt = self.hurt or any(fault.mine for fault in snapshot.faults)
        known = self.seen.get(snapshot.branch)
        if known is None or snapshot.now >= known.until:
            self.seen[snapshot.branch] = Seen(
                snapshot.history, snapshot.events, snapshot.faults, snapshot.now
            )

    def service(self, name: str) -> ServiceView | None:
        """A service of the newest snapshot."""
        services = self.snapshot.services if self.snapshot else ()
        return next((each for each in services if each.name == name), None)

    def instance(self, name: str) -> InstanceView | None:
        """An instance of the service that is looked at."""
        detail = self.snapshot.service if self.snapshot else None
        instances = detail.instances if detail else ()
        return next((each for each in instances if each.name == name), None)

    def selected_service(self) -> str | None:
        """The service that a harmful key means.

        That is the selected one, the callee of a selected edge, or that of a selected instance.
        """
        if self.selection is None or self.snapshot is None:
            return None
        name = self.selection.name
        match self.selection.kind:
            case "service":
                return name
            case "edge":
                return name.partition(" > ")[2]
            case "instance":
                detail = self.snapshot.service
                if detail and any(each.name == name for each in detail.instances):
                    return detail.name
                return self.snapshot.instance.service if self.snapshot.instance else None
            case _:
                return None
