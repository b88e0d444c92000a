"""Questions that arrive twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.call.ask import send_disturbed
from simulator.call.attempt import Attempt
from simulator.kernel.event import Event
from simulator.network.toxic.by_chance import ByChance

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.network.disturbance import Disturbances


class Duplicate(ByChance):
    """Each question arrives a second time with a chance; the callee does not know, and does it twice.

    In the real world: a proxy or a client library that sends a request again by itself because the
    connection broke or an acknowledgement was late, a queue that delivers at least once. TCP hides
    packets that a network doubles; what is meant here is the duplicate of a whole request.

    Here: the copy leaves together with the question, takes the same way with draws of its own, needs a
    slot or a place in the queue, and is worked on for nobody: all that is done for it is wasted. Its
    answer changes nothing. The caller has made one attempt, and does not know of the other; what the
    callee asks others for the copy are attempts of its own. Probes are not doubled.

    Left out: callees that recognise a request they have seen (idempotency keys); an answer to the
    copy that comes first; cancellations, which only reach the question itself.

    With `correlation` draws hang together as those of `loss` do.

    Source: Linux tc-netem(8), `duplicate`; Chaos Mesh, NetworkChaos `duplicate`; RFC 9110, section
    9.2.2 (who may send a request again by itself).
    """

    __slots__ = ()

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        chance: float,
        correlation: float,
        uniforms: Chance,
    ) -> None:
        super().__init__(
            name,
            parties,
            endpoints,
            share,
            forth=True,
            back=False,
            chance=chance,
            correlation=correlation,
            uniforms=uniforms,
        )

    def question(self, attempt: Attempt) -> float:
        # A copy is settled from the start, and has no copies itself.
        if not attempt.settled and attempt.site.point.edge.counted and self.happens(attempt, "to"):
            disturbed = attempt.instance.disturbed
            assert disturbed is not None
            attempt.instance.kernel.schedule(SecondSending(attempt, disturbed), 0.0)
        return 0.0

    def cancellation(self, attempt: Attempt) -> float:
        return 0.0


class SecondSending(Event):
    """Sends the copy of a question, after the question itself is off."""

    __slots__ = ("attempt", "disturbed")

    def __init__(self, attempt: Attempt, disturbed: Disturbances) -> None:
        super().__init__()
        self.attempt = attempt
        self.disturbed = disturbed

    def fire(self) -> None:
        first = self.attempt
        request = first.request.detached()
        # Nobody waits for what is done for the copy, at any hop.
        request.trace = None
        request.ended = True
        copy = Attempt(
            request,
            first.caller,
            first.site.doubled(),
            first.instance,
            first.code,
            first.instance.kernel.now,
            first.deadline,
        )
        copy.settled = True
        if copy.site.spread:
            copy.distance = first.distance
        send_disturbed(copy, self.disturbed)
