"""Who holds what is asked of a service while none of its instances is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

from simulator.call.attempt import Attempt, TracedAttempt
from simulator.kernel.event import Event
from simulator.outcome import DEADLINE, OK
from simulator.service.instance import UNLIMITED, Instance, Watcher
from simulator.service.queueing.fifo import Fifo
from simulator.service.watching import unwatch, watch

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.kernel.kernel import Kernel
    from simulator.observe.ledger import Ledger

FEW: Final = 3
"""Up to so many requests at once, an instance is filled before the next is asked."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Waker:
    """Whoever is to hear that somebody asks for a service that has been left alone."""

    def woken(self) -> None:
        """The first request after a silence has come."""
        raise NotImplementedError


class Activator(Instance):
    """Stands in for the instances of a service: holds requests, and passes them on one by one.

    In the real world: the activator of Knative, a proxy on the way to a service that is scaled to
    zero or has little to spare; or the queue of a message broker from which workers help themselves.

    Here: an instance that works on nothing. What arrives goes on in the same instant to a ready
    instance that has room, and is held in order of arrival while there is none. Who has room is
    limited by `limit` requests inside each, as by Knative's `containerConcurrency` or the prefetch
    of a worker. Without a limit all go on at once, each to the less busy of two instances drawn at
    random; with a limit of at most three to the first that has room; else in turn. A held request
    whose caller gives up stays, as in any queue, unless a cancellation tells the activator; one
    whose deadline has passed when its turn comes is not passed on. Health checks it answers itself.

    What was held is written down under the activator's own name, with the time it was held; what
    went straight through, under the name of the instance that it went to.

    Left out: the time that the way over the activator takes; several activators, each with its share
    of the instances; that it takes a while to notice that an instance has died.

    Source: Knative Serving, pkg/activator/net/throttler.go and lb_policy.go, pkg/queue/breaker.go.

    Args:
        depth: how many it holds at most; who comes then is turned away (Knative: 10,000).
        limit: how many may be inside each instance that it passes requests on to.
        chance: for choosing between instances.

    Attributes:
        backends: the ready instances.
        came: how many attempts have arrived.
        held: how many of them had to wait; `passed` of these have been passed on, `given_up` have
            been let go of, because they were cancelled or late, and `lost` went down with it.
        idle: whether the next arrival is to wake the `waker`.
    """

    __slots__ = (
        "backends",
        "came",
        "chance",
        "given_up",
        "held",
        "idle",
        "limit",
        "lost",
        "onward",
        "passed",
        "room_maker",
        "turn",
        "waker",
    )

    def __init__(
        self,
        kernel: Kernel,
        ledger: Ledger,
        name: str,
        number: int,
        *,
        depth: int,
        limit: int,
        chance: Chance,
    ) -> None:
        super().__init__(
            kernel,
            ledger,
            name,
            number,
            concurrency=0,
            queue_limit=depth,
            line=Fifo(),
            processor=None,
            asynchronous=False,
        )
        self.limit = limit
        self.chance = chance
        self.backends: list[Instance] = []
        self.turn = 0
        self.came = 0
        self.held = 0
        self.passed = 0
        self.given_up = 0
        self.lost = 0
        self.idle = False
        self.waker: Waker | None = None
        self.onward = Onward(self)
        self.room_maker = RoomMaker(self)

    def accept(self, attempt: Attempt) -> None:
        """An attempt arrives: it goes on at once, or is held, or is turned away."""
        if self.up and not attempt.site.point.edge.counted:
            # A health check is about the activator itself.
            attempt.answer(OK, "")
            return
        self.came += 1
        if self.idle:
            self.idle = False
            if self.waker is not None:
                self.waker.woken()
        if self.up and not self.queued:
            target = self.choose()
            if target is not None:
                # As if it had been sent there.
                attempt.code = attempt.site.point.edge.code_to(target.number)
                if isinstance(attempt, TracedAttempt):
                    attempt.span.instance = target.name
                self.hand_over(attempt, target)
                return
        waiting = self.queued
        super().accept(attempt)
        self.held += self.queued - waiting
        if waiting:
            self.forward()

    def hand_over(self, attempt: Attempt, target: Instance) -> None:
        """From now on it is `target` that has the attempt."""
        attempt.instance = target
        target.accept(attempt)

    # Who is ready.

    def lead_to(self, instances: list[Instance]) -> None:
        """From now on these are the ready instances; those that are held go on to them."""
        if self.limit < UNLIMITED:
            for instance in self.backends:
                if instance not in instances:
                    unwatch(instance, self.room_maker)
            for instance in instances:
                if instance not in self.backends:
                    watch(instance, self.room_maker)
        self.backends = list(instances)
        self.forward()

    def forward(self) -> None:
        """Pass on those that are held, in the order of their coming, as long as there is room."""
        if self.draining:
            return
        self.draining = True
        now = self.kernel.now
        while self.queued:
            target = self.choose()
            if target is None:
                break
            attempt = self.line.take()
            while attempt.op is None:
                attempt = self.line.take()
            self.queued -= 1
            self.queue_area += now
            if now >= attempt.deadline:
                self.given_up += 1
                self.dismiss(attempt, DEADLINE)
                continue
            self.remove(attempt)
            self.passed += 1
            attempt.op = None
            self.hand_over(attempt, target)
        self.draining = False

    # Which of them.

    def choose(self) -> Instance | None:
        """The ready instance for the next request; None if none has room."""
        if self.limit == UNLIMITED:
            return self.less_busy()
        backends = self.backends
        count = len(backends)
        start = 0 if self.limit <= FEW else self.turn
        for step in range(count):
            place = (start + step) % count
            instance = backends[place]
            if instance.up and len(instance.inside) < self.limit:
                self.turn = place + 1
                return instance
        return None

    def less_busy(self) -> Instance | None:
        """The less busy of two that are drawn at random."""
        alive = [each for each in self.backends if each.up]
        count = len(alive)
        if count < 2:
            return alive[0] if count else None
        first, second = 0, 1
        if count > 2:
            first, second = self.chance.below(count), self.chance.below(count - 1)
            if second >= first:
                second += 1
        one, other = alive[first], alive[second]
        if len(one.inside) == len(other.inside):
            return other if self.chance.next() < 0.5 else one
        return one if len(one.inside) < len(other.inside) else other

    # The end of things before their time.

    def expel(self, attempt: Attempt) -> None:
        before = self.queued
        super().expel(attempt)
        self.given_up += before - self.queued

    def fall(self) -> None:
        self.lost += self.queued
        super().fall()


class Onward(Event):
    """The moment at which somebody who is held may find room."""

    __slots__ = ("activator",)

    def __init__(self, activator: Activator) -> None:
        super().__init__()
        self.activator = activator

    def fire(self) -> None:
        self.activator.forward()


class RoomMaker(Watcher):
    """Notices that an instance has room again.

    The next request goes there in the same instant, but only when the instance has seen to those
    that it has.
    """

    __slots__ = ("activator",)

    def __init__(self, activator: Activator) -> None:
        self.activator = activator

    def left(self, instance: Instance, attempt: Attempt) -> None:
        self.let_go(instance)

    def let_go(self, instance: Instance) -> None:
        activator = self.activator
        if activator.queued and not activator.onward.pending:
            activator.kernel.schedule(activator.onward, 0.0)
