"""Everybody at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.traffic.extra import Extras
from simulator.traffic.users import ClosedSource

Moments = Callable[[int], list[float]]
"""So many random moments within the time that a herd takes, in seconds from its begin."""


class ThunderingHerd(Fault):
    """Lets many clients ask at once: after an outage, on a cue, or when a timer of all goes off.

    In the real world: a server or a link comes back and every client reconnects; a cron job at full
    hours on ten thousand machines; a push message that makes every phone ask. The mean rate is as
    ever, and the queue is full. The remedy is jitter: the same requests spread over a time.

    Here: to an open class come so many `requests` more, each at a random moment of the time `over`
    from the beginning (in one moment, without it), by caller instances that are drawn. In a closed
    loop every user who is thinking asks at such a moment instead, if that is sooner. The end of the
    fault takes back those who have not come yet.

    Left out: handshakes of new connections, which cost more than the requests.

    Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015; Google Cloud,
    incident of 12 June 2025, whose restarts overloaded the database below by a herd effect.
    """

    momentary = True

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        traffic: str,
        moments: Moments,
    ) -> None:
        super().__init__(kernel, name, "thundering_herd", schedule)
        self.traffic = traffic
        self.moments = moments

    def undo(self) -> None:
        """Whoever has come has come."""


class HerdOfStrangers(ThunderingHerd):
    """So many requests that come beside the ordinary ones of an open class."""

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        extras: Extras,
        requests: int,
        moments: Moments,
    ) -> None:
        super().__init__(kernel, name, schedule, extras.source.name, moments)
        self.extras = extras
        self.requests = requests
        self.coming: list[Newcomer] = []

    def begin(self) -> Sequence[str]:
        self.coming = [Newcomer(self.extras) for _ in range(self.requests)]
        for newcomer, moment in zip(self.coming, self.moments(self.requests), strict=True):
            self.kernel.schedule(newcomer, moment)
        return [self.traffic]

    def undo(self) -> None:
        for newcomer in self.coming:
            self.kernel.cancel(newcomer)
        self.coming.clear()


class Newcomer(Event):
    """One request of a herd, at its moment."""

    def __init__(self, extras: Extras) -> None:
        super().__init__()
        self.extras = extras

    def fire(self) -> None:
        self.extras.send()


class HerdOfUsers(ThunderingHerd):
    """Users of a closed loop who think no longer."""

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        source: ClosedSource,
        moments: Moments,
    ) -> None:
        super().__init__(kernel, name, schedule, source.name, moments)
        self.source = source

    def begin(self) -> Sequence[str]:
        users = self.source.users
        for user, moment in zip(users, self.moments(len(users)), strict=True):
            if user.pending and self.kernel.now + moment < user.time:
                self.kernel.cancel(user)
                self.kernel.schedule(user, moment)
        return [self.traffic]
