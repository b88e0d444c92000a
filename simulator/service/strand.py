"""The execution of an endpoint's steps: a strand of control that walks along operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.call.party import Party
from simulator.outcome import DEADLINE, DEGRADED, ERROR

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.call.edge import CallPoint
    from simulator.call.site import Site
    from simulator.service.instance import Instance
    from simulator.traffic.request import Request


@mypyc_attr(allow_interpreted_subclasses=True)
class Op:
    """One operation of a compiled endpoint; `next` is what follows it.

    An operation is shared by all the strands that pass it, so it keeps no state of theirs.
    """

    __slots__ = ("next",)

    def __init__(self, next: Op | None) -> None:
        self.next = next

    def run(self, strand: Strand) -> Op | None:
        """Do it for `strand`, and return what to do next at once.

        None means that the strand waits (`strand.op` says for what comes after) or has ended.
        """
        raise NotImplementedError


class Strand(Party):
    """One thread of control inside an instance: an attempt being served, or a branch of one.

    Attributes:
        op: what it does when it is next woken; None once it is over.
        worked: seconds of work that it has done or begun.
        deadline: when its time is up, in seconds of the clock; infinity for never.
        waits_for: the call or the branches that it waits for, if it does.
        loops: the loops it is in, innermost last; set by operations that loop.
    """

    __slots__ = ("deadline", "instance", "loops", "op", "request", "site", "waits_for", "worked")

    op: Op | None
    instance: Instance
    site: Site
    request: Request
    deadline: float
    worked: float
    waits_for: Party | None
    loops: list[Loop]

    def fire(self) -> None:
        op = self.op
        if op is END:
            # The commonest by far, and so without a call of its own.
            self.finish()
            return
        while op is not None:
            op = op.run(self)

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        self.waits_for = None
        instance = self.instance
        if outcome == DEGRADED:
            self.attempt().good = DEGRADED
        if outcome > DEGRADED and not point.optional:
            self.resume_failed(ERROR, origin if outcome == ERROR else point.edge.callee.service)
        elif instance.kernel.now >= self.deadline:
            self.resume_failed(DEADLINE, instance.name)
        elif not instance.asynchronous or instance.may_go_on(self):
            self.fire()

    def attempt(self) -> Attempt:
        """The attempt that this strand serves, or is a branch of."""
        raise NotImplementedError

    def on_behalf_of(self) -> Attempt | None:
        return self.attempt()

    def sender(self, attempt: Attempt) -> str:
        return self.instance.name

    def resume_failed(self, outcome: int, origin: str) -> None:
        """End in failure after a wait."""
        self.instance.take_back()
        self.fail(outcome, origin)

    def finish(self) -> None:
        """The last step is done."""
        raise NotImplementedError

    def fail(self, outcome: int, origin: str) -> None:
        """A step failed: no further step is taken."""
        raise NotImplementedError

    def stretch(self, factor: float) -> None:
        """What it has still to compute takes `factor` times as long."""
        awaited = self.waits_for
        if awaited is not None:
            awaited.stretch_branches(factor)
        elif self.pending:
            kernel = self.instance.kernel
            left = self.time - kernel.now
            kernel.cancel(self)
            self.worked += left * (factor - 1.0)
            kernel.schedule(self, left * factor)

    def stop(self) -> int:
        """Break off, wherever it is; returns how many strands (it, or its branches) were computing."""
        instance = self.instance
        self.op = None
        awaited = self.waits_for
        if awaited is not None:
            self.waits_for = None
            return awaited.abandon()
        if self.pending:
            self.worked -= self.time - instance.kernel.now
            instance.kernel.cancel(self)
            return 1
        processor = instance.processor
        if processor is not None:
            left = processor.drop(self)
            if left >= 0.0:
                self.worked -= left
                return 1
        return 0


class Loop:
    """Where a strand stands in a loop: laps still to go, the lap it is in, and its site outside."""

    __slots__ = ("lap", "left", "outside")

    def __init__(self, left: int, outside: Site) -> None:
        self.left = left
        self.lap = 0
        self.outside = outside


class End(Op):
    """All steps are done."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        strand.finish()
        return None


END = End(None)
