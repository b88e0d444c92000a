"""Configuration in one place, which every process reads for itself, every now and then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Generic, Protocol, TypeVar

from simulator.call.configured import Configured
from simulator.call.edge import CallPoint
from simulator.call.route import Route
from simulator.kernel.event import Event
from simulator.kernel.kernel import Kernel
from simulator.observe.event_log import EventLog

T = TypeVar("T")


class Change(Protocol):
    """One thing that a push does differently."""

    def push(self) -> None:
        """It is done so from now on."""

    def take_back(self) -> None:
        """It is no longer done so."""


class Switch(Protocol):
    """Something that a process goes by once it has read it."""

    def read(self) -> None:
        """Go by what was said last."""


class Setting(Generic[T]):
    """Something that pushes change: as the last of them that is on has it, or as it was built.

    Attributes:
        readers: what the caller's instances read it by; None if all of them have a change at once.
        stack: as it was built, and as each push has it that is on, the latest last.
    """

    def __init__(self, built: T, readers: Configuration | None) -> None:
        self.readers = readers
        self.stack = [built]

    @property
    def latest(self) -> T:
        """As whoever reads it now has it."""
        return self.stack[-1]

    def push(self, meanwhile: T) -> None:
        """From now on it is like this."""
        self.stack.append(meanwhile)
        self.take_effect()

    def take_back(self, meanwhile: T) -> None:
        """No longer like this: like the last that is left."""
        self.stack.remove(meanwhile)
        self.take_effect()

    def take_effect(self) -> None:
        """Let all have the latest, at once or as they read it."""
        if self.readers is None:
            self.apply()
        else:
            self.readers.changed()

    def apply(self) -> None:
        """Let all have the latest."""
        raise NotImplementedError


class CallSetting(Setting[CallPoint]):
    """How one call is to be made; `point` is its place in the steps of its caller."""

    def __init__(self, point: CallPoint) -> None:
        built = CallPoint(
            point.name,
            point.edge,
            point.route,
            point.patience,
            point.deadline,
            point.cancel,
            point.optional,
            point.idempotent,
            point.guard,
        )
        super().__init__(built, None)
        self.point = point

    def apply(self) -> None:
        point, latest = self.point, self.latest
        point.patience = latest.patience
        point.deadline = latest.deadline
        point.cancel = latest.cancel
        point.idempotent = latest.idempotent
        point.guard = latest.guard
        point.plain = latest.plain

    def leave_to(self, readers: Configuration, guard: int) -> None:
        """From now on each instance makes the call as it has read; `guard` says where that is kept."""
        self.readers = readers
        point = self.point
        point.patience = None
        point.deadline = inf
        point.guard = guard
        point.plain = False


class CallSwitch:
    """What one caller instance has read of a call."""

    def __init__(self, setting: CallSetting, call: Configured) -> None:
        self.setting = setting
        self.call = call

    def read(self) -> None:
        """Make the call as it was said last."""
        self.call.point = self.setting.latest


class CallChange:
    """What one push makes of a call: it is made like `meanwhile`."""

    def __init__(self, setting: CallSetting, meanwhile: CallPoint) -> None:
        self.setting = setting
        self.meanwhile = meanwhile

    def push(self) -> None:
        self.setting.push(self.meanwhile)

    def take_back(self) -> None:
        self.setting.take_back(self.meanwhile)


@dataclass(frozen=True, slots=True)
class Polling:
    """How often a process reads its configuration.

    Attributes:
        refresh: seconds from one reading to the next.
        jitter: the share of that by which each wait is longer, at most; how much is drawn.
    """

    refresh: float
    jitter: float


class Configuration:
    """What all instances of one caller read their policies from.

    In the real world: Spring Cloud Config or AWS AppConfig, whose clients poll; a ConfigMap that the
    kubelet writes anew into each pod's volume at its next sync. A change reaches the instances one by
    one, and so does its rollback; in between they do different things.

    Here: every instance reads at a point of the period that is its own, and from a change on it goes
    by the old values until its next reading. A process that starts reads at once, and goes on from
    there. One that is down reads nothing.

    Left out: servers of the configuration that cannot be reached; versions half read.

    Source: Netflix Archaius, `FixedDelayPollingScheduler` (60 s); AWS AppConfig, "Retrieving
    configuration data" (60 s); kubelet, `syncFrequency` (60 s), and its workers' jitter of a half
    (pkg/kubelet/pod_workers.go).

    Attributes:
        party: the caller: a service or a traffic class.
        behind: the readers that have not read what was changed last; `since` is when, in seconds.
    """

    def __init__(self, kernel: Kernel, events: EventLog, party: str, polling: Polling) -> None:
        self.kernel = kernel
        self.events = events
        self.party = party
        self.polling = polling
        self.readers: dict[str, Reader] = {}
        self.behind: set[str] = set()
        self.since = 0.0

    def read_by(self, caller: str, setting: CallSetting, route: Route) -> Configured:
        """What makes the call of a setting for one instance of the caller."""
        reader = self.reader(caller)
        call = Configured(self.kernel, route, setting.latest, reader.stop, reader.start)
        reader.switches.append(CallSwitch(setting, call))
        return call

    def reader(self, caller: str) -> Reader:
        """The instance of the caller, as one that reads."""
        reader = self.readers.get(caller)
        if reader is None:
            reader = self.readers[caller] = Reader(self, caller)
        return reader

    def begin(self, draw_of: Callable[[str], Callable[[], float]], absent: set[str]) -> None:
        """Everybody but the `absent` is somewhere in a period; `draw_of` a caller gives uniforms."""
        for caller, reader in self.readers.items():
            reader.draw = draw_of(caller)
            if caller not in absent:
                self.kernel.schedule(reader, self.polling.refresh * reader.draw())

    def changed(self) -> None:
        """Something is to be done differently from now on, by those who have read it."""
        self.since = self.kernel.now
        self.behind = {caller for caller, reader in self.readers.items() if reader.pending}

    def has_read(self, caller: str) -> None:
        """An instance has the latest values."""
        if caller not in self.behind:
            return
        self.behind.discard(caller)
        if not self.behind:
            now = self.kernel.now
            detail = f"read by the last instance, {now - self.since:.1f} s after the change"
            self.events.note(now, "config", self.party, detail)


class Reader(Event):
    """One process that reads its configuration; as an event, the next time that it does."""

    def __init__(self, configuration: Configuration, caller: str) -> None:
        super().__init__()
        self.configuration = configuration
        self.caller = caller
        self.switches: list[Switch] = []
        self.draw: Callable[[], float] = _nothing

    def fire(self) -> None:
        self.read()
        self.wait()

    def wait(self) -> None:
        """Read again after a while."""
        polling = self.configuration.polling
        longer = 1.0 + polling.jitter * self.draw() if polling.jitter > 0.0 else 1.0
        self.configuration.kernel.schedule(self, polling.refresh * longer)

    def read(self) -> None:
        """Do everything as it was said last."""
        for switch in self.switches:
            switch.read()
        self.configuration.has_read(self.caller)

    def stop(self) -> None:
        """The process is gone."""
        self.configuration.kernel.cancel(self)
        self.configuration.behind.discard(self.caller)

    def start(self) -> None:
        """The process begins: it reads, and counts from now on."""
        if not self.pending:
            self.read()
            self.wait()


def _nothing() -> float:
    return 0.0
