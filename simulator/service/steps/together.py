"""Fan-out: several branches at once, and waiting for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.party import Party
from simulator.kernel.event import IDLE
from simulator.outcome import OK
from simulator.service.strand import Op, Strand

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Together(Op):
    """Runs its branches at the same time and goes on when all of them have ended.

    A branch that fails makes the whole fail: once the others have ended too, or at once with
    `fail_fast`, which breaks the others off. In a thread-per-request instance the branches share
    the request's slot; in an asynchronous one each takes a slot while it computes.
    """

    __slots__ = ("branches", "fail_fast")

    def __init__(self, next: Op | None, branches: list[Op], fail_fast: bool) -> None:
        super().__init__(next)
        self.branches = branches
        self.fail_fast = fail_fast

    def run(self, strand: Strand) -> Op | None:
        instance = strand.instance
        strand.op = self.next
        gathering = Gathering(strand, len(self.branches), self.fail_fast)
        strand.waits_for = gathering
        for program in self.branches:
            gathering.branches.append(Branch(strand, gathering, program))
        if instance.asynchronous:
            instance.release()
        for branch in gathering.branches:
            if branch.op is not None:
                instance.go_on(branch)
        gathering.starting = False
        if strand.op is None or (gathering.left > 0 and not gathering.broken_off):
            return None
        # Every branch ended in the instant in which it began.
        return gathering.ended_at_once()


class Gathering(Party):
    """The wait for the branches of one fan-out."""

    __slots__ = (
        "branches",
        "broken_off",
        "fail_fast",
        "left",
        "origin",
        "outcome",
        "parent",
        "starting",
    )

    def __init__(self, parent: Strand, left: int, fail_fast: bool) -> None:
        self.key = IDLE
        self.parent = parent
        self.left = left
        self.fail_fast = fail_fast
        self.branches: list[Branch] = []
        self.outcome = OK
        self.origin = ""
        self.starting = True
        self.broken_off = False

    def branch_ended(self, outcome: int, origin: str) -> None:
        """One branch has come to its end, and has given back its slot."""
        if self.parent.op is None:
            # The slot went to somebody on whose answer all of this was broken off.
            return
        self.left -= 1
        if outcome != OK and self.outcome == OK:
            self.outcome = outcome
            self.origin = origin
        if self.outcome != OK and self.fail_fast and not self.broken_off:
            self.broken_off = True
            self.break_off()
            self.left = 0
        if self.left == 0 and not self.starting and self.parent.op is not None:
            self.go_on()

    def break_off(self) -> None:
        """Stop the branches that still run, and give back the slots that they held."""
        instance = self.parent.instance
        computing = 0
        for branch in self.branches:
            if branch.op is not None:
                computing += branch.stop()
                self.parent.worked += branch.worked
        if instance.asynchronous:
            for _ in range(computing):
                instance.release()

    def go_on(self) -> None:
        """Wake the strand that fanned out."""
        parent = self.parent
        parent.waits_for = None
        self.branches.clear()
        if self.outcome != OK:
            parent.resume_failed(self.outcome, self.origin)
        else:
            parent.instance.go_on(parent)

    def ended_at_once(self) -> Op | None:
        """What the strand that fanned out does next, without having waited."""
        parent = self.parent
        parent.waits_for = None
        self.branches.clear()
        if self.outcome != OK:
            parent.resume_failed(self.outcome, self.origin)
            return None
        return parent.op if parent.instance.may_go_on(parent) else None

    def stretch_branches(self, factor: float) -> None:
        for branch in self.branches:
            if branch.op is not None:
                branch.stretch(factor)

    def abandon(self) -> int:
        computing = 0
        for branch in self.branches:
            if branch.op is not None:
                computing += branch.stop()
                self.parent.worked += branch.worked
        self.branches.clear()
        return computing


class Branch(Strand):
    """One branch of a fan-out; `op` is None once it has ended."""

    __slots__ = ("gathering",)

    def __init__(self, parent: Strand, gathering: Gathering, program: Op) -> None:
        self.key = IDLE
        self.instance = parent.instance
        self.site = parent.site
        self.request = parent.request
        self.deadline = parent.deadline
        self.worked = 0.0
        self.waits_for = None
        self.gathering = gathering
        self.op = program

    def attempt(self) -> Attempt:
        return self.gathering.parent.attempt()

    def finish(self) -> None:
        self.end(OK, "")

    def fail(self, outcome: int, origin: str) -> None:
        self.end(outcome, origin)

    def end(self, outcome: int, origin: str) -> None:
        """Give back the slot, if it holds one, and report."""
        self.op = None
        self.gathering.parent.worked += self.worked
        if self.instance.asynchronous:
            self.instance.release()
        self.gathering.branch_ended(outcome, origin)
