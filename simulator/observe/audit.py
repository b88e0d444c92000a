"""The laws of the model, checked while it runs.

None of these has a tolerance beyond rounding: what is counted twice, lost, or done by a dead
instance is a defect of the simulator, whatever the scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.call.attempt import Attempt
from simulator.errors import LawBroken
from simulator.service.activator import Activator
from simulator.service.instance import OUTSIDE, Instance

if TYPE_CHECKING:
    from simulator.kernel.kernel import Kernel
    from simulator.observe.ledger import Ledger
    from simulator.service.processor import Processor
    from simulator.service.queueing.line import Line

ROUNDING = 1e-6
"""Relative error of sums of millions of floating-point numbers."""


class AuditedInstance(Instance):
    """An instance that watches its own bounds, and adds up the time requests spend inside."""

    __slots__ = ("accepted", "arrivals", "departed", "residence")

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
        super().__init__(
            kernel,
            ledger,
            name,
            number,
            concurrency=concurrency,
            queue_limit=queue_limit,
            line=line,
            processor=processor,
            asynchronous=asynchronous,
        )
        self.arrivals: dict[int, float] = {}
        self.residence = 0.0
        self.accepted = 0
        self.departed = 0

    def accept(self, attempt: Attempt) -> None:
        gone = self.departed
        super().accept(attempt)
        if attempt.place != OUTSIDE:
            self.arrivals[id(attempt)] = self.kernel.now
            self.accepted += 1
        else:
            # It was turned away, or it began and ended in this very instant.
            self.accepted += self.departed - gone
        self.bounds()

    def leave(self, attempt: Attempt) -> None:
        if not self.up:
            raise LawBroken(f"{self.name} works although it is dead")
        self.depart(attempt)
        super().leave(attempt)
        self.bounds()

    def dismiss(self, attempt: Attempt, outcome: int) -> None:
        self.depart(attempt)
        super().dismiss(attempt, outcome)

    def expel(self, attempt: Attempt) -> None:
        if attempt.place != OUTSIDE:
            self.depart(attempt)
        super().expel(attempt)
        self.bounds()

    def fall(self) -> None:
        for attempt in self.inside:
            self.depart(attempt)
        super().fall()

    def depart(self, attempt: Attempt) -> None:
        """An attempt leaves: add the time that it was inside."""
        # One that begins and ends in the same instant leaves before its arrival is noted.
        now = self.kernel.now
        self.residence += now - self.arrivals.pop(id(attempt), now)
        self.departed += 1

    def bounds(self) -> None:
        """Neither slots nor places in the queue are ever exceeded, or left negative."""
        if not 0 <= self.busy <= self.concurrency:
            raise LawBroken(f"{self.name}: {self.busy} slots busy of {self.concurrency}")
        if not 0 <= self.queued <= self.queue_limit:
            raise LawBroken(f"{self.name}: {self.queued} waiting, at most {self.queue_limit} may")
        if self.queued and self.busy < self.concurrency and not self.draining:
            raise LawBroken(f"{self.name}: a slot is free and {self.queued} wait")


class Audit:
    """Checks the laws that hold between the counts of a whole world."""

    def __init__(self, kernel: Kernel, instances: Sequence[Instance]) -> None:
        self.kernel = kernel
        self.instances = instances
        self.last = 0.0

    def check(self) -> None:
        """Check everything that holds at any moment.

        Raises:
            LawBroken: naming the law, the place and the figures.
        """
        now = self.kernel.now
        if now < self.last:
            raise LawBroken(f"time ran backwards, from {self.last} s to {now} s")
        self.last = now
        for instance in self.instances:
            if isinstance(instance, Activator):
                self.held(instance)
                continue
            assert isinstance(instance, AuditedInstance), "built without auditing"
            self.conserved(instance)
            self.gated(instance)
            self.little(instance)

    def conserved(self, instance: AuditedInstance) -> None:
        """What came in has gone or is inside."""
        inside = len(instance.inside)
        if instance.accepted != instance.departed + inside:
            raise LawBroken(
                f"conservation at {instance.name}: {instance.accepted} came in, "
                f"{instance.departed} went, {inside} are inside"
            )

    def held(self, activator: Activator) -> None:
        """What an activator had to hold was passed on, or let go of, or is held."""
        inside = len(activator.inside)
        gone = activator.passed + activator.given_up + activator.lost
        if activator.queued != inside or activator.held != gone + inside:
            raise LawBroken(
                f"conservation at {activator.name}: {activator.held} had to wait, {gone} went on or "
                f"gave up, {activator.queued} wait, {inside} are inside"
            )

    def gated(self, instance: AuditedInstance) -> None:
        """What the gate counts as let in and not yet gone is what is inside."""
        gate = instance.gate
        if gate is None:
            return
        inside = len(instance.inside)
        limit = gate.limit
        known = len(gate.visits) if gate.remembers else inside
        if known != inside or (limit is not None and limit.in_flight != inside):
            counted = "none" if limit is None else limit.in_flight
            raise LawBroken(
                f"the gate of {instance.name}: {inside} are inside, it knows of {known}, "
                f"its limit counts {counted}"
            )

    def little(self, instance: AuditedInstance) -> None:
        """The area under the number inside is the time that requests spent inside (Little's law)."""
        if instance.asynchronous:
            # Those that wait for answers are inside without a slot and without a place in the queue.
            return
        now = instance.kernel.now
        area = instance.busy_until(now) + instance.queued_until(now)
        spent = instance.residence + sum(now - since for since in instance.arrivals.values())
        if abs(area - spent) > ROUNDING * max(1.0, area):
            raise LawBroken(
                f"Little's law at {instance.name}: {area} request-seconds inside by the curve, "
                f"{spent} by the requests"
            )
