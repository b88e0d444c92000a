"""One running copy of a service: its slots, its queue, and what is inside."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

from simulator.network.disturbance import Disturbances
from simulator.observe.deaths import Death
from simulator.outcome import DEADLINE, OK, QUEUE_FULL, REFUSED, RESET, SHED
from simulator.service.strand import Op, Strand

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.route import Route
    from simulator.kernel.kernel import Kernel
    from simulator.network.disturbance import Toxic
    from simulator.observe.ledger import Ledger
    from simulator.service.gate import Gate
    from simulator.service.processor import Processor
    from simulator.service.queueing.line import Line
    from simulator.service.warm_up import WarmUp

OUTSIDE: Final = -1
"""The place of an attempt that is in no instance."""
STILL: Final = 1e-9
"""The part of its speed that is left to an instance that does nothing, as good as."""
UNLIMITED: Final = 1 << 60
"""As many as you like."""


class Instance:
    """A process that works on `concurrency` requests at once and lets `queue_limit` more wait.

    With `asynchronous` threading a request holds a slot only while it computes: it gives it back
    while it waits for an answer, and lines up again when the answer is there, before newcomers.
    Otherwise (a thread for each request) it holds its slot from its first step to its last.

    The areas under the curves of busy slots and of queue length are kept as sums of moments: a
    change up at time t subtracts t, a change down adds it, so that the area up to now is
    `area + level * now`. That is exact, and one addition for each change.

    Attributes:
        weight: its share of the traffic, for balancers that heed it.
        speed: how fast it works; 1 is what the scenario's times are for. It is `full_speed` times
            whatever `slowed` has.
        zone: where it is.
        disturbed: what befalls messages to and from it, if anything does.
        gate: what it asks before it lets an attempt in, if it does not take whatever comes.
        retry_after: how long those that it turns away are asked to wait, in seconds.
        death: since it died, who knows of it; None while it lives.
        kept_down: how many causes keep it from starting again: faults, or that nobody has asked for it.
        there: whether it has been asked for, and is not gone; a place that nobody has taken is not.
        capacity: how much of it there is while it runs: its cores, else its slots; 0 for no limit.
        warming: what makes it slow after a start, if anything does.
        since: when it last started; 0 if it runs from the start of the run.
        watcher: who hears of every attempt that leaves, if anybody.
        up: whether it listens; what reaches a dead instance is refused.
        inside: every attempt that waits or is worked on here, in no order; each knows its place.
        work, wasted: seconds of work done, and done for callers or users who had given up.
    """

    __slots__ = (
        "asynchronous",
        "busy",
        "busy_area",
        "capacity",
        "concurrency",
        "death",
        "disturbed",
        "draining",
        "full_speed",
        "gate",
        "inside",
        "kept_down",
        "kernel",
        "ledger",
        "line",
        "name",
        "number",
        "processor",
        "queue_area",
        "queue_limit",
        "queue_peak",
        "queued",
        "ready",
        "retry_after",
        "room",
        "room_area",
        "routes",
        "since",
        "slowed",
        "speed",
        "there",
        "up",
        "warming",
        "wasted",
        "watcher",
        "weight",
        "work",
        "zone",
    )

    def __init__(
        self,
        kernel: Kernel,
        ledger: Ledger,
        name: str,
        number: int,
        *,
        concurrency: int,
        queue_limit: int,
        line: Line,
        processor: Processor | None,
        asynchronous: bool,
    ) -> None:
        self.weight = 1.0
        self.speed = 1.0
        self.full_speed = 1.0
        self.slowed: list[float] = []
        self.zone = ""
        self.disturbed: Disturbances | None = None
        self.gate: Gate | None = None
        self.retry_after = 0.0
        self.death: Death | None = None
        self.kept_down = 0
        self.there = True
        self.capacity = 0.0
        self.room = 0.0
        self.room_area = 0.0
        self.warming: WarmUp | None = None
        self.since = 0.0
        self.watcher: Watcher | None = None
        self.kernel = kernel
        self.ledger = ledger
        self.name = name
        self.number = number
        self.concurrency = concurrency
        self.queue_limit = queue_limit
        self.line = line
        self.processor = processor
        self.asynchronous = asynchronous
        self.up = True
        self.busy = 0
        self.busy_area = 0.0
        self.queued = 0
        self.queue_area = 0.0
        self.queue_peak = 0
        self.draining = False
        self.ready: deque[Strand] = deque()
        self.inside: list[Attempt] = []
        self.routes: list[Route] = []
        self.work = 0.0
        self.wasted = 0.0

    def accept(self, attempt: Attempt) -> None:
        """An attempt arrives: it gets a slot, or waits, or is turned away."""
        gate = self.gate
        if gate is not None and not self.passes(gate, attempt):
            return
        if self.busy < self.concurrency and not self.queued and self.up:
            attempt.place = len(self.inside)
            self.inside.append(attempt)
            self.busy += 1
            self.busy_area -= self.kernel.now
            attempt.begin()
        elif not self.up:
            if self.death is not None and attempt.site.point.edge.counted:
                self.death.sent += 1
            attempt.answer(REFUSED, self.name)
        elif self.queued < self.queue_limit:
            attempt.place = len(self.inside)
            self.inside.append(attempt)
            self.queued += 1
            self.queue_area -= self.kernel.now
            if self.queued > self.queue_peak:
                self.queue_peak = self.queued
            attempt.op = QUEUED
            self.line.put(attempt)
        else:
            attempt.answer(QUEUE_FULL, self.name)

    def passes(self, gate: Gate, attempt: Attempt) -> bool:
        """Whether the gate lets an attempt pass; if it does not, the attempt has its answer."""
        if not self.up or (self.queued >= self.queue_limit and not self.has_room()):
            # It is turned away in any case, and the gate need not know.
            return True
        refusal = gate.refusal(self, attempt, self.kernel.now)
        if refusal == OK:
            return True
        attempt.answer(refusal, self.name)
        return False

    def has_room(self) -> bool:
        """Whether an attempt that comes now need not wait."""
        return self.busy < self.concurrency and not self.queued

    def leave(self, attempt: Attempt) -> None:
        """An attempt that holds a slot is through with its steps."""
        self.remove(attempt)
        worked = attempt.worked
        self.work += worked
        if attempt.settled or attempt.request.ended:
            self.wasted += worked
        self.busy -= 1
        self.busy_area += self.kernel.now
        if self.gate is not None:
            self.gate.left(attempt, self.kernel.now)
        if self.watcher is not None:
            self.watcher.left(self, attempt)
        if self.queued or self.ready:
            self.drain()

    def drain(self) -> None:
        """Give free slots to those who wait: first to requests that go on, then to new ones."""
        if self.draining:
            return
        self.draining = True
        now = self.kernel.now
        gate = self.gate
        while self.busy < self.concurrency:
            if self.ready:
                strand = self.ready.popleft()
                if strand.op is not None:
                    self.take_back()
                    strand.fire()
                continue
            if self.queued == 0:
                break
            attempt = self.line.take()
            if attempt.op is None:
                continue
            self.queued -= 1
            self.queue_area += now
            if now >= attempt.deadline:
                self.dismiss(attempt, DEADLINE)
                continue
            if gate is not None and gate.drops(attempt, now):
                self.dismiss(attempt, SHED)
                continue
            self.busy += 1
            self.busy_area -= now
            attempt.begin()
        self.draining = False

    def remove(self, attempt: Attempt) -> None:
        """Take `attempt` out of the list of those inside; the last of them takes its place."""
        inside = self.inside
        last = inside.pop()
        if last is not attempt:
            inside[attempt.place] = last
            last.place = attempt.place
        attempt.place = OUTSIDE

    def dismiss(self, attempt: Attempt, outcome: int) -> None:
        """Let go of an attempt that has no slot, with an answer."""
        self.remove(attempt)
        if self.gate is not None:
            self.gate.dismissed(attempt, self.kernel.now)
        if self.watcher is not None:
            self.watcher.let_go(self)
        attempt.answer(outcome, self.name)

    # Slots while a request waits for others (asynchronous threading).

    def release(self) -> None:
        """A strand begins to wait, and gives back its slot."""
        self.busy -= 1
        self.busy_area += self.kernel.now
        if self.queued or self.ready:
            self.drain()

    def take_back(self) -> None:
        """A strand that gave back its slot holds one again."""
        if self.asynchronous:
            self.busy += 1
            self.busy_area -= self.kernel.now

    def may_go_on(self, strand: Strand) -> bool:
        """Whether a strand that has waited has a slot to go on in; if not, it is lined up for one."""
        if not self.asynchronous:
            return True
        if self.busy < self.concurrency and not self.ready:
            self.take_back()
            return True
        self.ready.append(strand)
        return False

    def go_on(self, strand: Strand) -> None:
        """Let a strand that has waited go on, now or when a slot is free."""
        if self.may_go_on(strand):
            strand.fire()

    # The end of things before their time.

    def expel(self, attempt: Attempt) -> None:
        """Break off whatever is done for `attempt` here; nothing happens if it is not inside."""
        if attempt.place == OUTSIDE:
            return
        self.remove(attempt)
        if self.gate is not None:
            self.gate.broken_off(attempt)
        now = self.kernel.now
        if attempt.op is QUEUED:
            # Its place in the line is skipped when its turn comes.
            attempt.op = None
            self.line.lose()
            self.queued -= 1
            self.queue_area += now
            if self.watcher is not None:
                self.watcher.let_go(self)
            return
        computing = attempt.stop()
        self.work += attempt.worked
        self.wasted += attempt.worked
        held = computing if self.asynchronous else 1
        self.busy -= held
        self.busy_area += held * now
        if self.watcher is not None:
            self.watcher.let_go(self)
        if self.queued or self.ready:
            self.drain()

    def crash(self) -> None:
        """Die: everything inside is lost, its callers see their connections reset."""
        self.death = Death(self.name, self.kernel.now, len(self.inside))
        self.ledger.events.note(self.kernel.now, "instance", self.name, "down")
        self.fall()

    def retire(self) -> None:
        """End because nobody wants it any more; whatever is still inside is lost, as in a crash."""
        self.ledger.events.note(self.kernel.now, "instance", self.name, "stopped")
        self.fall()

    def fall(self) -> None:
        """The process is gone, with all that was inside."""
        self.up = False
        if self.warming is not None:
            self.warming.break_off(self)
        lost = self.inside
        self.inside = []
        now = self.kernel.now
        self.busy_area += self.busy * now
        self.busy = 0
        self.queue_area += self.queued * now
        self.queued = 0
        self.line.clear()
        self.ready.clear()
        if self.gate is not None:
            self.gate.clear()
        for attempt in lost:
            # Before any is stopped: one of them may have asked this very instance for another.
            attempt.place = OUTSIDE
        for attempt in lost:
            if attempt.op is not QUEUED:
                attempt.stop()
                self.work += attempt.worked
                self.wasted += attempt.worked
            attempt.op = None
        for route in self.routes:
            for guard in route.guards:
                guard.stop()
        for attempt in lost:
            attempt.answer(RESET, self.name)
        if lost and self.watcher is not None:
            self.watcher.let_go(self)

    def restart(self) -> None:
        """Listen again, with nothing inside, and nothing remembered of those it calls."""
        self.up = True
        self.since = self.kernel.now
        self.ledger.events.note(self.kernel.now, "instance", self.name, "up")
        for route in self.routes:
            for guard in route.guards:
                guard.restart(self.kernel.now)
        if self.death is not None:
            self.death.back = self.kernel.now
            self.death = None
        if self.warming is not None:
            self.warming.begin(self)

    def provide(self, capacity: float) -> None:
        """So much of it is there from now on: all its `capacity`, or nothing."""
        self.room_area += (self.room - capacity) * self.kernel.now
        self.room = capacity

    def stand_in(self, zone: str) -> None:
        """It stands in a zone from now on; whom it asks is near or far from there."""
        self.zone = zone
        for route in self.routes:
            route.stand_in(zone)

    def disturb(self, toxic: Toxic) -> None:
        """From now on this befalls messages to and from it, beside what does so already."""
        if self.disturbed is None:
            self.disturbed = Disturbances()
        self.disturbed.add(toxic)

    def calm(self, toxic: Toxic) -> None:
        """This befalls its messages no more; others stay."""
        assert self.disturbed is not None
        self.disturbed.toxics.remove(toxic)
        if not self.disturbed.toxics:
            self.disturbed = None

    def slow_down(self, part: float) -> None:
        """Work at a part of the speed from now on; several slowdowns multiply."""
        self.slowed.append(part)
        self.change_speed()

    def speed_up(self, part: float) -> None:
        """One of the slowdowns is over; with the last of them the speed is what it was, exactly."""
        self.slowed.remove(part)
        self.change_speed()

    def slow_anew(self, before: float, part: float) -> None:
        """One of the slowdowns, `before`, becomes another in one step; 1 stands for none."""
        if before != 1.0:
            self.slowed.remove(before)
        if part != 1.0:
            self.slowed.append(part)
        self.change_speed()

    def change_speed(self) -> None:
        """Work at the speed that is left; what is under way takes longer, or less long."""
        speed = self.full_speed
        for part in self.slowed:
            speed *= part
        # Frozen twice is no stiller than once, and sums of longer times would lose their digits.
        speed = max(speed, self.full_speed * STILL)
        factor = self.speed / speed
        self.speed = speed
        if factor == 1.0:
            return
        if self.processor is not None:
            self.processor.stretch(factor)
            return
        for attempt in self.inside:
            if attempt.op is not QUEUED:
                attempt.stretch(factor)

    # Readings.

    def busy_until(self, now: float) -> float:
        """Slot-seconds in use from the start to `now`."""
        return self.busy_area + self.busy * now

    def queued_until(self, now: float) -> float:
        """Request-seconds of waiting from the start to `now`."""
        return self.queue_area + self.queued * now

    def room_until(self, now: float) -> float:
        """Core-seconds, or slot-seconds, that were there from the start to `now`."""
        return self.room_area + self.room * now


@mypyc_attr(allow_interpreted_subclasses=True)
class Watcher:
    """Whoever wants to hear of what leaves an instance."""

    def left(self, instance: Instance, attempt: Attempt) -> None:
        """`attempt` is through at `instance`, and no longer counted there."""
        raise NotImplementedError

    def let_go(self, instance: Instance) -> None:
        """Attempts have left `instance` before they were through: cancelled, too late, or lost."""


class Queued(Op):
    """The state of an attempt that waits for a slot; never run."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        raise AssertionError("an attempt that waits for a slot was run")


QUEUED = Queued(None)
