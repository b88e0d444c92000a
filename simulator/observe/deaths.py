"""Who died when, and when the others came to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.route import Route


class Death:
    """The time that one instance was dead, and who learnt of it when; times in seconds.

    Attributes:
        waiting: the callers that still send to it, as far as they know.
        registry_knew: when the registry stopped listing it; None if it has not.
        callers_knew: when the last caller stopped sending to it; None as long as one has not.
        back: when it was up again; None if it is not.
        sent: requests that reached it while it was dead.
        lost: requests that were inside when it died.
    """

    __slots__ = (
        "back",
        "callers_knew",
        "died",
        "instance",
        "lost",
        "registry_knew",
        "sent",
        "waiting",
    )

    def __init__(self, instance: str, died: float, lost: int) -> None:
        self.instance = instance
        self.died = died
        self.lost = lost
        self.sent = 0
        self.waiting: set[Route] = set()
        self.registry_knew: float | None = None
        self.callers_knew: float | None = None
        self.back: float | None = None

    def noticed(self, caller: Route, now: float) -> None:
        """A caller learns not to send there any more."""
        if self.back is None and caller in self.waiting:
            self.waiting.discard(caller)
            if not self.waiting:
                self.callers_knew = now

    def delisted(self, now: float) -> None:
        """The registry stops listing it."""
        if self.back is None and self.registry_knew is None:
            self.registry_knew = now
