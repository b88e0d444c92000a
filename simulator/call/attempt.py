"""One sending of a call to one instance, from both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from simulator.call.party import Party
from simulator.kernel.event import IDLE, Event
from simulator.network.disturbance import ANSWER, CANCELLATION
from simulator.observe.ledger import PAGE
from simulator.outcome import CANCELLED, DEGRADED, ERROR, OK, TIMEOUT, UNREACHABLE
from simulator.service.instance import OUTSIDE
from simulator.service.strand import Op, Strand

if TYPE_CHECKING:
    from simulator.call.route import Member
    from simulator.call.site import Site
    from simulator.network.distance import Distance
    from simulator.observe.trace import OpenSpan
    from simulator.service.instance import Instance
    from simulator.traffic.request import Request


# One is made and one is gone for every request: the memory of the last one is used again.
@mypyc_attr(free_list_len=1)
class Attempt(Strand):
    """A request on its way to an instance, waiting there, being worked on, and its answer.

    The caller's end: the attempt is *settled* once the caller has an answer or has given up; that
    is when it is written down. The callee's end goes its own way: an attempt whose caller has given
    up still waits and is still worked on, unless a cancellation reaches it, and what was spent on
    it counts as wasted.

    Attributes:
        code: the ledger's lane; the outcome is added to it.
        distance: how far it is to the instance, where the site is spread; elsewhere nobody asks.
        good: the outcome if all goes well: `OK`, or `DEGRADED` once a fallback has had a part in it.
        member: the instance as its caller's balancer sees it, where that must hear of the end.
        place: where it stands in the list of those inside its instance; `OUTSIDE` before and after.
        sent: when the caller sent it, in seconds.
        tie: the place of its timeout in the order of ties, where it has one.
    """

    __slots__ = (
        "caller",
        "code",
        "distance",
        "good",
        "member",
        "origin",
        "outcome",
        "place",
        "sent",
        "settled",
        "tie",
    )

    distance: Distance
    outcome: int
    origin: str
    tie: int

    def __init__(
        self,
        request: Request,
        caller: Party,
        site: Site,
        instance: Instance,
        code: int,
        sent: float,
        deadline: float,
    ) -> None:
        self.key = IDLE
        self.request = request
        self.caller = caller
        self.site = site
        self.instance = instance
        self.code = code
        self.sent = sent
        self.deadline = deadline
        self.worked = 0.0
        self.waits_for = None
        self.settled = False
        self.good = OK
        self.member: Member | None = None
        self.place = OUTSIDE

    def attempt(self) -> Attempt:
        return self

    # The callee's end.

    def begin(self) -> None:
        """The instance has a place for it: take the first step."""
        op: Op | None = self.site.endpoint.program
        while op is not None:
            op = op.run(self)

    def finish(self) -> None:
        instance = self.instance
        instance.leave(self)
        if self.settled:
            self.caller.ran_late()
        elif (
            self.site.distant or self.sent == instance.kernel.now or instance.disturbed is not None
        ):
            self.answer(self.good, "")
        else:
            self.settle(self.good, "")

    def fail(self, outcome: int, origin: str) -> None:
        self.instance.leave(self)
        self.answer(outcome, origin)

    def answer(self, outcome: int, origin: str) -> None:
        """Send the outcome back to the caller."""
        if self.settled:
            return
        instance = self.instance
        kernel = instance.kernel
        site = self.site
        extra = 0.0
        disturbed = instance.disturbed
        if disturbed is not None:
            self.outcome = outcome
            self.origin = origin
            extra = disturbed.befall(self, ANSWER)
            if outcome <= DEGRADED and (extra < 0.0 or disturbed.damaged):
                # It has been done what was asked, but this is not what the caller will hear.
                self.caller.ran_late()
            if extra < 0.0:
                self.op = LOST
                return
            # Something may have gone wrong with the answer itself.
            outcome, origin = self.outcome, self.origin
        if site.distant:
            delay = site.point.edge.link.constant
            if site.back is not None:
                delay = site.back.at(self.request.index)
            if site.spread:
                link = site.point.edge.link
                delay += self.distance.home(kernel.now, link, outcome <= DEGRADED)
            delay += extra
        elif extra > 0.0:
            delay = extra
        elif self.sent < kernel.now:
            self.settle(outcome, origin)
            return
        else:
            # An answer in the instant of the question goes through the queue, lest long chains of
            # such answers nest ever deeper.
            delay = 0.0
        self.outcome = outcome
        self.origin = origin
        self.op = DELIVER
        kernel.schedule(self, delay)

    def reply(self, delay: float) -> None:
        """Somebody on the way has answered: the caller hears it `delay` seconds from now."""
        self.op = DELIVER
        self.instance.kernel.schedule(self, delay)

    def withdraw(self) -> None:
        """A cancellation arrived at the callee's end: nothing more is done."""
        if self.op is ARRIVE or self.op is ARRIVE_DAMAGED or self.op is DELIVER:
            self.instance.kernel.cancel(self)
            if self.op is DELIVER and self.outcome <= DEGRADED:
                self.caller.ran_late()
        else:
            self.instance.expel(self)

    # The caller's end.

    def settle(self, outcome: int, origin: str) -> None:
        """The caller knows how it ended."""
        self.settled = True
        instance = self.instance
        now = instance.kernel.now
        member = self.member
        if member is not None:
            member.route.ended(member, now, now - self.sent, outcome)
        # As `Ledger.add` does, without the call: every attempt comes by here.
        ledger = instance.ledger
        ledger.codes.append(self.code + outcome)
        ledger.starts.append(self.sent)
        ledger.ends.append(now)
        if len(ledger.codes) >= PAGE:
            ledger.turn_page()
        self.caller.answered(self.site.point, outcome, origin)

    def expire(self) -> None:
        """The caller's patience runs out."""
        if self.site.point.cancel:
            self.send_cancellation()
        outcome = UNREACHABLE if self.op is LOST else TIMEOUT
        self.settle(outcome, self.site.point.edge.caller)

    def abandon(self) -> int:
        self.settled = True
        instance = self.instance
        now = instance.kernel.now
        if self.member is not None:
            self.member.route.ended(self.member, now, now - self.sent, CANCELLED)
        instance.ledger.add(self.code + CANCELLED, self.sent, now)
        if self.site.point.cancel:
            self.send_cancellation()
        return 0

    def send_cancellation(self) -> None:
        """Tell the callee that nobody waits any more."""
        site = self.site
        instance = self.instance
        delay = site.point.edge.link.constant
        if site.out is not None:
            # The message takes the same way, and as long, as the question did.
            delay = site.out.at(self.request.index)
        if site.spread:
            delay += self.distance.seconds
        if instance.disturbed is not None:
            extra = instance.disturbed.befall(self, CANCELLATION)
            if extra < 0.0:
                return
            delay += extra
        if delay > 0.0 or site.distant:
            instance.kernel.schedule(Cancellation(self), delay)
        else:
            self.withdraw()


class BoundedAttempt(Attempt):
    """An attempt that may have a deadline nearer than its timeout.

    `bound` is the event of that moment, if there is one.
    """

    __slots__ = ("bound",)

    bound: Bound | None

    def settle(self, outcome: int, origin: str) -> None:
        self.unbind()
        super().settle(outcome, origin)

    def abandon(self) -> int:
        self.unbind()
        return super().abandon()

    def unbind(self) -> None:
        """The deadline no longer matters."""
        bound = self.bound
        if bound is not None:
            self.bound = None
            self.instance.kernel.cancel(bound)


class Bound(Event):
    """The moment at which the deadline of one attempt passes."""

    __slots__ = ("attempt",)

    def __init__(self, attempt: BoundedAttempt) -> None:
        super().__init__()
        self.attempt = attempt

    def fire(self) -> None:
        self.attempt.expire()


class TracedAttempt(BoundedAttempt):
    """An attempt of a sampled request: it writes its moments into a span."""

    __slots__ = ("span",)

    span: OpenSpan

    def begin(self) -> None:
        self.span.served_from = self.instance.kernel.now
        if not self.settled:
            self.caller.work_began()
        super().begin()

    def finish(self) -> None:
        self.span.served_until = self.instance.kernel.now
        super().finish()

    def answer(self, outcome: int, origin: str) -> None:
        self.broken_off()
        super().answer(outcome, origin)

    def withdraw(self) -> None:
        self.broken_off()
        super().withdraw()

    def broken_off(self) -> None:
        """If it is being worked on, that ends here: it failed, its instance died, or nobody wants it."""
        span = self.span
        if span.served_from is not None and span.served_until is None:
            span.served_until = self.instance.kernel.now

    def settle(self, outcome: int, origin: str) -> None:
        self.span.close(self.instance.kernel.now, outcome, origin)
        super().settle(outcome, origin)

    def abandon(self) -> int:
        self.span.close(self.instance.kernel.now, CANCELLED, self.site.point.edge.caller)
        return super().abandon()


class TiedAttempt(BoundedAttempt):
    """An attempt whose caller wants to know when it begins to be worked on."""

    __slots__ = ()

    def begin(self) -> None:
        if not self.settled:
            self.caller.work_began()
        super().begin()


class Cancellation(Event):
    """The message that tells a callee to stop working on an attempt."""

    __slots__ = ("attempt",)

    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self.attempt = attempt

    def fire(self) -> None:
        self.attempt.withdraw()


class Denial(Party):
    """The answer to a call that was never sent: it could not be, or it was not worth it."""

    __slots__ = ("caller", "origin", "outcome", "site")

    def __init__(self, caller: Party, site: Site, outcome: int, origin: str) -> None:
        super().__init__()
        self.caller = caller
        self.site = site
        self.outcome = outcome
        self.origin = origin

    def fire(self) -> None:
        self.caller.answered(self.site.point, self.outcome, self.origin)

    def abandon(self) -> int:
        # It was written down when it was denied; all that is left is not to tell anybody.
        self.site.point.edge.kernel.cancel(self)
        return 0


class Arrive(Op):
    """The question has come over the network."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        assert isinstance(strand, Attempt)
        strand.op = None
        strand.instance.accept(strand)
        return None


class ArriveDamaged(Op):
    """The question has come over the network, and makes no sense to the callee."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        assert isinstance(strand, Attempt)
        strand.op = None
        instance = strand.instance
        if instance.up:
            strand.answer(ERROR, instance.name)
        else:
            instance.accept(strand)
        return None


class Deliver(Op):
    """The answer has come over the network."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        assert isinstance(strand, Attempt)
        strand.op = None
        if not strand.settled:
            strand.settle(strand.outcome, strand.origin)
        elif strand.outcome <= DEGRADED:
            strand.caller.ran_late()
        return None


class Lost(Op):
    """The state of an attempt whose question, or answer, the network ate; never run."""

    __slots__ = ()

    def run(self, strand: Strand) -> Op | None:
        raise AssertionError("a message that was lost has arrived")


ARRIVE = Arrive(None)
ARRIVE_DAMAGED = ArriveDamaged(None)
DELIVER = Deliver(None)
LOST = Lost(None)
